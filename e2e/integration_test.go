package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/client"
)

// keys is a JSON object that a browser sends, list one of its lists.
type (
	keys = map[string]any
	list = []string
)

// visit connects somebody who is not logged in.
func (s *stage) visit() *trader {
	GinkgoHelper()
	c, inbox := s.join(client.WebSocket)
	return &trader{"", c, inbox}
}

// hold subscribes by the universal API under an id.
func (t *trader) hold(kind, id string, filters keys) {
	GinkgoHelper()
	Expect(t.ask("subscribe", keys{"subscription_type": kind, "subscription_id": id, "filters": filters})).To(HaveKeyWithValue("status", "ok"))
}

// answer is what the acknowledgement of an event says, as JSON.
func (t *trader) answer(event string, payload any) string {
	GinkgoHelper()
	args, err := t.client.Ask(context.Background(), event, payload)
	Expect(err).NotTo(HaveOccurred())
	return string(args)
}

// payloads are those of the events of a name, in their order.
func (t *trader) payloads(event string) (all []map[string]any) {
	GinkgoHelper()
	for _, e := range t.inbox.Events(event) {
		Expect(e.Args).To(HaveLen(1))
		var payload map[string]any
		Expect(json.Unmarshal(e.Args[0], &payload)).To(Succeed())
		all = append(all, payload)
	}
	return all
}

// only is the payload of the one event of a name.
func (t *trader) only(event string) map[string]any {
	GinkgoHelper()
	all := t.payloads(event)
	Expect(all).To(HaveLen(1), event)
	return all[0]
}

// members are what the events of a name say under a key, in their order.
func (t *trader) members(event, key string) (all []any) {
	GinkgoHelper()
	for _, payload := range t.payloads(event) {
		all = append(all, payload[key])
	}
	return all
}

// news are the names of the events that came of what was published, in their order.
func (t *trader) news() list {
	var names list
	for _, e := range t.inbox.Events() {
		switch e.Name {
		case "connection_confirmed", "subscription_status", "subscription_confirmed", "tickstockpl_subscription_confirmed", "system_health":
		default:
			names = append(names, e.Name)
		}
	}
	return names
}

// settle publishes what goes to everyone, and waits for it: all that was published before is routed, and with these traders.
func (s *stage) settle(traders ...*trader) {
	GinkgoHelper()
	mark := fmt.Sprint("settled ", time.Now().UnixNano())
	s.publish("tickstock.health.status", fmt.Sprintf(`{"overall_status":%q}`, mark))
	for _, t := range traders {
		Eventually(func() bool {
			return slices.ContainsFunc(t.inbox.Events("system_health"), func(e client.Event) bool {
				return len(e.Args) == 1 && strings.Contains(string(e.Args[0]), mark)
			})
		}).Should(BeTrue(), "%s has not heard %s", t.user, mark)
	}
}

// gauge is the sum of a metric over its labels.
func (s *stage) gauge(name string) (total float64) {
	GinkgoHelper()
	lines := 0
	for line := range strings.Lines(s.get("/metrics").Body) {
		rest, ok := strings.CutPrefix(line, name)
		if !ok || rest[0] != '{' && rest[0] != ' ' {
			continue
		}
		value, err := strconv.ParseFloat(strings.TrimSpace(rest[strings.LastIndexByte(rest, ' ')+1:]), 64)
		Expect(err).NotTo(HaveOccurred())
		total += value
		lines++
	}
	Expect(lines).NotTo(BeZero(), "there is no metric %s", name)
	return total
}
