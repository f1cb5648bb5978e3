package redisbridge

import (
	"testing"
	"time"
)

// BenchmarkTranslate is what a message costs before it is routed, and before anything that is built on demand. The bound is 10 µs.
func BenchmarkTranslate(b *testing.B) {
	for _, c := range []struct{ name, channel, raw string }{
		{"flat", "tickstock.events.patterns", `{"event_type":"pattern_detected","source":"TickStockPL","timestamp":1758902400.25,"pattern":"BreakoutBO","symbol":"AAPL","confidence":0.85,"tier":"daily","price_at_detection":231.4,"timeframe":"1d","category":"breakout","metadata":{"volume_ratio":1.8}}`},
		{"nested", "tickstock.events.patterns", `{"event_type":"pattern_detected","source":"TickStockPL","timestamp":1758902400.25,"data":{"symbol":"TSLA","pattern":"Doji","confidence":0.92,"flow_id":"f-1","tier":"daily","current_price":412.3,"price_change":1.2,"volume":1200000,"timestamp":1758902400.25,"expires_at":1759161600.25,"indicators":{"relative_strength":1.1,"relative_volume":2.4},"source":"daily"}}`},
		{"price", "tickstock.market.prices", `{"symbol":"AAPL","price":231.50,"change":1.2,"change_percent":0.52,"volume":1200000,"timestamp":1758902400.25,"bid":231.49,"ask":231.51}`},
		{"bar", "tickstock.market.ohlcv", `{"symbol":"AAPL","timeframe":"1m","open":231.4,"high":231.9,"low":231.1,"close":231.5,"volume":120000,"timestamp":1758902400.25}`},
		{"tick", "tickstock.all_ticks", `{"event_type":"tick_data","ticker":"AAPL","price":231.5,"volume":1200,"timestamp":1758902400.25,"source":"synthetic","market_status":"REGULAR"}`},
		{"progress", "tickstock.events.backtesting.progress", `{"event_type":"backtest_progress","source":"TickStockPL","timestamp":1758902400.25,"job_id":"backtest_1758902400_1a2b3c4d","progress":0.45,"current_symbol":"AAPL","status":"running"}`},
		{"health", "tickstock.health.status", `{"source":"TickStockPL","timestamp":1758902400.25,"data":{"overall_status":"error","message":"db down"}}`},
		{"streaming pattern", "tickstock:patterns:streaming", `{"type":"streaming_pattern","detection":{"pattern_type":"Doji","symbol":"NVDA","confidence":0.82,"timestamp":"2025-09-26T16:00:00Z","parameters":{"body_ratio":0.05},"timeframe":"1min"},"timestamp":"2025-09-26T16:00:00Z"}`},
		{"streaming health", "tickstock:streaming:health", `{"type":"streaming_health","health":{"session_id":"s","status":"healthy","active_symbols":487,"ticks_per_second":152.5,"data_flow":{"bars_per_minute":60},"issues":[]},"timestamp":"2025-09-26T16:00:00Z"}`},
	} {
		b.Run(c.name, func(b *testing.B) {
			channel := Channels()[0]
			for _, row := range Channels() {
				if row.Name == c.channel {
					channel = row
				}
			}
			m := message{memory: newMemory()}
			now := time.Now()
			b.ReportAllocs()
			b.SetBytes(int64(len(c.raw)))
			for b.Loop() {
				for event, reason := range m.translate(channel, c.raw, now) {
					if reason != Accepted || event.Payload == nil && event.Compose == nil && event.Personal == nil {
						b.Fatal(reason)
					}
				}
			}
		})
	}
}
