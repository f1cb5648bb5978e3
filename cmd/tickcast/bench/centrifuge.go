package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// push is how a message of Centrifuge begins.
var push = []byte(`{"push":`)

// centrifuge is the JSON protocol of the Centrifuge library.
type centrifuge struct{}

func (centrifuge) path() string { return "/connection/websocket" }

func (centrifuge) around(filtered bool) int {
	if filtered { // each has a channel of his own
		return len(`{"push":{"channel":"user_00000000-0000-0000-0000-000000000000","pub":{"data":}}}`)
	}
	return len(`{"push":{"channel":"patterns","pub":{"data":}}}`)
}

func (centrifuge) greet(c *client) error {
	if err := c.send(`{"id":1,"connect":{}}`); err != nil {
		return err
	}
	if err := c.expect(`{"id":1,"connect":`); err != nil {
		return err
	}
	if err := c.send(`{"id":2,"subscribe":{"channel":"patterns"}}`); err != nil {
		return err
	}
	return c.expect(`{"id":2,"subscribe":`)
}

// hear takes a frame of several messages apart.
func (centrifuge) hear(c *client, text []byte) error {
	for one := range bytes.SplitSeq(text, []byte{'\n'}) {
		switch {
		case bytes.HasPrefix(one, push):
			c.tally.message(one)
		case string(one) == "{}": // a ping
			if err := c.send("{}"); err != nil {
				return err
			}
		}
	}
	return nil
}

func (centrifuge) want(c *client, w wish) (ok bool, err error) {
	text, err := json.Marshal(w)
	if err != nil {
		return false, err
	}
	if err := c.send(fmt.Sprintf(`{"id":3,"rpc":{"method":"want","data":%s}}`, text)); err != nil {
		return false, err
	}
	return ok, c.read(func(text []byte) bool {
		ok = ok || bytes.Contains(text, []byte(`{"id":3,"rpc":`))
		return ok || bytes.Contains(text, []byte(`{"id":3,"error":`))
	})
}
