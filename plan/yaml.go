package plan

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

const (
	maxFile   = 4 << 20 // bytes of one file
	maxTokens = 100_000 // words and marks of one file; the parser needs the square of it for some texts
	maxDepth  = 64      // brackets within brackets
)

// parseYAML reads one file into its tree; on a problem the tree is nil.
func (l *loader) parseYAML(text string) (body ast.Node) {
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
	tokens := lexer.Tokenize(text)
	if tk := deep(tokens); tk != nil {
		l.problem(tk, "", fmt.Sprintf("brackets or dashes are nested more than %d deep", maxDepth), "no plan needs that; write it flat")
		return nil
	}
	if len(tokens) > maxTokens {
		l.fileProblem(fmt.Sprintf("this file holds more than %d words and marks", maxTokens), "split it over several files")
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	var syntax yaml.Error
	switch {
	case errors.As(err, &syntax) && syntax.GetToken() != nil:
		l.problem(syntax.GetToken(), "", "this is not YAML: "+syntax.GetMessage(), yamlHint(syntax.GetMessage()))
		return nil
	case err != nil:
		l.fileProblem("this file cannot be read as YAML: "+err.Error(), "")
		return nil
	}
	var docs []ast.Node
	for _, d := range file.Docs {
		switch b := d.Body.(type) {
		case nil:
		case *ast.DirectiveNode:
			l.problem(b.GetToken(), "", "a plan uses no YAML directives", "leave the line that begins with % out")
		default:
			docs = append(docs, b)
		}
	}
	if len(docs) == 0 {
		l.fileProblem("this file is empty", "write a section of the plan into it, or remove it")
		return nil
	}
	if len(docs) > 1 {
		l.problem(first(docs[1]), "", "a second document begins here", `keep one document per file: leave "---" out, or move the rest to a file of its own`)
	}
	return docs[0]
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
		case r < ' ' && r != '\n' && r != '\t', r == 0x7f:
			bad = fmt.Sprintf("the control character U+%04X stands here", r)
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

// deep finds the token at which a text nests deeper than any plan does, so that the parser, which calls itself for each
// level, is never asked to follow.
func deep(tokens token.Tokens) *token.Token {
	flow, opened, line := 0, 0, 0
	for _, tk := range tokens {
		if tk.Position != nil && tk.Position.Line != line {
			line, opened = tk.Position.Line, 0
		}
		switch tk.Type {
		case token.MappingStartType, token.SequenceStartType:
			flow++
		case token.MappingEndType, token.SequenceEndType:
			flow--
		case token.SequenceEntryType, token.MappingKeyType, token.TagType, token.AnchorType:
			opened++
		}
		if flow > maxDepth || opened > maxDepth {
			return tk
		}
	}
	return nil
}

// yamlHint says what usually lies behind a message of the parser.
func yamlHint(message string) string {
	switch {
	case strings.Contains(message, "mapping value is not allowed"):
		return `put a text that holds ": " in quotes`
	case strings.Contains(message, "tab character"), strings.Contains(message, `'	'`):
		return "indent with spaces"
	case strings.Contains(message, "reserved character"):
		return "put a text that begins with this character in quotes"
	case strings.Contains(message, "value is not allowed"):
		return "look at the indentation: items of one list and keys of one thing stand in one column"
	case strings.Contains(message, "quoted text"):
		return "close the quotation mark"
	}
	return ""
}
