package redisbridge

import (
	"cmp"
	"strconv"
)

// alert is the event that the pages of "/" have in common.
func (f *finding) alert(int) []byte { return f.merged(f.published, f.shown) }

// percentAlert is for the page of pattern alerts, which compares the confidence with a percentage.
func (f *finding) percentAlert(int) []byte { return f.merged(percent(f.published), percent(f.shown)) }

// merged builds the alert with these confidences, in its data and above it.
func (f *finding) merged(inside, above string) []byte {
	data := f.normalise(f.outer, f.inner)
	data.word("pattern", f.name)
	data.word("pattern_type", f.name)
	data.word("symbol", f.symbol)
	data.put("confidence", inside)
	data.amount("price", "price", "current_price", "price_at_detection", "metadata.price")
	data.amount("change_percent", "change_percent", "price_change")
	data.strength()
	data.survivable()
	return data.payload(envelope{name: "pattern_alert", kind: "pattern_detected", heading: []field{
		{"pattern", f.raw(f.name)}, {"symbol", f.raw(f.symbol)}, {"confidence", above},
	}}, f.batch)
}

// strength makes sure of "rs", the relative strength, if the pattern tells it at all.
func (n *normalised) strength() {
	for _, level := range [...]int{n.outer, n.inner} {
		if n.member(level, "rs") != none {
			return
		}
	}
	for _, level := range [...]int{n.outer, n.inner} {
		if literal, _, ok := n.figure(n.at(level, "indicators.relative_strength")); ok {
			n.set("rs", literal)
			return
		}
	}
}

// survivable keeps what is odd from breaking a page, which would show no pattern any more: what it
// formats as a number must be one, what it cuts up a text, and a time one that it can read.
func (n *normalised) survivable() {
	for _, key := range [...]string{"rs", "volume"} {
		if m := n.find(key); !n.blank(m) && !n.is(m, number) {
			literal, _, ok := n.figure(m)
			if !ok {
				literal = "null"
			}
			n.set(key, literal)
		}
	}
	for _, key := range [...]string{"tier", "timeframe", "interval"} {
		if m := n.find(key); !n.blank(m) && !n.is(m, text) {
			n.set(key, cmp.Or(n.asText(m), "null"))
		}
	}
	for _, key := range [...]string{"timestamp", "detection_timestamp"} {
		if m := n.find(key); !n.blank(m) && !n.is(m, number) {
			if _, readable := n.when(m); !readable {
				n.set(key, milliseconds(n.received))
			}
		}
	}
}

// percent is a fraction of 1 as a percentage; above 1 it is one already. The
// decimal point is moved, because a product would show binary noise.
func percent(literal string) string {
	v, err := strconv.ParseFloat(literal, 64)
	if err != nil || v > 1 {
		return literal
	}
	if v, err = strconv.ParseFloat(strconv.FormatFloat(v, 'f', -1, 64)+"e2", 64); err != nil {
		return literal
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}
