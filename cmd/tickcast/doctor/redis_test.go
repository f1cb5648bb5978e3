package doctor

import (
	"context"
	"strings"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/config"
)

// state is a Redis, and how we would reach it.
type state struct {
	server []string // arguments of redis-server
	acl    []any    // rights of the user "limited"
	url    string   // ADDR stands for its address
	then   string   // the setting REDIS_PASSWORD
}

// everything is the start of a user whom something is taken away from.
func everything(rights ...any) []any {
	return append([]any{"ACL", "SETUSER", "limited", "on", ">planted-pw", "allkeys", "allchannels", "+@all"}, rights...)
}

const asLimited = "redis://limited:planted-pw@ADDR/0"

func (s state) examine() map[string]Finding {
	GinkgoHelper()
	ctx := context.Background()
	addr, _ := startRedis(s.server...)
	if s.acl != nil {
		Expect(clientOf(addr).Do(ctx, s.acl...).Err()).To(Succeed())
	}
	return examine(ctx, examOf(addr, s.url, s.then))
}

func examOf(addr, url, password string) Exam {
	e := plain()
	e.Listen = 200 * time.Millisecond
	if url == "" {
		url = "redis://ADDR/0"
	}
	e.Config.Redis.URL = config.Secret(strings.ReplaceAll(url, "ADDR", addr))
	e.Config.Redis.Password = config.Secret(password)
	return e
}

