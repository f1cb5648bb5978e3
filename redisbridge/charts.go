package redisbridge

import (
	"cmp"
	"container/list"
	"encoding/json"
	"slices"
	"strings"
	"sync"
)

// Bounds of what is kept for charts, whatever the producer sends.
const (
	maxBars      = 500      // of a symbol in a timeframe
	maxSeries    = 5_000    // symbols times timeframes
	maxBarLength = 256      // bytes of the bar's values
	maxNames     = 64       // bytes of symbol and timeframe together
	maxChartSize = 64 << 20 // bytes of all, about; beyond it every series is cut to half as many bars
	barOverhead  = 48       // bytes of a bar besides its values
	fewestBars   = 50       // that a series is cut to
)

// Charts has the latest bars of symbols, as published. It is safe for concurrent use.
type Charts struct {
	mu     sync.Mutex
	series map[seriesName]*list.Element // of *series
	used   *list.List                   // the one used last is in front
	size   int                          // bytes of all bars
	most   int                          // bars of a series
}

type seriesName struct{ symbol, timeframe string }

type series struct {
	name seriesName
	bars []kept // by time
}

// kept is a bar; its values are in the order of barMembers, with commas between.
type kept struct {
	at     int64 // Unix milliseconds
	values string
}

func newCharts() *Charts {
	return &Charts{series: make(map[seriesName]*list.Element), used: list.New(), most: maxBars}
}

// Bars is a JSON array, oldest first; nil if there are none. timeframe is "1min", "1d", or a synonym of it.
func (c *Charts) Bars(symbol, timeframe string) json.RawMessage {
	bars := c.copied(seriesName{symbol, canonical(timeframe)})
	if bars == nil {
		return nil
	}
	out := make([]byte, 0, len(bars)*(len(bars[0].values)+64))
	for _, b := range bars {
		out = append(out, ',')
		out = append(b.appendTo(out), '}')
	}
	out[0] = '['
	return append(out, ']')
}

func (c *Charts) copied(name seriesName) []kept {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, there := c.series[name]
	if !there {
		return nil
	}
	c.used.MoveToFront(element)
	return slices.Clone(element.Value.(*series).bars)
}

// appendTo writes the bar but for its last bracket.
func (k kept) appendTo(out []byte) []byte {
	separator := byte('{')
	for i, value := range strings.SplitN(k.values, ",", len(barMembers)) {
		out = append(append(append(out, separator, '"'), barMembers[i]...), '"', ':')
		out = append(out, value...)
		separator = ','
	}
	return out
}

// keep puts a bar in its place; one of the same time gives way.
func (c *Charts) keep(symbol, timeframe string, at int64, values string) {
	name := seriesName{symbol, canonical(timeframe)}
	if len(values) > maxBarLength || len(name.symbol)+len(name.timeframe) > maxNames {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.seriesOf(name)
	place, same := slices.BinarySearchFunc(s.bars, at, func(k kept, at int64) int { return cmp.Compare(k.at, at) })
	if same {
		c.size += len(values) - len(s.bars[place].values)
		s.bars[place].values = values
		return
	}
	s.bars = slices.Insert(s.bars, place, kept{at, values})
	c.size += len(values) + barOverhead
	c.cut(s)
	if c.size > maxChartSize && c.most > fewestBars {
		c.most = max(c.most/2, fewestBars)
		for element := c.used.Front(); element != nil; element = element.Next() {
			c.cut(element.Value.(*series))
		}
	}
}

// cut lets go of a series' oldest bars, if it has too many.
func (c *Charts) cut(s *series) {
	surplus := max(len(s.bars)-c.most, 0)
	for _, gone := range s.bars[:surplus] {
		c.size -= len(gone.values) + barOverhead
	}
	s.bars = slices.Delete(s.bars, 0, surplus)
}

// seriesOf finds the series, or begins it, at the cost of the one that was longest unused.
func (c *Charts) seriesOf(name seriesName) *series {
	if element, there := c.series[name]; there {
		c.used.MoveToFront(element)
		return element.Value.(*series)
	}
	if c.used.Len() == maxSeries {
		longest := c.used.Remove(c.used.Back()).(*series)
		for _, gone := range longest.bars {
			c.size -= len(gone.values) + barOverhead
		}
		delete(c.series, longest.name)
	}
	// Cut out of a message: a copy lets go of the rest of it.
	name = seriesName{strings.Clone(name.symbol), strings.Clone(name.timeframe)}
	s := &series{name: name}
	c.series[name] = c.used.PushFront(s)
	return s
}
