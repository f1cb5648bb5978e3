package server

import (
	"context"
	"encoding/json"

	"github.com/tickstock/tickcast/server/sio"
)

// backtestList has the records as the producer's application keeps them, latest first.
type backtestList struct {
	Status string            `json:"status"`
	Jobs   []json.RawMessage `json:"jobs"`
}

// getBacktests lists the user's own jobs. Arguments mean nothing.
func (s *Sockets) getBacktests(socket *sio.Socket, _ sio.Message) sio.Message {
	return s.askJobs(socket, func(ctx context.Context, user string) (any, error) {
		jobs, err := s.sources.Jobs.List(ctx, user)
		if err != nil {
			return nil, err
		}
		return backtestList{ackOK, append([]json.RawMessage{}, jobs...)}, nil
	})
}