var _ = Describe("A Redis", func() {
	DescribeTable("is found",
		func(s state, row string, status Status, says, mend string) {
			found := s.examine()
			Expect(found).To(HaveKey(row))
			Expect(found[row].Status).To(Equal(status), found[row].Says)
			Expect(found[row].Says).To(ContainSubstring(says))
			Expect(found[row].Mend).To(ContainSubstring(mend))
			for _, f := range found {
				Expect(f.Says + f.Mend).NotTo(ContainSubstring("planted"))
				Expect(f.Mend == "").To(Equal(f.Status == OK), "%v", f)
			}
		},
		Entry("well", state{}, "redis", OK, "answers", ""),
		Entry("without the password that it wants", state{server: []string{"--requirepass", "planted"}}, "redis", Failure, "wants a password", "set REDIS_PASSWORD"),
		Entry("with another password", state{server: []string{"--requirepass", "planted"}, then: "planted-other"}, "redis", Failure, "does not take the user or the password", "percent-encoded"),
		Entry("with the password", state{server: []string{"--requirepass", "planted"}, then: "planted"}, "redis password", OK, "lets nobody in", ""),
		Entry("with a password that it does not ask for", state{then: "planted"}, "redis password", OK, "lets anybody in", ""),
		Entry("without a password, on this machine", state{}, "redis password", OK, "reached on this machine", ""),
		Entry("in a database that it does not have", state{url: "redis://ADDR/99"}, "redis", Failure, "no database of that number", "REDIS_DB"),
		Entry("with a user who may do nothing", state{acl: everything("-@all"), url: asLimited}, "redis", Failure, "denies us commands", "ACL SETUSER"),
		Entry("new enough", state{}, "redis version", OK, "version ", ""),
		Entry("silent about itself", state{acl: everything("-info"), url: asLimited}, "redis version", Warning, "cannot be read", "INFO"),
		Entry("silent about eviction", state{acl: everything("-info"), url: asLimited}, "redis eviction", Warning, "cannot be read", "INFO"),
		Entry("silent about its clock", state{acl: everything("-time"), url: asLimited}, "redis clock", Warning, "cannot be read", "TIME"),
		Entry("silent about its buffers", state{acl: everything("-config"), url: asLimited}, "redis output buffer", Warning, "cannot be read", "CONFIG GET"),
		Entry("silent about listeners", state{acl: everything("-pubsub"), url: asLimited}, "listeners", Warning, "cannot be read", "PUBSUB"),
		Entry("silent about the producer", state{acl: everything("-getrange"), url: asLimited}, "producer", Warning, "unknown", "GETRANGE"),
		Entry("with its usual buffers", state{}, "redis output buffer", OK, "32 MiB", ""),
		Entry("with small buffers", state{server: []string{"--client-output-buffer-limit", "pubsub 1mb 512kb 10"}}, "redis output buffer", Warning, "once 1 MiB wait for us, or 524288 bytes for 10 s", "CONFIG SET client-output-buffer-limit"),
		Entry("without a bound of its memory", state{server: []string{"--maxmemory-policy", "allkeys-lru"}}, "redis eviction", OK, "no maxmemory", ""),
		Entry("refusing what is new", state{server: []string{"--maxmemory", "64mb"}}, "redis eviction", OK, "noeviction", ""),
		Entry("forgetting keys", state{server: []string{"--maxmemory", "64mb", "--maxmemory-policy", "volatile-lru"}}, "redis eviction", Warning, "with 64 MiB in use Redis silently forgets keys (volatile-lru)", "noeviction"),
		Entry("with a clock like ours", state{}, "redis clock", OK, "agree", ""),
		Entry("letting us hear ourselves", state{}, "redis channels", OK, "comes back", ""),
		Entry("denying our own channels", state{acl: everything("resetchannels", "&tickstock*"), url: asLimited}, "redis channels", Failure, "may not subscribe to tickcast:*: its access list denies it", "&tickcast:*"),
		Entry("denying to publish", state{acl: everything("-publish"), url: asLimited}, "redis channels", Failure, "may not publish", "+publish"),
		Entry("denying one of the producer's channels", state{acl: everything("resetchannels", "&tickcast:*", "&tickstock.*", "&tickstock:[^a]*"), url: asLimited},
			"traffic", Failure, "may not subscribe to tickstock:alerts:indicators, tickstock:alerts:critical: its access list denies it", "&tickstock*"),
		Entry("without a producer", state{}, "producer", Warning, "offline", "start TickStockPL"),
		Entry("without traffic", state{}, "traffic", Warning, "nothing was published in 200ms", "start TickStockPL"),
		Entry("without listeners", state{}, "listeners", OK, "nobody listens", ""),
	)

	It("that is not configured would be our own, and nothing more is said of it", func() {
		found := examine(context.Background(), plain())
		Expect(found["redis"]).To(Equal(Finding{"redis", Warning,
			"none is configured: serve starts one of its own at 127.0.0.1:6390, in which no producer publishes by itself",
			"set REDIS_URL to the Redis in which TickStockPL publishes"}))
		Expect(found).NotTo(Or(HaveKey("redis version"), HaveKey("traffic"), HaveKey("producer")))
	})

	It("that is not there is one failure, not ten", func() {
		found := examine(context.Background(), examOf("127.0.0.1:1", "", "planted"))
		Expect(found["redis"]).To(Equal(Finding{"redis", Failure, "redis://127.0.0.1:1/0 refuses connections: nobody listens there", "start Redis, or correct REDIS_URL"}))
		Expect(found).NotTo(Or(HaveKey("redis version"), HaveKey("traffic"), HaveKey("producer")))
	})

	It("that does not speak TLS is told from one that does", func() {
		addr, _ := startRedis()
		found := examine(context.Background(), examOf(addr, "rediss://ADDR/0", ""))
		Expect(found["redis"].Status).To(Equal(Failure))
		Expect(found["redis"].Mend).To(ContainSubstring("whether it speaks TLS"))
	})

	It("that hangs is not waited for", func() {
		addr, process := startRedis()
		Expect(process.Process.Signal(syscall.SIGSTOP)).To(Succeed())
		found := examine(context.Background(), examOf(addr, "", ""))
		Expect(found["redis"].Says).To(ContainSubstring("does not answer in time"))
	})

	DescribeTable("should have a password",
		func(open bool, status Status, says string, addresses ...string) {
			v := judgePassword(addresses, open)
			Expect(v.status).To(Equal(status))
			Expect(v.says).To(HavePrefix(says))
		},
		Entry("if it is elsewhere", true, Warning, "10.0.0.2:6379 is not known to be on this machine and lets anybody in", "127.0.0.1:6379", "10.0.0.2:6379"),
		Entry("if it is a sentinel's", true, Warning, "FailoverClient is not known to be on this machine", "FailoverClient"),
		Entry("and has one", false, OK, "Redis lets nobody in", "10.0.0.2:6379"),
		Entry("unless it is here", true, OK, "Redis lets anybody in without one, but", "localhost:6379", "/run/redis.sock"),
	)

	It("needs to allow nothing but reading, to listen, and to publish on our own channel", func() {
		ctx := context.Background()
		addr, _ := startRedis()
		admin := clientOf(addr)
		Expect(admin.Do(ctx, "ACL", "SETUSER", "limited", "on", ">pw", "-@all", "resetchannels", "&tickstock*", "&tickcast:doctor:*",
			"+ping", "+info", "+time", "+config|get", "+pubsub|numsub", "+subscribe", "+unsubscribe",
			"(+publish &tickcast:doctor:*)", "(+getrange +scan +ttl %R~*)").Err()).To(Succeed())
		Expect(admin.Set(ctx, "tickstock:producer:heartbeat", time.Now().Unix(), 0).Err()).To(Succeed())
		for name, f := range examine(ctx, examOf(addr, "redis://limited:pw@ADDR/0", "")) {
			if name != "traffic" && name != "sessions" && name != "open files" {
				Expect(f.Status).To(Equal(OK), "%v", f)
			}
		}
		Expect(admin.DBSize(ctx).Val()).To(Equal(int64(1)))
	})
})
