package config

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

const prefix = "TICKCAST_"

// useEnviron binds each setting by its full key: viper's automatic environment would miss nested
// keys that stand in no file. To viper, as to us, an empty variable is an unset one.
func (l *loader) useEnviron() {
	for _, s := range settings() {
		if err := l.viper.BindEnv(append([]string{s.key}, s.env()...)...); err != nil {
			l.add(s.key, "env", err)
		}
		if name := firstSet(s.env(), os.Getenv); name != "" {
			l.sources[s.key] = "env " + name
		}
	}
	for _, entry := range os.Environ() {
		if name, value, _ := strings.Cut(entry, "="); !isServiceLink(name, value) {
			l.checkName(name, "env")
		}
	}
}

// isServiceLink tells what Kubernetes sets in every pod beside a service called tickcast.
func isServiceLink(name, value string) bool {
	return strings.HasPrefix(name, prefix+"SERVICE_") || strings.HasPrefix(name, prefix+"PORT_") ||
		name == prefix+"PORT" && strings.Contains(value, "://")
}

// checkName refuses a name that begins with our prefix and that nothing reads.
func (l *loader) checkName(name, source string) {
	known := []string{fileEnv}
	for _, s := range settings() {
		known = append(known, s.env()...)
	}
	if strings.HasPrefix(name, prefix) && !slices.Contains(known, name) {
		l.add(name, source, unknown(name, known))
	}
}

func unknown(name string, known []string) error {
	if near := Nearest(name, known); near != "" {
		return fmt.Errorf("unknown setting; did you mean %s?", near)
	}
	return errors.New("unknown setting")
}

func firstSet(names []string, lookup func(string) string) string {
	for _, name := range names {
		if lookup(name) != "" {
			return name
		}
	}
	return ""
}

func (l *loader) readDotenv(path string) map[string]string {
	variables, complaints, err := readDotenv(path)
	if err != nil {
		l.add(".env", "", err)
	}
	for _, complaint := range complaints {
		l.warnings = append(l.warnings, ".env: "+complaint+"; skipped")
	}
	values := map[string]string{}
	for _, v := range variables {
		values[v.name] = v.value
	}
	return values
}

func (l *loader) useDotenv(values map[string]string) {
	lookup := func(name string) string { return values[name] }
	sections := map[string]any{}
	for _, s := range settings() {
		name := firstSet(s.env(), lookup)
		if name == "" {
			continue
		}
		section, key, _ := strings.Cut(s.key, ".")
		if sections[section] == nil {
			sections[section] = map[string]any{}
		}
		sections[section].(map[string]any)[key] = values[name]
		l.sources[s.key] = ".env " + name
	}
	if err := l.viper.MergeConfigMap(sections); err != nil {
		l.add(".env", "", err)
	}
	for name := range values {
		l.checkName(name, ".env")
	}
}
