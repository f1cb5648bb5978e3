package redisbridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"github.com/tickstock/tickcast/rooms"
)

// Where the Flask application keeps what users have chosen about pattern alerts. We only read.
func preferencesKey(user string) string { return "tickstock:alerts:prefs:" + user }
func wishesKey(user string) string      { return "tickstock:alerts:subscriptions:" + user }

const (
	maxChoice  = 64 << 10 // bytes of one of them
	maxWishes  = 1000
	maxPerHour = 10_000
)

// What the application takes for granted where a user has not said otherwise.
const (
	usualConfidence = 0.5
	usualPerHour    = 50
)

var (
	errLargeChoice = fmt.Errorf("longer than %d bytes", maxChoice)
	errChoice      = errors.New("not a JSON object")
	errWishes      = errors.New("neither a JSON list nor an object")
)

// Choices reads what users have chosen about pattern alerts.
type Choices struct {
	client redis.UniversalClient
}

// NewChoices reads from this Redis.
func NewChoices(client redis.UniversalClient) *Choices { return &Choices{client} }

// AlertRule is the user's; found is false if the user has chosen nothing.
func (c *Choices) AlertRule(ctx context.Context, user string) (rule rooms.AlertRule, found bool, err error) {
	preferences, err := c.read(ctx, preferencesKey(user))
	if err != nil {
		return rule, false, err
	}
	wishes, err := c.read(ctx, wishesKey(user))
	if err != nil || preferences == "" && wishes == "" {
		return rule, false, err
	}
	rule, err = alertRule(preferences, wishes)
	if err != nil {
		return rule, false, fmt.Errorf("alert preferences of user %s: %w", user, err)
	}
	return rule, true, nil
}

// read never takes more than it can use. A key that is not there is empty.
func (c *Choices) read(ctx context.Context, key string) (string, error) {
	text, err := c.client.GetRange(ctx, key, 0, maxChoice).Result()
	switch {
	case err != nil:
		return "", fmt.Errorf("read %s: %w", key, err)
	case len(text) > maxChoice:
		return "", fmt.Errorf("read %s: %w", key, errLargeChoice)
	}
	return text, nil
}

// alertRule reads both, either of which may be empty: without wishes any pattern is wanted.
func alertRule(preferences, wishes string) (rule rooms.AlertRule, err error) {
	rule = rooms.AlertRule{Confidence: usualConfidence, PerHour: usualPerHour}
	if preferences != "" {
		var said choice
		if json.Unmarshal([]byte(preferences), &said) != nil || said == nil {
			return rule, fmt.Errorf("prefs: %w", errChoice)
		}
		rule.Confidence = said.confidence(usualConfidence)
		rule.PerHour = said.perHour(usualPerHour)
		rule.Quiet = said.quietHours()
	}
	if wishes != "" {
		if rule.Wanted, err = alertWishes(wishes); err != nil {
			return rule, fmt.Errorf("subscriptions: %w", err)
		}
	}
	return rule, nil
}

// alertWishes reads a list of objects or of mere names, an object of them by pattern or by id, or any of these
// below "subscriptions".
func alertWishes(text string) ([]rooms.AlertWish, error) {
	wanted := []rooms.AlertWish{} // not nil: nothing is wanted
	var list []json.RawMessage
	if err := json.Unmarshal([]byte(text), &list); err == nil && list != nil {
		for _, raw := range list {
			wanted = objectOf(raw).appendWish(wanted, textOf(raw))
		}
		return wanted, nil
	}
	var named map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &named) != nil || named == nil {
		return nil, errWishes
	}
	if inner, is := named["subscriptions"]; is && !objectOf(inner).names() {
		return alertWishes(string(inner))
	}
	for name, raw := range named {
		if said := objectOf(raw); said != nil {
			wanted = said.appendWish(wanted, name)
		}
	}
	return wanted, nil
}

// textOf is empty if raw is none.
func textOf(raw json.RawMessage) (said string) {
	_ = json.Unmarshal(raw, &said) // what is no text stays empty
	return said
}

// objectOf is nil if raw is none.
func objectOf(raw json.RawMessage) (said choice) {
	_ = json.Unmarshal(raw, &said) // what is no object stays nil
	return said
}
