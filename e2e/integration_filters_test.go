package e2e_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// zoneWhere finds a time zone in which the clock shows now what is wanted; empty if there is none.
func zoneWhere(wanted func(local time.Time) bool) string {
	GinkgoHelper()
	for offset := -14; offset <= 12; offset++ { // these names count from the west
		zone, err := time.LoadLocation(fmt.Sprintf("Etc/GMT%+d", offset))
		Expect(err).NotTo(HaveOccurred())
		if wanted(time.Now().In(zone)) {
			return zone.String()
		}
	}
	return ""
}

var _ = Describe("Integration: message flow, by clock", func() {
	// Half an hour away from any opening or closing, so that no spec runs across one.
	open := func(local time.Time) bool {
		day := local.Weekday()
		return day != time.Saturday && day != time.Sunday && local.Hour() >= 10 && local.Hour() < 15
	}
	closed := func(local time.Time) bool { return local.Hour() >= 17 && local.Hour() < 23 }

	It("keeps to the market's hours, in the market's time zone, where a filter asks for them", func() {
		expected := map[string]list{zoneWhere(closed): {"sleepless"}}
		if zone := zoneWhere(open); zone != "" { // on a weekend there is none in the whole world
			expected[zone] = list{"sleepless", "asleep"}
		}
		for zone, awake := range expected {
			s := openStage("FLASK_SECRET_KEY="+secretKey, "MARKET_TIMEZONE="+zone)
			users := []*trader{s.login("sleepless"), s.login("asleep")}
			users[0].hold("tier_patterns", "", keys{"market_hours_only": false})
			users[1].hold("tier_patterns", "", keys{"market_hours_only": true})
			s.pattern("now", "Doji", "AAPL", "daily", 0.95)
			s.settle(users...)
			var got list
			for _, t := range users {
				if len(t.ids()) > 0 {
					got = append(got, t.user)
				}
			}
			Expect(got).To(Equal(awake), zone)
		}
	})

	It("sends no more in an hour than a filter wants, whatever the priority", func() {
		s := openStage("FLASK_SECRET_KEY=" + secretKey)
		few, many := s.login("7"), s.login("8")
		few.hold("tier_patterns", "", keys{"max_events_per_hour": 3})
		many.hold("tier_patterns", "", nil)
		for i := range 5 {
			s.pattern(fmt.Sprint(i), "Doji", "AAPL", "daily", 0.95)
		}
		s.settle(few, many)
		Expect(few.ids()).To(Equal(list{"0", "1", "2"}))
		Expect(many.ids()).To(HaveLen(5))
		Expect(s.metric("tickcast_hour_limited_total")).To(Equal(2.0))
		few.hold("tier_patterns", "", keys{"max_events_per_hour": 3})
		s.pattern("again", "Doji", "AAPL", "daily", 0.95)
		few.hold("tier_patterns", "another", keys{"symbols": list{"TSLA"}})
		s.pattern("other", "Doji", "TSLA", "daily", 0.95)
		s.settle(few)
		Expect(few.ids()).To(Equal(list{"0", "1", "2", "other"}), "to subscribe again begins no new hour")
	})
})
