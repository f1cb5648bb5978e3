package feed

import (
	"bytes"
	_ "embed" // the recording
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

//go:embed recording.jsonl
var builtIn []byte

const builtInName = "built-in recording"

// load reads a recording. An error names the file, the line and the field.
func load(file string) ([]template, error) {
	name, text := builtInName, builtIn
	if file != "" {
		var err error
		if text, err = os.ReadFile(file); err != nil {
			return nil, fmt.Errorf("read the recording: %w", err)
		}
		name = file
	}
	var recording []template
	number := 0
	for line := range bytes.Lines(text) {
		number++
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		message, err := parse(line)
		if err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", name, number, err)
		}
		recording = append(recording, message)
	}
	if len(recording) == 0 {
		return nil, fmt.Errorf("%s holds no messages", name)
	}
	return recording, nil
}

// parse reads one line.
func parse(line []byte) (template, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil {
		return template{}, fmt.Errorf("not a JSON object: %w", err)
	}
	for name := range fields {
		if name != "channel" && name != "message" {
			return template{}, fmt.Errorf("field %q is not known; a line has channel and message", name)
		}
	}
	var channel string
	if err := json.Unmarshal(fields["channel"], &channel); err != nil || channel == "" {
		return template{}, errors.New(`field "channel" must be the name of a Redis channel`)
	}
	message := fields["message"]
	if len(message) == 0 || message[0] != '{' {
		return template{}, errors.New(`field "message" must be a JSON object`)
	}
	return newTemplate(channel, message), nil
}
