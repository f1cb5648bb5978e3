package flaskauth

import (
	"encoding/json"
	"slices"
)

// Answer is what the application says of who sent a request. The zero Answer is nobody in particular.
type Answer struct {
	User     string
	Admin    bool
	Disabled bool // the account is shut: its owner may not come in
}

// The roles that may see what is the operators'.
const (
	roleAdmin = "admin"
	roleSuper = "super"
)

// readAnswer reads {"user_id": "7", "roles": ["admin"], "disabled": false}. Whoever is meant must be
// named, and be it by null: an object of something else is not taken for "nobody".
func readAnswer(body []byte) (answer Answer, ok bool) {
	var said map[string]json.RawMessage // a struct would take USER_ID too
	if json.Unmarshal(body, &said) != nil {
		return Answer{}, false
	}
	id, named := said["user_id"]
	if !named {
		id, named = said["user"]
	}
	if !named {
		return Answer{}, false
	}
	var roles []string
	if !optional(said["roles"], &roles) || !optional(said["disabled"], &answer.Disabled) {
		return Answer{}, false
	}
	if string(id) == "null" {
		return Answer{Disabled: answer.Disabled}, true
	}
	answer.User = scalar(id)
	answer.Admin = IsAdmin(roles)
	return answer, usable(answer.User)
}

// IsAdmin reports whether one of the roles is an operator's.
func IsAdmin(roles []string) bool {
	return slices.Contains(roles, roleAdmin) || slices.Contains(roles, roleSuper)
}

// Usable holds ids of users that can stand in the name of a room, in a key and in a line of the log.
func Usable(user string) bool { return usable(user) }

// optional decodes a value that may be missing; null is missing.
func optional(raw json.RawMessage, into any) bool {
	return raw == nil || json.Unmarshal(raw, into) == nil
}
