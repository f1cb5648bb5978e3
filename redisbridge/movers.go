package redisbridge

import (
	"encoding/json"
	"sync/atomic"
)

// Movers has the market movers that were published last. It is safe for concurrent use.
type Movers struct {
	latest atomic.Pointer[json.RawMessage]
}

// MarketMovers is JSON as published; nil if nothing was published yet.
func (m *Movers) MarketMovers() json.RawMessage {
	if latest := m.latest.Load(); latest != nil {
		return *latest
	}
	return nil
}

func (m *Movers) keep(movers json.RawMessage) { m.latest.Store(&movers) }
