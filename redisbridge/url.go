package redisbridge

import (
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
)

type targetKind int

const (
	single targetKind = iota
	sentinel
	cluster
)

// target is where a URL leads.
type target struct {
	kind     targetKind
	addrs    []string
	master   string // sentinel's name for it
	db       int
	username string
	password string
	tls      *tls.Config

	sentinelUsername, sentinelPassword string

	dial, reply time.Duration
}

const (
	redisPort    = "6379"
	sentinelPort = "26379"
)

var (
	errScheme = errors.New("must begin with redis://, rediss://, unix://, redis+sentinel://, rediss+sentinel://, redis+cluster:// or rediss+cluster://")
	errUser   = errors.New("the user or the password is not percent-encoded correctly")
	errHost   = errors.New("must name HOST or HOST:PORT after the scheme; are special characters of the password percent-encoded?")
	errDB     = errors.New("the database after the slash must be a whole number; are special characters of the password percent-encoded?")
	errSocket = errors.New("needs the path of a socket: unix:///run/redis/redis.sock")
	errMaster = errors.New("needs the master's name: redis+sentinel://HOST:PORT,HOST:PORT/MASTER or …/DB/MASTER")
	errNoDB   = errors.New("a cluster has no databases but 0")
)

// parseURL reads the forms that are in use: those of redis-py and go-redis for
// one server, of python-socketio for sentinels
// (redis+sentinel://[user:password@]host:port,host:port/db/master; /master alone
// and ?master= do as well), and the same list of hosts for a cluster.
// It is cut by hand, because net/url refuses lists of hosts and quotes what it refuses.
func parseURL(text string) (target, error) {
	scheme, rest, _ := strings.Cut(text, "://")
	t, port, err := ofScheme(scheme)
	if err != nil {
		return target{}, err
	}
	rest, query, _ := strings.Cut(rest, "?")
	user, place, found := cutLast(rest, "@")
	if !found {
		user, place = "", rest
	}
	if err := t.login(user); err != nil {
		return target{}, err
	}
	hosts, path, _ := strings.Cut(place, "/")
	if scheme == "unix" {
		err = t.socket(hosts, path)
	} else {
		err = errors.Join(t.hosts(hosts, port), t.path(path))
	}
	if err == nil {
		err = t.query(query)
	}
	if err == nil {
		err = t.check()
	}
	return t, err
}

// ofScheme begins a target, and names the port of hosts that have none.
func ofScheme(scheme string) (t target, port string, err error) {
	t, port = target{dial: dialTimeout, reply: replyTimeout}, redisPort
	switch scheme {
	case "redis", "rediss", "unix":
	case "redis+sentinel", "rediss+sentinel":
		t.kind, port = sentinel, sentinelPort
	case "redis+cluster", "rediss+cluster":
		t.kind = cluster
	default:
		return target{}, "", errScheme
	}
	if strings.HasPrefix(scheme, "rediss") {
		t.tls = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return t, port, nil
}

func cutLast(s, separator string) (before, after string, found bool) {
	i := strings.LastIndex(s, separator)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(separator):], true
}

func (t *target) login(user string) error {
	name, password, _ := strings.Cut(user, ":")
	var err, err2 error
	t.username, err = url.PathUnescape(name)
	t.password, err2 = url.PathUnescape(password)
	if err != nil || err2 != nil {
		return errUser
	}
	return nil
}

func (t *target) socket(host, path string) error {
	if host != "" || path == "" {
		return errSocket
	}
	t.addrs = []string{"/" + path}
	return nil
}

func (t *target) hosts(list, defaultPort string) error {
	for entry := range strings.SplitSeq(list, ",") {
		host, port, err := net.SplitHostPort(entry)
		if err != nil {
			host, port = strings.Trim(entry, "[]"), defaultPort
		}
		n, err := strconv.Atoi(port)
		bare := strings.ContainsAny(host, ":") && net.ParseIP(host) == nil
		if err != nil || n < 1 || n > 65535 || bare || strings.ContainsAny(host, " \t@#") {
			return errHost
		}
		if host == "" {
			host = "localhost"
		}
		t.addrs = append(t.addrs, net.JoinHostPort(host, port))
	}
	if t.kind == single && len(t.addrs) > 1 {
		return errHost
	}
	return nil
}

// path reads /DB, and for sentinels /DB/MASTER or /MASTER.
func (t *target) path(path string) error {
	for part := range strings.SplitSeq(path, "/") {
		switch n, err := strconv.Atoi(part); {
		case part == "":
		case err == nil && n >= 0 && t.master == "":
			t.db = n
		case t.kind == sentinel && t.master == "":
			t.master = part
		default:
			return errDB
		}
	}
	return nil
}

func (t *target) check() error {
	switch {
	case t.kind == sentinel && t.master == "":
		return errMaster
	case t.kind == cluster && t.db != 0:
		return errNoDB
	}
	return nil
}
