package doctor

import (
	"context"
	"net/http"
	"time"
)

// flask is the application behind us. Its answers bear its clock, by which it signs sessions.
func flask(ctx context.Context, s *subject) verdict {
	if s.Upstream == "" {
		return verdict{}
	}
	const mend = "start Flask there, or correct FLASK_UPSTREAM"
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Upstream, nil)
	if err != nil {
		return broken(mend, "FLASK_UPSTREAM is no URL")
	}
	where := r.URL.Host
	code, header, _, err := ask(dialer(), r)
	if err != nil {
		return broken(mend, "nothing answers at %s: %v", where, err)
	}
	if code >= http.StatusInternalServerError {
		return doubtful("look into the log of Flask", "what answers at %s answers with status %d", where, code)
	}
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		if v := judgeClock("Flask", time.Until(date), clockLimit); v.status != OK {
			return v
		}
	}
	return fine("answers at %s with status %d, and its clock agrees with this machine's", where, code)
}
