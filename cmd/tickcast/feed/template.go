package feed

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// template is a recorded message, cut where it must be made fresh.
type template struct {
	channel string
	text    []byte
	slots   []slot
}

// slot is a value that is made fresh: a moment, or an id.
type slot struct {
	start, end int // in the text
	key        string
	moment     moment
	id         string // empty for a moment
}

// moment is a time of the recording, and how it is written there.
type moment struct {
	offset time.Duration // from the message's own time
	at     time.Time
	layout string // empty for a number
	unit   time.Duration
	digits int // after the decimal point
}

// newTemplate finds the slots. The message's own time is its timestamp, or else
// the first moment in it; all others keep their distance to that.
func newTemplate(channel string, text []byte) template {
	t := template{channel: channel, text: text}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	t.walk(decoder, "")
	own := t.own()
	for i := range t.slots {
		t.slots[i].moment.offset = t.slots[i].moment.at.Sub(own)
	}
	return t
}

// own is the message's own time.
func (t *template) own() (first time.Time) {
	for _, s := range t.slots {
		switch {
		case s.id != "":
		case s.key == "timestamp":
			return s.moment.at
		case first.IsZero():
			first = s.moment.at
		}
	}
	return first
}

// walk visits the value that comes next; key is the name it has.
func (t *template) walk(decoder *json.Decoder, key string) {
	start := int(decoder.InputOffset())
	for start < len(t.text) && strings.IndexByte(" \t\r\n:,", t.text[start]) >= 0 {
		start++
	}
	token, err := decoder.Token()
	if err != nil {
		return // parse has found the line sound
	}
	switch value := token.(type) {
	case json.Delim:
		for decoder.More() {
			if value == '{' {
				name, _ := decoder.Token()
				key, _ = name.(string)
			}
			t.walk(decoder, key)
		}
		decoder.Token()
	case string:
		if fresh, ok := textSlot(key, value); ok {
			fresh.start, fresh.end, fresh.key = start, int(decoder.InputOffset()), key
			t.slots = append(t.slots, fresh)
		}
	case json.Number:
		if at, ok := numberMoment(key, value.String()); ok {
			t.slots = append(t.slots, slot{start: start, end: int(decoder.InputOffset()), key: key, moment: at})
		}
	}
}

func textSlot(key, value string) (slot, bool) {
	switch {
	case value == "":
		return slot{}, false
	case isID(key):
		return slot{id: value}, true
	case !isMoment(key):
		return slot{}, false
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999"} {
		if at, err := time.Parse(layout, value); err == nil {
			if !strings.HasSuffix(value, "Z") {
				layout = strings.Replace(layout, "Z07:00", "-07:00", 1)
			}
			return slot{moment: moment{at: at, layout: withDigits(layout, fractionDigits(value))}}, true
		}
	}
	return slot{}, false
}

// numberMoment takes seconds or milliseconds since 1970, as long as they are of this age.
func numberMoment(key, value string) (moment, bool) {
	amount, err := strconv.ParseFloat(value, 64)
	if err != nil || !isMoment(key) || amount < 1e9 || amount >= 1e13 || amount >= 1e10 && amount < 1e12 {
		return moment{}, false
	}
	unit := time.Second
	if amount >= 1e12 {
		unit = time.Millisecond
	}
	return moment{at: time.UnixMicro(int64(amount * float64(unit/time.Microsecond))), unit: unit, digits: fractionDigits(value)}, true
}

func isID(key string) bool { return key == "job_id" || key == "flow_id" || key == "session_id" }

// isMoment goes by the names that producers give to times.
func isMoment(key string) bool {
	return key == "timestamp" || key == "estimated_completion" || key == "last_updated" || key == "last_check" ||
		strings.HasSuffix(key, "_timestamp") || strings.HasSuffix(key, "_at") || strings.HasSuffix(key, "_time")
}

// fractionDigits counts the digits after the decimal point.
func fractionDigits(value string) int {
	_, fraction, _ := strings.Cut(value, ".")
	return len(fraction) - len(strings.TrimLeft(fraction, "0123456789"))
}

// withDigits is the layout with exactly so many digits after the decimal point.
func withDigits(layout string, digits int) string {
	fraction := ""
	if digits > 0 {
		fraction = "." + strings.Repeat("0", digits)
	}
	return strings.Replace(layout, ".999999999", fraction, 1)
}
