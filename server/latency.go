package server

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// latency is how long something took: a histogram for graphs, and its quantiles for people.
type latency struct {
	prometheus.Histogram
}

func newLatency(name, help string) latency {
	return latency{prometheus.NewHistogram(prometheus.HistogramOpts{
		Name:    name,
		Help:    help,
		Buckets: prometheus.ExponentialBuckets(25e-6, 2, 18), // 25 µs to 3.3 s
	})}
}

func (l latency) observe(d time.Duration) { l.Observe(d.Seconds()) }

// Quantile returns a bound that the share q (0..1) of all durations stayed below; 0 if there are none.
func (l latency) Quantile(q float64) time.Duration {
	var read dto.Metric
	if l.Write(&read) != nil {
		return 0
	}
	buckets := read.GetHistogram().GetBucket()
	wanted := q * float64(read.GetHistogram().GetSampleCount())
	for _, bucket := range buckets {
		if below := float64(bucket.GetCumulativeCount()); below > 0 && below >= wanted {
			return time.Duration(bucket.GetUpperBound() * float64(time.Second))
		}
	}
	if wanted == 0 || len(buckets) == 0 {
		return 0
	}
	return time.Duration(buckets[len(buckets)-1].GetUpperBound() * float64(time.Second)) // or more
}
