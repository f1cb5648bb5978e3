package main

import (
	"fmt"

	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/server"
	"github.com/tickstock/tickcast/server/flaskauth"
)

// openIdentity knows users by Flask's session cookie; nil is everybody anonymous.
func openIdentity(cfg config.Auth, log zerolog.Logger) (server.Identify, error) {
	verifier, err := openCookies(cfg)
	if err != nil {
		return nil, err
	}
	if verifier == nil {
		log.Warn().Msg("everybody is anonymous: set FLASK_SECRET_KEY to Flask's SECRET_KEY, and its users are known here too")
		return nil, nil
	}
	return server.CookieIdentity(verifier, cfg.Admins()), nil
}

// openCookies verifies Flask's session cookies; nil is nothing to verify them with.
func openCookies(cfg config.Auth) (*flaskauth.Verifier, error) {
	if !cfg.Verified() {
		return nil, nil
	}
	verifier, err := flaskauth.New(flaskauth.Config{
		Secrets:    cfg.Secrets(),
		CookieName: cfg.CookieName,
		Salt:       cfg.Salt,
		Digest:     cfg.Digest,
		MaxAge:     cfg.MaxAge,
		Leeway:     cfg.Leeway,
	})
	if err != nil {
		return nil, fmt.Errorf("verify session cookies: %w", err)
	}
	return verifier, nil
}
