package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"syscall"
)

var errOpenQuote = errors.New("the quote is never closed")

// variable is one assignment of a .env file.
type variable struct{ name, value string }

// parseDotenv reads a .env file as python-dotenv does, since the Flask application reads the same file:
// `export` is allowed, # begins a comment after a space, single quotes are literal, double quotes know
// \n and the like and may span lines, and only ${NAME} and ${NAME:-default} are filled in: a password may hold a $.
// What cannot be read is skipped with a complaint: the line may be of no concern to us.
func parseDotenv(content string, lookup func(string) string) (found []variable, complaints []string) {
	p := dotenv{rest: strings.ReplaceAll(strings.TrimPrefix(content, "\ufeff"), "\r\n", "\n"), line: 1, lookup: lookup}
	for p.rest != "" {
		line := p.line
		if err := p.statement(); err != nil {
			complaints = append(complaints, fmt.Sprintf("line %d: %v", line, err))
		}
		p.endLine()
	}
	return p.found, complaints
}

type dotenv struct {
	rest   string
	line   int
	found  []variable
	lookup func(string) string
}

// statement takes one assignment, comment or empty line, up to the end of its last line.
func (p *dotenv) statement() error {
	line, _, _ := strings.Cut(p.rest, "\n")
	left, _, isAssignment := strings.Cut(line, "=")
	name := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(left), "export "))
	if !isAssignment || strings.HasPrefix(name, "#") {
		p.take(len(line))
		return nil
	}
	p.take(len(left) + 1)
	if name == "" || strings.ContainsAny(name, " \t") {
		return errors.New("not NAME=value")
	}
	value, err := p.value()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	p.found = append(p.found, variable{name, value})
	return nil
}

func (p *dotenv) value() (string, error) {
	p.take(len(p.rest) - len(strings.TrimLeft(p.rest, " \t")))
	switch {
	case strings.HasPrefix(p.rest, "'"):
		inner, err := p.quoted('\'')
		return strings.NewReplacer(`\\`, `\`, `\'`, `'`).Replace(inner), err
	case strings.HasPrefix(p.rest, `"`):
		inner, err := p.quoted('"')
		inner = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\'`, `'`, `\n`, "\n", `\r`, "\r", `\t`, "\t").Replace(inner)
		return p.fill(inner), err
	}
	line, _, _ := strings.Cut(p.rest, "\n")
	p.take(len(line))
	for _, comment := range []string{" #", "\t#"} {
		line, _, _ = strings.Cut(" "+line, comment)
		line = strings.TrimSpace(line)
	}
	return p.fill(line), nil
}

// quoted takes the text between two quotes, over as many lines as it needs.
func (p *dotenv) quoted(quote byte) (string, error) {
	for i := 1; i < len(p.rest); i++ {
		switch p.rest[i] {
		case '\\':
			i++
		case quote:
			inner := p.rest[1:i]
			p.take(i + 1)
			return inner, nil
		}
	}
	return "", errOpenQuote
}

// fill replaces ${NAME} and ${NAME:-default} by the environment's value, else by one of an earlier line.
func (p *dotenv) fill(value string) string {
	return regexp.MustCompile(`\$\{([^}:]+)(?::-([^}]*))?\}`).ReplaceAllStringFunc(value, func(reference string) string {
		name, fallback, _ := strings.Cut(reference[2:len(reference)-1], ":-")
		if value := p.lookup(name); value != "" {
			return value
		}
		for _, v := range p.found {
			if v.name == name {
				fallback = v.value
			}
		}
		return fallback
	})
}

func (p *dotenv) take(n int) {
	p.line += strings.Count(p.rest[:n], "\n")
	p.rest = p.rest[n:]
}

// endLine drops what is left of the line, which after a closing quote can only be a comment.
func (p *dotenv) endLine() {
	line, _, more := strings.Cut(p.rest, "\n")
	p.take(len(line))
	if more {
		p.take(1)
	}
}

// readDotenv reads the file; none is fine, and so is a folder: some keep their Python environment under this name.
func readDotenv(path string) (found []variable, complaints []string, err error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.EISDIR) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	found, complaints = parseDotenv(string(content), os.Getenv)
	return found, complaints, nil
}
