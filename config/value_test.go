package config_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("A value", func() {
	var p *place
	BeforeEach(func() { p = emptyPlace() })

	DescribeTable("that is a duration",
		func(text string, want time.Duration) {
			p.env("WEBSOCKET_PING_INTERVAL", text)
			Expect(p.loaded().Config.Sockets.PingInterval).To(Equal(want))
		},
		Entry("may name its unit", "1m30s", 90*time.Second),
		Entry("is in seconds without one", "25", 25*time.Second),
		Entry("may have a fraction", "2.5", 2500*time.Millisecond),
		Entry("is in milliseconds from 1000 on", "25000", 25*time.Second),
		Entry("may stand between spaces", " 25 ", 25*time.Second),
		Entry("keeps its unit however large", "1000s", 1000*time.Second),
	)

	It("that is a duration stays in seconds where nobody wrote milliseconds", func() {
		p.env("DRAIN_TIMEOUT", "1000")
		Expect(p.loaded().Config.Drain.Timeout).To(Equal(1000 * time.Second))
	})

	DescribeTable("that is a short duration is in milliseconds without a unit:",
		func(text string, want time.Duration) {
			p.env("STREAMING_BUFFER_INTERVAL", text)
			Expect(p.loaded().Config.Streaming.BufferInterval).To(Equal(want))
		},
		Entry(nil, "250", 250*time.Millisecond),
		Entry(nil, "62.5", 62500*time.Microsecond),
		Entry(nil, "0.5s", 500*time.Millisecond),
		Entry("and at least the least", "10", 50*time.Millisecond),
		Entry("and at most the most", "99999", time.Second),
	)

	DescribeTable("that is a choice may be",
		func(text string, want bool) {
			p.env("STREAMING_BUFFER_ENABLED", text)
			Expect(p.loaded().Config.Streaming.BufferEnabled).To(Equal(want))
		},
		Entry(nil, "true", true), Entry(nil, "Yes", true), Entry(nil, "y", true), Entry(nil, "1", true), Entry(nil, " ON ", true),
		Entry(nil, "FALSE", false), Entry(nil, "no", false), Entry(nil, "N", false), Entry(nil, "0", false), Entry(nil, "off", false),
	)

	DescribeTable("that is a choice is one in a file, too:",
		func(name, content string) {
			p.flag("--config", p.file(name, content))
			Expect(p.loaded().Config.Streaming.BufferEnabled).To(BeFalse())
		},
		Entry(nil, "c.yaml", "streaming: {buffer_enabled: false}"),
		Entry(nil, "c.yml", "streaming: {buffer_enabled: off}"),
		Entry(nil, "c.toml", "[streaming]\nbuffer_enabled = false"),
		Entry(nil, "c.json", `{"streaming":{"buffer_enabled":0}}`),
	)

	DescribeTable("that is a size",
		func(text string, want int) {
			p.env("TICKCAST_SOCKETS_MAX_PAYLOAD", text)
			Expect(p.loaded().Config.Sockets.MaxPayload).To(Equal(want))
		},
		Entry("is in bytes", "5242880", 5<<20),
		Entry("may name its unit", "5MiB", 5<<20),
		Entry("in any case, after a space", "64 kib", 64<<10),
		Entry("with a decimal unit", "2MB", 2_000_000),
	)

	DescribeTable("that is neither is refused",
		func(name, text string) {
			p.env(name, text)
			_, err := p.load()
			Expect(err).To(MatchError(ContainSubstring("not a ")))
		},
		Entry(nil, "WEBSOCKET_PING_INTERVAL", "soon"),
		Entry(nil, "WEBSOCKET_PING_INTERVAL", "1e3"),
		Entry(nil, "WEBSOCKET_PING_INTERVAL", "99999999999999999999"),
		Entry(nil, "TICKCAST_SOCKETS_MAX_PAYLOAD", "MiB"),
		Entry(nil, "TICKCAST_SOCKETS_MAX_PAYLOAD", "5 bags"),
		Entry(nil, "TICKCAST_SOCKETS_MAX_PAYLOAD", "5KK"),
		Entry(nil, "TICKCAST_SOCKETS_MAX_PAYLOAD", "9999999999GiB"),
		Entry(nil, "APP_PORT", "5000.5"),
	)

	DescribeTable("of a level may be Python's",
		func(text, want string) {
			p.env("LOG_LEVEL", text)
			Expect(p.loaded().Config.Log.Level).To(Equal(want))
		},
		Entry(nil, "INFO", "info"),
		Entry(nil, "WARNING", "warn"),
		Entry(nil, "CRITICAL", "error"),
	)

	It("of a password keeps its spaces, but not the line break of a mounted file", func() {
		p.env("REDIS_PASSWORD", " pass word \n")
		Expect(p.loaded().Config.Redis.Password.Reveal()).To(Equal(" pass word "))
	})

	It("is shown as an operator would write it", func() {
		p.env("REDIS_URL", "redis://user:hunter2@redis.example:6380/1?password=hunter2")
		p.env("REDIS_PASSWORD", "hunter2")
		shown := map[string]string{}
		for _, row := range p.loaded().Effective() {
			shown[row.Key] = row.Value
		}
		Expect(shown).To(And(
			HaveKeyWithValue("sockets.max_payload", "5MiB"),
			HaveKeyWithValue("sockets.ping_timeout", "1m0s"),
			HaveKeyWithValue("http.port", "5000"),
			HaveKeyWithValue("streaming.buffer_enabled", "true"),
			HaveKeyWithValue("streaming.buffer_interval", "250ms"),
			HaveKeyWithValue("redis.url", "redis://***@redis.example:6380/1?***"),
			HaveKeyWithValue("redis.password", "***"),
			HaveKeyWithValue("log.format", ""),
		))
	})
})
