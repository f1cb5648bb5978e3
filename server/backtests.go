package server

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// jobsPatience is how long a page waits for Redis before it is told to try again.
const jobsPatience = 3 * time.Second

// ofJob answers what a page asks of one job.
type ofJob struct {
	Status string `json:"status"`
	Job    string `json:"job_id"`
}

// askJobs has ask done for the user behind a socket, and acknowledges how it ended. There is no
// error event: the page shows the acknowledgement where the user has asked.
func (s *Sockets) askJobs(socket *sio.Socket, ask func(ctx context.Context, user string) (any, error)) sio.Message {
	ctx, cancel := context.WithTimeout(context.Background(), jobsPatience)
	defer cancel()
	user, err := s.submitter(socket)
	var answer any
	if err == nil {
		answer, err = ask(ctx, user)
	}
	if err != nil {
		answer = s.jobDenial(socket, err)
	}
	return s.acknowledge(answer)
}

// submitter is who may have jobs: a user, or anybody while nobody can log in.
func (s *Sockets) submitter(socket *sio.Socket) (user string, err error) {
	switch user := s.userOf(socket).ID; {
	case s.sources.Jobs == nil:
		return "", errNoJobs
	case user == "" && s.sources.Identify != nil:
		return "", &rooms.FieldError{Field: "user", Problem: "log in first"}
	default:
		return user, nil
	}
}

// errNoJobs says that nothing here takes backtests.
var errNoJobs = errors.New("no source of jobs")

func (s *Sockets) jobDenial(socket *sio.Socket, err error) denial {
	s.refused.Add(1)
	if field, is := errors.AsType[*rooms.FieldError](err); is {
		return denial{ackError, field.Field, field.Problem}
	}
	s.log.Warn().Err(err).Str("socket", short(socket.ID())).Msg("a page's backtest")
	return denial{ackError, "", "backtests are not available, try again"}
}

// first is the first argument; nil if there is none.
func first(m sio.Message) json.RawMessage {
	if len(m.Args) == 0 {
		return nil
	}
	return m.Args[0]
}
