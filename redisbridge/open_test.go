package redisbridge

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/redis/go-redis/v9"

	"github.com/tickstock/tickcast/config"
)

const planted = "pl4nted"

var _ = Describe("Opening Redis", func() {
	DescribeTable("reads a URL",
		func(text string, expected target) {
			got, err := parseURL(text)
			Expect(err).NotTo(HaveOccurred())
			secure := got.tls != nil
			Expect(secure).To(Equal(text[:6] == "rediss"))
			got.tls = nil
			if expected.dial == 0 {
				expected.dial, expected.reply = dialTimeout, replyTimeout
			}
			Expect(got).To(Equal(expected))
		},
		Entry("with a host only", "redis://cache", target{addrs: []string{"cache:6379"}}),
		Entry("with everything", "redis://me:p%40ss%2F@cache:7000/3", target{addrs: []string{"cache:7000"}, db: 3, username: "me", password: "p@ss/"}),
		Entry("with a password that should have been encoded", "redis://:p@ss/word@cache", target{addrs: []string{"cache:6379"}, password: "p@ss/word"}),
		Entry("with TLS", "rediss://cache:6380/0", target{addrs: []string{"cache:6380"}}),
		Entry("with an IPv6 address", "redis://[::1]:6380", target{addrs: []string{"[::1]:6380"}}),
		Entry("with an IPv6 address and no port", "redis://[::1]/2", target{addrs: []string{"[::1]:6379"}, db: 2}),
		Entry("without a host", "redis:///1", target{addrs: []string{"localhost:6379"}, db: 1}),
		Entry("with options as redis-py has them", "redis://cache?db=4&socket_timeout=1.5&socket_connect_timeout=500ms&health_check_interval=30",
			target{addrs: []string{"cache:6379"}, db: 4, dial: 500 * time.Millisecond, reply: 1500 * time.Millisecond}),
		Entry("of a socket", "unix://:pw@/run/redis.sock?db=1", target{addrs: []string{"/run/redis.sock"}, db: 1, password: "pw"}),
		Entry("of sentinels as python-socketio has it", "redis+sentinel://:pw@s1:26379,s2,s3:26381/2/mymaster",
			target{kind: sentinel, addrs: []string{"s1:26379", "s2:26379", "s3:26381"}, db: 2, master: "mymaster", password: "pw"}),
		Entry("of sentinels with the master alone", "redis+sentinel://s1:26379/mymaster", target{kind: sentinel, addrs: []string{"s1:26379"}, master: "mymaster"}),
		Entry("of sentinels with the master as an option", "redis+sentinel://s1/1?master=mymaster&sentinel_password=sp",
			target{kind: sentinel, addrs: []string{"s1:26379"}, db: 1, master: "mymaster", sentinelPassword: "sp"}),
		Entry("of a cluster", "redis+cluster://n1:7000,n2:7001", target{kind: cluster, addrs: []string{"n1:7000", "n2:7001"}}),
		Entry("of a cluster with TLS", "rediss+cluster://n1", target{kind: cluster, addrs: []string{"n1:6379"}}),
	)

	DescribeTable("names the setting and never the password when it refuses",
		func(text string) {
			_, err := Open(config.Redis{URL: config.Secret(text)})
			Expect(err).To(MatchError(HavePrefix("redis.url: ")))
			Expect(err.Error()).NotTo(ContainSubstring(planted))
		},
		Entry("a URL without a scheme", planted+"@cache:6379"),
		Entry("another scheme", "http://:"+planted+"@cache"),
		Entry("a port that is none", "redis://:"+planted+"@cache:"+planted),
		Entry("a database that is none", "redis://:"+planted+"@cache/"+planted),
		Entry("an unknown option", "redis://cache?"+planted+"=1"),
		Entry("an option that is no number", "redis://:"+planted+"@cache?db="+planted),
		Entry("a broken escape", "redis://:%zz"+planted+"@cache"),
		Entry("a question mark in the password", "redis://:12?"+planted+"@cache"),
		Entry("a number sign in the password", "redis://u:12#"+planted+"@ca#che"),
		Entry("an option of TLS without TLS", "redis://cache?ssl_cert_reqs=none"),
		Entry("two hosts for one server", "redis://:"+planted+"@a,b"),
		Entry("a socket without a path", "unix://"+planted),
		Entry("sentinels without a master", "redis+sentinel://:"+planted+"@s1/0"),
		Entry("a cluster with a database", "redis+cluster://:"+planted+"@n1/1"),
	)

	It("refuses nothing at all", func() {
		_, err := Open(config.Redis{})
		Expect(err).To(MatchError(ContainSubstring("redis.url")))
	})

	It("prefers the URL, and takes the password from its own setting if the URL has none", func() {
		client, err := Open(config.Redis{URL: "redis://cache:7000/3", Host: "elsewhere", Password: planted})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(client.Close)
		options := client.(*redis.Client).Options()
		Expect(options.Addr).To(Equal("cache:7000"))
		Expect(options.DB).To(Equal(3))
		Expect(options.Password).To(Equal(planted))
	})

	It("reaches a server by host, port, database and password", func() {
		server := startRedis("--requirepass", planted)
		var port int
		fmt.Sscanf(server.addr, "127.0.0.1:%d", &port)
		expectAnswer(config.Redis{Host: "127.0.0.1", Port: port, DB: 2, Password: planted})
	})

	It("reaches a server by a socket", func() {
		path := filepath.Join(GinkgoT().TempDir(), "redis.sock")
		startRedis("--unixsocket", path)
		expectAnswer(config.Redis{URL: config.Secret("unix://" + path)})
	})

	It("reaches a server by TLS, and only with its certificate", func() {
		dir := GinkgoT().TempDir()
		certificate, key := selfSigned(dir)
		server := prepareRedis()
		_, port, _ := splitAddr(server.addr)
		server.args = []string{"--port", "0", "--tls-port", port, "--tls-auth-clients", "no",
			"--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate}
		server.start()
		expectAnswer(config.Redis{URL: config.Secret("rediss://" + server.addr + "?ssl_ca_certs=" + certificate)})
		expectAnswer(config.Redis{URL: config.Secret("rediss://" + server.addr + "?ssl_cert_reqs=none")})

		stranger, err := Open(config.Redis{URL: config.Secret("rediss://" + server.addr)})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(stranger.Close)
		Expect(stranger.Ping(context.Background()).Err()).To(MatchError(ContainSubstring("certificate")))
	})

	It("reaches the master that a sentinel names", func() {
		server := startRedis()
		sentinel := startSentinel(server)
		expectAnswer(config.Redis{URL: config.Secret("redis+sentinel://" + sentinel + "/0/mymaster")})
	})

	It("hears a cluster", func() {
		node := startRedis("--cluster-enabled", "yes")
		_, port, _ := splitAddr(node.addr)
		Expect(exec.Command("redis-cli", "-p", port, "CLUSTER", "ADDSLOTSRANGE", "0", "16383").Run()).To(Succeed())
		Eventually(func() string {
			said, _ := exec.Command("redis-cli", "-p", port, "CLUSTER", "INFO").Output()
			return string(said)
		}).Should(ContainSubstring("cluster_state:ok"))
		cfg := settings(node.addr)
		cfg.URL = config.Secret("redis+cluster://" + node.addr)
		sink := &recorder{}
		b := bridge(cfg, sink)
		Eventually(hearing(b)).Should(BeTrue())
		publish(node.publisher(), patterns, alert("AAPL"))
		Eventually(sink.symbols).Should(Equal([]string{"AAPL"}))
	})
})

func expectAnswer(cfg config.Redis) {
	GinkgoHelper()
	client, err := Open(cfg)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(client.Close)
	Eventually(func() error { return client.Ping(context.Background()).Err() }).Should(Succeed())
}

// selfSigned writes a certificate for this machine and its key.
func selfSigned(dir string) (certificate, key string) {
	GinkgoHelper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	Expect(err).NotTo(HaveOccurred())
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:         true, BasicConstraintsValid: true,
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	Expect(err).NotTo(HaveOccurred())
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	Expect(err).NotTo(HaveOccurred())
	write := func(name, kind string, content []byte) string {
		path := filepath.Join(dir, name)
		Expect(os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600)).To(Succeed())
		return path
	}
	return write("cert.pem", "CERTIFICATE", signed), write("key.pem", "PRIVATE KEY", secret)
}
