package redisbridge

import (
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/rooms"
)

func TestWindowLastsFromItsFirstElement(t *testing.T) {
	streams(t, streaming(), func(s *stream) {
		s.detects("Doji", "AAPL", 0.5)
		s.wait(200 * time.Millisecond)
		s.detects("Doji", "KO", 0.6)
		s.wait(50*time.Millisecond - 1)
		s.Expect(s.brought()).To(BeEmpty())
		s.wait(1)
		s.Expect(s.brought()).To(Equal([]string{"2: AAPL:Doji=0.5 KO:Doji=0.6"}))
		s.wait(time.Hour)
		s.detects("Doji", "PEP", 0.7)
		s.wait(250*time.Millisecond - 1)
		s.Expect(s.brought()).To(HaveLen(1))
		s.wait(1)
		s.Expect(s.brought()).To(HaveLen(2))
	})
}

func TestWindowKeepsTheLastOfEachInThePlaceOfTheFirst(t *testing.T) {
	streams(t, streaming(), func(s *stream) {
		s.detects("Doji", "AAPL", 0.5)
		s.detects("Doji", "KO", 0.6)
		s.detects("Hammer", "AAPL", 0.7)
		s.says(detectedPatterns, detected("Doji", "AAPL", 0.9))
		s.wait(250 * time.Millisecond)
		s.Expect(s.brought()).To(Equal([]string{"3: AAPL:Doji=0.9 KO:Doji=0.6 AAPL:Hammer=0.7"}))
		s.Expect(s.State().Buffer.Windows[0]).To(Equal(WindowState{
			Event: "streaming_patterns_batch", Buffered: 4, Deduplicated: 1, Flushed: 3, Cycles: 1,
		}))
	})
}

func TestWindowTellsSymbolsFromTypes(t *testing.T) {
	streams(t, streaming(), func(s *stream) {
		s.detects("C", "A:B", 0.5)
		s.detects("B:C", "A", 0.6)
		s.wait(250 * time.Millisecond)
		s.Expect(s.brought()).To(Equal([]string{"2: A:B:C=0.5 A:B:C=0.6"}))
	})
}

func TestWindowGoesOutTwentyAtATimeWithTrueCounts(t *testing.T) {
	streams(t, streaming(), func(s *stream) {
		for n := range 45 {
			s.detects("Doji", strconv.Itoa(n), 0.5)
		}
		s.wait(250 * time.Millisecond)
		brought := s.brought()
		s.Expect(brought).To(HaveExactElements(HavePrefix("20: 0:Doji"), HavePrefix("20: 20:Doji"), HavePrefix("5: 40:Doji")))
		s.Expect(strings.Count(strings.Join(brought, ""), "=")).To(Equal(45))
		s.Expect(s.State().Buffer.Windows[0].Flushed).To(BeEquivalentTo(45))
	})
}

func TestWindowThatIsFullDoesNotWait(t *testing.T) {
	cfg := streaming()
	cfg.MaxBuffer = 3
	streams(t, cfg, func(s *stream) {
		for n := range 4 {
			s.detects("Doji", strconv.Itoa(n), 0.5)
		}
		s.Expect(s.brought()).To(Equal([]string{"3: 0:Doji=0.5 1:Doji=0.5 2:Doji=0.5"}))
		s.Expect(s.State().Buffer.Windows[0].Waiting).To(Equal(1))
		s.wait(250*time.Millisecond - 1)
		s.Expect(s.brought()).To(HaveLen(1))
		s.wait(1)
		s.Expect(s.brought()).To(HaveLen(2))
	})
}

func TestWindowThatHoldsManyBytesDoesNotWait(t *testing.T) {
	g := NewWithT(t)
	w := window{cfg: streaming(), wake: func() {}}
	put := func(symbol string, size int) {
		w.put(0, rooms.Event{Traits: rooms.Traits{Symbol: symbol}, Payload: make([]byte, size)})
	}
	put("AAPL", windowBytes)
	put("AAPL", 1)
	put("KO", windowBytes-1)
	g.Expect(w.full()).To(BeFalse())
	put("PEP", 1)
	g.Expect(w.full()).To(BeTrue())
	w.close()
	put("AAPL", windowBytes)
	g.Expect(w.full()).To(BeFalse())
	w.close()
}

