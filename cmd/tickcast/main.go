// Tickcast brings what TickStockPL publishes in Redis to browsers, over Socket.IO.
//
// This is the only package that sees all others: serve.go wires them, stop.go ends them in order.
// Each command is one file; log.go makes the only logger.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // the market's hours must be known on a machine without a time zone database
)

// What a shell or an orchestrator learns.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2 // wrong arguments or configuration: trying again will not help
)

func main() {
	os.Exit(run(untilSignal(), os.Args[1:], os.Stdout, os.Stderr))
}

// run is the whole program but for signals and exit.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	cmd := newRoot(stdout, stderr)
	cmd.SetArgs(append([]string{}, args...)) // of nil cobra would make the process's own arguments
	err := cmd.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		_, _ = fmt.Fprintln(stderr, "tickcast:", line)
	}
	if _, usage := errors.AsType[usageError](err); usage {
		return exitUsage
	}
	return exitFailure
}

// usageError is the caller's to mend.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// untilSignal ends with the first SIGTERM or SIGINT, and the process with the second. What was started
// to ignore SIGINT, as a shell does with its background jobs, keeps ignoring it.
func untilSignal() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	signals := []os.Signal{syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGINT) {
		signals = append(signals, syscall.SIGINT)
	}
	received := make(chan os.Signal, 2)
	signal.Notify(received, signals...)
	go func() {
		<-received
		cancel()
		<-received
		os.Exit(exitFailure)
	}()
	return ctx
}
