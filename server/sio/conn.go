package sio

import (
	"io"
	"sync"

	"github.com/tickstock/tickcast/server/engineio"
	eio "github.com/zishang520/engine.io-go-parser/packet"
	"github.com/zishang520/engine.io/v2/engine"
	"github.com/zishang520/engine.io/v2/events"
	"github.com/zishang520/engine.io/v2/transports"
	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io-go-parser/v2/parser"
)

// conn is a session as the library sees it. The library removes its listeners by comparing
// code, and from any goroutine; there is at most one of each kind here, so it cannot miss.
type conn struct {
	events.EventEmitter // the server's idle one
	session             *session

	// Guarded by mu.
	mu    sync.Mutex
	data  events.Listener
	close events.Listener
}

// On keeps the listeners that are called; errors end the session without the library.
func (c *conn) On(name events.EventName, listeners ...events.Listener) error {
	c.listen(name, listeners[0])
	return nil
}

// Once is On: a session closes once.
func (c *conn) Once(name events.EventName, listeners ...events.Listener) error {
	c.listen(name, listeners[0])
	return nil
}

func (c *conn) RemoveListener(name events.EventName, _ events.Listener) bool {
	c.listen(name, nil)
	return true
}

func (c *conn) listen(name events.EventName, listener events.Listener) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch name {
	case "data":
		c.data = listener
	case "close":
		c.close = listener
	}
}

// receive hands a decoded packet to the library.
func (c *conn) receive(p *parser.Packet) {
	c.mu.Lock()
	listener := c.data
	c.mu.Unlock()
	if listener != nil {
		listener(p)
	}
}

// closed tells the library that the session is over.
func (c *conn) closed(reason string) {
	c.mu.Lock()
	listener := c.close
	c.close = nil
	c.mu.Unlock()
	if listener != nil {
		listener(reason)
	}
}

// ReadyState is "open" to the end of a CONNECT, so that the library finishes each one that it has begun.
func (c *conn) ReadyState() string {
	if c.session.connecting() || c.session.engine.Open() {
		return "open"
	}
	return "closed"
}

// Write takes what wire.Encode has made.
func (c *conn) Write(data io.Reader, _ *eio.Options, _ engine.SendCallback) engine.Socket {
	if p, ok := data.(*encoded); ok {
		c.session.write(p)
	}
	return c
}

func (c *conn) Send(data io.Reader, options *eio.Options, sent engine.SendCallback) engine.Socket {
	return c.Write(data, options, sent)
}

// Close is called when a client joins no namespace in time, breaks the protocol, or must go.
func (c *conn) Close(bool) { c.session.engine.Close(engineio.ServerClose) }

func (c *conn) Id() string                      { return c.session.engine.ID() }
func (c *conn) Protocol() int                   { return c.session.engine.Protocol() }
func (c *conn) RemoteAddress() string           { return c.session.remote }
func (c *conn) Request() *types.HttpContext     { return c.session.server.request }
func (c *conn) Transport() transports.Transport { return c.session.server.transport }

func (c *conn) SetReadyState(string)              {}
func (c *conn) Upgraded() bool                    { return false }
func (c *conn) Upgrading() bool                   { return false }
func (c *conn) MaybeUpgrade(transports.Transport) {}

func (c *conn) Construct(string, engine.BaseServer, transports.Transport, *types.HttpContext, int) {}
