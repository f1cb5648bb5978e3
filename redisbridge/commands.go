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

// Kicker sends the sockets of a user away, and says how many they were. It does not wait for them.
type Kicker interface {
	Kick(user string) int
}

// commands counts what the application told us to do.
type commands struct {
	kicks   atomic.Uint64
	skipped atomic.Uint64
}

func (c *commands) state() CommandState {
	return CommandState{Kicks: c.kicks.Load(), Skipped: c.skipped.Load()}
}

// Obey has the application's commands carried out. It comes before Run.
func (b *Bridge) Obey(kicker Kicker) { b.kicker = kicker }

// obey carries out {"kick": {"user": "7"}}, on the reader: it must not wait behind events.
func (b *Bridge) obey(said string) {
	user, ok := kicked(said)
	if !ok {
		b.commands.skipped.Add(1)
		b.seldom.Warn().Str("channel", commandChannel).Int("bytes", len(said)).Msg("a command was skipped: it is none")
		return
	}
	b.commands.kicks.Add(1)
	b.log.Info().Str("user", user).Int("sockets", b.kicker.Kick(user)).Msg("user kicked")
}

// kicked reads whom the command is about. Applications write ids as texts and as numbers.
func kicked(said string) (user string, ok bool) {
	var command struct {
		Kick struct {
			User json.RawMessage `json:"user"`
		} `json:"kick"`
	}
	if len(said) > maxCommand || json.Unmarshal([]byte(said), &command) != nil {
		return "", false
	}
	var number json.Number
	switch id := command.Kick.User; {
	case len(id) == 0:
		return "", false
	case id[0] == '"':
		_ = json.Unmarshal(id, &user) // it is valid JSON
	case json.Unmarshal(id, &number) == nil:
		user = number.String()
	}
	return user, speakable(user)
}

// speakable holds ids that any user can have.
func speakable(user string) bool {
	return user != "" && utf8.RuneCountInString(user) <= maxUser &&
		!strings.ContainsFunc(user, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar })
}
