package config

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Auth says how a browser proves who it is: by the session cookie that Flask signs.
type Auth struct {
	Secret          Secret        // FLASK_SECRET_KEY; without one everybody is anonymous
	SecretFallbacks Secret        // SECRET_KEY_FALLBACKS, with commas
	CookieName      string        // SESSION_COOKIE_NAME
	Salt            string        // of the signature
	Digest          string        // of the signature: sha1, sha256, sha512
	MaxAge          time.Duration // PERMANENT_SESSION_LIFETIME
	Leeway          time.Duration // how far Flask's clock may be ahead of ours
	Anonymous       string        // allow, deny
	AdminUsers      string        // ADMIN_USERS: ids, with commas

	CallbackURL      string        // AUTH_CALLBACK_URL: a route of Flask that says who sends a request; empty = not asked
	CallbackTimeout  time.Duration // of one question
	CallbackCache    time.Duration // how long an answer counts
	CallbackRequired bool          // without an answer nobody connects
	Recheck          time.Duration // how often it is asked again about those who are connected; 0 = never

	JWTKey       Secret // of tokens, HS256
	JWTPublicKey string // of tokens, EdDSA
	JWTAudience  string // that tokens must be for; empty = any
}

// Signed reports whether session cookies can be verified.
func (a Auth) Signed() bool { return a.Secret != "" }

// Tokens reports whether tokens can be verified.
func (a Auth) Tokens() bool { return a.JWTKey != "" || a.JWTPublicKey != "" }

// Verified reports whether anybody can prove who he is.
func (a Auth) Verified() bool { return a.Signed() || a.CallbackURL != "" || a.Tokens() }

// LoginOnly reports whether only those may connect who prove who they are.
func (a Auth) LoginOnly() bool { return a.Anonymous == anonymousDeny }

// Secrets are the keys that sessions may be signed with, the present one first. It reveals them.
func (a Auth) Secrets() []string {
	if !a.Signed() {
		return nil
	}
	return append([]string{a.Secret.Reveal()}, listed(a.SecretFallbacks.Reveal())...)
}

// Admins are the ids of the users who may see what is the operators'.
func (a Auth) Admins() []string { return listed(a.AdminUsers) }

const (
	anonymousAllow = "allow"
	anonymousDeny  = "deny"

	decade  = 3650 * day
	maxUser = 64 // characters of a user's id; a session with a longer one names nobody
)

