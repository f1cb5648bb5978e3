package bench

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// socketIO is protocol 5 of Socket.IO within protocol 4 of Engine.IO.
type socketIO struct{}

func (socketIO) path() string { return "/socket.io/?EIO=4&transport=websocket" }

func (socketIO) around(filtered bool) int {
	if filtered {
		return len(`42["tier_pattern",]`)
	}
	return len(`42["pattern_alert",]`)
}

// greet joins the namespace "/".
func (socketIO) greet(c *client) error {
	if err := c.expect("0{"); err != nil {
		return err
	}
	if err := c.send("40"); err != nil {
		return err
	}
	return c.expect("40")
}

func (socketIO) hear(c *client, text []byte) error {
	if len(text) == 1 && text[0] == '2' {
		return c.send("3")
	}
	c.tally.message(text)
	return nil
}

// want subscribes for good: nothing else is to come.
func (socketIO) want(c *client, w wish) (bool, error) {
	if err := c.hush(); err != nil {
		return false, err
	}
	return c.wants(w)
}

// ask emits an event and gives its acknowledgement. It reads itself: only before run.
func (c *client) ask(event string, payload any) (string, error) {
	text, err := json.Marshal([]any{event, payload})
	if err != nil {
		return "", err
	}
	id := strconv.Itoa(c.asked)
	c.asked++
	if err := c.send("42" + id + string(text)); err != nil {
		return "", err
	}
	var answer string
	return answer, c.read(func(text []byte) bool {
		acknowledged := bytes.HasPrefix(text, []byte("43"+id+"["))
		if acknowledged {
			answer = string(text)
		}
		return acknowledged
	})
}

// hush ends what every page gets at first, which is all patterns.
func (c *client) hush() error {
	_, err := c.ask("subscribe_patterns", map[string]any{"patterns": []string{"none of them"}})
	return err
}

// wants subscribes, and reports whether the server agreed.
func (c *client) wants(w wish) (bool, error) {
	answer, err := c.ask("subscribe", map[string]any{"subscription_type": "tier_patterns", "filters": w})
	return strings.Contains(answer, `"status":"ok"`), err
}
