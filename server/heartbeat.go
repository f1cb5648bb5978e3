package server

import (
	"time"

	"github.com/tickstock/tickcast/server/sio"
)

// heartbeatAck proves that the server still handles this socket's events.
type heartbeatAck struct {
	Timestamp float64 `json:"timestamp"`
}

// heartbeat takes any arguments: pages disagree about whether there is one.
func (s *Sockets) heartbeat(socket *sio.Socket, _ sio.Message) sio.Message {
	s.reply(socket, "heartbeat_ack", heartbeatAck{epoch(time.Now())})
	return sio.Message{}
}
