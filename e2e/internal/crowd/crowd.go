package crowd

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"

	"github.com/tickstock/tickcast/e2e/internal/process"
)

// Setup says who comes, and how.
type Setup struct {
	URLs       []string `json:"urls"`    // in turns
	Version    string   `json:"version"` // of socket.io-client
	Transports []string `json:"transports"`
	Count      int      `json:"count"`
	Cookies    []string `json:"cookies"`   // in turns; none = anonymous
	Universal  bool     `json:"universal"` // asks for tier_pattern, instead of pattern_alert
	Delay      int      `json:"delay"`     // milliseconds before the first try to return; later ones take up to four times that
}

// Verdict is about all members together.
type Verdict struct {
	Lost       int // events that were due and never came, over all members
	Doubled    int // that came more than once
	Disordered int // that came after a later one
	Got        int
	Queued     int // queued_message events
	Ready      int // members that are subscribed now
	Connects   int
	Recovered  int      // connects by which the connection's state was recovered
	Away       int      // milliseconds; the longest that a member was not connected
	Examples   []string // of faults
}

// Due are the numbers of events, as first and last of each run without a hole.
type Due [][2]int

// Crowd is the running process.
type Crowd struct {
	// Set once, then read only.
	process  *process.Process
	commands io.WriteCloser
	Count    int
	// Guarded by mu.
	mu      sync.Mutex
	asked   int
	waiting map[int]chan Verdict
}

// patience is for an answer of a process that may be busy with thousands of events.
const patience = 20 * time.Second

// Start runs cmd, which is the script, and has the members connect.
func Start(cmd *exec.Cmd, setup Setup, out io.Writer) (*Crowd, error) {
	if setup.Cookies == nil {
		setup.Cookies = []string{}
	}
	commands, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("connect the crowd's input: %w", err)
	}
	told, stdout := io.Pipe()
	cmd.Stdout = stdout
	p, err := process.Start(cmd, out)
	if err != nil {
		return nil, err
	}
	c := &Crowd{process: p, commands: commands, Count: setup.Count, waiting: make(map[int]chan Verdict)}
	go func() {
		<-p.Done()
		stdout.Close()
	}()
	go c.listen(told)
	return c, c.do(setup)
}

func (c *Crowd) listen(told io.Reader) {
	answers := json.NewDecoder(bufio.NewReader(told))
	for {
		var answer struct {
			Ask int
			Verdict
		}
		if answers.Decode(&answer) != nil {
			return
		}
		c.mu.Lock()
		waiting := c.waiting[answer.Ask]
		delete(c.waiting, answer.Ask)
		c.mu.Unlock()
		if waiting != nil {
			waiting <- answer.Verdict
		}
	}
}

// Report judges what came so far.
func (c *Crowd) Report(due Due) (Verdict, error) {
	if due == nil {
		due = Due{}
	}
	c.mu.Lock()
	c.asked++
	ask, answer := c.asked, make(chan Verdict, 1)
	c.waiting[ask] = answer
	c.mu.Unlock()
	if err := c.do(map[string]any{"do": "report", "ask": ask, "due": due}); err != nil {
		return Verdict{}, err
	}
	select {
	case verdict := <-answer:
		return verdict, nil
	case <-c.process.Done():
		return Verdict{}, fmt.Errorf("the crowd has ended with %d", c.process.ExitCode())
	case <-time.After(patience):
		return Verdict{}, fmt.Errorf("the crowd gives no answer within %s", patience)
	}
}

// Cut ends every member's connection as a failing network does; they return by themselves.
func (c *Crowd) Cut() error { return c.do(map[string]any{"do": "cut"}) }

// Leave has every member say goodbye.
func (c *Crowd) Leave() error { return c.do(map[string]any{"do": "leave"}) }

// Return undoes Leave.
func (c *Crowd) Return() error { return c.do(map[string]any{"do": "return"}) }

func (c *Crowd) do(command any) error {
	line, err := json.Marshal(command)
	if err != nil {
		return fmt.Errorf("write command: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := c.commands.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write command: %w", err)
	}
	return nil
}

// Stop ends the process.
func (c *Crowd) Stop() { c.process.Kill() }
