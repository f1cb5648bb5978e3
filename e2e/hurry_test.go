package e2e_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/client"
)

var _ = Describe("A browser in a hurry", func() {
	DescribeTable("is heard to the end: what it sent before it left is handled", func(transport client.Transport) {
		s := openStage()
		c, _ := s.join(transport)
		for range 100 {
			Expect(c.Emit("heartbeat")).To(Succeed())
		}
		Expect(c.Send("1")).To(Succeed()) // DISCONNECT
		Eventually(s.metric).WithArguments(`tickcast_events_in_total{event="heartbeat"}`).Should(Equal(100.0))
		Eventually(s.metric).WithArguments("tickcast_rooms").Should(BeZero())
	},
		Entry("over websocket", client.WebSocket),
		Entry("over polling", client.Polling),
	)

	It("subscribes and unsubscribes without an alert too many or too few", func() {
		s := openStage()
		c, inbox := s.join(client.WebSocket)
		for i := range 40 {
			Expect(c.Emit("subscribe_patterns", map[string]any{"patterns": []string{fmt.Sprintf("P%d", i)}})).To(Succeed())
		}
		Eventually(inbox.Events).WithArguments("subscription_confirmed").Should(HaveLen(40))
		for i := range 40 {
			s.alert(fmt.Sprintf("P%d", i), fmt.Sprintf("S%d", i))
		}
		Eventually(symbols).WithArguments(inbox).Should(Equal([]string{"S39"}))
		Expect(c.Emit("unsubscribe_patterns")).To(Succeed())
		Eventually(s.metric).WithArguments(`tickcast_events_in_total{event="unsubscribe_patterns"}`).Should(Equal(1.0))
		s.alert("P0", "ALL")
		Eventually(symbols).WithArguments(inbox).Should(Equal([]string{"S39", "ALL"}))
	})

	It("connects and leaves, hundreds of times at once, and nothing is left of it", func() {
		// A polling client that goes between two polls is missed by the heartbeat alone.
		s := openStage("WEBSOCKET_PING_INTERVAL=2s", "WEBSOCKET_PING_TIMEOUT=2s")
		for range 10 {
			var crowd []*client.Client
			for i := range 30 {
				c, _ := s.join([]client.Transport{client.WebSocket, client.Polling, client.Upgrade}[i%3])
				crowd = append(crowd, c)
			}
			s.alert("Doji", "X")
			for _, c := range crowd {
				c.Close()
			}
		}
		Eventually(s.health).Should(And(HaveField("Connections.Total", 0), HaveField("Subscriptions.Total", 0)))
		Expect(s.metric("tickcast_rooms")).To(BeZero())
		Eventually(s.metric).WithArguments("process_open_fds").Should(BeNumerically("<", 30))
	})
})
