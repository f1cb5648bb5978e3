package redisbridge

import (
	"context"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/rooms"
)

var _ = Describe("What a user has chosen in the Flask application", func() {
	hours := func(from, until time.Duration) rooms.QuietHours { return rooms.QuietHours{From: from, Until: until} }

	DescribeTable("is read from the preferences:",
		func(text string, confidence float64, perHour int, quiet rooms.QuietHours) {
			rule, err := alertRule(text, "")
			Expect(err).NotTo(HaveOccurred())
			Expect(rule).To(Equal(rooms.AlertRule{Confidence: confidence, PerHour: perHour, Quiet: quiet}))
		},
		Entry("none", ``, 0.5, 50, hours(0, 0)),
		Entry("nothing said", `{}`, 0.5, 50, hours(0, 0)),
		Entry("a percentage", `{"confidence_threshold":70,"max_alerts_per_hour":5}`, 0.7, 5, hours(0, 0)),
		Entry("a fraction", `{"confidence":0.7}`, 0.7, 50, hours(0, 0)),
		Entry("texts", `{"confidence_threshold":"70","max_alerts_per_hour":"5"}`, 0.7, 5, hours(0, 0)),
		Entry("more than all", `{"confidence":7000,"max_alerts_per_hour":1e30}`, 1.0, 10_000, hours(0, 0)),
		Entry("less than nothing", `{"confidence":-1,"max_alerts_per_hour":-1}`, 0.0, 0, hours(0, 0)),
		Entry("no numbers", `{"confidence":[],"max_alerts_per_hour":"NaN"}`, 0.5, 50, hours(0, 0)),
		Entry("quiet hours", `{"quiet_hours":{"enabled":true,"start":"22:30","end":"07:00:30"}}`, 0.5, 50, hours(22*time.Hour+30*time.Minute, 7*time.Hour+30*time.Second)),
		Entry("quiet hours as numbers", `{"quiet_hours":{"start":22,"end":7}}`, 0.5, 50, hours(22*time.Hour, 7*time.Hour)),
		Entry("quiet hours beside the rest", `{"quiet_hours_enabled":true,"quiet_hours_start":"22:00","quiet_hours_end":"07:00"}`, 0.5, 50, hours(22*time.Hour, 7*time.Hour)),
		Entry("quiet hours switched off", `{"quiet_hours":{"enabled":false,"start":"22:00","end":"07:00"}}`, 0.5, 50, hours(0, 0)),
		Entry("quiet hours switched off by a number", `{"quiet_hours":{"enabled":0,"start":"22:00","end":"07:00"}}`, 0.5, 50, hours(0, 0)),
		Entry("quiet hours switched off by a text", `{"quiet_hours_enabled":"False","quiet_hours_start":"22:00","quiet_hours_end":"07:00"}`, 0.5, 50, hours(0, 0)),
		Entry("half of the quiet hours", `{"quiet_hours":{"enabled":true,"start":"22:00","end":"late"}}`, 0.5, 50, hours(0, 0)),
	)

	DescribeTable("is read from the subscriptions:",
		func(text string, wanted ...rooms.AlertWish) {
			rule, err := alertRule("", text)
			Expect(err).NotTo(HaveOccurred())
			Expect(rule.Wanted).NotTo(BeNil())
			Expect(rule.Wanted).To(ConsistOf(wanted))
		},
		Entry("no patterns", `[]`),
		Entry("a list", `[{"pattern_name":"Doji","active":true,"symbols":["AAPL"],"confidence":70},{"pattern":"Hammer","confidence_threshold":0.6,"symbols":[]}]`,
			rooms.AlertWish{Pattern: "Doji", Symbols: []string{"AAPL"}, Confidence: 0.7}, rooms.AlertWish{Pattern: "Hammer", Confidence: 0.6}),
		Entry("by pattern", `{"Doji":{"active":true},"Hammer":{"is_active":false}}`, rooms.AlertWish{Pattern: "Doji"}),
		Entry("by mere names", `["Doji",7,{"pattern":"Hammer"}]`, rooms.AlertWish{Pattern: "Doji"}, rooms.AlertWish{Pattern: "Hammer"}),
		Entry("with symbols in a text", `[{"pattern":"Doji","symbols":"AAPL, MSFT"}]`, rooms.AlertWish{Pattern: "Doji", Symbols: []string{"AAPL", "MSFT"}}),
		Entry("switched off by a number", `[{"pattern":"Doji","active":0},{"pattern":"Hammer","active":1}]`, rooms.AlertWish{Pattern: "Hammer"}),
		Entry("by id", `{"a1":{"pattern_name":"Doji"},"a2":{"pattern_name":"Hammer","enabled":false}}`, rooms.AlertWish{Pattern: "Doji"}),
		Entry("below their name", `{"subscriptions":[{"pattern_name":"Doji"}]}`, rooms.AlertWish{Pattern: "Doji"}),
		Entry("a pattern of that name", `{"subscriptions":{"pattern_name":"Doji"}}`, rooms.AlertWish{Pattern: "Doji"}),
		Entry("what is none among them", `{"Doji":{},"version":2,"x":null}`, rooms.AlertWish{Pattern: "Doji"}),
		Entry("one without a pattern", `[{"symbols":["AAPL"]},null]`),
	)

	DescribeTable("is not read from",
		func(preferences, wishes string) {
			_, err := alertRule(preferences, wishes)
			Expect(err).To(HaveOccurred())
		},
		Entry("preferences that are no JSON", `{`, ``),
		Entry("preferences that are no object", `[]`, ``),
		Entry("preferences of null", `null`, ``),
		Entry("subscriptions that are no JSON", ``, `[{]`),
		Entry("subscriptions of null", ``, `null`),
		Entry("subscriptions that are a number", ``, `7`),
		Entry("nests without end", ``, strings.Repeat(`{"subscriptions":`, 3000)+`7`+strings.Repeat(`}`, 3000)),
	)

	It("keeps a bounded number of patterns", func() {
		rule, err := alertRule("", "["+strings.Repeat(`{"pattern":"Doji"},`, 2000)+"{}]")
		Expect(err).NotTo(HaveOccurred())
		Expect(rule.Wanted).To(HaveLen(maxWishes))
	})

	Context("in Redis", func() {
		ctx := context.Background()
		var server *realRedis
		var choices *Choices
		BeforeEach(func() {
			server = startRedis()
			client, err := Open(settings(server.addr))
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(client.Close)
			choices = NewChoices(client)
		})
		set := func(key, text string) {
			GinkgoHelper()
			Expect(server.publisher().Set(ctx, key, text, 0).Err()).To(Succeed())
		}

		It("is nothing for most", func() {
			set("tickstock:alerts:prefs:8", `{}`)
			_, found, err := choices.AlertRule(ctx, "7")
			Expect(err).NotTo(HaveOccurred())
			Expect(found).To(BeFalse())
		})

		It("is found under either key, and stays as it is", func() {
			set("tickstock:alerts:prefs:7", `{"confidence":80}`)
			set("tickstock:alerts:subscriptions:8", `[{"pattern":"Doji"}]`)
			rule, found, err := choices.AlertRule(ctx, "7")
			Expect(err).NotTo(HaveOccurred())
			Expect(found).To(BeTrue())
			Expect(rule).To(Equal(rooms.AlertRule{Confidence: 0.8, PerHour: 50}))
			rule, found, err = choices.AlertRule(ctx, "8")
			Expect(err).NotTo(HaveOccurred())
			Expect(found).To(BeTrue())
			Expect(rule).To(Equal(rooms.AlertRule{Confidence: 0.5, PerHour: 50, Wanted: []rooms.AlertWish{{Pattern: "Doji"}}}))
			Expect(server.publisher().DBSize(ctx).Val()).To(BeEquivalentTo(2))
		})

		It("is an error, if it is not what it should be", func() {
			set("tickstock:alerts:prefs:7", strings.Repeat(" ", maxChoice)+"{}")
			_, _, err := choices.AlertRule(ctx, "7")
			Expect(err).To(MatchError(errLargeChoice))
			Expect(server.publisher().LPush(ctx, "tickstock:alerts:subscriptions:8", "x").Err()).To(Succeed())
			_, _, err = choices.AlertRule(ctx, "8")
			Expect(err).To(MatchError(ContainSubstring("read tickstock:alerts:subscriptions:8: WRONGTYPE")))
			set("tickstock:alerts:prefs:9", `nonsense`)
			_, _, err = choices.AlertRule(ctx, "9")
			Expect(err).To(MatchError("alert preferences of user 9: prefs: not a JSON object"))
		})
	})
})
