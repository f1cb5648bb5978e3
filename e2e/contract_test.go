package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/client"
)

// contractCase is one message and what browsers must see of it.
type contractCase struct {
	ID      string          `json:"id"`
	Channel string          `json:"channel"`
	Payload json.RawMessage `json:"payload"`
	Raw     *string         `json:"raw"`    // published as it is, instead of the payload
	Before  []contractCase  `json:"before"` // published just before
	Emit    [][]any         `json:"emit"`   // what a page of its own says first, to subscribe
	Expect  []expectation   `json:"expect"`
}

type expectation struct {
	Namespace string          `json:"namespace"`
	Event     string          `json:"event"`
	Subset    json.RawMessage `json:"payload_subset"`
	Optional  bool            `json:"optional"` // may be left out, but not be different
	Count     int             `json:"count"`
}

const (
	bridgeCases = "../redisbridge/testdata/contract-cases.json" // pages that have asked for nothing
	ownCases    = "testdata/contract-cases.json"                // market data, and pages that subscribe
)

func contractCases(file string) (cases []contractCase) {
	text, err := os.ReadFile(file)
	if err != nil {
		panic(err) // the tree of specs cannot be built without them
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		panic(err)
	}
	return cases
}

func (c contractCase) message() string {
	if c.Raw != nil {
		return *c.Raw
	}
	return string(c.Payload)
}

var namespaces = []string{"/", "/tickstockpl", "/admin-ws"}

// The cases run in their order: those of the processing state build on each other.
var _ = Describe("The contract, from Redis to browsers in every namespace", Ordered, func() {
	var s *stage
	inboxes := map[string]*client.Inbox{}
	fences := 0
	BeforeAll(func() {
		s = openStage("FLASK_SECRET_KEY="+secretKey, "ADMIN_USERS=1")
		for _, namespace := range namespaces {
			_, inboxes[namespace] = s.enter(client.Options{Namespace: namespace, Cookie: sessionOf("1")})
		}
		Eventually(inboxes["/admin-ws"].Events).Should(ContainElement(HaveField("Name", "connection_status_update")))
	})

	// fence publishes what comes after all that is routed already.
	fence := func() {
		GinkgoHelper()
		fences++
		s.alert("Fence", fmt.Sprint("AFTER", fences))
		s.publish("tickstock:market:ticks", fmt.Sprintf(`{"symbol":"AFTER%d","price":1}`, fences))
		for _, inbox := range inboxes {
			Eventually(inbox.Events).Should(ContainElement(HaveField("Args", ContainElement(ContainSubstring(fmt.Sprintf(`"AFTER%d"`, fences))))))
		}
	}
	settle := func() {
		GinkgoHelper()
		fence()
		Eventually(s.metric).WithArguments("tickcast_redis_parked_events").Should(BeZero())
		for _, batch := range []string{"streaming_patterns_batch", "streaming_indicators_batch"} {
			Eventually(s.metric).WithArguments(fmt.Sprintf("tickcast_redis_buffer_waiting{event=%q}", batch)).Should(BeZero())
		}
		fence()
	}

	for _, c := range contractCases(bridgeCases) {
		It("holds for "+c.ID, func() {
			before := map[string]int{}
			for namespace, inbox := range inboxes {
				before[namespace] = len(inbox.Events())
			}
			for _, earlier := range c.Before {
				s.publish(earlier.Channel, earlier.message())
			}
			s.publish(c.Channel, c.message())
			settle()
			for namespace, inbox := range inboxes {
				got := slices.DeleteFunc(inbox.Events()[before[namespace]:], ofNoCase)
				for _, want := range c.Expect {
					if want.Namespace == namespace {
						got = want.find(got)
					}
				}
				Expect(got).To(BeEmpty(), "nothing else may arrive on %s", namespace)
			}
		})
	}
})

var _ = Describe("The contract, for pages that subscribe", Ordered, func() {
	var s *stage
	BeforeAll(func() { s = openStage() })

	for _, c := range contractCases(ownCases) {
		It("holds for "+c.ID, func() {
			page, inbox := s.join(client.WebSocket)
			for _, event := range c.Emit {
				Expect(page.Emit(event[0].(string), event[1:]...)).To(Succeed())
			}
			_, err := page.Ask(context.Background(), "test_connection") // events are handled in order
			Expect(err).NotTo(HaveOccurred())
			replies := len(inbox.Events())
			s.publish(c.Channel, c.message())
			for range 2 { // what waits in a streaming window comes between the two
				s.publish("tickstock.health.status", `{"overall_status":"AFTER"}`)
				Eventually(inbox.Events).WithArguments("system_health").ShouldNot(BeEmpty())
				for _, batch := range []string{"streaming_patterns_batch", "streaming_indicators_batch"} {
					Eventually(s.metric).WithArguments(fmt.Sprintf("tickcast_redis_buffer_waiting{event=%q}", batch)).Should(BeZero())
				}
			}
			Eventually(inbox.Events).WithArguments("system_health").Should(HaveLen(2))
			got := slices.DeleteFunc(inbox.Events()[replies:], ofNoCase)
			for _, want := range c.Expect {
				got = want.find(got)
			}
			Expect(got).To(BeEmpty(), "nothing else may arrive")
		})
	}
})

// find takes out of events those that are expected, and holds each against the subset.
func (want expectation) find(events []client.Event) (rest []client.Event) {
	GinkgoHelper()
	found := 0
	for _, e := range events {
		if e.Name != want.Event {
			rest = append(rest, e)
			continue
		}
		found++
		Expect(e.Args).To(HaveLen(1))
		Expect(differences("", parsed(want.Subset), parsed(e.Args[0]))).To(BeEmpty(), "%s", e.Args[0])
	}
	if !want.Optional || found > 0 {
		Expect(found).To(Equal(max(want.Count, 1)), "number of %s", want.Event)
	}
	return rest
}

// ofNoCase tells what a fence brought, or a clock.
func ofNoCase(e client.Event) bool {
	return e.Name == "metrics_update" || len(e.Args) == 1 && bytes.Contains(e.Args[0], []byte(`"AFTER`))
}

func parsed(raw json.RawMessage) any {
	GinkgoHelper()
	var value any
	Expect(json.Unmarshal(raw, &value)).To(Succeed())
	return value
}

// differences lists where got is not what want says: objects may have more keys, $number and its like stand for anything of the kind.
func differences(path string, want, got any) []string {
	differ := []string{fmt.Sprintf("%s: want %v, got %v", path, want, got)}
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			return differ
		}
		var all []string
		for key, member := range want {
			value, there := object[key]
			if !there {
				all = append(all, path+"."+key+": missing")
				continue
			}
			all = append(all, differences(path+"."+key, member, value)...)
		}
		return all
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return differ
		}
		var all []string
		for i := range want {
			all = append(all, differences(fmt.Sprintf("%s[%d]", path, i), want[i], list[i])...)
		}
		return all
	case string:
		if fits(want, got) {
			return nil
		}
		return differ
	}
	if want != got {
		return differ
	}
	return nil
}

func fits(want string, got any) bool {
	switch want {
	case "$any":
		return true
	case "$number":
		_, ok := got.(float64)
		return ok
	case "$string":
		_, ok := got.(string)
		return ok
	}
	return got == want
}
