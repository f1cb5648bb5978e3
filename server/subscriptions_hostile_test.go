package server_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = DescribeTable("Whatever is sent about subscriptions",
	func(arguments string) {
		s := startSite(nil, nil)
		b := enterBrowser(s.url)
		for _, name := range []string{
			"subscribe", "unsubscribe", "get_subscriptions", "subscribe_tier_patterns", "unsubscribe_tier_patterns",
			"subscribe_pattern_alerts", "unsubscribe_pattern_alerts",
		} {
			b.write(`429["` + name + `"` + arguments + `]`)
			Eventually(b.events).WithTimeout(patience).Should(Receive(WithTransform(func(e event) string { return e.Name }, BeElementOf("ack", "subscription_status"))))
		}
		Expect(s.health().Counters.Panics["events"]).To(BeZero())
		Expect(s.health().Counters.EventsOut).NotTo(HaveKey("error"))
	},
	Entry("nothing", ``),
	Entry("null", `,null`),
	Entry("text", `,"tier_patterns"`),
	Entry("a number", `,1e400`),
	Entry("a list", `,[{"tier":"daily"}]`),
	Entry("more arguments", `,{},null,[],"more"`),
	Entry("keys of the wrong types", `,{"tier":{},"filters":7,"subscription_id":[],"subscription_type":{},"channels":null,"preset":[],"preferences":"all"}`),
	Entry("keys of the language", `,{"__proto__":{"tier":"daily"},"constructor":1,"tier":"__proto__"}`),
	Entry("broken text", `,{"tier":"\ud800","subscription_type":"\u0000","subscription_id":"\ud800"}`),
	Entry("a deep object", `,{"filters":`+strings.Repeat(`{"a":`, 20)+`1`+strings.Repeat(`}`, 20)+`}`),
	Entry("a long list", `,{"tier":"daily","filters":{"symbols":[`+strings.Repeat(`"A",`, 50_000)+`"A"]}}`),
	Entry("an object of many keys", `,{`+strings.Repeat(`"k":{"symbols":[]},`, 10_000)+`"tier":"x"}`),
	Entry("a filter of many keys", `,{"tier":"daily","filters":{`+strings.Repeat(`"symbols":["A"],`, 10_000)+`"k":1}}`),
	Entry("more than is ever read", `,{"tier":"daily","x":"`+strings.Repeat(`A`, 600_000)+`"}`),
)
