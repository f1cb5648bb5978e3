package config

import (
	"fmt"
	"strings"
)

// Markdown is the README's table of settings.
func Markdown() string {
	rows := [][]string{{"setting", "environment", "flag", "default", "what it is"}}
	for _, s := range settings() {
		fallback := "unset"
		if s.fallback != "" {
			fallback = code(s.fallback)
		}
		flag := ""
		if s.flag != "" {
			flag = code("--" + s.flag)
		}
		help := s.help
		if _, secret := s.field(new(Config)).(*Secret); secret {
			help += " (secret)"
		}
		names := s.env()[:max(1, len(s.apps()))]
		rows = append(rows, []string{code(s.key), code(strings.Join(names, "`, `")), flag, fallback, help})
	}
	return table(rows)
}

func code(word string) string { return "`" + word + "`" }

// table pads all columns but the last, whose texts are long, so that it reads well as plain text too.
func table(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row[:len(row)-1] {
			widths[i] = max(widths[i], len(cell))
		}
	}
	var b strings.Builder
	for n, row := range rows {
		for i, cell := range row {
			fmt.Fprintf(&b, "| %-*s ", widths[i], cell)
		}
		b.WriteString("|\n")
		if n == 0 {
			for _, width := range widths {
				b.WriteString("|" + strings.Repeat("-", max(3, width+2)))
			}
			b.WriteString("|\n")
		}
	}
	return b.String()
}
