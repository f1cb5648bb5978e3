package server

import (
	"context"
	"encoding/json"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// cancelBacktest asks the producer to stop {job_id}. That it has stopped is told by the job's result.
func (s *Sockets) cancelBacktest(socket *sio.Socket, m sio.Message) sio.Message {
	return s.askJobs(socket, func(ctx context.Context, user string) (any, error) {
		sent, _ := field(m, "job_id")
		var id string
		if json.Unmarshal(sent, &id) != nil || id == "" {
			return nil, &rooms.FieldError{Field: "job_id", Problem: "must be a text"}
		}
		if err := s.sources.Jobs.Cancel(ctx, user, id); err != nil {
			return nil, err
		}
		return ofJob{ackOK, id}, nil
	})
}
