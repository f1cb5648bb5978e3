package bench

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// scrape is every series of the server's metrics, by name and labels.
type scrape map[string]float64

func (s *stage) scrape(ctx context.Context) (scrape, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.server.addr+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("read metrics: %s", res.Status)
	}
	return readScrape(res.Body)
}

func readScrape(text io.Reader) (scrape, error) {
	series := scrape{}
	lines := bufio.NewScanner(text)
	for lines.Scan() {
		at := strings.LastIndexByte(lines.Text(), ' ')
		if at < 0 || strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		value, err := strconv.ParseFloat(lines.Text()[at+1:], 64)
		if err != nil {
			return nil, fmt.Errorf("metric %q: %w", lines.Text(), err)
		}
		series[lines.Text()[:at]] = value
	}
	return series, lines.Err()
}

// beyond is a bound, in ms, that all but the slowest k-1 of a histogram's durations stayed below. Its buckets are doublings.
func (s scrape) beyond(histogram string, k int) float64 {
	bound := s[histogram+"_sum"] // none took longer than all together
	for series, below := range s {
		edge, is := strings.CutPrefix(series, histogram+`_bucket{le="`)
		if !is || s[histogram+"_count"]-below >= float64(k) {
			continue
		}
		if seconds, err := strconv.ParseFloat(strings.TrimSuffix(edge, `"}`), 64); err == nil {
			bound = min(bound, seconds)
		}
	}
	return bound * 1000
}

// judge tells what n patterns took the server. All topics share its histograms, and some of them are
// quickly done: the time of all is put on each pattern, and the slowest are taken as those of ours.
func (s scrape) judge(n int, f figures) {
	const lookup, handover = "tickcast_match_seconds", "tickcast_handover_seconds"
	slowest := func(histogram string, q float64) float64 { return s.beyond(histogram, n-min(int(q*float64(n)), n-1)) }
	f["filtering avg ms"] = s[lookup+"_sum"] * 1000 / float64(n)
	f["filtering p95 ms"] = slowest(lookup, 0.95)
	f["filtering p99 ms"] = slowest(lookup, 0.99)
	f["filtering max ms"] = slowest(lookup, 1)
	f["routing p95 ms"] = slowest(handover, 0.95)
	f["limited events"] = s["tickcast_rate_limited_total"]
}
