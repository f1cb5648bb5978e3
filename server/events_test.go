package server_test

import (
	"encoding/json"
	"os"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/server"
)

// sample is one exchange of a browser event: what the page sends, and all that it receives for it.
type sample struct {
	Note    string
	Send    []json.RawMessage
	Ack     bool
	Receive [][]json.RawMessage // name and arguments; "ack" for the acknowledgement
}

// samples reads the golden samples of an event.
func samples(event string) []sample {
	GinkgoHelper()
	text, err := os.ReadFile(filepath.Join("testdata", "events", event+".json"))
	Expect(err).NotTo(HaveOccurred(), "every browser event needs a golden sample")
	var found []sample
	Expect(json.Unmarshal(text, &found)).To(Succeed())
	return found
}

var _ = Describe("The table of browser events", func() {
	It("names each event once", func() {
		seen := map[string]bool{}
		for _, name := range server.EventNames() {
			Expect(seen).NotTo(HaveKey(name))
			seen[name] = true
		}
	})

	It("has golden samples for each row, and none besides", func() {
		files, err := filepath.Glob(filepath.Join("testdata", "events", "*.json"))
		Expect(err).NotTo(HaveOccurred())
		var expected []string
		for _, name := range server.EventNames() {
			Expect(samples(name)).NotTo(BeEmpty())
			expected = append(expected, filepath.Join("testdata", "events", name+".json"))
		}
		Expect(files).To(ConsistOf(expected))
	})
})

var _ = Describe("A browser event", func() {
	for _, name := range server.EventsOf("/") {
		It(name+" is answered as in its golden samples", func() {
			enterBrowser(startSite(nil, nil).url).tries(name)
		})
	}

	for _, name := range server.EventsOf("/admin-ws") {
		It(name+" of an admin is answered as in its golden samples", func() {
			enterAdmin(startSite(nil, byCookie)).tries(name)
		})
	}

	It("of an unknown name gets neither an answer nor an error, and is counted", func() {
		s := startSite(nil, nil)
		b := enterBrowser(s.url)
		b.emit("subscribe_to_the_moon", map[string]any{"tier": "daily"})
		b.emit("constructor")
		b.expectNothing()
		Expect(s.health().Counters.UnknownEvents).To(BeEquivalentTo(2))
	})

	It("is logged without the socket's whole id", func() {
		s := startSite(nil, nil)
		b := enterBrowser(s.url)
		b.emit("subscribe_patterns", map[string]any{"patterns": []any{map[string]any{}}})
		b.next("error")
		b.close()
		Eventually(s.log.String).Should(ContainSubstring("socket closed"))
		Expect(s.log.String()).NotTo(ContainSubstring(b.id))
	})
})

// tries sends all golden samples of an event and compares the answers.
func (b *browser) tries(name string) {
	GinkgoHelper()
	for i, s := range samples(name) {
		By(s.Note)
		packet := "42" + b.prefix
		if s.Ack {
			packet += "7"
		}
		b.write(packet + asJSON(s.Send))
		for _, wanted := range s.Receive {
			var event string
			Expect(json.Unmarshal(wanted[0], &event)).To(Succeed())
			Expect(like(raw(wanted[1:]), raw(b.next(event).Args))).To(Succeed(), "sample %d", i)
		}
		b.expectNothing()
	}
}

func raw(args []json.RawMessage) json.RawMessage {
	GinkgoHelper()
	if args == nil {
		args = []json.RawMessage{}
	}
	return json.RawMessage(asJSON(args))
}
