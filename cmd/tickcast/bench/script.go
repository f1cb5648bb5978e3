package bench

import (
	"fmt"
	"strings"
	"time"
)

// script is what is published, and what each socket should get of it.
type script struct {
	tallies []*tally
	text    func(seq, sent int64) string
	wishes  []wish // of each socket; nil = all get everything
}

// script fills the messages up, so that the server sends frames of that size; 0 = of about our own.
func (f Fanout) script(s *stage, frame int) *script {
	fill := func(empty string) string {
		if frame == 0 {
			return strings.Repeat("x", max(0, (f.Size-envelope)/2)) // our envelope holds a message twice
		}
		return strings.Repeat("x", max(0, frame-s.speech.around(f.Filters)-len(empty)))
	}
	now := time.Now().UnixNano()
	if !f.Filters {
		filler := fill(message(0, now, ""))
		return &script{tallies: tallies(f.Sockets), text: func(seq, sent int64) string { return message(seq, sent, filler) }}
	}
	some := diverse(0)
	some.Filler = "x"
	filler := "x" + fill(some.text(0, now)) // an empty one is left out
	users := Scenario{Users: f.Sockets, Wish: diverseWish, Events: int(f.count()), Pattern: diverse}
	all := &script{tallies: users.tallies(), text: func(seq, sent int64) string {
		p := diverse(int(seq))
		p.Filler = filler
		return p.text(seq, sent)
	}}
	for i := range f.Sockets {
		all.wishes = append(all.wishes, diverseWish(i))
	}
	return all
}

// count is how many messages there are at a rate.
func (f Fanout) count() int64 { return int64(f.Length.Seconds() * float64(f.Rate)) }

func (s *script) subscribe(l *load) error {
	if s.wishes == nil {
		return nil
	}
	return inTurns(len(s.wishes), connecting, func(i int) error {
		c := l.clients[i]
		ok, err := c.speech.want(c, s.wishes[i])
		if err == nil && !ok {
			err = fmt.Errorf("user %d may not subscribe", i)
		}
		return err
	})
}

// due is how many deliveries so many messages make.
func (s *script) due(messages int64) (deliveries int64) {
	if s.wishes == nil {
		return messages * int64(len(s.tallies))
	}
	for _, one := range s.tallies {
		deliveries += int64(len(one.want))
	}
	return deliveries
}
