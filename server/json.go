package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// encode writes v as one JSON value. Unlike json.Marshal it leaves <, > and & alone:
// browsers must get a pattern's name as it was sent.
func encode(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// epoch is how browsers are told a time: seconds since 1970, with a fraction.
func epoch(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

// epochOrNull is epoch for a time that may not have come yet.
func epochOrNull(t time.Time) *float64 {
	if t.IsZero() {
		return nil
	}
	at := epoch(t)
	return &at
}