func authSettings() []setting {
	return []setting{
		{key: "auth.secret", app: "FLASK_SECRET_KEY", unit: text, hide: hideAll,
			help:  "Flask's `SECRET_KEY`, with which it signs sessions; unset: everybody is anonymous",
			field: func(c *Config) any { return &c.Auth.Secret }},
		{key: "auth.secret_fallbacks", app: "SECRET_KEY_FALLBACKS", unit: text, hide: hideAll,
			help:  "keys that `auth.secret` has replaced, with commas; sessions signed with them stay good",
			field: func(c *Config) any { return &c.Auth.SecretFallbacks }},
		{key: "auth.cookie_name", app: "SESSION_COOKIE_NAME", unit: text, fallback: "session", check: cookieName,
			help:  "name of Flask's session cookie",
			field: func(c *Config) any { return &c.Auth.CookieName }},
		{key: "auth.salt", unit: text, fallback: "cookie-session",
			help:  "salt of its signature",
			field: func(c *Config) any { return &c.Auth.Salt }},
		{key: "auth.digest", unit: text, fallback: "sha1", check: oneOf("sha1", "sha256", "sha512"),
			help:  "digest of its signature: `sha1`, `sha256` or `sha512`",
			field: func(c *Config) any { return &c.Auth.Digest }},
		{key: "auth.max_age", app: "PERMANENT_SESSION_LIFETIME", unit: duration, fallback: "744h", min: int64(time.Second), max: decade,
			help:  "how long a session is good after Flask has signed it",
			field: func(c *Config) any { return &c.Auth.MaxAge }},
		{key: "auth.leeway", unit: duration, fallback: "30s", max: day,
			help:  "how far Flask's clock may be ahead of ours",
			field: func(c *Config) any { return &c.Auth.Leeway }},
		{key: "auth.anonymous", unit: text, fallback: anonymousAllow, check: oneOf(anonymousAllow, anonymousDeny),
			help:  "`allow`: who is not logged in gets what goes to everyone and what the socket subscribes to; `deny`: nobody connects without a login",
			field: func(c *Config) any { return &c.Auth.Anonymous }},
		{key: "auth.admin_users", app: "ADMIN_USERS", unit: text, check: userList,
			help:  "ids of the users who may see what is the operators', as `1,7`",
			field: func(c *Config) any { return &c.Auth.AdminUsers }},
		{key: "auth.callback_url", app: "AUTH_CALLBACK_URL", unit: text, check: callbackURL,
			help:  "a route of Flask that says who sends a request, as `http://127.0.0.1:5001/auth/whoami`: it gets the browser's cookies and answers `{\"user_id\": \"7\", \"roles\": [\"admin\"], \"disabled\": false}`; `admin` and `super` are admins",
			field: func(c *Config) any { return &c.Auth.CallbackURL }},
		{key: "auth.callback_timeout", unit: duration, fallback: "2s", min: moment, max: int64(30 * time.Second),
			help:  "how long one answer of it may take",
			field: func(c *Config) any { return &c.Auth.CallbackTimeout }},
		{key: "auth.callback_cache", unit: duration, fallback: "30s", max: day,
			help:  "how long its answer counts for another handshake of the same browser",
			field: func(c *Config) any { return &c.Auth.CallbackCache }},
		{key: "auth.callback_required", unit: choice, fallback: "false",
			help:  "while it does not answer: `true`: nobody connects; `false`: the cookie names users if `auth.secret` is set, and nobody is an admin",
			field: func(c *Config) any { return &c.Auth.CallbackRequired }},
		{key: "auth.recheck", unit: duration, fallback: "60s", max: day,
			help:  "how often it is asked again about users who are connected; who has logged out or is disabled is cut; 0 = never",
			field: func(c *Config) any { return &c.Auth.Recheck }},
		{key: "auth.jwt_key", unit: text, hide: hideAll,
			help:  "secret of at least 32 bytes with which tokens of the handshake (`auth: {token}`) are signed, HS256; a good token wins over the cookie",
			field: func(c *Config) any { return &c.Auth.JWTKey }},
		{key: "auth.jwt_public_key", unit: text,
			help:  "instead of `auth.jwt_key`: the Ed25519 public key of such tokens, EdDSA, as PEM or base64",
			field: func(c *Config) any { return &c.Auth.JWTPublicKey }},
		{key: "auth.jwt_audience", unit: text,
			help:  "whom such tokens must be for (`aud`); unset: anybody",
			field: func(c *Config) any { return &c.Auth.JWTAudience }},
	}
}

// problems are those that no single setting is to blame for.
func (a Auth) problems() (problems Problems) {
	if a.LoginOnly() && !a.Verified() {
		problems = append(problems, Problem{Key: "auth.anonymous", Err: errors.New("nobody could connect: without auth.secret nobody can prove a login")})
	}
	if a.JWTKey != "" && a.JWTPublicKey != "" {
		problems = append(problems, Problem{Key: "auth.jwt_public_key", Err: errors.New("tokens have one algorithm: unset this or auth.jwt_key")})
	}
	return problems
}

// callbackURL must not hold a password: it would stand in logs, and take the place of the browser's own Authorization.
func callbackURL(value string) error {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return errors.New("not a route of an application; write http://host:port/path, without a user")
	}
	return nil
}

// listed takes a list with commas apart; what is empty is left out.
func listed(list string) (members []string) {
	for member := range strings.SplitSeq(list, ",") {
		if member = strings.TrimSpace(member); member != "" {
			members = append(members, member)
		}
	}
	return members
}

func cookieName(name string) error {
	if strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r) }) {
		return errors.New("not a name that a cookie can have")
	}
	return nil
}

func userList(list string) error {
	for _, user := range listed(list) {
		if utf8.RuneCountInString(user) > maxUser || strings.ContainsFunc(user, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return fmt.Errorf("%q is no user's id", user)
		}
	}
	return nil
}
