package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tickstock/tickcast/server/flaskauth"
)

const shortSecret = 16 // characters; fewer can be guessed

func sessions(_ context.Context, s *subject) verdict {
	secrets := s.Config.Auth.Secrets()
	if (s.Sessions == nil || len(secrets) == 0) && s.Config.Auth.Verified() {
		return fine("not verified here: users are known by tokens, or by what the callback answers")
	}
	if s.Sessions == nil || len(secrets) == 0 {
		return doubtful("set FLASK_SECRET_KEY to the SECRET_KEY that Flask runs with", "everybody is anonymous: there is no key to verify sessions with")
	}
	for _, secret := range secrets {
		if len(secret) < shortSecret {
			return doubtful("give Flask a SECRET_KEY of 32 random bytes, and the old one to SECRET_KEY_FALLBACKS until its sessions are over",
				"a key to verify sessions with has fewer than %d characters: who guesses it can be any user", shortSecret)
		}
	}
	return fine("verified with the key of Flask and %d that it has replaced", len(secrets)-1)
}

// perHost is the first thing to know of a cookie that is not there.
const perHost = "browsers keep cookies per host name, and localhost and 127.0.0.1 are two: log in and open the page under the same name"

// cookie never says what is in it but for the user's id: whoever has it is the user.
func cookie(_ context.Context, s *subject) verdict {
	pasted := unquote(s.Cookie)
	if pasted == "" {
		return verdict{}
	}
	if s.Sessions == nil {
		return broken("set FLASK_SECRET_KEY to the SECRET_KEY that Flask runs with", "it cannot be verified: there is no key")
	}
	now, auth := time.Now(), s.Config.Auth
	header := pasted
	if !strings.Contains(pasted, "=") { // which no session's value does
		header = auth.CookieName + "=" + pasted
	}
	found, err := s.Sessions.Examine(header, now)
	if err == nil {
		return known(found, now, auth.MaxAge)
	}
	reason, _ := errors.AsType[flaskauth.Reason](err)
	if reason == flaskauth.Malformed {
		return misshapen(header, auth.CookieName, auth.Digest)
	}
	return s.unknown(reason, found, now, header)
}

// unquote takes a value as developer tools and shells hand it out. No session has a quote within.
func unquote(pasted string) string {
	pasted = strings.TrimSpace(strings.NewReplacer(`"`, "", "'", "").Replace(pasted))
	if name, rest, ok := strings.Cut(pasted, ":"); ok && strings.EqualFold(name, "cookie") {
		pasted = strings.TrimSpace(rest)
	}
	return pasted
}

func known(found flaskauth.Examined, now time.Time, maxAge time.Duration) verdict {
	key := "the present key"
	if found.Key > 0 {
		key = fmt.Sprintf("fallback key %d", found.Key)
	}
	age := now.Sub(found.Issued)
	v := fine("user %s, signed %s ago with %s, good for %s more", found.User, spell(age), key, spell(maxAge-age))
	v.mend = "if a page still counts as anonymous: " + perHost
	return v
}

func (s *subject) unknown(reason flaskauth.Reason, found flaskauth.Examined, now time.Time, header string) verdict {
	auth := s.Config.Auth
	switch reason {
	case flaskauth.NoCookie:
		return absent(header, auth.CookieName)
	case flaskauth.BadSignature:
		return broken("set FLASK_SECRET_KEY to the SECRET_KEY that Flask runs with (without one some applications make up a new one at every start); or another application on that host name has set it, whatever its port: cookies know no ports",
			"wrong key: it is signed with none of our %d keys, or was changed", len(auth.Secrets()))
	case flaskauth.Expired:
		return broken("log in again; PERMANENT_SESSION_LIFETIME, here as in Flask, says how long a session is good",
			"expired: it was signed %s ago, and is good for %s", spell(now.Sub(found.Issued)), spell(auth.MaxAge))
	case flaskauth.FromFuture:
		return broken("let both machines follow a time server: timedatectl set-ntp true",
			"from the future: it was signed %s ahead of this machine's clock, and at most %s are let pass", spell(found.Issued.Sub(now)), spell(auth.Leeway))
	case flaskauth.NoUser:
		return doubtful("log in, and paste the cookie that the browser has then",
			"a good session, signed %s ago, but nobody is logged in there, or with an id that cannot be used", spell(now.Sub(found.Issued)))
	}
	return broken("store less in the session: browsers keep no cookie over 4 KiB", "%s", reason)
}

// absent looks at the other names: a browser sends all cookies of the host.
func absent(header, name string) verdict {
	if strings.Contains(header, "remember_token=") {
		return broken("open any page of Flask, which makes a session of the remember_token", "there is no cookie %q, only a remember_token", name)
	}
	return broken("set SESSION_COOKIE_NAME if Flask's has another name; else "+perHost, "there is no cookie of the name %q", name)
}

// misshapen guesses at what it is that is not payload.time.signature.
func misshapen(header, name, digest string) verdict {
	_, value, _ := strings.Cut(header, name+"=")
	value, _, _ = strings.Cut(value, ";")
	if !strings.Contains(strings.TrimPrefix(value, "."), ".") {
		return broken("let Flask use its own session cookie: what only its server can look up says nothing here",
			"malformed: it has no parts; it is cut off, or the mere number of a session that Flask keeps elsewhere (Flask-Session)")
	}
	signature := strings.TrimSpace(value[strings.LastIndexByte(value, '.')+1:])
	lengths := map[int]string{27: "sha1", 43: "sha256", 86: "sha512"} // in base64
	if signed := lengths[len(signature)]; signed != "" && signed != digest {
		return broken("set TICKCAST_AUTH_DIGEST="+signed, "malformed: it seems to be signed with %s, but auth.digest is %s", signed, digest)
	}
	return broken("copy the whole value: developer tools show long ones shortened", "malformed: it is cut off, or not of Flask's making")
}

// spell rounds to what a person wants to know.
func spell(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= 2*day:
		return fmt.Sprintf("%d days", d/day)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", d/time.Hour)
	case d >= 2*time.Minute:
		return fmt.Sprintf("%d minutes", d/time.Minute)
	}
	return fmt.Sprintf("%d seconds", d/time.Second)
}
