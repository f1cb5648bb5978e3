package flaskauth

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxSession = 64 << 10 // bytes of JSON, after inflating
	maxUser    = 64       // characters: a user's id becomes a part of names
	userKey    = "_user_id"
)

// The tags by which Flask writes what JSON has no type for.
const (
	tagMarkup = " m"
	tagUUID   = " u"
	tagBytes  = " b"
)

// decode reads a payload whose signature is good. Only then may it be inflated, and even then not without a bound.
func decode(payload string) (session map[string]json.RawMessage, err error) {
	payload, compressed := strings.CutPrefix(payload, ".")
	text, err := encoding.DecodeString(payload)
	if err != nil {
		return nil, Malformed
	}
	if compressed {
		if text, err = inflate(text); err != nil {
			return nil, err
		}
	}
	// A map, not a struct: a struct would take _USER_ID too.
	if err := json.Unmarshal(text, &session); err != nil {
		return nil, Malformed
	}
	return session, nil
}

func inflate(compressed []byte) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, Malformed
	}
	text, err := io.ReadAll(io.LimitReader(r, maxSession+1))
	if len(text) > maxSession {
		return nil, TooLarge
	}
	if err != nil {
		return nil, Malformed
	}
	return text, nil
}

// userOf is the id of who is logged in; what else is in the session is none of our business.
func userOf(session map[string]json.RawMessage) (user string, err error) {
	raw := session[userKey]
	if len(raw) == 0 {
		return "", NoUser
	}
	if raw[0] == '{' {
		user = untagged(raw)
	} else {
		user = scalar(raw)
	}
	if !usable(user) {
		return "", NoUser
	}
	return user, nil
}

// scalar is the text of a string or of a whole number.
func scalar(raw json.RawMessage) (text string) {
	if raw[0] == '"' {
		_ = json.Unmarshal(raw, &text) // raw is valid JSON
		return text
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return "" // a fraction, true, null, a list
	}
	return strconv.FormatInt(n, 10)
}

// untagged is the text of a tagged value, as str() would write it; empty if an id cannot be that.
func untagged(raw json.RawMessage) string {
	var tagged map[string]string
	if err := json.Unmarshal(raw, &tagged); err != nil || len(tagged) != 1 {
		return ""
	}
	for tag, value := range tagged {
		switch tag {
		case tagMarkup:
			return value
		case tagUUID:
			return hyphenated(value)
		case tagBytes:
			if decoded, err := base64.StdEncoding.DecodeString(value); err == nil {
				return string(decoded)
			}
		}
	}
	return ""
}

// hyphenated is a UUID as people write it.
func hyphenated(digits string) string {
	if raw, err := hex.DecodeString(digits); err != nil || len(raw) != 16 {
		return ""
	}
	return strings.Join([]string{digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]}, "-")
}

// usable holds ids that can stand in the name of a room, in a key and in a line of the log.
func usable(user string) bool {
	if user == "" || utf8.RuneCountInString(user) > maxUser {
		return false
	}
	for _, r := range user {
		// Characters that are broken have become this one: several users would be one.
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return false
		}
	}
	return true
}
