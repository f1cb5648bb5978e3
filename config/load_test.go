package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/spf13/pflag"

	"github.com/tickstock/tickcast/config"
)

// place is what one Load sees: an environment without our names, an empty folder, no flags.
type place struct {
	dir  string
	args []string
}

func emptyPlace() *place {
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		for _, ours := range []string{
			"TICKCAST_", "APP_", "REDIS_", "WEBSOCKET_", "LOG_", "SHUTDOWN_", "DRAIN_", "MARKET_", "STREAMING_",
			"FLASK_", "SECRET_KEY_", "SESSION_", "PERMANENT_", "ADMIN_", "TRUSTED_", "CORS_",
		} {
			if strings.HasPrefix(name, ours) {
				GinkgoT().Setenv(name, "")
				Expect(os.Unsetenv(name)).To(Succeed())
			}
		}
	}
	return &place{dir: GinkgoT().TempDir()}
}

func (p *place) flag(args ...string) { p.args = append(p.args, args...) }
func (p *place) env(name, value string) {
	GinkgoT().Setenv(name, value)
}

func (p *place) file(name, content string) string {
	path := filepath.Join(p.dir, name)
	Expect(os.WriteFile(path, []byte(content), 0o600)).To(Succeed())
	return path
}

func (p *place) load(looks ...func(config.Config) config.Problems) (config.Loaded, error) {
	flags := pflag.NewFlagSet("tickcast", pflag.ContinueOnError)
	config.Flags(flags)
	Expect(flags.Parse(p.args)).To(Succeed())
	return config.Load(flags, p.dir, looks...)
}

func (p *place) loaded() config.Loaded {
	GinkgoHelper()
	loaded, err := p.load()
	Expect(err).NotTo(HaveOccurred())
	return loaded
}

func sourceOf(l config.Loaded, key string) string {
	for _, row := range l.Effective() {
		if row.Key == key {
			return row.Source
		}
	}
	return ""
}

