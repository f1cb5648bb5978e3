package redisbridge

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/rs/zerolog"
)

var _ = Describe("When Redis fails", func() {
	var (
		server *realRedis
		sink   *recorder
		b      *Bridge
	)
	ctx := context.Background()

	// flows publishes until something arrives: what is published while we are away nobody hears.
	flows := func(symbol string) {
		GinkgoHelper()
		producer := server.publisher()
		Eventually(func() []string {
			producer.Publish(ctx, patterns, alert(symbol))
			return sink.symbols()
		}).Should(ContainElement(symbol))
	}

	begin := func() {
		sink = &recorder{}
		b = bridge(settings(server.addr), sink)
	}
	BeforeEach(func() { server = prepareRedis() })

	Context("after it was there", func() {
		BeforeEach(func() {
			server.start()
			begin()
			Eventually(hearing(b)).Should(BeTrue())
		})

		It("delivers again once it was killed and started anew", func() {
			server.kill()
			Eventually(hearing(b)).Should(BeFalse())
			server.start()
			flows("BACK")
			Expect(b.State().Losses).To(BeEquivalentTo(1))
			Expect(b.State().Returns).To(BeEquivalentTo(1))
		})

		It("tells since when and why it is deaf", func() {
			before := time.Now()
			server.kill()
			Eventually(hearing(b)).Should(BeFalse())
			Eventually(func() string { return b.State().Reason }).Should(ContainSubstring("connection refused"))
			Expect(b.State().Phase).To(Equal(Connecting))
			Expect(b.State().Since).To(BeTemporally(">=", before))
		})

		It("notices that it is frozen, and loses nothing when it thaws", func() {
			server.freeze()
			Eventually(hearing(b)).Should(BeFalse())
			Expect(b.State().Phase).To(Equal(Deaf))

			conn, err := net.Dial("tcp", server.addr)
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(conn.Close)
			text := alert("FROZEN")
			fmt.Fprintf(conn, "*3\r\n$7\r\nPUBLISH\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n", len(patterns), patterns, len(text), text)

			server.thaw()
			Eventually(sink.symbols).Should(Equal([]string{"FROZEN"}))
			Eventually(hearing(b)).Should(BeTrue())
		})

		It("takes up a subscription that Redis has cut", func() {
			admin := server.publisher()
			Expect(admin.Do(ctx, "CLIENT", "KILL", "TYPE", "pubsub").Err()).To(Succeed())
			Eventually(func() uint64 { return b.State().Losses }).Should(BeEquivalentTo(1))
			flows("BACK")
		})

		It("subscribes again after a message larger than Redis' output buffer", func() {
			producer := server.publisher()
			Expect(producer.ConfigSet(ctx, "client-output-buffer-limit", "pubsub 32mb 8mb 60").Err()).To(Succeed())
			publish(producer, patterns, alert(strings.Repeat("x", 40<<20)))
			Eventually(func() uint64 { return b.State().Losses }).Should(BeEquivalentTo(1))
			flows("BACK")
		})

		It("is one subscriber of each channel after many losses", func() {
			admin := server.publisher()
			for n := range uint64(5) {
				Expect(admin.Do(ctx, "CLIENT", "KILL", "TYPE", "pubsub").Err()).To(Succeed())
				Eventually(func() uint64 { return b.State().Returns }).Should(Equal(n + 1))
			}
			Eventually(func() map[string]int64 { return admin.PubSubNumSub(ctx, b.names()...).Val() }).
				Should(HaveEach(BeEquivalentTo(1)))
		})
	})

	Context("when it was not there at the start", func() {
		BeforeEach(func() { begin() })

		It("is degraded, and delivers once it comes", func() {
			Eventually(func() string { return b.State().Reason }).Should(ContainSubstring("connection refused"))
			Expect(b.State().Losses).To(BeZero())
			server.start()
			flows("FIRST")
			Expect(b.State().Returns).To(BeZero())
		})
	})

	It("does not ask in a busy loop", func() {
		door := newDoor()
		b = bridge(settings(door.addr), &recorder{})
		Eventually(door.knocks.Load).Should(BeNumerically(">", 0))
		Consistently(door.knocks.Load, time.Second).Should(BeNumerically("<", 50))
	})

	It("notices a connection that is open at our end only", func() {
		server.start()
		wire := newWire(server.addr)
		sink = &recorder{}
		b = bridge(settings(wire.addr), sink)
		Eventually(hearing(b)).Should(BeTrue())

		wire.swallow()

		Eventually(func() uint64 { return b.State().Losses }).Should(BeEquivalentTo(1))
		flows("BACK")
	})

	It("says what Redis answers when it refuses us", func() {
		server = startRedis("--requirepass", "right")
		cfg := settings(server.addr)
		cfg.Password = "wrong"
		b = bridge(cfg, &recorder{})
		Eventually(func() string { return b.State().Reason }).Should(ContainSubstring("WRONGPASS"))
		Expect(b.State().Reason).NotTo(ContainSubstring("wrong"))
	})

	It("goes on without the right to publish", func() {
		server.start()
		admin := server.publisher()
		Expect(admin.Do(ctx, "ACL", "SETUSER", "listener", "on", ">pw", "allchannels", "+@all", "-publish").Err()).To(Succeed())
		cfg := settings("listener:pw@" + server.addr)
		b = bridge(cfg, &recorder{})
		Eventually(func() time.Duration { return b.State().RoundTrip }).Should(BeNumerically(">", 0))
		Consistently(hearing(b), 2*cfg.ProbeEvery).Should(BeTrue())
	})

	It("logs a loss and a return once each", func() {
		server.start()
		log := &journal{}
		standing := newStanding(zerolog.New(log))
		standing.hear()
		for range 5 {
			standing.lose(Connecting, io.ErrUnexpectedEOF, false)
		}
		standing.hear()
		standing.hear()
		Expect(log.lines(`"level":"warn"`)).To(HaveLen(1))
		Expect(log.lines("redis is back")).To(HaveLen(1))
	})
})
