package e2e_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/client"
)

var _ = Describe("What a user has chosen about alerts in the Flask application", func() {
	It("decides which of them that user's page gets, and nobody else's", func() {
		ctx := context.Background()
		s := openStage("FLASK_SECRET_KEY="+secretKey, "TICKCAST_ALERTS_PYTHON_PREFERENCES=true")
		Expect(s.redis.Client().Set(ctx, "tickstock:alerts:prefs:7", `{"confidence_threshold": 60, "max_alerts_per_hour": 1000}`, 0).Err()).To(Succeed())
		Expect(s.redis.Client().Set(ctx, "tickstock:alerts:subscriptions:7", `[{"pattern_name": "Doji", "active": true, "symbols": []}]`, 0).Err()).To(Succeed())
		page := client.Options{Namespace: "/tickstockpl", Cookie: sessionOf("7")}
		_, chooser := s.enter(page)
		page.Cookie = sessionOf("8")
		_, other := s.enter(page)

		had := func(inbox *client.Inbox, symbol string) func() bool {
			return func() bool {
				return slices.ContainsFunc(inbox.Events(), func(e client.Event) bool { return strings.Contains(string(e.Args[0]), `"`+symbol+`"`) })
			}
		}
		last, round := "", 0
		Eventually(func() bool { // until the choice is read
			round++
			last = fmt.Sprint("ROUND", round)
			s.alert("Hammer", "NOT"+last)
			s.alert("Doji", last)
			Eventually(had(chooser, last)).Should(BeTrue())
			return had(chooser, "NOT"+last)()
		}).Should(BeFalse())
		Eventually(had(other, "NOT"+last)).Should(BeTrue())
		Expect(s.metric("tickcast_rule_held_total")).To(BeNumerically(">", 0))

		// Another choice counts at once if the application says so.
		Expect(s.redis.Client().Set(ctx, "tickstock:alerts:subscriptions:7", `[{"pattern_name": "Hammer", "active": true}]`, 0).Err()).To(Succeed())
		s.publish("tickcast:control", `{"preferences":{"user":7}}`)
		Eventually(func() bool {
			round++
			last = fmt.Sprint("ROUND", round)
			s.alert("Hammer", last)
			Eventually(had(other, last)).Should(BeTrue())
			return had(chooser, last)()
		}).Should(BeTrue())
	})
})
