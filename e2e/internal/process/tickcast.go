package process

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// Tickcast is the real binary on a port of its own, which it keeps when it is started again.
type Tickcast struct {
	// Set once, then read only.
	binary string
	port   int
	out    io.Writer
	// Owned by the spec.
	env     []string
	process *Process
}

// RaceExitCode is the binary's when it was built with -race and found one.
const RaceExitCode = 66

// Build compiles the command into dir and returns its path.
func Build(dir string, race bool) (string, error) {
	binary := filepath.Join(dir, "tickcast")
	args := []string{"build", "-o", binary}
	if race {
		args = append(args, "-race")
	}
	cmd := exec.Command("go", append(args, "github.com/tickstock/tickcast/cmd/tickcast")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build tickcast: %w: %s", err, out)
	}
	return binary, nil
}

// NewTickcast chooses a port; Start starts the server. env overrides the settings of the specs.
func NewTickcast(binary string, out io.Writer, env ...string) (*Tickcast, error) {
	port, err := FreePort()
	if err != nil {
		return nil, err
	}
	return &Tickcast{binary: binary, port: port, env: env, out: out}, nil
}

// Setenv adds a setting for the next Start.
func (t *Tickcast) Setenv(setting string) { t.env = append(t.env, setting) }

// Start runs `tickcast serve`. It serves a moment later.
func (t *Tickcast) Start() error {
	cmd := exec.Command(t.binary, "serve")
	cmd.Dir = filepath.Dir(t.binary) // where no .env lies
	cmd.Env = append(inherited(), "APP_HOST=127.0.0.1", "APP_PORT="+strconv.Itoa(t.port), "GORACE="+raceOptions())
	cmd.Env = append(cmd.Env, t.env...)
	process, err := Start(cmd, t.out)
	if err != nil {
		return err
	}
	t.process = process
	return nil
}

// raceOptions shorten the second that the detector waits at the end of each process for what is still to be told.
func raceOptions() string {
	return "atexit_sleep_ms=100 exitcode=" + strconv.Itoa(RaceExitCode)
}

// inherited is our environment without any setting of tickcast.
func inherited() []string {
	var env []string
	for _, v := range os.Environ() {
		if strings.HasPrefix(v, "PATH=") || strings.HasPrefix(v, "HOME=") || strings.HasPrefix(v, "TMPDIR=") {
			env = append(env, v)
		}
	}
	return env
}

// Address is host:port.
func (t *Tickcast) Address() string { return Loopback(t.port) }

// URL is the address of a path.
func (t *Tickcast) URL(path string) string { return "http://" + t.Address() + path }

// Process is the one that runs now.
func (t *Tickcast) Process() *Process { return t.process }

// Kill ends it without a word.
func (t *Tickcast) Kill() {
	if t.process != nil {
		t.process.Kill()
	}
}
