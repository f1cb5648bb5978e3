package server

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"
)

const (
	briefRead  = 5 * time.Second  // a body that nobody asked for must not hold a connection
	briefWrite = 30 * time.Second // the whole page over a slow telephone
)

// brief bounds a request that is answered at once. net/http lifts the bounds for the next one on the
// connection, which may be a long poll; those have deadlines of their own.
func brief(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		now := time.Now()
		// A writer without deadlines is a recorder in a test.
		_ = control.SetReadDeadline(now.Add(briefRead))
		_ = control.SetWriteDeadline(now.Add(briefWrite))
		next.ServeHTTP(w, r)
	})
}

// seal ends a connection after a request whose end may be in doubt: net/http passes over a length that
// contradicts a coding. What follows could be a request to us, and to a proxy in front a part of this one.
func seal(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TransferEncoding) > 0 || !r.ProtoAtLeast(1, 1) {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// contain keeps a panic to the request that caused it. The query stays out of the log: it holds the session's secret.
func (s *Server) contain(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := &begunWriter{ResponseWriter: w}
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(http.ErrAbortHandler)
			}
			s.panics.Add(1)
			s.log.Error().Str("panic", fmt.Sprint(cause)).Str("method", r.Method).Str("path", r.URL.Path).
				Bytes("stack", debug.Stack()).Msg("request handler panicked")
			if begun.begun {
				panic(http.ErrAbortHandler) // half an answer must not look like a whole one
			}
			writeJSON(w, http.StatusInternalServerError, problem{"internal error"})
		}()
		next.ServeHTTP(begun, r)
	})
}

// begunWriter knows whether an answer has begun.
type begunWriter struct {
	http.ResponseWriter
	begun bool
}

func (w *begunWriter) WriteHeader(status int) {
	w.begun = true
	w.ResponseWriter.WriteHeader(status)
}

func (w *begunWriter) Write(p []byte) (int, error) {
	w.begun = true
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection: websockets take it over.
func (w *begunWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
