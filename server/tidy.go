package server

import (
	"context"
	"runtime/debug"
	"time"
)

const (
	tidyEvery = 2 * time.Second
	tidyWorth = 200 // handshakes that leave enough behind
	tidyQuiet = 20  // handshakes in tidyEvery that are no storm any more
)

// tidy gives the system back what a crowd of newcomers leaves behind. A handshake makes several times
// the garbage that its session keeps, and afterwards next to nothing is allocated: without this it would
// stay for as long as the crowd does.
func (s *Sockets) tidy(ctx context.Context) {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	var seen, tidied uint64
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		handshakes := s.io.Stats().Engine.Handshake
		if handshakes-tidied >= tidyWorth && handshakes-seen < tidyQuiet {
			debug.FreeOSMemory()
			tidied = handshakes
		}
		seen = handshakes
	}
}
