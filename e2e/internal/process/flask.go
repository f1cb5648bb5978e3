package process

import (
	"io"
	"os/exec"
	"strconv"
)

// Flask is an application of Flask on a port of its own, which it keeps when it is started again.
type Flask struct {
	// Set once, then read only.
	script string
	port   int
	env    []string
	out    io.Writer
	// Owned by the spec.
	process *Process
}

// NewFlask chooses a port; Start starts the application. env is added to its environment.
func NewFlask(script string, out io.Writer, env ...string) (*Flask, error) {
	port, err := FreePort()
	if err != nil {
		return nil, err
	}
	return &Flask{script: script, port: port, env: env, out: out}, nil
}

// Setenv adds a setting for the next Start.
func (f *Flask) Setenv(setting string) { f.env = append(f.env, setting) }

// Start runs it with Debian's Python. It serves a moment later.
func (f *Flask) Start() error {
	cmd := exec.Command("/usr/bin/python3", "-u", f.script)
	cmd.Env = append(append(inherited(), "PORT="+strconv.Itoa(f.port)), f.env...)
	process, err := Start(cmd, f.out)
	if err != nil {
		return err
	}
	f.process = process
	return nil
}

// URL is the address of a path.
func (f *Flask) URL(path string) string { return "http://" + Loopback(f.port) + path }

// Kill ends it without a word.
func (f *Flask) Kill() {
	if f.process != nil {
		f.process.Kill()
	}
}
