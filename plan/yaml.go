package plan

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

const (
	maxFile  = 4 << 20 // bytes of one file
	maxMarks = 200_000 // lines and punctuation marks of one YAML file; no text has more values than twice these
	maxDepth = 64      // things within things
)

// nesting lets the parser go no deeper than any plan does.
type nesting struct{}

var errDeep = errors.New("nested too deep")

// CheckDepth refuses what is nested too deep.
func (nesting) CheckDepth(depth int, _ *yaml.DepthContext) error {
	if depth > maxDepth {
		return errDeep
	}
	return nil
}

// CheckAlias refuses nothing: a plan has no aliases, and none is ever followed.
func (nesting) CheckAlias(_, _ int) error { return nil }

// parseYAML reads one file into its tree; on a problem the tree is nil.
func (l *loader) parseYAML(text string) (body *yaml.Node) {
	defer func() {
		// The parser is not ours and a plan is anybody's text: whatever it stumbles over becomes a problem of the file.
		if r := recover(); r != nil {
			l.fileProblem("this file cannot be read as YAML", fmt.Sprintf("its form confuses the parser (%v); write it more plainly", r))
			body = nil
		}
	}()
	if !l.plainText(text) {
		return nil
	}
	if marks(text) > maxMarks {
		l.fileProblem(fmt.Sprintf("this file holds more than %d lines and marks", maxMarks), "split it over several files")
		return nil
	}
	if line := directive(text); line > 0 {
		l.problemAt(Place{l.file, line, 1}, 1, "", "a plan uses no YAML directives", "leave the line that begins with % out")
		return nil
	}
	body, more, err := parse(text)
	switch {
	case err != nil:
		l.syntax(err)
		return nil
	case body == nil:
		l.fileProblem("this file is empty", "write a section of the plan into it, or remove it")
	case more != nil:
		l.problem(more, "", "a second document begins here", `keep one document per file: leave "---" out, or move the rest to a file of its own`)
	}
	return body
}

// parse reads the first document of a text that says anything, and the next one. The parser may panic.
func parse(text string) (body, more *yaml.Node, err error) {
	d, err := yaml.NewLoader(bytes.NewReader([]byte(text)), yaml.WithUniqueKeys(false), yaml.WithPlugin(nesting{}))
	if err != nil {
		return nil, nil, err
	}
	for {
		var doc yaml.Node
		switch err := d.Load(&doc); {
		case errors.Is(err, io.EOF):
			return body, nil, nil
		case err != nil:
			return nil, nil, err
		case len(doc.Content) == 0 || doc.Content[0].Tag == tagNull && doc.Content[0].Value == "":
		case body != nil:
			return body, doc.Content[0], nil
		default:
			body = doc.Content[0]
		}
	}
}

// plainText refuses what cannot be text that people wrote.
func (l *loader) plainText(text string) bool {
	line, column := 1, 1
	for i, r := range text {
		bad := ""
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)):
			bad = "a byte here is not UTF-8"
		case r == 0:
			bad = "a NUL byte stands here"
		case r != '\n' && r != '\t' && control(r), r == '\ufffe', r == '\uffff':
			bad = fmt.Sprintf("the control character U+%04X stands here", r)
		case r == '\u2028', r == '\u2029', r == '\ufeff':
			bad = fmt.Sprintf("the invisible character U+%04X stands here", r)
		}
		if bad != "" {
			l.problemAt(Place{l.file, line, column}, 1, "", bad, "save the file as plain text in UTF-8")
			return false
		}
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
	}
	return true
}

// marks counts the characters that can begin another value.
func marks[T string | []byte](text T) int {
	n := 0
	for i := range len(text) {
		switch text[i] {
		case '\n', ',', ':', '-', '?', '[', '{':
			n++
		}
	}
	return n
}

// directive finds the line of a YAML directive, which can only stand above everything else; 0 if there is none.
func directive(text string) int {
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		n++
		switch trimmed := strings.TrimSpace(line); {
		case strings.HasPrefix(line, "%"):
			return n
		case trimmed != "" && trimmed[0] != '#':
			return 0
		}
	}
	return 0
}
