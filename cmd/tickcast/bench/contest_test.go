package bench

import (
	"bytes"
	"context"
	"errors"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// task is a work of which it is known what comes out.
type task struct {
	label   string
	figures []string
}

func (t task) Label() string  { return t.label }
func (t task) Check() error   { return nil }
func (t task) rows() []string { return t.figures }
func (t task) measure(context.Context, *stage, int) (Run, error) {
	return Run{}, errors.New("is only looked at")
}

var _ = Describe("A contest", func() {
	c := Contest{
		Works: []Work{task{"fanout", []string{"CPU/delivery µs", "p99 ms"}}, task{"idle", []string{"RSS/socket KB"}}},
		Peers: []Peer{{Name: "ours"}, {Name: "other"}},
		Runs:  3,
	}
	good := verdict{Expected: 100, Got: 100}
	fanout := func(peer string, cpu, p99 float64, v verdict) Run {
		return Run{Work: "fanout", Peer: peer, Figures: figures{"CPU/delivery µs": cpu, "p99 ms": p99}, verdict: v}
	}
	idle := func(peer string, rss float64) Run {
		return Run{Work: "idle", Peer: peer, Figures: figures{"RSS/socket KB": rss}, verdict: good}
	}
	runs := []Run{
		fanout("ours", 3, 10, good), fanout("other", 9, 90, verdict{Expected: 100, Got: 99, Lost: 1}), idle("ours", 12),
		{Work: "idle", Peer: "other", Failure: "start other: no such file"},
		fanout("ours", 1, 30, good), fanout("other", 7, 70, good), idle("ours", 14),
		fanout("ours", 2, 20, good), fanout("other", 8, 80, verdict{Expected: 100, Got: 98, Lost: 1, Doubled: 1, Misrouted: 2}), idle("ours", 13),
	}

	It("takes the median of each figure, and counts all that went wrong", func() {
		Expect(c.Medians(runs)).To(Equal([]Run{
			fanout("ours", 2, 20, verdict{Expected: 300, Got: 300}),
			fanout("other", 8, 80, verdict{Expected: 300, Got: 297, Lost: 2, Doubled: 1, Misrouted: 2}),
			{Work: "idle", Peer: "ours", Figures: figures{"RSS/socket KB": 13}, verdict: verdict{Expected: 300, Got: 300}},
			{Work: "idle", Peer: "other", Figures: figures{}, Failure: "start other: no such file"},
		}))
	})

	It("prints a row for each figure, a column for each peer, and why a peer was not measured", func() {
		var out bytes.Buffer
		c.Print(&out, c.Medians(runs))
		Expect(out.String()).To(MatchRegexp(`(?s)fanout\n +ours +other\n +CPU/delivery µs +2 +8\n +p99 ms +20 +80\n` +
			` +went wrong +nothing +0\.67 % lost, 1 % not as due\n.*idle\n +ours +other\n +RSS/socket KB +13 +–\n +went wrong +nothing +–\n` +
			`\nidle: other was not measured: start other: no such file\n$`))
	})

	It("fails for what is ours alone", func() {
		Expect(c.Flawless(runs)).To(Succeed())
	})

	DescribeTable("fails for our",
		func(run Run, words string) {
			run.Work, run.Peer = "fanout", "ours"
			Expect(c.Flawless(append(runs[:len(runs):len(runs)], run))).To(MatchError("fanout: ours: " + words))
		},
		Entry("loss", Run{verdict: verdict{Expected: 9, Lost: 2}}, "2 lost of 9"),
		Entry("double", Run{verdict: verdict{Expected: 9, Doubled: 1}}, "1 doubled of 9"),
		Entry("disorder", Run{verdict: verdict{Expected: 9, Reordered: 1}}, "1 reordered of 9"),
		Entry("leak", Run{verdict: verdict{Expected: 9, Misrouted: 3}}, "3 misrouted of 9"),
		Entry("absence", Run{Failure: "does not listen"}, "does not listen"),
		Entry("idleness", Run{}, "nothing was due"),
	)

	It("tells of a peer that is not there, goes on with the others, and spares it the further runs", func(ctx SpecContext) {
		var progress bytes.Buffer
		here := Contest{Works: c.Works[:1], Runs: 3, Peers: []Peer{
			{Name: "ours", Command: "/there/is/none", Env: func(string, string) []string { return nil }},
			{Name: "other", Command: "/there/is/none", Env: func(string, string) []string { return nil }},
		}}
		runs, err := here.Run(ctx, &progress)
		Expect(err).NotTo(HaveOccurred())
		Expect(runs).To(HaveExactElements(HaveField("Peer", "ours"), HaveField("Peer", "other")))
		Expect(runs).To(HaveEach(HaveField("Failure", ContainSubstring("no such file"))))
		Expect(progress.String()).To(ContainSubstring("fanout: other: not measured: start other: "))
		Expect(here.Flawless(runs)).To(MatchError(HavePrefix("fanout: ours: start ours")))
	})
})

var _ = Describe("The works", func() {
	DescribeTable("that make no sense are refused",
		func(work interface{ Check() error }, words string) { Expect(work.Check()).To(MatchError(words)) },
		Entry(nil, Fanout{Rate: 1, Length: 1e9}, "sockets: at least one"),
		Entry(nil, Fanout{Sockets: 1, Rate: -1, Length: 1e9}, "rate: not below 0"),
		Entry(nil, Fanout{Sockets: 1, Rate: 10, Length: 1e6}, "length: not one message is due"),
		Entry(nil, Fanout{Sockets: 1, Length: 1e9}, "ahead: at least one"),
		Entry(nil, Fanout{Sockets: 1, Ahead: 1, Length: 1e9, Filters: true}, "filters: need a rate"),
		Entry(nil, Idle{}, "sockets: at least one"),
		Entry(nil, Idle{Sockets: 1, Rest: -1}, "rest: not below 0"),
		Entry(nil, Match{Subscriptions: 1, Events: 1}, "checked: at least one"),
		Entry(nil, Match{Events: 1, Checked: 1}, "subscriptions: at least one"),
		Entry(nil, Match{Subscriptions: 1, Checked: 1}, "events: at least one"),
		Entry(nil, Match{Subscriptions: 1, Events: 1, Checked: 1, Changes: -1}, "changes: not below 0"),
	)

	It("have labels of their own, and rows", func() {
		labels := map[string]bool{}
		for _, work := range All(false) {
			Expect(work.Check()).To(Succeed())
			Expect(labels).NotTo(HaveKey(work.Label()))
			labels[work.Label()] = true
			Expect(work.rows()).NotTo(BeEmpty())
		}
		Expect(labels).To(HaveLen(5))
	})

	It("measure every figure that they have a row for", func() {
		f := Fanout{Filters: true, Sockets: 1, Rate: 5}
		one := &tally{progress: func() {}}
		for seq := range int64(5) {
			one.message([]byte(`42["pattern_alert",` + message(seq, 1, "") + `]`))
		}
		run := f.judge([]*tally{one}, 5, 20_000, 1e9)
		for _, row := range f.rows() {
			Expect(run.Figures).To(HaveKey(row))
		}
		Expect(run.Figures).To(HaveKeyWithValue("CPU/delivery µs", 4.0))
		Expect(run.ok()).To(BeTrue())
	})

	It("say nothing of what nobody got", func() {
		run := Fanout{}.judge(tallies(2), 3, 1, 1e9)
		Expect(run.Figures).NotTo(HaveKey("CPU/delivery µs"))
		Expect(run.Lost).To(BeEquivalentTo(6))
	})

	It("want of each user what his filter accepts, and of all together something", func() {
		f := Fanout{Sockets: 500, Rate: 50, Length: 1e9, Filters: true}
		s := f.script(&stage{speech: socketIO{}}, 0)
		Expect(s.wishes).To(HaveLen(500))
		Expect(s.due(50)).To(BeNumerically("~", 200, 100))
		Expect(f.script(&stage{speech: socketIO{}}, 800).text(12, 1)).To(ContainSubstring(`"seq":12`))
	})

	DescribeTable("fill a peer's messages up to our frame",
		func(speech speech, f Fanout, head string) {
			s := f.script(&stage{speech: speech}, 900)
			Expect(len(head) + len(s.text(0, 1e18))).To(BeNumerically("~", 900, 2))
		},
		Entry("of all", socketIO{}, Fanout{}, `42["pattern_alert",]`),
		Entry("of some", socketIO{}, Fanout{Filters: true}, `42["tier_pattern",]`),
		Entry("in Centrifuge", centrifuge{}, Fanout{}, `{"push":{"channel":"patterns","pub":{"data":}}}`),
	)
})
