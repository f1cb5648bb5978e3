package flaskauth_test

import (
	"strings"
	"testing"

	"github.com/tickstock/tickcast/server/flaskauth"
)

// FuzzVerify holds that no header brings the verifier down, that nothing is accepted but what was signed,
// and that a good cookie has no bit that could be another.
func FuzzVerify(f *testing.F) {
	s := flask(secret)
	good := []string{s.user("7", issued), s.compressed(`{"_user_id":"8","a":"`+strings.Repeat("a", 99)+`"}`, issued)}
	v, err := flaskauth.New(usual(secret, retired))
	if err != nil {
		f.Fatal(err)
	}
	for _, header := range []string{"", "session=", "session=..", "session=" + good[0], "a=b; session=x; session=" + good[1]} {
		f.Add(header, uint(3))
	}
	f.Fuzz(func(t *testing.T, header string, bit uint) {
		user, err := v.Verify(header, issued)
		if err == nil && !strings.Contains(header, good[0]) && !strings.Contains(header, good[1]) {
			t.Errorf("%q: accepted as %q", header, user)
		}
		for _, cookie := range good {
			forged := []byte(cookie)
			forged[bit/8%uint(len(forged))] ^= 1 << (bit % 8)
			if user, err := v.Verify("session="+string(forged), issued); err == nil {
				t.Errorf("%q: accepted as %q", forged, user)
			}
		}
	})
}

// FuzzSession holds that a session is read without a panic whatever is in it, and that a user's id stays short.
func FuzzSession(f *testing.F) {
	v, err := flaskauth.New(usual(secret))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(`{"_user_id":"7"}`, false)
	f.Add(`{"_user_id":{" u":"6ba7b8109dad11d180b400c04fd430c8"}}`, true)
	f.Add(`{"_user_id":{" b":"Nw=="}}`, false)
	f.Fuzz(func(t *testing.T, session string, compressed bool) {
		cookie := flask(secret).session(session, issued)
		if compressed {
			cookie = flask(secret).compressed(session, issued)
		}
		user, err := v.Verify("session="+cookie, issued)
		if (err == nil) != (user != "") || len([]rune(user)) > 64 || strings.ContainsAny(user, "\n\r\x00") {
			t.Errorf("%q: user %q, error %v", session, user, err)
		}
	})
}
