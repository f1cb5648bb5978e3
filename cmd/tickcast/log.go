package main

import (
	"io"
	"os"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/config"
)

// newLogger makes the one logger that all parts are given.
func newLogger(cfg config.Log, out io.Writer) zerolog.Logger {
	file, isFile := out.(*os.File)
	terminal := isFile && isatty.IsTerminal(file.Fd())
	if cfg.Format == "text" || cfg.Format == "" && terminal {
		out = zerolog.ConsoleWriter{Out: out, NoColor: !terminal, TimeFormat: "15:04:05.000"}
	}
	level, err := zerolog.ParseLevel(cfg.Level)
	if err != nil {
		level = zerolog.InfoLevel // config has refused it long before
	}
	return zerolog.New(out).Level(level).Hook(zerolog.HookFunc(stamp))
}

// stamp writes the time to the millisecond; zerolog's own is to the second, unless a global is changed.
func stamp(e *zerolog.Event, _ zerolog.Level, _ string) {
	e.Str(zerolog.TimestampFieldName, time.Now().UTC().Format("2006-01-02T15:04:05.000Z07:00"))
}
