package server

import (
	"encoding/json"

	"github.com/tickstock/tickcast/server/sio"
)

// maxEcho is the longest text of a timestamp that is sent back.
const maxEcho = 64

// testResponse gives the page its own clock back; it measures the round trip with it.
type testResponse struct {
	Timestamp json.RawMessage `json:"timestamp"`
}

func (s *Sockets) testConnection(socket *sio.Socket, m sio.Message) sio.Message {
	sent, _ := field(m, "timestamp")
	s.reply(socket, "test_response", testResponse{scalar(sent)})
	return sio.Message{}
}

// scalar is value if it is a short number, string, boolean or null; anything else becomes null, not an echo.
func scalar(value json.RawMessage) json.RawMessage {
	if len(value) == 0 || len(value) > maxEcho || composite(value) {
		return json.RawMessage("null")
	}
	return value
}
