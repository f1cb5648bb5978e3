package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// Flags declares --config and the flags of the given sections, all if none is named.
func Flags(flags *pflag.FlagSet, sections ...string) {
	flags.String(fileFlag, "", "configuration `FILE` (.yaml, .toml or .json); also "+fileEnv)
	for _, s := range settings() {
		if s.flag != "" && (len(sections) == 0 || slices.Contains(sections, s.section())) {
			usage := fmt.Sprintf("%s; also %s", strings.ReplaceAll(s.help, "`", ""), s.env()[0])
			flags.Var(&flagValue{s.fallback, s.unit}, s.flag, usage)
		}
	}
}

// flagValue keeps a flag's text: it is parsed with the values of all other sources, so that all problems show at once.
type flagValue struct {
	text string
	unit unit
}

func (f *flagValue) String() string        { return f.text }
func (f *flagValue) Set(text string) error { f.text = text; return nil }
func (f *flagValue) Type() string          { return string(f.unit) }

func (l *loader) useFlags() {
	for _, s := range settings() {
		f := l.flags.Lookup(s.flag)
		if s.flag == "" || f == nil {
			continue
		}
		if err := l.viper.BindPFlag(s.key, f); err != nil {
			l.add(s.key, "flag --"+s.flag, err)
		}
		if f.Changed {
			l.sources[s.key] = "flag --" + s.flag
		}
	}
}
