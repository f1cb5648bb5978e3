package config

import (
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/viper"
)

// The file is named by a flag or a variable; a .env may hold the variable too.
const (
	fileFlag = "config"
	fileEnv  = prefix + "CONFIG"
)

func (l *loader) filePath(dotenv map[string]string) string {
	if f := l.flags.Lookup(fileFlag); f != nil && f.Changed {
		return f.Value.String()
	}
	if path := os.Getenv(fileEnv); path != "" {
		return path
	}
	return dotenv[fileEnv]
}

// readFile reads the file on its own first: only there its keys can be told from all others.
func (l *loader) readFile(path string) {
	if path == "" {
		return
	}
	source := "file " + path
	if !slices.Contains([]string{".yaml", ".yml", ".toml", ".json"}, filepath.Ext(path)) {
		l.add("config", source, errors.New("must end with .yaml, .toml or .json"))
		return
	}
	file := viper.New()
	file.SetConfigFile(path)
	if err := file.ReadInConfig(); err != nil {
		l.add("config", source, err)
		return
	}
	keys := file.AllKeys()
	slices.Sort(keys)
	for _, key := range keys {
		if l.checkKey(key, file.Get(key), source) {
			l.sources[key] = source
		}
	}
	if err := l.viper.MergeConfigMap(file.AllSettings()); err != nil {
		l.add("config", source, err)
	}
}

// checkKey reports whether the file sets a setting with this key. A key without a value sets nothing.
func (l *loader) checkKey(key string, value any, source string) bool {
	var known []string
	for _, s := range settings() {
		known = append(known, s.key)
		if s.section() == key {
			if value != nil {
				l.add(key, source, errors.New("a section: its settings stand below it"))
			}
			return false
		}
	}
	if !slices.Contains(known, key) {
		l.add(key, source, unknown(key, known))
		return false
	}
	return value != nil
}
