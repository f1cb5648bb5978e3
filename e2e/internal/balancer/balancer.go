package balancer

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tickstock/tickcast/e2e/internal/process"
)

// Balancer forwards each connection to the next backend that takes it.
type Balancer struct {
	// Set once, then read only.
	listener net.Listener
	running  sync.WaitGroup
	// Guarded by mu.
	mu       sync.Mutex
	backends []string
	next     int
	held     chan struct{} // while it is open nothing passes; nil = all passes
	pairs    map[*pair]bool
	closed   bool
}

// pair is one connection: its two ends.
type pair struct {
	client, backend net.Conn
	forgotten       atomic.Bool
}

func (p *pair) close() {
	_ = p.client.Close()
	_ = p.backend.Close()
}

const dialPatience = time.Second

// Start listens on a free port of the loopback.
func Start(backends ...string) (*Balancer, error) {
	port, err := process.FreePort()
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", process.Loopback(port))
	if err != nil {
		return nil, fmt.Errorf("start a balancer: %w", err)
	}
	b := &Balancer{listener: listener, backends: backends, pairs: make(map[*pair]bool)}
	b.running.Go(b.accept)
	return b, nil
}

// Address is host:port.
func (b *Balancer) Address() string { return b.listener.Addr().String() }

// URL is the address for clients.
func (b *Balancer) URL() string { return "http://" + b.Address() }

// To changes the backends for connections that are to come.
func (b *Balancer) To(backends ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.backends = backends
}

// Cut ends all connections at once, without a word of either side.
func (b *Balancer) Cut() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for p := range b.pairs {
		p.close()
	}
}

// Hold lets nothing pass, in either direction, and keeps the connections: a network that is gone.
func (b *Balancer) Hold() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.held == nil {
		b.held = make(chan struct{})
	}
}

// Release undoes Hold.
func (b *Balancer) Release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.held != nil {
		close(b.held)
		b.held = nil
	}
}

// Connections is how many are forwarded.
func (b *Balancer) Connections() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.pairs)
}

// Close ends everything.
func (b *Balancer) Close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	_ = b.listener.Close()
	b.Release()
	b.Cut()
	b.running.Wait()
}

func (b *Balancer) accept() {
	for {
		client, err := b.listener.Accept()
		if err != nil {
			return
		}
		b.running.Go(func() { b.forward(client) })
	}
}

func (b *Balancer) forward(client net.Conn) {
	backend, err := b.dial()
	if err != nil {
		_ = client.Close()
		return
	}
	p := &pair{client: client, backend: backend}
	if !b.add(p) {
		return
	}
	defer b.remove(p)
	var back sync.WaitGroup
	back.Go(func() { b.copy(p, client, backend) })
	b.copy(p, backend, client)
	back.Wait()
}

// dial takes the next backend, or the one behind it if that is down.
func (b *Balancer) dial() (net.Conn, error) {
	b.mu.Lock()
	backends, first := b.backends, b.next
	b.next++
	b.mu.Unlock()
	failed := errors.New("no backend")
	for i := range backends {
		conn, err := net.DialTimeout("tcp", backends[(first+i)%len(backends)], dialPatience)
		if err == nil {
			return conn, nil
		}
		failed = err
	}
	return nil, failed
}

func (b *Balancer) add(p *pair) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		p.close()
		return false
	}
	b.pairs[p] = true
	return true
}

func (b *Balancer) remove(p *pair) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.pairs, p)
	p.close()
}

// copy ends the pair with the first direction that ends.
func (b *Balancer) copy(p *pair, to io.Writer, from io.Reader) {
	defer p.close()
	chunk := make([]byte, 32<<10)
	for {
		n, err := from.Read(chunk)
		b.mu.Lock()
		held := b.held
		b.mu.Unlock()
		if held != nil {
			<-held
		}
		if n > 0 && !p.forgotten.Load() {
			if _, err := to.Write(chunk[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// Forget has the connections that are open now stay silent for ever, whatever Release says: their other end is gone,
// and nobody tells. Later ones work.
func (b *Balancer) Forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for p := range b.pairs {
		p.forgotten.Store(true)
	}
}
