package e2e_test

import (
	"time"

	"github.com/tickstock/tickcast/e2e/internal/flaskcookie"
)

// secretKey is the Flask application's in these specs.
const secretKey = "a key of the specs"

// sessionOf is the Cookie header of a user who has just logged in.
func sessionOf(user string) string { return flaskcookie.Header(secretKey, user, time.Now()) }
