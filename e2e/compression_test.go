package e2e_test

import (
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/driver"
)

var _ = Describe("Compression, where it is on", func() {
	It("is what official clients understand, in both directions, and others beside them do without", func() {
		s := openStage("TICKCAST_SOCKETS_COMPRESSION=true")
		var all []*driver.Driver
		for _, version := range versions() {
			all = append(all, javascript(driver.Setup{URL: s.tickcast.URL(""), Version: version, Transports: []string{"websocket"},
				Events: []string{"pattern_alert"}}))
		}
		all = append(all, python(driver.Setup{URL: s.tickcast.URL(""), Transports: []string{"websocket"}, Events: []string{"pattern_alert"}}))

		note := strings.Repeat("a long note ", 10_000)
		for i, d := range all {
			Expect(d.Emit(i+1, "get_subscriptions", map[string]any{"note": note})).To(Succeed())
			Eventually(d.Told).WithArguments("ack").Should(HaveLen(1))
		}
		s.publish(patterns, fmt.Sprintf(`{"pattern":"Doji","symbol":"LONG","confidence":0.9,"note":%q}`, note))
		s.alert("Doji", "SHORT")
		for _, d := range all {
			Eventually(alerts).WithArguments(d).Should(ConsistOf("LONG", "SHORT"))
			Expect(string(d.Events("pattern_alert")[0].Args[0])).To(Or(ContainSubstring(note), ContainSubstring("SHORT")))
		}
		Expect(s.metric("tickcast_bytes_saved_total")).To(BeNumerically(">", len(versions())*len(note)))
	})
})
