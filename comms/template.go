package comms

import (
	"fmt"
	"reflect"
	"strings"
	"text/template"
	"text/template/parse"

	"tocsin/fault"
)

// A plan's template is text with fields and conditions. Loops, definitions, variables and all functions that make text are
// left out: with them a small template can run for ever or grow beyond bounds. What remains takes time and space in
// proportion to its length.
var allowed = map[string]bool{"eq": true, "ne": true, "and": true, "or": true, "not": true}

// maxTemplate bounds a template, in bytes.
const maxTemplate = 16 << 10

// CheckTemplate says whether a communication's template can be used, as an invalid fault that says what to write instead.
func CheckTemplate(text string) error {
	_, err := compile(text)
	return err
}

// fill writes a template with its fields.
func fill(text string, f Fields) (string, error) {
	t, err := compile(text)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := t.Execute(&b, f); err != nil {
		return "", invalid("it cannot be filled in: %s", plainError(err))
	}
	return b.String(), nil
}

func compile(text string) (*template.Template, error) {
	if len(text) > maxTemplate {
		return nil, invalid("it is longer than %d characters", maxTemplate)
	}
	// Conditions nest in the parser's own stack; so many are no text any more.
	if strings.Count(text, "{{") > 200 || strings.Count(text, "(") > 1000 {
		return nil, invalid("it holds too many fields and conditions")
	}
	t, err := template.New("template").Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, invalid("%s", plainError(err))
	}
	if len(t.Templates()) > 1 {
		return nil, invalid("it defines another template")
	}
	if t.Tree == nil || t.Root == nil {
		return t, nil
	}
	if say := refuse(t.Root); say != "" {
		return nil, invalid("%s", say)
	}
	return t, nil
}

func invalid(format string, args ...any) error {
	return fault.New(fault.Invalid, "The template of the communication cannot be used: %s.", fmt.Sprintf(format, args...)).
		Instead("Write text with fields such as {{.What}} and {{.Next}}; the fields are %s. {{if .Exercise}} … {{end}} makes a condition.", strings.Join(fieldNames(), ", "))
}

// plainError takes the template package's own names out of its errors.
func plainError(err error) string {
	s := strings.TrimPrefix(err.Error(), "template: template:")
	return "line " + strings.TrimSuffix(s, ".")
}

func fieldNames() []string {
	var names []string
	for f := range reflect.TypeFor[Fields]().Fields() {
		names = append(names, f.Name)
	}
	return names
}

// refuse says what in a template is not allowed, or nothing.
func refuse(n parse.Node) string {
	switch n := n.(type) {
	case nil, *parse.TextNode, *parse.CommentNode, *parse.StringNode, *parse.BoolNode:
		return ""
	case *parse.DotNode:
		return "{{.}} stands for all fields at once"
	case *parse.ListNode:
		if n == nil {
			return ""
		}
		return first(n.Nodes)
	case *parse.ActionNode:
		return refusePipe(n.Pipe)
	case *parse.IfNode:
		return either(refusePipe(n.Pipe), refuse(n.List), refuse(n.ElseList))
	case *parse.PipeNode:
		return refusePipe(n)
	case *parse.CommandNode:
		return first(n.Args)
	case *parse.FieldNode:
		if len(n.Ident) != 1 || !known(n.Ident[0]) {
			return "there is no field ." + strings.Join(n.Ident, ".")
		}
		return ""
	case *parse.IdentifierNode:
		if !allowed[n.Ident] {
			return "the function " + n.Ident + " is not one that a template may use"
		}
		return ""
	default:
		return "it may not hold " + strings.TrimSpace(cut(n.String(), 60))
	}
}

func refusePipe(p *parse.PipeNode) string {
	if p == nil {
		return ""
	}
	if len(p.Decl) > 0 {
		return "it may not hold variables"
	}
	for _, c := range p.Cmds {
		if say := refuse(c); say != "" {
			return say
		}
	}
	return ""
}

func first(nodes []parse.Node) string {
	for _, n := range nodes {
		if say := refuse(n); say != "" {
			return say
		}
	}
	return ""
}

func either(says ...string) string {
	for _, s := range says {
		if s != "" {
			return s
		}
	}
	return ""
}

func known(field string) bool {
	_, ok := reflect.TypeFor[Fields]().FieldByName(field)
	return ok
}
