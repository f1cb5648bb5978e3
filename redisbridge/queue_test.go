package redisbridge

import (
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("The queue", func() {
	text := func(r raw) string { return r.text }
	texts := func(items []raw) (all []string) {
		for _, item := range items {
			all = append(all, text(item))
		}
		return all
	}

	It("gives back what it was given, in order", func() {
		q := newQueue(1 << 20)
		for range 3 {
			for n := range 5000 {
				Expect(q.push(raw{row: n})).To(BeEmpty())
			}
			for n := range 5000 {
				r, ok := q.pop()
				Expect(ok).To(BeTrue())
				Expect(r.row).To(Equal(n))
			}
		}
		Expect(q.state()).To(Equal(QueueState{Limit: 1 << 20}))
	})

	It("never holds more bytes than its limit, and lets the oldest go", func() {
		q := newQueue(3 * (rawOverhead + 1))
		for _, name := range []string{"a", "b", "c"} {
			Expect(q.push(raw{text: name})).To(BeEmpty())
		}
		Expect(texts(q.push(raw{text: "d"}))).To(Equal([]string{"a"}))
		Expect(texts(q.push(raw{text: strings.Repeat("e", rawOverhead)}))).To(Equal([]string{"b", "c"}))
		Expect(texts(q.rest())).To(HaveLen(2))
	})

	It("holds one message even if that alone is too large", func() {
		q := newQueue(10)
		Expect(q.push(raw{text: "larger than ten"})).To(BeEmpty())
		Expect(q.state().Messages).To(Equal(1))
	})

	It("wakes who waits for a message", func() {
		q := newQueue(1 << 20)
		got := make(chan string, 1)
		var waiting sync.WaitGroup
		waiting.Go(func() {
			r, _ := q.pop()
			got <- r.text
		})
		q.push(raw{text: "a"})
		waiting.Wait()
		Expect(got).To(Receive(Equal("a")))
	})

	It("lets itself be woken, once, before what waits in it", func() {
		q := newQueue(1 << 20)
		q.push(raw{text: "a"})
		q.wake()
		q.wake()
		first, _ := q.pop()
		second, _ := q.pop()
		Expect(first.row).To(Equal(wokenUp))
		Expect(second.text).To(Equal("a"))
	})

	It("hands out what it has when it is closed", func() {
		q := newQueue(1 << 20)
		q.push(raw{text: "a"})
		q.close(time.Minute)
		r, ok := q.pop()
		Expect(ok).To(BeTrue())
		Expect(r.text).To(Equal("a"))
		_, ok = q.pop()
		Expect(ok).To(BeFalse())
	})

	It("keeps what it has once its time is up", func() {
		q := newQueue(1 << 20)
		q.push(raw{text: "a"})
		q.close(-time.Second)
		_, ok := q.pop()
		Expect(ok).To(BeFalse())
		Expect(texts(q.rest())).To(Equal([]string{"a"}))
	})
})

var _ = Describe("Trying again", func() {
	It("waits longer each time, never below the floor and never up to the limit", func() {
		again := retry{limit: time.Second}
		for attempt := range 50 {
			pause := again.pause()
			Expect(pause).To(BeNumerically(">=", retryFloor))
			Expect(pause).To(BeNumerically("<", time.Second))
			if attempt > 5 {
				Expect(pause).To(BeNumerically(">=", 300*time.Millisecond))
			}
		}
		again.reset()
		Expect(again.pause()).To(Equal(retryFloor))
	})

	It("differs from one instance to the next", func() {
		pauses := make(map[time.Duration]bool)
		for range 20 {
			again := retry{limit: time.Second, next: time.Second}
			pauses[again.pause()] = true
		}
		Expect(len(pauses)).To(BeNumerically(">", 10))
	})

	It("keeps the floor under a limit that is too small", func() {
		again := retry{limit: time.Millisecond}
		Expect(again.pause()).To(Equal(retryFloor))
	})
})
