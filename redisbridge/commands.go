package redisbridge

import (
	"encoding/json"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"
)

const (
	commandChannel = "tickcast:control" // the application's word to all instances
	maxCommand     = 1024               // bytes
	maxUser        = 64                 // characters of a user's id
)

// Commanded does what the application says. It waits for nobody.
type Commanded interface {
	// Kick sends the sockets of a user away, and says how many they were.
	Kick(user string) int
	// ReadChoice has the user's alert preferences read again: they have changed.
	ReadChoice(user string)
}

// commands counts what the application told us to do.
type commands struct {
	kicks   atomic.Uint64
	changes atomic.Uint64
	skipped atomic.Uint64
}

func (c *commands) state() CommandState {
	return CommandState{Kicks: c.kicks.Load(), Changes: c.changes.Load(), Skipped: c.skipped.Load()}
}

// Obey has the application's commands carried out. It comes before Run.
func (b *Bridge) Obey(commanded Commanded) { b.commanded = commanded }

// obey carries out {"kick": {"user": "7"}} and {"preferences": {"user": "7"}}, on the reader: it must not wait behind events.
func (b *Bridge) obey(said string) {
	kick, changed := commandIn(said)
	switch {
	case kick != "":
		b.commands.kicks.Add(1)
		b.log.Info().Str("user", kick).Int("sockets", b.commanded.Kick(kick)).Msg("user kicked")
	case changed != "":
		b.commands.changes.Add(1)
		b.commanded.ReadChoice(changed)
	default:
		b.commands.skipped.Add(1)
		b.seldom.Warn().Str("channel", commandChannel).Int("bytes", len(said)).Msg("a command was skipped: it is none")
	}
}

// commandIn reads whom a command is about: who is to be kicked, or whose preferences have changed. Both are
// empty if it is none.
func commandIn(said string) (kick, changed string) {
	type about struct {
		User json.RawMessage `json:"user"`
	}
	var command struct {
		Kick        about `json:"kick"`
		Preferences about `json:"preferences"`
	}
	if len(said) > maxCommand || json.Unmarshal([]byte(said), &command) != nil {
		return "", ""
	}
	return userIn(command.Kick.User), userIn(command.Preferences.User)
}

// userIn is empty where no user is named. Applications write ids as texts and as numbers.
func userIn(id json.RawMessage) (user string) {
	var number json.Number
	switch {
	case len(id) == 0:
	case id[0] == '"':
		_ = json.Unmarshal(id, &user) // it is valid JSON
	case json.Unmarshal(id, &number) == nil:
		user = number.String()
	}
	if !speakable(user) {
		return ""
	}
	return user
}

// speakable holds ids that any user can have.
func speakable(user string) bool {
	return user != "" && utf8.RuneCountInString(user) <= maxUser &&
		!strings.ContainsFunc(user, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar })
}
