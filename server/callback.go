package server

import "github.com/tickstock/tickcast/server/flaskauth"

// callbackState is how the auth callback is; without one it is the zero value.
type callbackState struct {
	flaskauth.CallbackState
	configured bool
}

func (s *Sockets) callback() callbackState {
	if s.sources.Proofs == nil || s.sources.Proofs.Callback == nil {
		return callbackState{}
	}
	return callbackState{s.sources.Proofs.Callback.State(), true}
}

// troubles are for an operator: users are still known by their cookies, but no admin is.
func (c callbackState) troubles() []string {
	if c.Failure == "" {
		return nil
	}
	return []string{"the auth callback gives no answer: " + string(c.Failure)}
}

type authReport struct {
	Callback string            `json:"callback"` // "off", "unknown", "answers", "silent"
	Reason   flaskauth.Failure `json:"reason,omitempty"`
	Since    *float64          `json:"since"`
	Results  map[string]uint64 `json:"results,omitempty"` // of questions
}

func reportAuth(c callbackState) authReport {
	r := authReport{Callback: "off", Reason: c.Failure, Since: epochOrNull(c.Since), Results: c.Results}
	switch {
	case !c.configured:
	case !c.Asked:
		r.Callback = "unknown"
	case c.Failure == "":
		r.Callback = "answers"
	default:
		r.Callback = "silent"
	}
	return r
}
