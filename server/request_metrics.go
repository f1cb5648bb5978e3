package server

import (
	"time"

	"github.com/tickstock/tickcast/server/sio"
)

// requestMetrics takes any arguments: pages send none.
func (s *Sockets) requestMetrics(socket *sio.Socket, _ sio.Message) sio.Message {
	return s.answer(socket, "metrics_update", s.meter.read(time.Now(), s.feeds()))
}
