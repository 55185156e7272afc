package plan

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"
)

// misspelt says in a person's words what the parser's mean, and what would be right.
var misspelt = []struct{ part, say, do string }{
	{"mapping values are not allowed", "a colon is not allowed here", `put a text that holds ": " in quotes, and look at the indentation`},
	{"block sequence entries are not allowed", "a list cannot begin here", "begin the list on a line of its own, below its key"},
	{"mapping keys are not allowed", "a key cannot begin here", "begin each key on a line of its own"},
	{"did not find expected key", "a key is expected here", "look at the indentation: keys of one thing stand in one column; put a text that begins with a quotation mark and goes on behind it in other quotes"},
	{"did not find expected '-' indicator", `"- " is expected here`, "look at the indentation: items of one list stand in one column"},
	{"did not find expected ',' or ']'", "a comma or ] is expected here", "close the list with ], and put a text that holds a comma, a colon or a bracket in quotes"},
	{"did not find expected ',' or '}'", "a comma or } is expected here", "close the braces, and put a text that holds a comma, a colon or a bracket in quotes"},
	{"did not find expected node content", "a value is expected here", "write one, or leave out the mark before it"},
	{"could not find expected ':'", `a colon is expected here`, "write each key with a colon and a space behind it, and indent a text of several lines below its key"},
	{"tab character", "a tab stands where spaces belong", "indent with spaces"},
	{"cannot start any token", "no text can begin with this character", "put the text in quotes"},
	{"unexpected end of stream", "this quotation mark is never closed", "close the quotation mark"},
	{"unexpected document indicator", "this quotation mark is never closed", "close the quotation mark"},
	{"unknown escape character", `a backslash in double quotes does not stand for itself`, `write \\, or use single quotes`},
	{"hexadecimal number", `a backslash in double quotes does not stand for itself`, `write \\, or use single quotes`},
	{"Unicode character escape", `this escape stands for no character`, `write the character itself`},
	{"comment without preceding whitespace", "a comment begins without a space before it", "put a space before #, or the text in quotes"},
	{"indentation indicator", "a text of several lines is indented oddly", "write | behind the key and indent the lines below it with two spaces more"},
	{"expected comment or line break", "something follows | or > on its line", "begin the text on the next line"},
	{"unknown anchor", "a plan uses no YAML anchors, aliases or merge keys", "write the value out; put a text that begins with * in quotes"},
	{"alphabetic or numeric character", "no text can begin with this character", "put the text in quotes"},
	{"tag", "a plan uses no YAML tags", "leave the word that begins with ! out; put a text in quotes"},
	{"<document start>", "something stands where the plan has ended already", "begin each section with its name and a colon, such as issues:"},
}

// syntax notes where a text is not YAML.
func (l *loader) syntax(err error) {
	var e *yaml.LoadError
	if !errors.As(err, &e) {
		l.fileProblem("this file cannot be read as YAML: "+err.Error(), "")
		return
	}
	at := Place{l.file, e.Mark.Line, e.Mark.Column}
	if at.Line == 0 {
		at.Line, at.Column = e.ContextMark.Line, e.ContextMark.Column
	}
	if e.Message == errDeep.Error() {
		l.problemAt(at, 1, "", fmt.Sprintf("brackets, dashes or lines are nested more than %d deep", maxDepth), "no plan needs that; write it flat")
		return
	}
	if strings.Contains(e.ContextMsg, "quoted") && strings.Contains(e.Message, "unexpected") {
		at.Line, at.Column = e.ContextMark.Line, e.ContextMark.Column
	}
	if at.Line == 0 {
		l.fileProblem("this is not YAML: "+e.Message, "")
		return
	}
	// The end of the file is on no line: what is wrong is wrong with the last one.
	if lines := l.lines[l.file]; at.Line > len(lines) || lines[at.Line-1] == "" && at.Line == len(lines) {
		at.Line = len(lines)
		for at.Line > 1 && strings.TrimSpace(lines[at.Line-1]) == "" {
			at.Line--
		}
		at.Column = len([]rune(lines[at.Line-1])) + 1
	}
	message := e.Message
	if line := l.line(at.Line); strings.Contains(line[:len(line)-len(strings.TrimLeft(line, " \t"))], "\t") {
		message = "tab character"
	}
	for _, m := range misspelt {
		if strings.Contains(message, m.part) {
			l.problemAt(at, 1, "", "this is not YAML: "+m.say, m.do)
			return
		}
	}
	l.problemAt(at, 1, "", "this is not YAML: "+message, "")
}
