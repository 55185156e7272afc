package detect

import (
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
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
		return nil, problemOf(issues, vars)
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
		return nil, problemOf(issues, vars)
	}
	if !checked.OutputType().IsExactType(want) {
		return nil, &Problem{Line: 1, Column: 1, Say: "the expression gives a " + checked.OutputType().String() + " where a " + want.String() + " is wanted"}
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
func problemOf(issues *cel.Issues, vars []variable) *Problem {
	list := issues.Errors()
	if len(list) == 0 {
		return &Problem{Say: issues.Err().Error()}
	}
	e := list[0]
	say := e.Message
	switch {
	case strings.HasPrefix(say, "undeclared reference"):
		names := make([]string, len(vars))
		for i, v := range vars {
			names[i] = v.name
		}
		say = strings.Replace(say, " (in container '')", "", 1) + "; known here are " + strings.Join(names, ", ") + " and asset.ID for the assets that have an address"
	case strings.Contains(say, "invalid int literal"):
		say = `a number this large is written u256("…")`
	}
	p := &Problem{Say: say}
	if e.Location.Line() > 0 {
		p.Line, p.Column = e.Location.Line(), e.Location.Column()+1
	}
	return p
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
