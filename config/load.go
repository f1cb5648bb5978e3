package config

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/pflag"
	"github.com/spf13/viper"
)

// Loaded is a valid configuration, and where each value of it comes from.
type Loaded struct {
	Config   Config
	Warnings []string          // what an operator should hear once
	sources  map[string]string // by key; absent = default
}

// Row is one setting as it is in force.
type Row struct {
	Key    string `json:"key"`
	Value  string `json:"value"` // secrets masked
	Source string `json:"source"`
}

// Effective lists every setting in the table's order.
func (l Loaded) Effective() []Row {
	var rows []Row
	for _, s := range settings() {
		row := Row{Key: s.key, Value: s.show(&l.Config), Source: "default"}
		if source, ok := l.sources[s.key]; ok {
			row.Source = source
		}
		rows = append(rows, row)
	}
	return rows
}

// Load reads flags, environment, dir/.env and the config file. Its error is Problems: its own, and
// those that whoever knows more of a setting finds with a look at the whole.
func Load(flags *pflag.FlagSet, dir string, looks ...func(Config) Problems) (Loaded, error) {
	l := loader{viper: viper.New(), flags: flags, sources: map[string]string{}}
	for _, s := range settings() {
		l.viper.SetDefault(s.key, s.fallback)
	}
	dotenv := l.readDotenv(filepath.Join(dir, ".env"))
	l.readFile(l.filePath(dotenv))
	l.useDotenv(dotenv)
	l.useEnviron()
	l.useFlags()
	c := l.assign()
	l.note(&c, validate(&c))
	for _, look := range looks {
		l.note(&c, look(c))
	}
	if len(l.problems) > 0 {
		return Loaded{}, l.problems
	}
	l.warnIfIgnored(c)
	l.warnings = append(l.warnings, Warnings(c)...)
	return Loaded{Config: c, Warnings: l.warnings, sources: l.sources}, nil
}

// loader fills viper from the lowest source to the highest; each overwrites the sources noted before it.
type loader struct {
	viper    *viper.Viper
	flags    *pflag.FlagSet
	sources  map[string]string
	warnings []string
	problems Problems
}

func (l *loader) add(key, source string, err error) {
	l.problems = append(l.problems, Problem{Key: key, Source: source, Err: err})
}

// assign parses what viper found. A setting that cannot be read keeps its default, so that the rest can still be checked.
func (l *loader) assign() Config {
	var c Config
	for _, s := range settings() {
		raw := l.viper.Get(s.key)
		if raw == nil {
			raw = s.fallback
		}
		text, err := s.plain(raw)
		var warning string
		if err == nil {
			warning, err = s.assign(&c, text)
		}
		if warning != "" {
			l.warnings = append(l.warnings, warning)
		}
		if err != nil {
			l.problems = append(l.problems, Problem{s.key, l.sources[s.key], s.quotable(fmt.Sprint(raw)), err})
			_, _ = s.assign(&c, s.fallback)
		}
	}
	return c
}

// note adds to problems of values where those values come from.
func (l *loader) note(c *Config, problems Problems) {
	for _, p := range problems {
		for _, s := range settings() {
			if s.key == p.Key {
				p.Source, p.Value = l.sources[s.key], s.quotable(s.show(c))
			}
		}
		l.problems = append(l.problems, p)
	}
}

// quotable is what an error may repeat of a setting's value.
func (s setting) quotable(value string) string {
	if s.hide != nil {
		return ""
	}
	return value
}

// warnIfIgnored names what only makes sense with a Redis of one's own, or with a secret.
func (l *loader) warnIfIgnored(c Config) {
	for _, key := range []string{"redis.port", "redis.db", "redis.password"} {
		if source, ok := l.sources[key]; ok && c.Redis.Embedded() {
			l.warnings = append(l.warnings, fmt.Sprintf("%s (%s): has no effect, since neither redis.url nor redis.host is set", key, source))
		}
	}
	l.warnUnless(c.Auth.Signed(), "auth.secret", "auth.secret_fallbacks")
	l.warnUnless(c.Auth.Verified(), "auth.secret", "auth.admin_users")
	l.warnUnless(c.Auth.CallbackURL != "", "auth.callback_url", "auth.callback_timeout", "auth.callback_cache", "auth.callback_required", "auth.recheck")
	l.warnUnless(c.Auth.Tokens(), "auth.jwt_key", "auth.jwt_audience")
}

// warnUnless names those of the keys that somebody has set, though they depend on another one.
func (l *loader) warnUnless(there bool, needed string, keys ...string) {
	for _, key := range keys {
		if source, ok := l.sources[key]; ok && !there {
			l.warnings = append(l.warnings, fmt.Sprintf("%s (%s): has no effect, since %s is not set", key, source, needed))
		}
	}
}
