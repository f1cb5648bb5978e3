package rooms

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// Four steps to each doubling keep a quantile within a quarter of the truth.
const (
	latencySteps = 4
	stepBits     = 2
	latencyTop   = 37 // doublings of a nanosecond: over a minute, all above count as that
	latencySize  = latencyTop * latencySteps
)

// histogram counts durations without a lock and without allocating.
type histogram struct {
	total   atomic.Int64 // nanoseconds
	longest atomic.Int64
	buckets [latencySize]atomic.Uint64
}

// Latency is a histogram at one moment.
type Latency struct {
	Count   uint64
	Total   time.Duration
	Max     time.Duration
	buckets [latencySize]uint64
}

func (h *histogram) observe(d time.Duration) {
	d = max(d, 0)
	h.total.Add(int64(d))
	h.buckets[latencyBucket(d)].Add(1)
	for longest := h.longest.Load(); int64(d) > longest && !h.longest.CompareAndSwap(longest, int64(d)); {
		longest = h.longest.Load()
	}
}

func (h *histogram) read() Latency {
	l := Latency{Total: time.Duration(h.total.Load()), Max: time.Duration(h.longest.Load())}
	for i := range h.buckets {
		l.buckets[i] = h.buckets[i].Load()
		l.Count += l.buckets[i]
	}
	return l
}

// Mean is 0 if there are none.
func (l Latency) Mean() time.Duration {
	if l.Count == 0 {
		return 0
	}
	return l.Total / time.Duration(l.Count)
}

// Quantile returns a bound that the share q (0..1) of all durations stayed below; 0 if there are none.
func (l Latency) Quantile(q float64) time.Duration {
	if l.Count == 0 {
		return 0
	}
	wanted := max(uint64(q*float64(l.Count)+0.5), 1)
	var counted uint64
	for i, n := range l.buckets {
		if counted += n; counted >= wanted {
			return latencyBound(i)
		}
	}
	return latencyBound(latencySize - 1)
}

// Cumulative returns how many durations stayed below each bound in seconds: doublings from about a microsecond to a second.
func (l Latency) Cumulative() map[float64]uint64 {
	const first, last = 10, 30 // 2^10 ns, 2^30 ns
	below := make(map[float64]uint64, last-first+1)
	var counted uint64
	for i, n := range l.buckets {
		counted += n
		bound := latencyBound(i)
		if doubling := bits.Len64(uint64(bound)) - 1; bound == 1<<doubling && doubling >= first && doubling <= last {
			below[bound.Seconds()] = counted
		}
	}
	return below
}

// latencyBucket numbers durations by their highest bit and the two bits behind it.
func latencyBucket(d time.Duration) int {
	ns := uint64(d)
	if ns < latencySteps {
		return int(ns)
	}
	top := bits.Len64(ns) - 1
	step := int(ns>>(top-stepBits)) & (latencySteps - 1)
	return min((top-1)*latencySteps+step, latencySize-1)
}

// latencyBound is the shortest duration that is beyond the bucket.
func latencyBound(bucket int) time.Duration {
	next := bucket + 1
	if next < 2*latencySteps {
		return time.Duration(next)
	}
	top := next/latencySteps + 1
	return time.Duration((latencySteps + next%latencySteps) << (top - stepBits))
}
