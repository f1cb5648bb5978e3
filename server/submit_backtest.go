package server

import (
	"context"

	"github.com/tickstock/tickcast/server/sio"
)

// backtestSubmitted tells the job's id to pages that asked for no acknowledgement.
type backtestSubmitted struct {
	Job string `json:"job_id"`
}

// submitBacktest hands a backtest to the producer. Whose it is, the socket says, not a user_id in the request.
func (s *Sockets) submitBacktest(socket *sio.Socket, m sio.Message) sio.Message {
	return s.askJobs(socket, func(ctx context.Context, user string) (any, error) {
		id, err := s.sources.Jobs.Submit(ctx, user, first(m))
		if err != nil {
			return nil, err
		}
		if !m.Asked {
			s.reply(socket, "backtest_submitted", backtestSubmitted{id})
		}
		return ofJob{ackOK, id}, nil
	})
}
