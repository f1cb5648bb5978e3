package server

import (
	"context"
	"time"

	"github.com/tickstock/tickcast/rooms"
)

// pulse tells the admins regularly how fast the connections tick.
func (s *Sockets) pulse(ctx context.Context) {
	beats := time.NewTicker(pulsePeriod)
	defer beats.Stop()
	for {
		select {
		case now := <-beats.C:
			s.beat(now)
		case <-ctx.Done():
			return
		}
	}
}

// beat does nothing while nobody is there.
func (s *Sockets) beat(now time.Time) {
	if s.io.Present(adminSpace) == 0 {
		return
	}
	metrics, err := encode(s.meter.read(now, s.feeds()))
	if err != nil {
		s.log.Error().Err(err).Msg("metrics_update not sent")
		return
	}
	s.out.Emit(adminSpace, []rooms.Room{adminRoom}, "metrics_update", metrics, "")
}
