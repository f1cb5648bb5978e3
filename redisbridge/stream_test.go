package redisbridge

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/rooms"
)

const (
	streamingPatterns   = "tickstock:patterns:streaming"
	detectedPatterns    = "tickstock:patterns:detected"
	streamingIndicators = "tickstock:indicators:streaming"
)

// stream is a router loop without Redis, in time that passes only when all wait.
type stream struct {
	*WithT
	*Bridge
	recorder
	refuse map[string]bool // events that make the sink panic, once each
	log    journal
}

func (s *stream) Route(event rooms.Event) int {
	if s.refuse[event.Name] {
		delete(s.refuse, event.Name)
		panic("refused")
	}
	return s.recorder.Route(event)
}

// streams runs body beside a router loop, and stops that in the end.
func streams(t *testing.T, cfg config.Streaming, body func(s *stream)) {
	synctest.Test(t, func(t *testing.T) {
		s := &stream{WithT: NewWithT(t), refuse: make(map[string]bool)}
		s.Bridge = New(settings(""), cfg, nil, s, prometheus.NewRegistry(), zerolog.New(&s.log))
		var router sync.WaitGroup
		router.Go(s.route)
		body(s)
		s.stop()
		router.Wait()
	})
}

func (s *stream) stop() { s.queue.close(flushTime) }

// says brings a message and lets the router come to rest.
func (s *stream) says(channel, text string) {
	s.take(channel, text)
	synctest.Wait()
}

func (s *stream) detects(pattern, symbol string, confidence float64) {
	s.says(streamingPatterns, detected(pattern, symbol, confidence))
}

func detected(pattern, symbol string, confidence float64) string {
	return fmt.Sprintf(`{"detection":{"pattern":%q,"symbol":%q,"confidence":%v}}`, pattern, symbol, confidence)
}

// wait lets so much time pass.
func (s *stream) wait(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// brought are the batches so far, each as its count and what is in it: "2: AAPL:Doji=0.9 KO:Doji=0.5".
func (s *stream) brought() []string {
	all := []string{}
	for _, event := range s.all() {
		if !strings.HasSuffix(event.Name, "_batch") {
			continue
		}
		var batch struct {
			Count                int
			Patterns, Indicators []struct {
				Detection, Calculation struct {
					Symbol     string
					Pattern    string `json:"pattern_type"`
					Indicator  string `json:"indicator_type"`
					Confidence float64
				}
			}
		}
		s.Expect(json.Unmarshal(event.Payload, &batch)).To(Succeed())
		said := strconv.Itoa(batch.Count) + ":"
		for _, p := range batch.Patterns {
			said += fmt.Sprintf(" %s:%s=%v", p.Detection.Symbol, p.Detection.Pattern, p.Detection.Confidence)
		}
		for _, i := range batch.Indicators {
			said += fmt.Sprintf(" %s:%s", i.Calculation.Symbol, i.Calculation.Indicator)
		}
		all = append(all, said)
	}
	return all
}

func (s *stream) names() (names []string) {
	for _, event := range s.all() {
		names = append(names, event.Name)
	}
	return names
}
