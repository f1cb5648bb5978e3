package redisbridge

import (
	"container/list"
	"strings"
	"sync/atomic"

	"github.com/tickstock/tickcast/rooms"
)

const (
	maxParked      = 10_000 // events
	maxParkedBytes = 16 << 20
)

// parkedEvent is of a job whose owner Redis has not told yet.
type parkedEvent struct {
	row, size int // of its message
	job       string
	event     rooms.Event
}

func (e parkedEvent) held() int { return len(e.event.Payload) + len(e.job) + rawOverhead }

// parked are such events in the order of their arrival. It is bounded: the
// oldest give way, so that of each job the newest stays, its result last.
type parked struct {
	// Set once, then read only.
	maxEvents, maxBytes int
	// Owned by the router loop.
	events *list.List     // of parkedEvent
	jobs   map[string]int // how many events each has
	bytes  int
	// Safe for anyone.
	waiting atomic.Int64
}

func newParked(maxEvents, maxBytes int) *parked {
	return &parked{maxEvents: maxEvents, maxBytes: maxBytes, events: list.New(), jobs: make(map[string]int)}
}

func (p *parked) holds(job string) bool { return p.jobs[job] > 0 }

// put adds an event and returns those that had to go for it.
func (p *parked) put(e parkedEvent) (lost []parkedEvent) {
	p.events.PushBack(e)
	p.jobs[e.job]++
	p.bytes += e.held()
	for p.events.Len() > p.maxEvents || p.bytes > p.maxBytes && p.events.Len() > 1 {
		lost = append(lost, p.remove(p.events.Front()))
	}
	p.waiting.Store(int64(p.events.Len()))
	return lost
}

func (p *parked) remove(place *list.Element) parkedEvent {
	e := p.events.Remove(place).(parkedEvent)
	if p.jobs[e.job]--; p.jobs[e.job] == 0 {
		delete(p.jobs, e.job)
	}
	p.bytes -= e.held()
	return e
}

// address says who may see an event of the message that is being translated. It
// is false if only Redis knows: then the event is parked, and so is what comes
// behind it of the same job, so that a job's events keep their order.
func (b *Bridge) address(r raw, event *rooms.Event) bool {
	job := b.message.ofJob
	if job == "" || b.jobs == nil {
		return true
	}
	to, known := b.jobs.audience(job)
	if known && !b.parked.holds(job) {
		event.Audience = to
		return true
	}
	job = strings.Clone(job)
	for _, lost := range b.parked.put(parkedEvent{r.row, len(r.text), job, *event}) {
		b.reject(lost.row, OwnerUnknown, lost.size)
	}
	b.jobs.asked.ask(job)
	return false
}

// release routes the parked events whose owners are known by now. Each job is
// judged once, so that an owner who becomes known meanwhile upsets no order.
func (b *Bridge) release() {
	if b.backlog != nil {
		b.backlog.live.Lock()
		defer b.backlog.live.Unlock()
		defer b.backlog.settle()
	}
	type verdict struct {
		to    rooms.Audience
		known bool
	}
	verdicts := make(map[string]verdict, len(b.parked.jobs))
	for job := range b.parked.jobs {
		to, known := b.jobs.audience(job)
		if verdicts[job] = (verdict{to, known}); !known {
			b.jobs.asked.ask(job)
		}
	}
	var next *list.Element
	for place := b.parked.events.Front(); place != nil; place = next {
		next = place.Next()
		v := verdicts[place.Value.(parkedEvent).job]
		if !v.known {
			continue
		}
		e := b.parked.remove(place)
		e.event.Audience = v.to
		e.event.Position = "" // it comes late: positions never go back
		if b.send(raw{row: e.row}, e.event) {
			b.ledgers[e.row].accept(e.event.Received)
		}
	}
	b.parked.waiting.Store(int64(b.parked.events.Len()))
}

// abandon ends what is still parked when the router does: nobody asks for owners any more.
func (b *Bridge) abandon() {
	for place := b.parked.events.Front(); place != nil; place = b.parked.events.Front() {
		e := b.parked.remove(place)
		b.reject(e.row, Stopped, e.size)
	}
}
