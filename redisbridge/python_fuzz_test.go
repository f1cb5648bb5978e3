package redisbridge

import (
	"encoding/json"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

// FuzzPickle holds the reading of pickles to their bounds, and what is read to JSON.
func FuzzPickle(f *testing.F) {
	for _, v := range vectors() {
		if v.Format != "json" {
			f.Add(v.Data)
		}
	}
	for _, seed := range []string{
		"(dp0\nVmethod\np1\nVemit\np2\ns.", "}q\x00(X\x01\x00\x00\x00aK\x01u.", "c_codecs\nencode\n(V\xff\nVlatin1\ntR.", "I01\n.", "L7L\n.", "F1.5\n.",
		"]q\x00h\x00a.", "(I1\nI2\nt.", "\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80.", "V\\u20ac\\U0001f4c8\n.", "cposix\nsystem\n.", "]]e(e.",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		value, reason := unpickle(string(data))
		if reason != Accepted {
			return
		}
		text, attachments, reason := retell(value)
		if reason != Accepted {
			return
		}
		if !json.Valid([]byte(text)) || len(attachments) > maxPickled || len(text) > 3*maxRetold {
			t.Fatalf("%d attachments, and as JSON %q", len(attachments), text)
		}
		var d document
		if reason := d.read(`{"a":` + text + `}`); reason != Accepted && reason != TooDeep {
			t.Fatalf("%q is %s", text, reason)
		}
	})
}

// FuzzPythonQueue holds the queue to doing only what a browser can take, whatever is said in it.
func FuzzPythonQueue(f *testing.F) {
	for _, v := range vectors() {
		f.Add(v.Data)
	}
	for _, seed := range []string{
		`{"method":"emit","event":"e","binary":true,"data":[[{"x":{"_placeholder":true,"num":0}},2],"AAH/"],"room":["a","b"],"skip_sid":["c",null]}`,
		`{"method":"emit","event":"e","data":[null],"room":"S1","callback":["S1","/",3],"host_id":"h1"}`,
		`{"method":"leave_room","sid":"S1","room":"r","namespace":"/tickstockpl"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		peer := &sockets{}
		q := NewPythonQueue(queued("127.0.0.1:1"), nil, peer, []string{"/", "/tickstockpl"}, prometheus.NewRegistry(), zerolog.Nop())
		q.hear(string(data))
		for _, e := range peer.emitted {
			if e.Event == "" || e.Rooms != nil && len(e.Rooms) == 0 {
				t.Fatalf("%+v", e)
			}
			for _, arg := range e.Args {
				if !json.Valid(arg) {
					t.Fatalf("%q", arg)
				}
			}
			if e.Answer != nil {
				e.Answer(Message{Args: e.Args})
			}
		}
		for _, r := range q.answers.rest() {
			if isPickle(r.text) {
				if _, reason := unpickle(r.text); reason != Accepted && reason != TooMany {
					t.Fatalf("%q is %s", r.text, reason)
				}
			} else if !json.Valid([]byte(r.text)) {
				t.Fatalf("%q", r.text)
			}
		}
	})
}
