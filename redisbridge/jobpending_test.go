package redisbridge

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("What waits to be written of jobs", func() {
	update := func(id string, final bool, size int) *jobUpdate {
		return &jobUpdate{id: id, final: final, fields: []field{{"results", strings.Repeat("x", size)}}}
	}
	ids := func(updates []*jobUpdate) (ids []string) {
		for _, u := range updates {
			ids = append(ids, u.id)
		}
		return ids
	}
	rest := func(p *pendingJobs) (all []*jobUpdate) {
		for u, ok := p.take(); ok; u, ok = p.take() {
			all = append(all, u)
		}
		Expect(p.bytes).To(BeZero())
		return all
	}

	It("is the latest of each job, results first", func() {
		p := newPendingJobs(10, 1<<20)
		for n := range 100 {
			p.put(update("a", false, n))
			p.put(update("b", false, n))
		}
		p.put(update("b", true, 1))
		p.put(update("b", false, 2))
		p.put(update("b", true, 3))
		left := rest(p)
		Expect(ids(left)).To(Equal([]string{"b", "a"}))
		Expect(left[0].fields[0].value).To(HaveLen(1))
		Expect(left[1].fields[0].value).To(HaveLen(99))
	})

	It("is bounded in jobs: the oldest progress gives way, and results to results alone", func() {
		p := newPendingJobs(3, 1<<20)
		p.put(update("a", true, 1))
		p.put(update("b", false, 1))
		p.put(update("c", false, 1))
		Expect(ids(p.put(update("d", true, 1)))).To(Equal([]string{"b"}))
		Expect(ids(p.put(update("e", true, 1)))).To(Equal([]string{"c"}))
		Expect(ids(p.put(update("f", false, 1)))).To(Equal([]string{"f"}))
		Expect(ids(p.put(update("g", true, 1)))).To(Equal([]string{"a"}))
		Expect(ids(rest(p))).To(Equal([]string{"d", "e", "g"}))
	})

	It("is bounded in bytes, but one is always taken", func() {
		p := newPendingJobs(10, 1000)
		p.put(update("a", true, 300))
		p.put(update("b", false, 300))
		Expect(ids(p.put(update("c", true, 300)))).To(Equal([]string{"b"}))
		Expect(ids(p.put(update("d", true, 5000)))).To(Equal([]string{"a", "c"}))
		Expect(ids(rest(p))).To(Equal([]string{"d"}))
	})

	It("is the newer one when an older one comes back, but a result stays", func() {
		p := newPendingJobs(10, 1<<20)
		for _, c := range []struct{ back, newer, stays *jobUpdate }{
			{update("a", false, 1), update("a", false, 2), update("a", false, 2)},
			{update("a", true, 1), update("a", false, 2), update("a", true, 1)},
			{update("a", false, 1), update("a", true, 2), update("a", true, 2)},
			{update("a", false, 1), nil, update("a", false, 1)},
		} {
			if c.newer != nil {
				p.put(c.newer)
			}
			p.putBack(c.back)
			Expect(rest(p)).To(Equal([]*jobUpdate{c.stays}))
		}
	})

	It("remembers when a job began, though its progress gave way to its result", func() {
		p := newPendingJobs(10, 1<<20)
		first, last := update("a", false, 1), update("a", true, 1)
		first.started = arrival
		p.put(first)
		p.put(last)
		Expect(rest(p)[0].started).To(Equal(arrival))
	})
})
