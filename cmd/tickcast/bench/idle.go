package bench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Idle is sockets that get in and then want nothing but to stay; one message at the end shows that all of them are there.
type Idle struct {
	Name    string
	Sockets int
	AtOnce  bool          // all handshakes at the same time
	Rest    time.Duration // after the handshakes, before memory is looked at
}

// Label implements Work.
func (i Idle) Label() string {
	if i.AtOnce {
		return fmt.Sprintf("%s: %d sockets at once", i.Name, i.Sockets)
	}
	return fmt.Sprintf("%s: %d idle sockets", i.Name, i.Sockets)
}

// Check implements Work.
func (i Idle) Check() error {
	switch {
	case i.Sockets < 1:
		return errors.New("sockets: at least one")
	case i.Rest < 0:
		return errors.New("rest: not below 0")
	}
	return nil
}

func (i Idle) rows() []string {
	if i.AtOnce {
		return []string{"CPU/accept µs", "all in after s"}
	}
	return []string{"RSS/socket KB", "CPU/accept µs", "all in after s", "CPU at rest %"}
}

func (i Idle) measure(ctx context.Context, s *stage, _ int) (Run, error) {
	empty, fresh, err := s.server.usage()
	if err != nil {
		return Run{}, err
	}
	atOnce := connecting
	if i.AtOnce {
		atOnce = i.Sockets
	}
	began := time.Now()
	load, err := connect(ctx, s, tallies(i.Sockets), nil, atOnce)
	if err != nil {
		return Run{}, err
	}
	defer load.close()
	in := time.Since(began)
	load.listen()
	if err := pause(ctx, settle); err != nil {
		return Run{}, err
	}
	_, accepted, err := s.server.usage()
	if err != nil {
		return Run{}, err
	}
	if err := pause(ctx, i.Rest); err != nil {
		return Run{}, err
	}
	full, rested, err := s.server.usage()
	if err != nil {
		return Run{}, err
	}
	if err := s.client.Publish(ctx, channel, message(0, time.Now().UnixNano(), "")).Err(); err != nil {
		return Run{}, err
	}
	load.await(ctx, int64(i.Sockets))
	load.close()
	v, _ := sum(load.tallies, 1)
	f := figures{
		"CPU/accept µs":  float64((accepted - fresh).Microseconds()) / float64(i.Sockets),
		"all in after s": in.Seconds(),
		"RSS/socket KB":  float64(full-empty) / 1024 / float64(i.Sockets),
	}
	if i.Rest > 0 {
		f["CPU at rest %"] = float64(rested-accepted) / float64(i.Rest) * 100
	}
	return Run{Figures: f, verdict: v}, nil
}
