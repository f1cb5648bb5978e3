package rooms_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	. "github.com/tickstock/tickcast/rooms"
)

const tiers = Topic("tier_patterns")

// market makes users and events of the multi-user kind: everybody wants something different.
type market struct {
	*rand.Rand
	patterns, symbols, tiers []string
	favourites               *rand.Zipf // among symbols
}

func newMarket(seed uint64, patterns, symbols int) *market {
	m := &market{Rand: rand.New(rand.NewPCG(seed, 1)), tiers: []string{"daily", "intraday", "combo"}}
	for i := range patterns {
		m.patterns = append(m.patterns, fmt.Sprintf("Pattern%d", i))
	}
	for i := range symbols {
		m.symbols = append(m.symbols, fmt.Sprintf("SYM%d", i))
	}
	m.favourites = rand.NewZipf(m.Rand, 1.1, 20, uint64(symbols-1))
	return m
}

// some picks up to most of values, now and then none, which means any.
func (m *market) some(values []string, most int) []string {
	var list []string
	for range m.IntN(most + 1) {
		list = append(list, values[m.IntN(len(values))])
	}
	return list
}

func (m *market) filter() Filter {
	return Filter{
		Patterns:      m.some(m.patterns, 3),
		Symbols:       m.some(m.symbols, 5),
		Tiers:         m.some(m.tiers, 2),
		ConfidenceMin: float64(m.IntN(10)) / 10,
		PriorityMin:   Priority(m.IntN(5)),
	}
}

func (m *market) subscription(user int) Subscription {
	return Subscription{Room: UserRoom(fmt.Sprint(user)), Topic: tiers, ID: "tier_patterns", Filter: m.filter()}
}

// typical is what most users ask for, with some symbols that everybody wants and many that few do.
func (m *market) typical(user int) Subscription {
	f := Filter{Tiers: []string{m.tiers[m.IntN(len(m.tiers))]}, ConfidenceMin: float64(10+m.IntN(10)) / 20}
	for len(f.Patterns) == 0 || m.IntN(2) == 0 && len(f.Patterns) < 3 {
		f.Patterns = append(f.Patterns, m.patterns[m.IntN(len(m.patterns))])
	}
	for range 2 + m.IntN(9) {
		f.Symbols = append(f.Symbols, m.symbols[m.favourites.Uint64()])
	}
	return Subscription{Room: UserRoom(fmt.Sprint(user)), Topic: tiers, ID: string(tiers), Filter: f}
}

// largest names as many symbols as it may.
func (m *market) largest(user int) Subscription {
	from := m.IntN(len(m.symbols) - MaxValues)
	return Subscription{Room: UserRoom(fmt.Sprint(user)), Topic: tiers, ID: string(tiers), Filter: Filter{Symbols: m.symbols[from:][:MaxValues]}}
}

func (m *market) event() Traits {
	confidence := 0.5 + m.Float64()/2
	return Traits{
		Pattern:    m.patterns[m.IntN(len(m.patterns))],
		Symbol:     m.symbols[m.IntN(len(m.symbols))],
		Tier:       m.tiers[m.IntN(len(m.tiers))],
		Confidence: confidence, HasConfidence: true,
		Priority: PriorityAt(confidence),
	}
}

// heapInUse is what is left after garbage collection.
func heapInUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func testingAllocs(f func()) float64 { return testing.AllocsPerRun(100, f) }