func TestWindowsOfPatternsAndIndicatorsAreTwo(t *testing.T) {
	streams(t, streaming(), func(s *stream) {
		s.says(streamingIndicators, `{"indicator":"RSI","symbol":"AAPL","value":29.4}`)
		s.wait(100 * time.Millisecond)
		s.detects("Doji", "AAPL", 0.5)
		s.wait(150 * time.Millisecond)
		s.Expect(s.brought()).To(Equal([]string{"1: AAPL:RSI"}))
		s.wait(100 * time.Millisecond)
		s.Expect(s.brought()).To(Equal([]string{"1: AAPL:RSI", "1: AAPL:Doji=0.5"}))
	})
}

func TestWindowDelaysNothingElse(t *testing.T) {
	streams(t, streaming(), func(s *stream) {
		s.detects("Doji", "AAPL", 0.5)
		s.says(streamingIndicators, `{"indicator":"RSI","symbol":"AAPL","value":29.4}`)
		s.says("tickstock:alerts:indicators", `{"alert_type":"RSI_OVERSOLD","symbol":"AAPL"}`)
		s.says("tickstock:alerts:critical", `{"type":"memory","message":"high"}`)
		s.Expect(s.names()).To(Equal([]string{"indicator_update", "indicator_alert", "critical_alert"}))
	})
}

func TestWindowsAreNotUsedWhenBufferingIsOff(t *testing.T) {
	streams(t, config.Streaming{BufferInterval: 250 * time.Millisecond, MaxBuffer: 100}, func(s *stream) {
		s.detects("Doji", "AAPL", 0.5)
		s.says(streamingIndicators, `{"indicator":"RSI","symbol":"AAPL","value":29.4}`)
		s.Expect(s.names()).To(Equal([]string{"streaming_pattern", "streaming_indicator", "indicator_update"}))
		s.Expect(s.State().Buffer.Enabled).To(BeFalse())
	})
}

func TestWindowIsFlushedWhenTheLoopEnds(t *testing.T) {
	var s *stream
	streams(t, streaming(), func(running *stream) {
		s = running
		s.detects("Doji", "AAPL", 0.5)
	})
	NewWithT(t).Expect(s.names()).To(Equal([]string{"streaming_patterns_batch"}))
}

func TestWindowIsNotFlushedByWhatIsNotItsTime(t *testing.T) {
	streams(t, streaming(), func(s *stream) {
		s.detects("Doji", "AAPL", 0.5)
		s.queue.wake()
		synctest.Wait()
		s.Expect(s.brought()).To(BeEmpty())
	})
}

func TestWindowLosesOnlyTheBatchThatMakesTheSinkPanic(t *testing.T) {
	streams(t, streaming(), func(s *stream) {
		s.refuse["streaming_patterns_batch"] = true
		for n := range 25 {
			s.detects("Doji", strconv.Itoa(n), 0.5)
		}
		s.wait(250 * time.Millisecond)
		s.Expect(s.brought()).To(HaveExactElements(HavePrefix("5: 20:Doji")))
		s.Expect(s.State().Channels[s.rows[streamingPatterns]].Rejected).To(Equal(map[Reason]uint64{Panicked: 1}))
		s.Expect(s.State().Buffer.Windows[0]).To(Equal(WindowState{
			Event: "streaming_patterns_batch", Buffered: 25, Flushed: 5, Cycles: 1,
		}))
		s.detects("Doji", "AAPL", 0.5)
		s.wait(250 * time.Millisecond)
		s.Expect(s.brought()).To(HaveLen(2))
	})
}

func TestWindowsAreCountedForPrometheus(t *testing.T) {
	streams(t, streaming(), func(s *stream) {
		s.detects("Doji", "AAPL", 0.5)
		s.detects("Doji", "AAPL", 0.6)
		registry := prometheus.NewRegistry()
		s.Expect(registry.Register(newMetrics(s.Bridge))).To(Succeed())
		families, err := registry.Gather()
		s.Expect(err).NotTo(HaveOccurred())
		counted := make(map[string]float64)
		for _, family := range families {
			for _, metric := range family.GetMetric() {
				if labels := metric.GetLabel(); strings.HasPrefix(family.GetName(), "tickcast_redis_buffer_") && labels[0].GetValue() == "streaming_patterns_batch" {
					counted[family.GetName()+" "+labels[len(labels)-1].GetValue()] = metric.GetGauge().GetValue() + metric.GetCounter().GetValue()
				}
			}
		}
		s.Expect(counted).To(Equal(map[string]float64{
			"tickcast_redis_buffer_waiting streaming_patterns_batch":       1,
			"tickcast_redis_buffer_events_total buffered":                  2,
			"tickcast_redis_buffer_events_total deduplicated":              1,
			"tickcast_redis_buffer_events_total flushed":                   0,
			"tickcast_redis_buffer_flushes_total streaming_patterns_batch": 0,
		}))
	})
}
