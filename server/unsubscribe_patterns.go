package server

import "github.com/tickstock/tickcast/server/sio"

// unsubscribePatterns empties the socket's set, which means every pattern again. No page waits for an answer.
func (s *Sockets) unsubscribePatterns(socket *sio.Socket, _ sio.Message) sio.Message {
	if err := s.wantPatterns(socket, nil); err != nil {
		s.refuse(socket, err)
	}
	return sio.Message{}
}
