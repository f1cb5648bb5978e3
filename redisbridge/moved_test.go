package redisbridge

import (
	"context"
	"net"
	"sync"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
)

var _ = Describe("A name of Redis that moves", func() {
	var (
		here, there *realRedis
		names       *nameServer
		sink        *recorder
		b           *Bridge
	)
	ctx := context.Background()

	BeforeEach(func() {
		here = startRedis()
		_, port, err := splitAddr(here.addr)
		Expect(err).NotTo(HaveOccurred())
		there = &realRedis{addr: net.JoinHostPort("127.0.0.2", port), args: []string{"--bind", "127.0.0.2"}}
		names = serveNames("127.0.0.1")
		place, err := parseURL("redis://redis.test:" + port)
		Expect(err).NotTo(HaveOccurred())
		client := place.open(names.resolver())
		DeferCleanup(client.Close)
		sink = &recorder{}
		b = New(settings(here.addr), streaming(), client, sink, prometheus.NewRegistry(), zerolog.New(GinkgoWriter))
		start(b)
		Eventually(hearing(b)).Should(BeTrue())
	})
	heardAt := func(server *realRedis) {
		GinkgoHelper()
		producer := server.publisher()
		Eventually(func() []string {
			producer.Publish(ctx, patterns, alert("MOVED"))
			return sink.symbols()
		}).Should(ContainElement("MOVED"))
	}

	It("is followed when the old server is gone", func() {
		there.start()
		names.point("127.0.0.2")
		here.kill()
		heardAt(there)
	})

	It("is followed though the old server still answers: nobody publishes there any more", func() {
		there.start()
		names.point("127.0.0.2")
		heardAt(there)
		Expect(b.State().Losses).To(BeEquivalentTo(1))
	})
})

var _ = Describe("A Redis that is back", func() {
	It("is used at once, however often it was not there", func() {
		server := prepareRedis()
		client, err := Open(settings(server.addr))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(client.Close)
		attempts := 2 * client.(*redis.Client).Options().PoolSize
		for range attempts {
			Expect(client.Ping(context.Background()).Err()).To(MatchError(ContainSubstring("connection refused")))
		}
		server.start()
		Expect(client.Ping(context.Background()).Err()).To(Succeed())
	})
})

// nameServer answers every question for an address with one and the same.
type nameServer struct {
	conn net.PacketConn
	at   atomic.Pointer[net.IP]
}

func serveNames(at string) *nameServer {
	GinkgoHelper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	s := &nameServer{conn: conn}
	s.point(at)
	var answering sync.WaitGroup
	answering.Go(s.answer)
	DeferCleanup(func() {
		conn.Close()
		answering.Wait()
	})
	return s
}

func (s *nameServer) point(at string) {
	ip := net.ParseIP(at).To4()
	s.at.Store(&ip)
}

func (s *nameServer) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", s.conn.LocalAddr().String())
	}}
}

// answer speaks as much of RFC 1035 as a question for one name needs.
func (s *nameServer) answer() {
	const header, typeA = 12, 1
	packet := make([]byte, 512)
	for {
		n, from, err := s.conn.ReadFrom(packet)
		if err != nil {
			return
		}
		end := header
		for end < n && packet[end] != 0 {
			end += int(packet[end]) + 1
		}
		end += 5 // the name's end, the type, the class
		if end > n {
			continue
		}
		answers := byte(0)
		said := append([]byte(nil), packet[:end]...)
		if said[end-3] == typeA {
			answers = 1
			said = append(said, 0xc0, header, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4)
			said = append(said, *s.at.Load()...)
		}
		copy(said[2:header], []byte{0x81, 0x80, 0, 1, 0, answers, 0, 0, 0, 0})
		_, _ = s.conn.WriteTo(said, from) // who has asked asks again
	}
}
