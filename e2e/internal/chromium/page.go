package chromium

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/tickstock/tickcast/e2e/internal/process"
	"github.com/tickstock/tickcast/e2e/internal/wire"
)

// Page is one tab of a browser of its own.
type Page struct {
	// Set once, then read only.
	process *process.Process
	profile string
	socket  *wire.Socket
	session string
	// Guarded by mu.
	mu     sync.Mutex
	number int
}

const (
	startTime = 30 * time.Second // a cold browser on a busy machine
	callTime  = 10 * time.Second
)

// ErrScript is an exception that the page threw.
var ErrScript = errors.New("script threw")

// Open starts Chromium and shows the page at url.
func Open(ctx context.Context, url string, out io.Writer) (*Page, error) {
	profile, err := os.MkdirTemp("", "tickcast-chromium-")
	if err != nil {
		return nil, fmt.Errorf("make profile: %w", err)
	}
	p := &Page{profile: profile}
	if err := p.launch(ctx, out); err != nil {
		p.Close()
		return nil, err
	}
	if err := p.show(ctx, url); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func (p *Page) launch(ctx context.Context, out io.Writer) error {
	cmd := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
		"--remote-debugging-port=0", "--user-data-dir="+p.profile, "about:blank")
	started, err := process.Start(cmd, out)
	if err != nil {
		return err
	}
	p.process = started
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	address, err := p.address(ctx)
	if err != nil {
		return err
	}
	p.socket, err = wire.Dial(ctx, address)
	return err
}

// address waits for the file in which the browser tells where it listens.
func (p *Page) address(ctx context.Context) (string, error) {
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		text, _ := os.ReadFile(filepath.Join(p.profile, "DevToolsActivePort")) // not there yet
		if port, path, ok := strings.Cut(strings.TrimSpace(string(text)), "\n"); ok {
			return "ws://127.0.0.1:" + port + path, nil
		}
		select {
		case <-look.C:
		case <-p.process.Done():
			return "", fmt.Errorf("chromium ended with %d before it listened", p.process.ExitCode())
		case <-ctx.Done():
			return "", fmt.Errorf("wait for chromium: %w", ctx.Err())
		}
	}
}

func (p *Page) show(ctx context.Context, url string) error {
	var target struct{ TargetID string }
	if err := p.call(ctx, "Target.createTarget", map[string]any{"url": url}, &target); err != nil {
		return err
	}
	var attached struct{ SessionID string }
	err := p.call(ctx, "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	p.session = attached.SessionID
	return err
}

// Run evaluates an expression in the page, awaits it if it is a promise, and gives its value.
func (p *Page) Run(ctx context.Context, expression string) (any, error) {
	var answer struct {
		Result           struct{ Value any }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	err := p.call(ctx, "Runtime.evaluate",
		map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &answer)
	if err != nil {
		return nil, err
	}
	if threw := answer.ExceptionDetails; threw != nil {
		return nil, fmt.Errorf("%w: %s %s", ErrScript, threw.Text, threw.Exception.Description)
	}
	return answer.Result.Value, nil
}

// call sends a command and waits for its answer; what the browser tells on its own is passed over.
func (p *Page) call(ctx context.Context, method string, params, result any) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.number++
	command := map[string]any{"id": p.number, "method": method, "params": params}
	if p.session != "" {
		command["sessionId"] = p.session
	}
	text, err := json.Marshal(command)
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	if err := p.socket.Text(string(text)); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	for {
		select {
		case frame, ok := <-p.socket.Frames():
			if !ok {
				return fmt.Errorf("%s: chromium hung up", method)
			}
			if done, err := answered(frame.Data, p.number, result); done {
				return err
			}
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", method, ctx.Err())
		}
	}
}

func answered(text string, number int, result any) (bool, error) {
	var answer struct {
		ID     int
		Result json.RawMessage
		Error  *struct{ Message string }
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		return true, fmt.Errorf("read answer: %w", err)
	}
	switch {
	case answer.ID != number:
		return false, nil
	case answer.Error != nil:
		return true, fmt.Errorf("chromium refuses: %s", answer.Error.Message)
	}
	return true, json.Unmarshal(answer.Result, result)
}

// Close ends the browser and forgets its profile.
func (p *Page) Close() {
	if p.socket != nil {
		p.socket.Close()
	}
	if p.process != nil {
		p.process.Kill()
	}
	_ = os.RemoveAll(p.profile) // the system empties its temporary folder some day
}
