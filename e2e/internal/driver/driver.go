package driver

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"sync"

	"github.com/tickstock/tickcast/e2e/internal/process"
)

// Setup tells a script what to connect to.
type Setup struct {
	URL        string          `json:"url"`
	Version    string          `json:"version,omitempty"` // of socket.io-client
	Transports []string        `json:"transports"`
	Namespace  string          `json:"namespace,omitempty"`
	Auth       json.RawMessage `json:"auth,omitempty"`
	Cookie     string          `json:"cookie,omitempty"` // of the JavaScript client, which is no browser
	Jar        bool            `json:"jar,omitempty"`    // it keeps cookies, as a browser does; from 4.7 on
	Events     []string        `json:"events"`           // those that are told
}

// Happening is one thing that the script told.
type Happening struct {
	On        string            `json:"on"` // connect, disconnect, connect_error, event, ack, upgrade
	Event     string            `json:"event"`
	Args      []json.RawMessage `json:"args"`
	Ack       int               `json:"ack"`
	ID        string            `json:"id"`
	Transport string            `json:"transport"`
	Recovered bool              `json:"recovered"` // of the JavaScript client: it goes on where it was
	Reason    string            `json:"reason"`
	Message   string            `json:"message"`
}

// Binary is bytes among the arguments, both ways.
type Binary struct {
	Base64 []byte `json:"$binary"`
}

// Driver is a running script.
type Driver struct {
	// Set once, then read only.
	process *process.Process
	// Guarded by mu.
	mu         sync.Mutex
	commands   io.WriteCloser
	happenings []Happening
}

// lineMax is the longest line a script may tell: a large argument and its quotes.
const lineMax = 16 << 20

// Start runs the script: its setup is the first line that it reads.
func Start(cmd *exec.Cmd, setup Setup, out io.Writer) (*Driver, error) {
	commands, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("connect the script's input: %w", err)
	}
	told, stdout := io.Pipe()
	cmd.Stdout = stdout
	p, err := process.Start(cmd, out)
	if err != nil {
		return nil, err
	}
	d := &Driver{process: p, commands: commands}
	go func() {
		<-p.Done()
		stdout.Close()
	}()
	go d.listen(told, out)
	return d, d.do(setup)
}

func (d *Driver) listen(told io.Reader, out io.Writer) {
	lines := bufio.NewScanner(told)
	lines.Buffer(nil, lineMax)
	for lines.Scan() {
		fmt.Fprintf(out, "client: %.300s\n", lines.Text())
		var h Happening
		if err := json.Unmarshal(lines.Bytes(), &h); err != nil {
			h = Happening{On: "broken line", Message: lines.Text()}
		}
		d.mu.Lock()
		d.happenings = append(d.happenings, h)
		d.mu.Unlock()
	}
}

// Emit lets the client emit an event; with an ack above 0 its answer is told under that number.
func (d *Driver) Emit(ack int, event string, args ...any) error {
	return d.do(map[string]any{"do": "emit", "ack": ack, "event": event, "args": append([]any{}, args...)})
}

// Times lets the client emit an event n times at once, with the count as its argument.
func (d *Driver) Times(n int, event string) error {
	return d.do(map[string]any{"do": "times", "event": event, "count": n})
}

// Drop lets the JavaScript client lose its connection: it comes back by itself.
func (d *Driver) Drop() error { return d.do(map[string]any{"do": "drop"}) }

// Disconnect lets the client leave.
func (d *Driver) Disconnect() error { return d.do(map[string]any{"do": "disconnect"}) }

func (d *Driver) do(command any) error {
	line, err := json.Marshal(command)
	if err != nil {
		return fmt.Errorf("write command: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, err := d.commands.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write command: %w", err)
	}
	return nil
}

// Told gives what happened so far, or only what is of the kinds.
func (d *Driver) Told(kinds ...string) []Happening {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(d.happenings), func(h Happening) bool {
		return len(kinds) > 0 && !slices.Contains(kinds, h.On)
	})
}

// Events gives the events of a name that came so far.
func (d *Driver) Events(name string) []Happening {
	return slices.DeleteFunc(d.Told("event"), func(h Happening) bool { return h.Event != name })
}

// Stop ends the script.
func (d *Driver) Stop() { d.process.Kill() }
