package engineio

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/gomega"
)

// Ten a second: two may come early, and who would wait longer than three seconds has no turn.
func TestHandshakesHaveTheirTurnsAndNobodyWaitsForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewWithT(t)
		doors := newAdmission(Config{HandshakesPerSecond: 10})
		waited := make(chan time.Duration, 100)
		start := time.Now()
		refused := 0
		for range 100 {
			wait, ok := doors.turn(start)
			if !ok {
				refused++
				continue
			}
			go func() {
				<-time.After(wait)
				waited <- time.Since(start)
			}()
		}
		synctest.Wait()
		g.Expect(waited).To(HaveLen(3), "the first, and two that run ahead")
		<-time.After(time.Second)
		synctest.Wait()
		g.Expect(waited).To(HaveLen(13))
		<-time.After(handshakePatience)
		synctest.Wait()
		g.Expect(waited).To(HaveLen(33))
		g.Expect(refused).To(Equal(67))
		g.Expect(doors.wait(t.Context())).To(BeTrue(), "later there is room again")
	})
}

func TestAHandshakeWhoseClientHasGoneDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewWithT(t)
		doors := newAdmission(Config{HandshakesPerSecond: 1})
		g.Expect(doors.wait(t.Context())).To(BeTrue())
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		start := time.Now()
		g.Expect(doors.wait(ctx)).To(BeFalse())
		g.Expect(time.Since(start)).To(BeZero())
	})
}

func TestWhoseConnectionsAreCountedTogether(t *testing.T) {
	for what, addresses := range map[string][2]string{
		"one host":                          {"192.0.2.7:1", "192.0.2.7:2"},
		"one host by both protocols":        {"192.0.2.7:1", "[::ffff:192.0.2.7]:2"},
		"one network of IPv6":               {"[2001:db8:1:2::1]:1", "[2001:db8:1:2:ffff::9]:2"},
		"one link":                          {"[fe80::1%eth0]:1", "[fe80::2%eth1]:1"},
		"an address that a proxy has given": {"192.0.2.7", "192.0.2.7:2"},
		"sockets without addresses":         {"@", ""},
	} {
		first, second := originOf(&http.Request{RemoteAddr: addresses[0]}), originOf(&http.Request{RemoteAddr: addresses[1]})
		NewWithT(t).Expect(first).To(Equal(second), what)
	}
	for what, addresses := range map[string][2]string{
		"two hosts":            {"192.0.2.7:1", "192.0.2.8:1"},
		"two networks of IPv6": {"[2001:db8:1:2::1]:1", "[2001:db8:1:3::1]:1"},
	} {
		first, second := originOf(&http.Request{RemoteAddr: addresses[0]}), originOf(&http.Request{RemoteAddr: addresses[1]})
		NewWithT(t).Expect(first).NotTo(Equal(second), what)
	}
}
