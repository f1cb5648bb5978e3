package server_test

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// like compares JSON values: objects and lists to their last member, and in what is wanted
// "$number", "$string" and "$any" stand for any value of that kind.
func like(wanted, found json.RawMessage) error {
	var w, f any
	if err := json.Unmarshal(wanted, &w); err != nil {
		return fmt.Errorf("read the sample: %w", err)
	}
	if err := json.Unmarshal(found, &f); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return alike("$", w, f)
}

func alike(at string, wanted, found any) error {
	switch w := wanted.(type) {
	case map[string]any:
		f, ok := found.(map[string]any)
		if !ok || len(f) != len(w) {
			return fmt.Errorf("at %s: wanted %v, found %v", at, wanted, found)
		}
		for key, value := range w {
			if _, there := f[key]; !there {
				return fmt.Errorf("at %s: no %s in %v", at, key, found)
			}
			if err := alike(at+"."+key, value, f[key]); err != nil {
				return err
			}
		}
		return nil
	case []any:
		f, ok := found.([]any)
		if !ok || len(f) != len(w) {
			return fmt.Errorf("at %s: wanted %v, found %v", at, wanted, found)
		}
		for i, value := range w {
			if err := alike(fmt.Sprintf("%s[%d]", at, i), value, f[i]); err != nil {
				return err
			}
		}
		return nil
	}
	if !stands(wanted, found) && !reflect.DeepEqual(wanted, found) {
		return fmt.Errorf("at %s: wanted %v, found %v", at, wanted, found)
	}
	return nil
}

// stands reports whether wanted is a wildcard that found satisfies.
func stands(wanted, found any) bool {
	switch wanted {
	case "$number":
		_, ok := found.(float64)
		return ok
	case "$string":
		_, ok := found.(string)
		return ok
	}
	return wanted == "$any"
}
