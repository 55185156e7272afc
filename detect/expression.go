package detect

import (
	"fmt"
	"strings"
	"unicode"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"tocsin/plan"
)

// expression is a checked expression over the variables of a view.
type expression struct{ program cel.Program }

// compile checks an expression; what is wrong with it is a Problem without its detector and field.
func (l *language) compile(text string, vars []variable, want *cel.Type) (*expression, *Problem) {
	env, err := l.env(vars)
	if err != nil {
		return nil, &Problem{Say: err.Error()}
	}
	parsed, issues := env.Parse(text)
	if issues.Err() != nil {
		return nil, l.problemOf(text, issues, vars)
	}
	tree := parsed.NativeRep()
	at := func(m *misread) *Problem {
		loc := tree.SourceInfo().GetStartLocation(m.id)
		return &Problem{Line: loc.Line(), Column: loc.Column() + 1, Say: m.err.Error()}
	}
	if wrong := spell(tree.Expr(), ast.MaxID(tree)+1); wrong != nil {
		return nil, at(wrong)
	}
	checked, issues := env.Check(parsed)
	if issues.Err() != nil {
		return nil, l.problemOf(text, issues, vars)
	}
	if !checked.OutputType().IsExactType(want) {
		return nil, &Problem{Line: 1, Column: 1, Say: givesWrong(checked.OutputType(), want)}
	}
	tree = checked.NativeRep()
	if wrong := fold(tree.Expr()); wrong != nil {
		return nil, at(wrong)
	}
	program, err := env.Program(checked, cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return nil, &Problem{Say: err.Error()}
	}
	return &expression{program: program}, nil
}

// problemOf takes the first error; those that follow are mostly its consequences.
func (l *language) problemOf(text string, issues *cel.Issues, vars []variable) *Problem {
	list := issues.Errors()
	if len(list) == 0 {
		return &Problem{Say: issues.Err().Error()}
	}
	e := list[0]
	p := &Problem{Say: e.Message}
	if e.Location.Line() > 0 {
		p.Line, p.Column = e.Location.Line(), e.Location.Column()+1
	}
	switch {
	case strings.HasPrefix(e.Message, "undeclared reference to '"):
		l.unknown(p, text, vars)
	case strings.Contains(e.Message, "invalid int literal"):
		p.Say = `a number this large is written u256("…")`
	default:
		if say := mismatch(e.Message); say != "" {
			p.Say = say
		}
	}
	return p
}

// functionNames are the functions that there are.
const functionNames = "u256, ether, gwei, units, address, hex, size, startsWith, endsWith and contains"

// unknown says what to write in the place of a name that is not known. The language places what is wrong with a.b at the dot,
// and says of a.b.c sometimes only that there is no a: the whole name is found in the text.
func (l *language) unknown(p *Problem, text string, vars []variable) {
	_, name, _ := strings.Cut(p.Say, "'")
	name, _, _ = strings.Cut(name, "'")
	whole, column, called := nameAt(text, p.Line, p.Column)
	if called || !strings.HasPrefix(whole, name) {
		p.Say = fmt.Sprintf("there is no function %s; there are %s", name, functionNames)
		return
	}
	p.Column = column
	if why, ok := l.book.why[whole]; ok {
		p.Say = fmt.Sprintf("%s stands for no address: %s", whole, why)
		return
	}
	names := make([]string, len(vars), len(vars)+len(l.book.names))
	for i, v := range vars {
		names[i] = v.name
	}
	known := strings.Join(names, ", ")
	p.Say = fmt.Sprintf("there is no %s here", whole)
	if near := plan.Nearest(whole, append(names, l.book.names...)); len(near) > 0 {
		p.Say += "; did you mean " + strings.Join(near, " or ") + "?"
	}
	p.Say += " Known are " + known + ", asset.ID and person.ID for their addresses, and group.ID for those of its members"
}

// nameAt is the name with all its dots that stands at a place of a text, both from 1, where it begins, and whether it is
// called.
func nameAt(text string, line, column int) (name string, from int, called bool) {
	lines := strings.Split(text, "\n")
	if line < 1 || line > len(lines) {
		return "", column, false
	}
	row := []rune(lines[line-1])
	part := func(i int) bool {
		return i >= 0 && i < len(row) && (row[i] == '.' || row[i] == '_' || unicode.IsLetter(row[i]) || unicode.IsDigit(row[i]))
	}
	at := column - 1
	if !part(at) {
		return "", column, at >= 0 && at < len(row) && row[at] == '('
	}
	start, end := at, at
	for part(start - 1) {
		start--
	}
	for part(end + 1) {
		end++
	}
	return string(row[start : end+1]), start + 1, end+1 < len(row) && row[end+1] == '('
}

func (e *expression) eval(v cel.Activation) (ref.Val, error) {
	out, _, err := e.program.Eval(v)
	return out, err
}

func (e *expression) holds(v cel.Activation) (bool, error) {
	out, err := e.eval(v)
	if err != nil {
		return false, err
	}
	return out == types.True, nil
}
