package config_test

import (
	"errors"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/config"
)

var _ = Describe("A problem", func() {
	var p *place
	BeforeEach(func() { p = emptyPlace() })

	problems := func() []string {
		GinkgoHelper()
		_, err := p.load()
		Expect(err).To(HaveOccurred())
		return strings.Split(strings.ReplaceAll(err.Error(), p.dir+string(filepath.Separator), ""), "\n")
	}

	It("comes with all the others, each naming setting, value and source", func() {
		p.flag("--config", p.file("c.yaml", "sockets: {outbox: lots, max_attachments: -1}\ndrain: {spread: [1]}\nredis: {embeded_addr: x, password: 0123}"))
		p.file(".env", "REDIS_DB=one\nTICKCAST_SOCKET_OUTBOX=1\n")
		p.env("APP_PORT", "70000")
		p.env("REDIS_PORT", "tcp://10.0.0.1:6379")
		p.env("TICKCAST_NONSENSE_AND_MORE", "")
		p.flag("--log-level", "loud")
		Expect(problems()).To(ConsistOf(
			`redis.embeded_addr (file c.yaml): unknown setting; did you mean redis.embedded_addr?`,
			`TICKCAST_SOCKET_OUTBOX (.env): unknown setting; did you mean TICKCAST_SOCKETS_OUTBOX?`,
			`TICKCAST_NONSENSE_AND_MORE (env): unknown setting`,
			`redis.port = "tcp://10.0.0.1:6379" (env REDIS_PORT): not a whole number, but a Kubernetes service link; enableServiceLinks: false stops them`,
			`redis.db = "one" (.env REDIS_DB): not a whole number`,
			`redis.password (file c.yaml): not a text; put it in quotes`,
			`sockets.outbox = "lots" (file c.yaml): not a size; write 5MiB, 64KiB, or bytes as a number`,
			`drain.spread = "[1]" (file c.yaml): not a single value`,
			`http.port = "70000" (env APP_PORT): must be between 0 and 65535`,
			`sockets.max_attachments = "-1" (file c.yaml): must be between 0 and 1000`,
			`log.level = "loud" (flag --log-level): must be one of trace, debug, info, warn, error`,
		))
	})

	It("may be found by somebody who knows more", func() {
		p.env("REDIS_URL", "redis://a")
		_, err := p.load(func(c config.Config) config.Problems {
			return config.Problems{{Key: "redis.url", Err: errors.New("of no use: " + c.Redis.Address())}}
		})
		Expect(err).To(MatchError("redis.url (env REDIS_URL): of no use: redis://a"))
	})

	It("is told apart by its type", func() {
		p.env("APP_PORT", "70000")
		_, err := p.load()
		var problem config.Problem
		Expect(errors.As(err, &problem)).To(BeTrue())
		Expect(problem.Key).To(Equal("http.port"))
	})

	DescribeTable("of one source alone:",
		func(arrange func(), message string) {
			arrange()
			Expect(problems()).To(ConsistOf(ContainSubstring(message)))
		},
		Entry("a file that is not there", func() { p.flag("--config", filepath.Join(p.dir, "none.yaml")) }, "no such file"),
		Entry("a file of another kind", func() { p.flag("--config", p.file("c.ini", "")) }, "must end with .yaml, .toml or .json"),
		Entry("a file that cannot be parsed", func() { p.flag("--config", p.file("c.yaml", "http: [")) }, "config (file c.yaml): "),
		Entry("a value where a section belongs", func() { p.flag("--config", p.file("c.yaml", "redis: localhost")) }, "redis (file c.yaml): a section: its settings stand below it"),
		Entry("an unknown key like no other", func() { p.flag("--config", p.file("c.yaml", "nonsense: 1")) }, "nonsense (file c.yaml): unknown setting"),
		Entry("a host with a port", func() { p.env("APP_HOST", "localhost:80") }, "must be a host name or an IP address and nothing else"),
		Entry("an address without a port", func() { p.env("TICKCAST_REDIS_EMBEDDED_ADDR", "localhost") }, "must be HOST:PORT"),
		Entry("a duration of nothing", func() { p.env("WEBSOCKET_PING_INTERVAL", "0") }, "must be between 10ms and 24h0m0s"),
		Entry("an origin with a path", func() { p.env("WEBSOCKET_CORS_ALLOWED_ORIGINS", "https://app.example, https://b.example/app") }, `"https://b.example/app" is not an origin`),
		Entry("an origin with a star in its name", func() { p.env("CORS_ORIGINS", "https://*.example") }, `"https://*.example": a * within a name stands for nothing`),
		Entry("an origin without a scheme", func() { p.env("WEBSOCKET_CORS_ALLOWED_ORIGINS", "app.example") }, `"app.example" is not an origin`),
		Entry("a time zone that does not exist", func() { p.env("MARKET_TIMEZONE", "US/Estern") }, "must be the name of a time zone, such as US/Eastern"),
		Entry("a limit below none", func() { p.env("TICKCAST_LIMITS_EVENTS_PER_SECOND", "-1") }, "must be between 0 and 100000"),
		Entry("any origin", func() { p.env("WEBSOCKET_CORS_ALLOWED_ORIGINS", "*") }, "write the origins out"),
		Entry("a choice that is none", func() { p.env("STREAMING_BUFFER_ENABLED", "maybe") }, `streaming.buffer_enabled = "maybe" (env STREAMING_BUFFER_ENABLED): neither true nor false`),
		Entry("a time in no unit", func() { p.env("STREAMING_BUFFER_INTERVAL", "soon") }, "write 250ms, 1s, or milliseconds as a number"),
		Entry("a buffer of nothing", func() { p.env("STREAMING_MAX_BUFFER_SIZE", "0") }, `streaming.max_buffer = "0" (env STREAMING_MAX_BUFFER_SIZE): must be between 1 and 10000`),
		Entry("a message larger than the queue", func() { p.env("TICKCAST_REDIS_QUEUE_BYTES", "1024") }, "redis.message_max"),
	)

	DescribeTable("never quotes a secret",
		func(arrange func()) {
			arrange()
			_, err := p.load(func(config.Config) config.Problems {
				return config.Problems{{Key: "redis.url", Err: errors.New("refused")}}
			})
			Expect(err).To(HaveOccurred())
			Expect(err.Error()).NotTo(ContainSubstring("hunter2"))
		},
		Entry("of a URL that somebody else refuses", func() { p.env("REDIS_URL", "http://user:hunter2@localhost") }),
		Entry("of a password that is a list", func() { p.flag("--config", p.file("c.yaml", "redis: {password: [hunter2]}")) }),
	)
})

