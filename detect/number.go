package detect

import (
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"github.com/holiman/uint256"
)

// number is an exact whole number of at most 256 bits and a sign, so that it holds every uint256 and every int256, and the
// difference of two amounts. Arithmetic that leaves this range is an error, never a wrapped result.
type number struct {
	mag uint256.Int
	neg bool // never of zero
}

var numberType = cel.OpaqueType("number")

var (
	errRange = errors.New("the result does not fit 256 bits")
	errZero  = errors.New("division by zero")
)

func numberOf(v *uint256.Int) number { return number{mag: *v} }

func numberOfUint(v uint64) number { return number{mag: *uint256.NewInt(v)} }

func numberOfBig(v *big.Int) (number, bool) {
	mag, over := uint256.FromBig(new(big.Int).Abs(v))
	if over {
		return number{}, false
	}
	return number{mag: *mag, neg: v.Sign() < 0}, true
}

// parseNumber reads decimal digits or 0x and hexadecimal ones, with a sign; underscores may group them.
func parseNumber(s string) (number, error) {
	text := strings.ReplaceAll(s, "_", "")
	digits, neg := strings.CutPrefix(text, "-")
	base := 10
	if hex, ok := strings.CutPrefix(digits, "0x"); ok {
		digits, base = hex, 16
	}
	if digits == "" || len(digits) > 80 || digits[0] == '+' || digits[0] == '-' {
		return number{}, fmt.Errorf("%q is no whole number", s)
	}
	v, ok := new(big.Int).SetString(digits, base)
	if !ok {
		return number{}, fmt.Errorf("%q is no whole number", s)
	}
	n, ok := numberOfBig(v)
	if !ok {
		return number{}, fmt.Errorf("%q does not fit 256 bits", s)
	}
	n.neg = neg && !n.mag.IsZero()
	return n, nil
}

// parseUnits reads a decimal such as "12.5" as a whole number of units of 10^-decimals.
func parseUnits(s string, decimals int) (number, error) {
	if decimals < 0 || decimals > 77 {
		return number{}, fmt.Errorf("%d decimals are not possible; write 0 to 77", decimals)
	}
	whole, frac, point := strings.Cut(s, ".")
	if point && frac == "" {
		return number{}, fmt.Errorf("%q is no decimal number", s)
	}
	if len(frac) > decimals {
		return number{}, fmt.Errorf("%q has more than %d decimals", s, decimals)
	}
	if strings.Contains(whole, "x") || strings.ContainsAny(frac, "-+x_") {
		return number{}, fmt.Errorf("%q is no decimal number", s)
	}
	return parseNumber(whole + frac + strings.Repeat("0", decimals-len(frac)))
}

func (n number) cmp(o number) int {
	switch {
	case n.neg != o.neg:
		if n.neg {
			return -1
		}
		return 1
	case n.neg:
		return o.mag.Cmp(&n.mag)
	default:
		return n.mag.Cmp(&o.mag)
	}
}

func (n number) negated() number {
	n.neg = !n.neg && !n.mag.IsZero()
	return n
}

func (n number) plus(o number) (number, error) {
	var r number
	if n.neg == o.neg {
		if _, over := r.mag.AddOverflow(&n.mag, &o.mag); over {
			return number{}, errRange
		}
		r.neg = n.neg
		return r, nil
	}
	if n.mag.Cmp(&o.mag) < 0 {
		n, o = o, n
	}
	r.mag.Sub(&n.mag, &o.mag)
	r.neg = n.neg && !r.mag.IsZero()
	return r, nil
}

func (n number) minus(o number) (number, error) { return n.plus(o.negated()) }

func (n number) times(o number) (number, error) {
	var r number
	if _, over := r.mag.MulOverflow(&n.mag, &o.mag); over {
		return number{}, errRange
	}
	r.neg = n.neg != o.neg && !r.mag.IsZero()
	return r, nil
}

// over divides and drops the fraction, as contracts do.
func (n number) over(o number) (number, error) {
	if o.mag.IsZero() {
		return number{}, errZero
	}
	var r number
	r.mag.Div(&n.mag, &o.mag)
	r.neg = n.neg != o.neg && !r.mag.IsZero()
	return r, nil
}

// rest is what a division leaves; it has the sign of the dividend.
func (n number) rest(o number) (number, error) {
	if o.mag.IsZero() {
		return number{}, errZero
	}
	var r number
	r.mag.Mod(&n.mag, &o.mag)
	r.neg = n.neg && !r.mag.IsZero()
	return r, nil
}

func (n number) String() string {
	if n.neg {
		return "-" + n.mag.Dec()
	}
	return n.mag.Dec()
}

// decimal writes the number in units of 10^decimals: 12.5 for 12500 and 3.
func (n number) decimal(decimals int) string {
	s := n.mag.Dec()
	if decimals > 0 {
		if len(s) <= decimals {
			s = strings.Repeat("0", decimals-len(s)+1) + s
		}
		whole, frac := s[:len(s)-decimals], strings.TrimRight(s[len(s)-decimals:], "0")
		if s = whole; frac != "" {
			s += "." + frac
		}
	}
	if n.neg {
		return "-" + s
	}
	return s
}

// The methods of ref.Val.

func (n number) Equal(other ref.Val) ref.Val {
	o, ok := other.(number)
	return types.Bool(ok && n == o)
}

func (n number) Type() ref.Type { return numberType }

func (n number) Value() any { return n }

func (n number) ConvertToNative(t reflect.Type) (any, error) { return native(n, t) }

func (n number) ConvertToType(t ref.Type) ref.Val {
	if t == types.StringType {
		return types.String(n.String())
	}
	return types.NewErr("a number does not become a %s", t.TypeName())
}

// native answers for the values of this package, which stand for nothing but themselves.
func native(v ref.Val, t reflect.Type) (any, error) {
	if reflect.TypeOf(v).AssignableTo(t) {
		return v, nil
	}
	return nil, fmt.Errorf("convert %s to %s: not possible", v.Type().TypeName(), t)
}
