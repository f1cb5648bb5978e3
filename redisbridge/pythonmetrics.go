package redisbridge

import "github.com/prometheus/client_golang/prometheus"

// pythonMetrics reads the queue's own counters when it is scraped.
type pythonMetrics struct {
	queue *PythonQueue
	desc  *prometheus.Desc
}

func newPythonMetrics(q *PythonQueue) pythonMetrics {
	return pythonMetrics{q, prometheus.NewDesc("tickcast_python_queue_total",
		"Messages of Flask-SocketIO's queue, by method, and our answers: accepted, or the reason why nothing came of them.",
		[]string{"method", "result"}, nil)}
}

// Describe implements prometheus.Collector.
func (m pythonMetrics) Describe(out chan<- *prometheus.Desc) { out <- m.desc }

// Collect implements prometheus.Collector. Besides accepted ones a result shows once there is one.
func (m pythonMetrics) Collect(out chan<- prometheus.Metric) {
	for row := range m.queue.counts {
		for reason := range reasons {
			if n := m.queue.counts[row][reason].Load(); n > 0 || reason == Accepted {
				out <- prometheus.MustNewConstMetric(m.desc, prometheus.CounterValue, float64(n), m.queue.rowName(row), reason.String())
			}
		}
	}
}

// rowName is a method's label: its own name, if it is one of the table.
func (q *PythonQueue) rowName(row int) string {
	switch row {
	case q.others():
		return "other"
	case q.answering():
		return "answer"
	}
	return q.methods[row].name
}
