package detect

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"tocsin/evm"
)

// The literals that CEL lacks look like calls: u256("…"), ether(2), gwei(30), units("12.5", 6), address("0x…"), hex("0x…"). A plain
// whole number is read as u256, and a text of the form of an address as address, so that exactness never has to be asked
// for. spell writes the short forms out before the expression is checked; fold replaces the calls by their values after it.

const (
	spellNumber  = "u256"
	spellEther   = "ether"
	spellGwei    = "gwei"
	spellUnits   = "units"
	spellAddress = "address"
	spellHex     = "hex"
)

var addressForm = regexp.MustCompile(`^0x[0-9a-fA-F]{40}$`)

func literalFunctions() []cel.EnvOption {
	declare := func(name, id string, result *cel.Type, args ...*cel.Type) cel.EnvOption {
		return cel.Function(name, cel.Overload(id, args, result, cel.FunctionBinding(func(...ref.Val) ref.Val {
			return types.NewErr("%s is a literal", name) // fold has replaced every one
		})))
	}
	return []cel.EnvOption{
		declare(spellNumber, "u256_string", numberType, cel.StringType),
		declare(spellNumber, "u256_number", numberType, numberType),
		declare(spellEther, "ether_string", numberType, cel.StringType),
		declare(spellEther, "ether_number", numberType, numberType),
		declare(spellGwei, "gwei_string", numberType, cel.StringType),
		declare(spellGwei, "gwei_number", numberType, numberType),
		declare(spellUnits, "units_string", numberType, cel.StringType, numberType),
		declare(spellUnits, "units_number", numberType, numberType, numberType),
		declare(spellAddress, "address_string", accountType, cel.StringType),
		declare(spellHex, "hex_string", cel.BytesType, cel.StringType),
	}
}

func isLiteralCall(name string) bool {
	switch name {
	case spellNumber, spellEther, spellGwei, spellUnits, spellAddress, spellHex:
		return true
	}
	return false
}

// misread is a literal that cannot be read, at an expression's id.
type misread struct {
	id  int64
	err error
}

// spell writes out the short forms of literals in a parsed expression.
func spell(e ast.Expr, nextID int64) *misread {
	var wrong *misread
	plain := map[int64]bool{} // literals that stay as they are
	f := ast.NewExprFactory()
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.CallKind:
			c := e.AsCall()
			if c.FunctionName() == operators.Index && len(c.Args()) == 2 {
				plain[c.Args()[1].ID()] = true // positions in lists are CEL's own integers
			}
			if isLiteralCall(c.FunctionName()) && len(c.Args()) > 0 && c.Args()[0].Kind() == ast.LiteralKind {
				if _, text := c.Args()[0].AsLiteral().(types.String); text {
					plain[c.Args()[0].ID()] = true
				}
			}
		case ast.LiteralKind:
			if plain[e.ID()] {
				return
			}
			name, text := "", ""
			switch v := e.AsLiteral().(type) {
			case types.Int:
				name, text = spellNumber, strconv.FormatInt(int64(v), 10)
			case types.Uint:
				name, text = spellNumber, strconv.FormatUint(uint64(v), 10)
			case types.Double:
				wrong = &misread{e.ID(), fmt.Errorf(`numbers on a chain are whole; write ether("1.5"), or units("1.5", 6) for a token of 6 decimals`)}
			case types.String:
				if addressForm.MatchString(string(v)) {
					name, text = spellAddress, string(v)
				}
			}
			if name != "" {
				nextID++
				plain[nextID] = true
				e.SetKindCase(f.NewCall(e.ID(), name, f.NewLiteral(nextID, types.String(text))))
			}
		}
	}))
	return wrong
}

// fold replaces the literals that look like calls by their values in a checked expression.
func fold(e ast.Expr) *misread {
	var wrong *misread
	f := ast.NewExprFactory()
	ast.PostOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || !isLiteralCall(e.AsCall().FunctionName()) || wrong != nil {
			return
		}
		c := e.AsCall()
		args := make([]ref.Val, len(c.Args()))
		for i, a := range c.Args() {
			if a.Kind() != ast.LiteralKind {
				wrong = &misread{a.ID(), fmt.Errorf("%s takes a literal, such as %s", c.FunctionName(), example(c.FunctionName()))}
				return
			}
			args[i] = a.AsLiteral()
		}
		v, err := literal(c.FunctionName(), args)
		if err != nil {
			wrong = &misread{e.ID(), err}
			return
		}
		e.SetKindCase(f.NewLiteral(e.ID(), v))
	}))
	return wrong
}

func example(name string) string {
	switch name {
	case spellNumber:
		return `u256("1000000000000000000000")`
	case spellEther:
		return `ether("1.5")`
	case spellGwei:
		return `gwei("30")`
	case spellUnits:
		return `units("12.5", 18)`
	case spellAddress:
		return `address("0x…")`
	default:
		return `hex("0x1234")`
	}
}

func literal(name string, args []ref.Val) (ref.Val, error) {
	text := func(i int) string {
		switch v := args[i].(type) {
		case types.String:
			return string(v)
		case number:
			return v.String()
		}
		return ""
	}
	switch name {
	case spellNumber:
		return parseNumber(text(0))
	case spellEther:
		return parseUnits(text(0), 18)
	case spellGwei:
		return parseUnits(text(0), 9)
	case spellUnits:
		decimals, err := strconv.Atoi(text(1))
		if err != nil {
			return nil, fmt.Errorf("%s decimals are not possible; write 0 to 77", text(1))
		}
		return parseUnits(text(0), decimals)
	case spellAddress:
		a, err := evm.ParseAddress(text(0))
		if err != nil {
			return nil, err
		}
		return account(a), nil
	default:
		digits, ok := strings.CutPrefix(text(0), "0x")
		b, err := hex.DecodeString(digits)
		if !ok || err != nil {
			return nil, fmt.Errorf("%q is not bytes; write 0x and an even number of hexadecimal digits", text(0))
		}
		return types.Bytes(b), nil
	}
}