var _ = Describe("Load", func() {
	var p *place
	BeforeEach(func() { p = emptyPlace() })

	It("starts with the promised defaults and an embedded Redis", func() {
		c := p.loaded().Config
		Expect(c.HTTP).To(Equal(config.HTTP{
			Host: "0.0.0.0", Port: 5000, OwnPaths: "/socket.io,/api/websocket,/healthz,/readyz,/metrics",
		}))
		Expect(c.Redis).To(Equal(config.Redis{
			Port: 6379, EmbeddedAddr: "127.0.0.1:6390",
			ProbeEvery: 10 * time.Second, RetryMax: time.Second, QueueBytes: 64 << 20, MessageMax: 1 << 20,
			PythonChannel: "flask-socketio", Pickle: true,
		}))
		Expect(c.Redis.Queued()).To(BeTrue())
		Expect(c.Redis.Embedded()).To(BeTrue())
		Expect(c.Streaming).To(Equal(config.Streaming{BufferEnabled: true, BufferInterval: 250 * time.Millisecond, MaxBuffer: 100}))
		Expect(c.Sockets).To(Equal(config.Sockets{
			PingInterval: 10 * time.Second, PingTimeout: time.Minute, ConnectTimeout: 10 * time.Second, UpgradeTimeout: 10 * time.Second,
			WriteTimeout: 2 * time.Second, ReadTimeout: 10 * time.Second, MaxPayload: 5 << 20, Outbox: 1 << 20, MaxAttachments: 10,
			HandshakesPerSecond: 1000, CompressionMin: 512,
		}))
		Expect(c.Limits).To(Equal(config.Limits{EventsPerSecond: 100}))
		Expect(c.Market).To(Equal(config.Market{Timezone: "US/Eastern"}))
		Expect(c.Subscriptions).To(Equal(config.Subscriptions{Keep: 24 * time.Hour, Queued: 100}))
		Expect(c.Drain).To(Equal(config.Drain{Spread: 5 * time.Second, Timeout: 30 * time.Second}))
		Expect(c.Log).To(Equal(config.Log{Level: "info"}))
	})

	DescribeTable("leaves Flask-SocketIO's queue where no channel is named", func(file, env string) {
		p.flag("--config", p.file("tickcast.yaml", file))
		if env != "" {
			p.env("TICKCAST_REDIS_PYTHON_CHANNEL", env)
		}
		Expect(p.loaded().Config.Redis.Queued()).To(BeFalse())
	},
		Entry("in a file", "redis:\n  python_channel: \"\"\n", ""),
		Entry("in the environment, where an empty variable is an unset one", "", "off"),
	)

	It("prefers flag to environment to .env to file to default", func() {
		ports := []int{p.loaded().Config.HTTP.Port}
		sources := []string{sourceOf(p.loaded(), "http.port")}
		path := p.file("tickcast.yaml", "http:\n  port: 5001\n")
		p.flag("--config", path)
		for _, raise := range []func(){
			func() {},
			func() { p.file(".env", "APP_PORT=5002\n") },
			func() { p.env("APP_PORT", "5003") },
			func() { p.flag("--port", "5004") },
		} {
			raise()
			ports = append(ports, p.loaded().Config.HTTP.Port)
			sources = append(sources, sourceOf(p.loaded(), "http.port"))
		}
		Expect(ports).To(Equal([]int{5000, 5001, 5002, 5003, 5004}))
		Expect(sources).To(Equal([]string{"default", "file " + path, ".env APP_PORT", "env APP_PORT", "flag --port"}))
	})

	It("takes the application's name before ours", func() {
		p.env("TICKCAST_HTTP_PORT", "5001")
		Expect(p.loaded().Config.HTTP.Port).To(Equal(5001))
		p.env("APP_PORT", "5002")
		Expect(p.loaded().Config.HTTP.Port).To(Equal(5002))
	})

	It("takes an empty variable as unset, in the environment and in .env", func() {
		p.env("APP_PORT", "")
		p.file(".env", "APP_HOST=\nREDIS_URL=\n")
		c := p.loaded().Config
		Expect(c.HTTP.Port).To(Equal(5000))
		Expect(c.HTTP.Host).To(Equal("0.0.0.0"))
	})

	It("lets a flag take away what the environment sets", func() {
		p.env("REDIS_URL", "redis://elsewhere")
		p.flag("--redis-url=")
		Expect(p.loaded().Config.Redis.Embedded()).To(BeTrue())
	})

	DescribeTable("reads a file as",
		func(name, content string) {
			p.flag("--config", p.file(name, content))
			c := p.loaded().Config
			Expect(c.Sockets.MaxPayload).To(Equal(5242880))
			Expect(c.Sockets.PingInterval).To(Equal(2500 * time.Millisecond))
			Expect(c.Redis.Host).To(Equal("redis.example"))
		},
		Entry("YAML", "c.yaml", "Redis:\n  HOST: redis.example\nsockets:\n  max_payload: 5242880\n  ping_interval: 2.5\n"),
		Entry("YAML with dotted keys", "c.yml", "redis.host: redis.example\nsockets.max_payload: 5MiB\nsockets.ping_interval: 2500ms\n"),
		Entry("TOML", "c.toml", "[redis]\nhost = 'redis.example'\n[sockets]\nmax_payload = 5242880\nping_interval = '2.5s'\n"),
		Entry("JSON", "c.json", `{"redis":{"host":"redis.example"},"sockets":{"max_payload":5242880,"ping_interval":2.5}}`),
	)

	It("reads the file that the environment or .env names", func() {
		path := p.file("c.yaml", "http: {port: 5001}")
		p.file(".env", "TICKCAST_CONFIG="+path)
		Expect(p.loaded().Config.HTTP.Port).To(Equal(5001))
		p.env("TICKCAST_CONFIG", p.file("d.yaml", "http: {port: 5002}"))
		Expect(p.loaded().Config.HTTP.Port).To(Equal(5002))
	})

	It("takes a section or a key without a value as not there", func() {
		p.flag("--config", p.file("c.yaml", "redis:\n#  host: x\nhttp:\n  port:\n"))
		Expect(p.loaded().Config.HTTP.Port).To(Equal(5000))
		Expect(sourceOf(p.loaded(), "http.port")).To(Equal("default"))
	})

	It("does not mind what Kubernetes sets beside a service called tickcast", func() {
		p.env("TICKCAST_PORT", "tcp://10.0.0.1:5000")
		p.env("TICKCAST_SERVICE_HOST", "10.0.0.1")
		p.env("TICKCAST_PORT_5000_TCP_PROTO", "tcp")
		Expect(p.loaded().Warnings).To(BeEmpty())
	})
})
