package server

// streamingStats are those of the streaming buffer, under the application's names.
type streamingStats struct {
	Enabled            bool   `json:"enabled"`
	IntervalMS         int64  `json:"buffer_interval_ms"`
	EventsBuffered     uint64 `json:"events_buffered"`
	EventsFlushed      uint64 `json:"events_flushed"`
	EventsDeduplicated uint64 `json:"events_deduplicated"`
	FlushCycles        uint64 `json:"flush_cycles"`
	CurrentPatterns    int    `json:"current_pattern_buffer"`
	CurrentIndicators  int    `json:"current_indicator_buffer"`
}

func streamingOf(b BufferState) streamingStats {
	return streamingStats{
		Enabled:            b.Enabled,
		IntervalMS:         b.Interval.Milliseconds(),
		EventsBuffered:     b.Buffered,
		EventsFlushed:      b.Flushed,
		EventsDeduplicated: b.Deduplicated,
		FlushCycles:        b.Cycles,
		CurrentPatterns:    b.Patterns,
		CurrentIndicators:  b.Indicators,
	}
}
