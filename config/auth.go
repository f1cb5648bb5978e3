package config

import (
	"errors"
	"fmt"
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
}

// Verified reports whether anybody can prove who he is.
func (a Auth) Verified() bool { return a.Secret != "" }

// LoginOnly reports whether only those may connect who prove who they are.
func (a Auth) LoginOnly() bool { return a.Anonymous == anonymousDeny }

// Secrets are the keys that sessions may be signed with, the present one first. It reveals them.
func (a Auth) Secrets() []string {
	if !a.Verified() {
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
	}
}

// problems are those that no single setting is to blame for.
func (a Auth) problems() (problems Problems) {
	if a.LoginOnly() && !a.Verified() {
		problems = append(problems, Problem{Key: "auth.anonymous", Err: errors.New("nobody could connect: without auth.secret nobody can prove a login")})
	}
	return problems
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
