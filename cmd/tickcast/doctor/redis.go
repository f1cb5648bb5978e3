package doctor

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/tickstock/tickcast/redisbridge"
)

func reachRedis(ctx context.Context, s *subject) verdict {
	if s.Config.Redis.Embedded() {
		return doubtful("set REDIS_URL to the Redis in which TickStockPL publishes",
			"none is configured: serve starts one of its own at %s, in which no producer publishes by itself", s.Config.Redis.EmbeddedAddr)
	}
	address := s.Config.Redis.Address()
	client, err := redisbridge.Open(s.Config.Redis)
	if err != nil {
		return broken("correct it in REDIS_URL", "%v", err)
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	if err := client.Ping(ctx).Err(); err != nil {
		_ = client.Close() // of no use
		why := explain(err)
		return broken(why.mend, "%s %s", address, why.says)
	}
	s.redis = client
	if text, err := client.Info(ctx).Result(); err == nil {
		s.info = fields(text)
	}
	return fine("%s answers", address)
}

// refusal explains an error by a part of its text: neither Redis nor the network have a closed list.
type refusal struct{ part, says, mend string }

func refusals() []refusal {
	return []refusal{
		{"NOAUTH", "wants a password, and none is set", "set REDIS_PASSWORD, or write it into REDIS_URL, percent-encoded: redis://:PASSWORD@HOST:PORT/0"},
		{"WRONGPASS", "does not take the user or the password", "correct REDIS_PASSWORD, or user and password in REDIS_URL, where special characters are percent-encoded"},
		{"invalid password", "does not take the password", "correct REDIS_PASSWORD, or the password in REDIS_URL, where special characters are percent-encoded"},
		{"NOPERM", "lets us in, but denies us commands", "allow them: " + rights},
		{"DENIED", "is in protected mode, which lets this machine's own processes in alone", "set requirepass in Redis, and the same in REDIS_PASSWORD"},
		{"DB index is out of range", "has no database of that number", "correct REDIS_DB, or the number after the slash in REDIS_URL"},
		{"LOADING", "is still reading its file", "wait until it is done"},
		{"max number of clients", "takes no more clients", "raise maxclients in Redis"},
		{"connection refused", "refuses connections: nobody listens there", "start Redis, or correct REDIS_URL"},
		{"no such host", "cannot be found: the name is unknown", "correct the host in REDIS_URL or REDIS_HOST; in Docker it is the name of the service"},
		{"no such file", "cannot be found: no socket is there", "correct the path in REDIS_URL"},
		{"does not look like a TLS", "does not speak TLS", "write redis:// in REDIS_URL, not rediss://"},
		{"certificate", "has a certificate that is not trusted", "name its authority: ?ssl_ca_certs=FILE in REDIS_URL"},
		{"EOF", "closes the connection without a word", "if it speaks TLS, write rediss:// in REDIS_URL; else look into its log"},
		{"timeout", "does not answer in time", "look at the firewall between the two, whether Redis is busy (redis-cli --latency), and whether it speaks TLS if REDIS_URL begins with rediss://"},
		{"deadline exceeded", "does not answer in time", "look at the firewall between the two, whether Redis is busy (redis-cli --latency), and whether it speaks TLS if REDIS_URL begins with rediss://"},
	}
}

func explain(err error) refusal {
	for _, known := range refusals() {
		if strings.Contains(err.Error(), known.part) {
			return known
		}
	}
	return refusal{says: fmt.Sprintf("cannot be used: %v", err), mend: "correct REDIS_URL, or what it leads to"}
}

// fields reads what INFO says: a name and a value a line.
func fields(text string) map[string]string {
	found := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			found[name] = value
		}
	}
	return found
}

// unread is the verdict on what INFO would have told.
func unread(what string) verdict {
	return doubtful("allow this user INFO, or look yourself", "%s cannot be read: Redis does not let us ask", what)
}

const oldestRedis = 6

func redisVersion(_ context.Context, s *subject) verdict {
	if s.redis == nil {
		return verdict{}
	}
	version := s.info["redis_version"]
	if version == "" {
		return unread("the version")
	}
	return judgeVersion(version)
}

func judgeVersion(version string) verdict {
	first, _, _ := strings.Cut(version, ".")
	if major, err := strconv.Atoi(first); err != nil || major < oldestRedis {
		return broken("install Redis 6 or later", "version %s is too old", version)
	}
	return fine("version %s", version)
}

func redisPassword(ctx context.Context, s *subject) verdict {
	if s.redis == nil {
		return verdict{}
	}
	addresses, stranger := strangerTo(s.redis)
	defer stranger.Close()
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	return judgePassword(addresses, stranger.Ping(ctx).Err() == nil)
}

// strangerTo is a client of the same Redis that has no password. A Redis without one takes any.
func strangerTo(client redis.UniversalClient) (addresses []string, stranger redis.UniversalClient) {
	if cluster, is := client.(*redis.ClusterClient); is {
		options := *cluster.Options()
		options.Username, options.Password = "", ""
		return options.Addrs, redis.NewClusterClient(&options)
	}
	options := *client.(*redis.Client).Options() // redisbridge.Open makes no third kind
	options.Username, options.Password = "", ""
	return []string{options.Addr}, redis.NewClient(&options)
}

func judgePassword(addresses []string, open bool) verdict {
	if !open {
		return fine("Redis lets nobody in without one")
	}
	for _, address := range addresses {
		if !isOwn(address) {
			return doubtful("set requirepass in Redis, and the same in REDIS_PASSWORD here and with everybody else who uses it",
				"%s is not known to be on this machine and lets anybody in without one: whoever reaches it can send events to every browser", address)
		}
	}
	return fine("Redis lets anybody in without one, but is reached on this machine")
}

// isOwn holds for sockets and for the loopback names.
func isOwn(address string) bool {
	host, _, err := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	return err != nil && strings.HasPrefix(address, "/") || host == "localhost" || ip != nil && ip.IsLoopback()
}
