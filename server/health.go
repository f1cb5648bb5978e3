package server

import (
	"net/http"
)

// The statuses of health, from the best to the worst. A worse one hides the others; the reasons name them all.
const (
	statusHealthy  = "healthy"
	statusWarning  = "warning"  // slower than promised, or the producer is silent
	statusError    = "error"    // too much has gone wrong here
	statusDegraded = "degraded" // we serve, but something is missing
	statusDraining = "draining" // we stop
)

// readiness is what a balancer is told.
type readiness struct {
	Ready   bool     `json:"ready"`
	Reasons []string `json:"reasons"`
}

// live answers as long as the process serves: a restart would mend nothing that it could tell.
func (s *Server) live(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "alive"})
}

// ready sends browsers elsewhere while we are deaf or stopping.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	status, reasons := s.readiness(s.redis())
	code := http.StatusOK
	if status != statusHealthy {
		code = http.StatusServiceUnavailable
	}
	writeJSON(w, code, readiness{Ready: code == http.StatusOK, Reasons: reasons})
}

// health tells everything. All but draining is 200: a balancer that empties every instance
// because Redis is away would take the application behind us down with it.
func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	report := s.report()
	code := http.StatusOK
	if report.Status == statusDraining {
		code = http.StatusServiceUnavailable
	}
	writeJSON(w, code, report)
}

// readiness says whether we hear and stay, and every reason why not: all that a balancer should look at.
func (s *Server) readiness(redis RedisState) (status string, reasons []string) {
	status, reasons = statusHealthy, []string{}
	if !redis.Hearing {
		status = statusDegraded
		reasons = append(reasons, because("redis is "+redis.State, redis.Reason))
	}
	if s.draining.Load() {
		status = statusDraining
		reasons = append(reasons, "the server is shutting down")
	}
	return status, reasons
}

func because(what, why string) string {
	if why == "" {
		return what
	}
	return what + ": " + why
}
