package bench

import "time"

// All is everything that servers are compared by; short takes a tenth of the time.
func All(short bool) []Work {
	length, rest := 8*time.Second, 10*time.Second
	if short {
		length, rest = time.Second, time.Second
	}
	const size, ahead = 512, 256
	return []Work{
		Fanout{Name: "(a) broadcast", Sockets: 500, Rate: 50, Size: size, Length: length},
		Fanout{Name: "(b) storm", Sockets: 1000, Ahead: ahead, Size: size, Length: length},
		Idle{Name: "(c) idle", Sockets: 2000, Rest: rest},
		Idle{Name: "(d) accept", Sockets: 1000, AtOnce: true},
		Fanout{Name: "(e) filters", Sockets: 500, Rate: 50, Size: size, Length: length, Filters: true},
	}
}
