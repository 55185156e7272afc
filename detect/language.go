package detect

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"tocsin/plan"
)

// Bounds on one expression. The language has no loops, so its cost never exceeds its own length and the bytes of the
// arguments it reads, which the chain has already been paid for.
const (
	maxExpression = 8192 // characters
	maxNesting    = 64
)

// language is the expression language over the names of one plan. Environments are kept per set of variables, because making
// one costs far more than compiling with it and thousands of detectors share a few events.
type language struct {
	base *cel.Env
	envs map[string]*cel.Env
	book *book
}

func newLanguage(p *plan.Plan) (*language, error) {
	subset := &env.LibrarySubset{DisableMacros: true}
	for _, f := range []string{
		operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional, operators.Equals,
		operators.NotEquals, operators.In, operators.Index, "startsWith", "endsWith", "contains",
	} {
		subset.IncludeFunctions = append(subset.IncludeFunctions, env.NewFunction(f))
	}
	opts := []cel.EnvOption{
		cel.StdLib(cel.StdLibSubset(subset)),
		cel.ParserExpressionSizeLimit(maxExpression),
		cel.ParserRecursionLimit(maxNesting),
	}
	opts = append(opts, numberFunctions()...)
	opts = append(opts, literalFunctions()...)
	names := newBook(p)
	opts = append(opts, names.constants()...)
	base, err := cel.NewCustomEnv(opts...)
	if err != nil {
		return nil, fmt.Errorf("make expression language: %w", err)
	}
	return &language{base: base, envs: map[string]*cel.Env{}, book: names}, nil
}

// env returns the environment with variables.
func (l *language) env(vars []variable) (*cel.Env, error) {
	var key strings.Builder
	opts := make([]cel.EnvOption, 0, len(vars))
	for _, v := range vars {
		key.WriteString(v.name + " " + v.typ.String() + "\n")
		opts = append(opts, cel.Variable(v.name, v.typ))
	}
	if e, ok := l.envs[key.String()]; ok {
		return e, nil
	}
	e, err := l.base.Extend(opts...)
	if err != nil {
		return nil, fmt.Errorf("declare variables: %w", err)
	}
	l.envs[key.String()] = e
	return e, nil
}

// variable is one name that an expression may use.
type variable struct {
	name string
	typ  *cel.Type
}

func numberFunctions() []cel.EnvOption {
	var opts []cel.EnvOption
	for _, op := range []struct {
		name, id string
		holds    func(cmp int) bool
	}{
		{operators.Less, "number_less", func(c int) bool { return c < 0 }},
		{operators.LessEquals, "number_less_equals", func(c int) bool { return c <= 0 }},
		{operators.Greater, "number_greater", func(c int) bool { return c > 0 }},
		{operators.GreaterEquals, "number_greater_equals", func(c int) bool { return c >= 0 }},
	} {
		opts = append(opts, onNumbers(op.name, op.id, cel.BoolType, func(a, b number) ref.Val {
			return types.Bool(op.holds(a.cmp(b)))
		}))
	}
	for _, op := range []struct {
		name, id string
		f        func(a, b number) (number, error)
	}{
		{operators.Add, "number_add", number.plus},
		{operators.Subtract, "number_subtract", number.minus},
		{operators.Multiply, "number_multiply", number.times},
		{operators.Divide, "number_divide", number.over},
		{operators.Modulo, "number_modulo", number.rest},
	} {
		opts = append(opts, onNumbers(op.name, op.id, numberType, func(a, b number) ref.Val {
			n, err := op.f(a, b)
			if err != nil {
				return types.WrapErr(err)
			}
			return n
		}))
	}
	negate := cel.UnaryBinding(func(v ref.Val) ref.Val {
		n, ok := v.(number)
		if !ok {
			return types.MaybeNoSuchOverloadErr(v)
		}
		return n.negated()
	})
	opts = append(opts, cel.Function(operators.Negate, cel.Overload("number_negate", []*cel.Type{numberType}, numberType, negate)))
	for id, of := range map[string]*cel.Type{"size_string": cel.StringType, "size_bytes": cel.BytesType, "size_list": cel.ListType(cel.TypeParamType("A"))} {
		opts = append(opts, cel.Function("size", cel.Overload(id, []*cel.Type{of}, numberType, cel.UnaryBinding(size))))
	}
	return opts
}

func onNumbers(name, id string, result *cel.Type, f func(a, b number) ref.Val) cel.EnvOption {
	return cel.Function(name, cel.Overload(id, []*cel.Type{numberType, numberType}, result,
		cel.BinaryBinding(func(a, b ref.Val) ref.Val {
			x, ok := a.(number)
			if !ok {
				return types.MaybeNoSuchOverloadErr(a)
			}
			y, ok := b.(number)
			if !ok {
				return types.MaybeNoSuchOverloadErr(b)
			}
			return f(x, y)
		})))
}

func size(v ref.Val) ref.Val {
	s, ok := v.(interface{ Size() ref.Val })
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	n, ok := s.Size().(types.Int)
	if !ok || n < 0 {
		return types.MaybeNoSuchOverloadErr(v)
	}
	return numberOfUint(uint64(n))
}
