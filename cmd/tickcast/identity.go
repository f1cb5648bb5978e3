package main

import (
	"fmt"

	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/server"
	"github.com/tickstock/tickcast/server/bearer"
	"github.com/tickstock/tickcast/server/flaskauth"
)

// openProofs opens every way in which users can prove who they are; nil is everybody anonymous.
func openProofs(cfg config.Auth, log zerolog.Logger) (*server.Proofs, error) {
	if !cfg.Verified() {
		log.Warn().Msg("everybody is anonymous: set FLASK_SECRET_KEY to Flask's SECRET_KEY, and its users are known here too")
		return nil, nil
	}
	cookies, err := openCookies(cfg)
	if err != nil {
		return nil, fmt.Errorf("verify session cookies: %w", err)
	}
	tokens, err := openTokens(cfg)
	if err != nil {
		return nil, fmt.Errorf("verify tokens: %w", err)
	}
	proofs := &server.Proofs{Tokens: tokens, Cookies: cookies, Admins: cfg.Admins(), Required: cfg.CallbackRequired}
	if cfg.CallbackURL != "" {
		proofs.Callback = flaskauth.NewCallback(flaskauth.CallbackConfig{
			URL: cfg.CallbackURL, Timeout: cfg.CallbackTimeout, Keep: cfg.CallbackCache,
		}, log)
	}
	return proofs, nil
}

func openCookies(cfg config.Auth) (*flaskauth.Verifier, error) {
	if !cfg.Signed() {
		return nil, nil
	}
	return flaskauth.New(flaskauth.Config{
		Secrets:    cfg.Secrets(),
		CookieName: cfg.CookieName,
		Salt:       cfg.Salt,
		Digest:     cfg.Digest,
		MaxAge:     cfg.MaxAge,
		Leeway:     cfg.Leeway,
	})
}

func openTokens(cfg config.Auth) (*bearer.Verifier, error) {
	if !cfg.Tokens() {
		return nil, nil
	}
	return bearer.New(bearer.Config{
		Secret:    cfg.JWTKey.Reveal(),
		PublicKey: cfg.JWTPublicKey,
		Audience:  cfg.JWTAudience,
		Leeway:    cfg.Leeway,
	})
}

// tokenProblems lets the package that reads the keys judge them.
func tokenProblems(c config.Config) config.Problems {
	key := "auth.jwt_key"
	if c.Auth.JWTPublicKey != "" {
		key = "auth.jwt_public_key"
	}
	if c.Auth.JWTKey != "" && c.Auth.JWTPublicKey != "" {
		return nil // it is a problem already
	}
	if _, err := openTokens(c.Auth); err != nil {
		return config.Problems{{Key: key, Err: err}}
	}
	return nil
}
