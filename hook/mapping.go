package hook

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The fields of a finding that a mapping fills.
const (
	fieldSay    = "say"
	fieldID     = "id"
	fieldAt     = "at"
	fieldAmount = "amount"
	fieldAsset  = "asset"
	fieldTx     = "tx"
	fieldBlock  = "block"
	fieldIssue  = "issue"
	fieldStatus = "status"
	fieldEach   = "each" // not of a finding: where the list of items stands
)

var fields = []string{fieldSay, fieldID, fieldAt, fieldAmount, fieldAsset, fieldTx, fieldBlock, fieldIssue, fieldStatus}

// readMapping reads the paths that the plan gives, and lists what is wrong with them.
func (h *Hook) readMapping() []*Problem {
	var problems []*Problem
	for _, field := range slices.Sorted(maps.Keys(h.detector.Mapping)) {
		say := func(format string, args ...any) {
			problems = append(problems, &Problem{Field: "mapping." + field, Say: fmt.Sprintf(format, args...)})
		}
		if field == fieldEach && h.source.lists {
			say("the alerts of %s are found without it; leave each out", h.source.name)
			continue
		}
		if field != fieldEach && !slices.Contains(fields, field) {
			say("a finding has no %q; it has %s", clip(field, 40), strings.Join(fields, ", "))
			continue
		}
		p, err := ParsePath(h.detector.Mapping[field])
		if err != nil {
			say("%s", err)
			continue
		}
		if field == fieldEach {
			h.each = p
			continue
		}
		h.paths[field] = p
	}
	return problems
}

// message is a detector's message cut at its placeholders: {say}, {id}, {amount} and the other fields of a finding stand for
// what the body holds of them. Doubled braces stand for one.
type message []piece

type piece struct {
	text  string // as it stands; or
	field string
}

func (h *Hook) readMessage() []*Problem {
	var text strings.Builder
	for rest := h.detector.Message; rest != ""; {
		i := strings.IndexAny(rest, "{}")
		if i < 0 {
			text.WriteString(rest)
			break
		}
		text.WriteString(rest[:i])
		rest = rest[i:]
		if strings.HasPrefix(rest, "{{") || strings.HasPrefix(rest, "}}") {
			text.WriteByte(rest[0])
			rest = rest[2:]
			continue
		}
		field, after, ok := strings.Cut(rest[1:], "}")
		if rest[0] == '}' || !ok {
			h.message = nil
			return []*Problem{{Field: "message", Say: "a brace stands alone; write {{ or }} for a brace itself"}}
		}
		if field = strings.TrimSpace(field); !slices.Contains(fields, field) {
			h.message = nil
			return []*Problem{{Field: "message", Say: fmt.Sprintf("there is nothing named %q to put in; known here are {%s}", clip(field, 40), strings.Join(fields, "}, {"))}}
		}
		h.message = append(h.message, piece{text: text.String()}, piece{field: field})
		text.Reset()
		rest = after
	}
	if text.Len() > 0 {
		h.message = append(h.message, piece{text: text.String()})
	}
	return nil
}

// says reports whether the message puts in what the body says.
func (m message) says() bool {
	return slices.ContainsFunc(m, func(p piece) bool { return p.field == fieldSay })
}
