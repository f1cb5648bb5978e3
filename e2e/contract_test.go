package e2e_test

import (
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
	Raw     *string         `json:"raw"` // published as it is, instead of the payload
	Expect  []expectation   `json:"expect"`
}

type expectation struct {
	Namespace string          `json:"namespace"`
	Event     string          `json:"event"`
	Subset    json.RawMessage `json:"payload_subset"`
	Optional  bool            `json:"optional"` // may be left out, but not be different
	Count     int             `json:"count"`
}

// contractCases are those that the bridge is tested with, too.
func contractCases() []contractCase {
	text, err := os.ReadFile("../redisbridge/testdata/contract-cases.json")
	if err != nil {
		panic(err) // the tree of specs cannot be built without them
	}
	var cases []contractCase
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

var _ = Describe("The contract, from Redis to a browser", Ordered, ContinueOnFailure, func() {
	var s *stage
	var inbox *client.Inbox
	BeforeAll(func() {
		s = openStage()
		_, inbox = s.join(client.WebSocket)
	})

	// An alert after the case: when it is here, all that the case brings is here.
	events := func(c contractCase) []client.Event {
		GinkgoHelper()
		before := len(inbox.Events())
		s.publish(c.Channel, c.message())
		s.alert("Fence", "AFTER")
		Eventually(func() []client.Event { return inbox.Events()[before:] }).Should(
			ContainElement(HaveField("Args", ContainElement(MatchRegexp(`"symbol":"AFTER"`)))))
		return slices.DeleteFunc(inbox.Events()[before:], func(e client.Event) bool { return symbolOf(e.Args) == "AFTER" })
	}

	for _, c := range contractCases() {
		It("holds for "+c.ID, func() {
			got := events(c)
			for _, want := range c.Expect {
				if want.Namespace == "/" {
					got = want.find(got)
				}
			}
			Expect(got).To(BeEmpty(), "nothing else may arrive")
		})
	}

	It("has a case for each of the four channels", func() {
		seen := map[string]bool{}
		for _, c := range contractCases() {
			seen[c.Channel] = true
		}
		Expect(seen).To(And(HaveKey(patterns), HaveKey("tickstock.events.backtesting.progress"),
			HaveKey("tickstock.events.backtesting.results"), HaveKey("tickstock.health.status")))
		counted, err := s.redis.Client().PubSubNumSub(context.Background(), patterns).Result()
		Expect(err).NotTo(HaveOccurred())
		Expect(counted).To(HaveKeyWithValue(patterns, int64(1)))
	})
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
