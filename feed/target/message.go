package target

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/detect"
)

// message is a detector's message cut at its placeholders. Doubled braces stand for one.
type message []piece

type piece struct {
	text string // as it stands; or
	name string // of what is put in
}

// telling are the placeholders that say what happened; a message with none of them gets it behind.
var telling = []string{"why", "title"}

func placeholders(kind string) []string {
	switch kind {
	case HTTP:
		return []string{"asset", "status", "took", "url", "why"}
	case Feed:
		return []string{"asset", "link", "title", "url", "why"}
	default:
		return []string{"asset", "url", "why"}
	}
}

func parseMessage(kind, text string) (message, *detect.Problem) {
	known := placeholders(kind)
	var m message
	var said strings.Builder
	for rest := text; rest != ""; {
		i := strings.IndexAny(rest, "{}")
		if i < 0 {
			said.WriteString(rest)
			break
		}
		said.WriteString(rest[:i])
		at := len(text) - len(rest) + i
		rest = rest[i:]
		if strings.HasPrefix(rest, "{{") || strings.HasPrefix(rest, "}}") {
			said.WriteByte(rest[0])
			rest = rest[2:]
			continue
		}
		end := strings.IndexByte(rest, '}')
		if rest[0] == '}' || end < 0 {
			return nil, misplaced(text, at, "a brace stands alone; write {{ or }} for a brace itself")
		}
		name := strings.TrimSpace(rest[1:end])
		if !slices.Contains(known, name) {
			return nil, misplaced(text, at, fmt.Sprintf("there is nothing named %q to put in; known here are {%s}", rest[1:end], strings.Join(known, "}, {")))
		}
		m = append(m, piece{text: said.String()}, piece{name: name})
		said.Reset()
		rest = rest[end+1:]
	}
	if said.Len() > 0 {
		m = append(m, piece{text: said.String()})
	}
	return m, nil
}

func misplaced(text string, at int, say string) *detect.Problem {
	before := text[:at]
	return &detect.Problem{
		Field: "message", Line: strings.Count(before, "\n") + 1,
		Column: len([]rune(before[strings.LastIndexByte(before, '\n')+1:])) + 1, Say: say,
	}
}

// say writes the sentence of a finding. What happened is told in any case. The message of a feed is about an entry: where there
// is none, as when the feed cannot be read, it would say something else than what happened.
func (t *Target) say(facts map[string]string) string {
	why := strings.TrimRight(facts["why"], ". ")
	if len(t.message) == 0 || t.Kind == Feed && facts["title"] == "" {
		return t.Name + ": " + why + "."
	}
	var b strings.Builder
	told := false
	for _, p := range t.message {
		switch {
		case p.name == "":
			b.WriteString(p.text)
			continue
		case p.name == "url":
			b.WriteString(Plain(t.URL))
		case p.name == "asset":
			b.WriteString(t.Called)
		case facts[p.name] == "":
			b.WriteString("nothing")
		default:
			b.WriteString(strings.TrimRight(facts[p.name], ". "))
		}
		told = told || slices.Contains(telling, p.name) && facts[p.name] != ""
	}
	s := strings.TrimSpace(b.String())
	if !told {
		s = strings.TrimRight(s, ". ") + ": " + why + "."
	}
	return s
}
