package chaos_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/crowd"
)

// producer publishes numbered patterns, and remembers which of them somebody is due.
type producer struct {
	// Set once, then read only.
	stage   *stage
	halt    context.CancelFunc
	running sync.WaitGroup
	// Guarded by mu.
	mu   sync.Mutex
	next int
	due  crowd.Due
	most time.Duration // that Redis took for one
}

// produce begins. A pattern is due once Redis has taken it and has handed it to somebody: what is
// published to nobody is nobody's loss.
func (s *stage) produce(rate int) *producer {
	ctx, halt := context.WithCancel(context.Background())
	p := &producer{stage: s, halt: halt}
	p.running.Go(func() {
		tick := time.NewTicker(time.Second / time.Duration(rate))
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				p.publish()
			}
		}
	})
	DeferCleanup(p.stop)
	return p
}

func (p *producer) publish() {
	p.mu.Lock()
	n := p.next
	p.next++
	p.mu.Unlock()
	began := time.Now()
	message := fmt.Sprintf(`{"pattern":"Doji","symbol":"S%d","confidence":0.9,"tier":"daily"}`, n)
	heard, err := p.stage.redis.Publish(context.Background(), "tickstock.events.patterns", message)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.most = max(p.most, time.Since(began))
	if err != nil || heard == 0 {
		return
	}
	if last := len(p.due) - 1; last >= 0 && p.due[last][1] == n-1 {
		p.due[last][1] = n
	} else {
		p.due = append(p.due, [2]int{n, n})
	}
}

// stop ends it after the pattern at hand.
func (p *producer) stop() {
	p.halt()
	p.running.Wait()
}

// published is how many there were so far.
func (p *producer) published() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.next
}

// goesOn waits until so many more have been published.
func (p *producer) goesOn(more int) {
	GinkgoHelper()
	from := p.published()
	Eventually(p.published, time.Minute).Should(BeNumerically(">=", from+more))
}

func (p *producer) dues() (crowd.Due, int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, run := range p.due {
		n += run[1] - run[0] + 1
	}
	return append(crowd.Due{}, p.due...), n
}

// settle stops the producer and waits until the crowd has got all that it was due, or for no longer.
func (p *producer) settle(c *crowd.Crowd) crowd.Verdict {
	GinkgoHelper()
	p.stop()
	due, _ := p.dues()
	var verdict crowd.Verdict
	deadline := time.Now().Add(15 * time.Second)
	for {
		var err error
		verdict, err = c.Report(due)
		Expect(err).NotTo(HaveOccurred())
		if verdict.Lost == 0 && verdict.Ready == c.Count || time.Now().After(deadline) {
			return verdict
		}
		Eventually(time.After(200 * time.Millisecond)).Should(Receive())
	}
}

// spared is a verdict without any loss, doubling or disorder; it goes into the table.
func (p *producer) spared(fault, clients string, c *crowd.Crowd) crowd.Verdict {
	GinkgoHelper()
	verdict := p.settle(c)
	_, events := p.dues()
	note(row{fault, clients, events, fmt.Sprintf("lost %d, doubled %d, out of order %d; %d of %d returns recovered, away at most %d ms",
		verdict.Lost, verdict.Doubled, verdict.Disordered, verdict.Recovered, verdict.Connects-c.Count, verdict.Away)})
	Expect(verdict).To(And(HaveField("Lost", 0), HaveField("Doubled", 0), HaveField("Disordered", 0)))
	return verdict
}