var _ = Describe("A warning", func() {
	var p *place
	BeforeEach(func() { p = emptyPlace() })

	DescribeTable("is given for",
		func(arrange func(), warning string) {
			arrange()
			Expect(p.loaded().Warnings).To(ConsistOf(ContainSubstring(warning)))
		},
		Entry("pings in milliseconds", func() { p.env("WEBSOCKET_PING_INTERVAL", "25000") }, "sockets.ping_interval: 25000 is read as milliseconds; write 25s"),
		Entry("a buffer too short", func() { p.env("STREAMING_BUFFER_INTERVAL", "10") }, "streaming.buffer_interval: 10 is not between 50ms and 1s; taken as 50ms"),
		Entry("a buffer too long", func() { p.env("STREAMING_BUFFER_INTERVAL", "5s") }, "streaming.buffer_interval: 5s is not between 50ms and 1s; taken as 1s"),
		Entry("a Python format string", func() { p.file(".env", "LOG_FORMAT=%(asctime)s %(message)s") }, "a Python format string"),
		Entry("a port of no Redis", func() { p.env("REDIS_PORT", "6380") }, "redis.port (env REDIS_PORT): has no effect"),
		Entry("an embedded Redis that others can reach", func() { p.env("TICKCAST_REDIS_EMBEDDED_ADDR", "0.0.0.0:6390") }, "has no password"),
		Entry("a stop with no time for its parts", func() { p.env("SHUTDOWN_DELAY", "25s") }, "drain.timeout: 30s leaves no time"),
		Entry("a .env line that cannot be read", func() { p.file(".env", "two words = 1") }, ".env: line 1: not NAME=value; skipped"),
	)

	It("is not given for what is meant", func() {
		p.env("WEBSOCKET_PING_INTERVAL", "25")
		p.env("WEBSOCKET_PING_TIMEOUT", "999")
		p.env("REDIS_HOST", "redis.example")
		p.env("REDIS_PORT", "6380")
		Expect(p.loaded().Warnings).To(BeEmpty())
	})
})
