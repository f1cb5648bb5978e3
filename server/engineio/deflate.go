package engineio

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
)

// Compression is permessage-deflate (RFC 7692) without context takeover in either direction: each message stands
// for itself, so that one compressed frame serves every receiver and an idle connection keeps no window.
const deflateAnswer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

// The end of a flushed block, which is not sent, and an empty last block, which lets a reader see the end.
const (
	flushed  = "\x00\x00\xff\xff"
	lastOnes = flushed + "\x01\x00\x00\xff\xff"
)

var errDeflate = &wireError{statusProtocol, "broken compression"}

// deflater compresses and inflates messages. What that takes is large (most of a megabyte for a compressor)
// and shared by all connections.
type deflater struct {
	// Set once, then read only.
	min int // bytes of a payload from which it is worth it
	// Safe for concurrent use on their own.
	compressors sync.Pool // of *compressor
	inflaters   sync.Pool // of *inflater
}

type compressor struct {
	flate *flate.Writer
	out   bytes.Buffer
}

type inflater struct {
	flate io.ReadCloser // and a flate.Resetter
	tail  strings.Reader
	data  bytes.Reader
}

// newDeflater is nil if nothing is to be compressed.
func newDeflater(cfg Config) *deflater {
	if !cfg.Compression {
		return nil
	}
	return &deflater{
		min: cfg.CompressionMin,
		compressors: sync.Pool{New: func() any {
			c := new(compressor)
			c.flate, _ = flate.NewWriter(&c.out, flate.DefaultCompression) // the level is a valid one
			return c
		}},
		inflaters: sync.Pool{New: func() any { return &inflater{flate: flate.NewReader(strings.NewReader(""))} }},
	}
}

// frame is the whole websocket frame of a compressed message; nil if plain is no longer.
func (d *deflater) frame(op byte, payload []byte) []byte {
	if len(payload) < d.min {
		return nil
	}
	c := d.compressors.Get().(*compressor)
	defer d.compressors.Put(c)
	c.out.Reset()
	c.flate.Reset(&c.out)
	_, written := c.flate.Write(payload)
	if errors.Join(written, c.flate.Flush()) != nil { // a buffer takes everything
		return nil
	}
	small := bytes.TrimSuffix(c.out.Bytes(), []byte(flushed))
	if len(small) >= len(payload) {
		return nil
	}
	wire, _ := websocketFrame(op|deflatedBit, small)
	return wire
}

// inflate is the message that a client has compressed, up to limit bytes.
func (d *deflater) inflate(data []byte, limit int) ([]byte, error) {
	i := d.inflaters.Get().(*inflater)
	defer d.inflaters.Put(i)
	i.data.Reset(data)
	i.tail.Reset(lastOnes)
	if err := i.flate.(flate.Resetter).Reset(io.MultiReader(&i.data, &i.tail), nil); err != nil {
		return nil, fmt.Errorf("inflate: %w", err)
	}
	message, err := io.ReadAll(io.LimitReader(i.flate, int64(limit)+1))
	switch {
	case err != nil:
		return nil, errDeflate
	case len(message) > limit:
		return nil, errTooLarge
	}
	return message, nil // what stands behind a last block says nothing
}

// deflates reports whether a client's offers hold one that we can take up.
func deflates(offers []string) bool {
	for _, line := range offers {
		for offer := range strings.SplitSeq(line, ",") {
			if takesDeflate(offer) {
				return true
			}
		}
	}
	return false
}

// takesDeflate judges one offer. One with a parameter that is unknown, repeated or out of its range is to be passed
// over, and so is one that wants a smaller window of us: ours has one size.
func takesDeflate(offer string) bool {
	name, rest, more := strings.Cut(offer, ";")
	if strings.TrimSpace(name) != "permessage-deflate" {
		return false
	}
	if !more {
		return true
	}
	seen := map[string]bool{}
	for param := range strings.SplitSeq(rest, ";") {
		key, value, valued := strings.Cut(strings.TrimSpace(param), "=")
		key, value = strings.TrimSpace(key), strings.Trim(strings.TrimSpace(value), `"`)
		if seen[key] || !deflateParameter(key, value, valued) {
			return false
		}
		seen[key] = true
	}
	return true
}

func deflateParameter(key, value string, valued bool) bool {
	switch key {
	case "server_no_context_takeover", "client_no_context_takeover":
		return !valued
	case "server_max_window_bits":
		return value == "15"
	case "client_max_window_bits":
		return !valued || windowBits(value)
	}
	return false
}

func windowBits(value string) bool {
	switch value {
	case "8", "9", "10", "11", "12", "13", "14", "15":
		return true
	}
	return false
}
