package engineio

import (
	"encoding/json"
	"net/http"
)

// refusal is an answer to a request that the protocol does not allow, with its code there.
type refusal struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	status  int
	name    string // for the metric
}

var (
	unknownTransport = &refusal{0, "Transport unknown", http.StatusBadRequest, "transport_unknown"}
	unknownSession   = &refusal{1, "Session ID unknown", http.StatusBadRequest, "session_unknown"}
	badMethod        = &refusal{2, "Bad handshake method", http.StatusBadRequest, "method"}
	badRequest       = &refusal{3, "Bad request", http.StatusBadRequest, "request"}
	forbidden        = &refusal{4, "Forbidden", http.StatusForbidden, "forbidden"}
	otherOwner       = &refusal{4, "Forbidden", http.StatusForbidden, "other_user"}
	badProtocol      = &refusal{5, "Unsupported protocol version", http.StatusBadRequest, "protocol"}
	tooLarge         = &refusal{3, "Payload too large", http.StatusRequestEntityTooLarge, "too_large"}
	tooMany          = &refusal{4, "Too many connections", http.StatusServiceUnavailable, "connections"}
	tooManyOfAddress = &refusal{4, "Too many connections from this address", http.StatusTooManyRequests, "address"}
	tooFast          = &refusal{4, "Too many handshakes at the moment", http.StatusServiceUnavailable, "pace"}
	unavailable      = &refusal{4, "Server is shutting down", http.StatusServiceUnavailable, "draining"}
)

// refusals lists them all, so that each has its counter from the start.
var refusals = []*refusal{unknownTransport, unknownSession, badMethod, badRequest, forbidden, otherOwner, badProtocol, tooLarge, tooMany, tooManyOfAddress, tooFast, unavailable}

func (s *Server) refuse(w http.ResponseWriter, why *refusal) {
	s.stats.refused[why].Add(1)
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Cache-Control", "no-store")
	if why.status == http.StatusServiceUnavailable || why.status == http.StatusTooManyRequests {
		header.Set("Retry-After", "1")
	}
	w.WriteHeader(why.status)
	_ = json.NewEncoder(w).Encode(why) // the client has gone, if this fails
}
