package evm

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common/math"
	"github.com/holiman/uint256"
)

// EncodeCall encodes a call of a function, given by its signature, with arguments as plans write them (see
// Type.ParseLiteral). The error names the argument that cannot be used, its type and what was given.
func EncodeCall(signature string, args []string) ([]byte, error) {
	m, err := ParseSignature(signature)
	if err != nil {
		return nil, err
	}
	return m.Encode(args)
}

// Encode encodes a call with arguments as plans write them.
func (m Method) Encode(args []string) ([]byte, error) {
	if len(args) != len(m.Inputs) {
		return nil, fmt.Errorf("encode call of %s: it takes %s, and %s given", m.Signature(), count(len(m.Inputs), "argument"), wereGiven(len(args)))
	}
	values := make([]any, len(args))
	for i, in := range m.Inputs {
		v, err := in.Type.ParseLiteral(args[i])
		if err != nil {
			return nil, fmt.Errorf("encode call of %s: argument %d (%s): %w", m.Name, i+1, strings.TrimSpace(in.Type.declared()+" "+in.Name), err)
		}
		values[i] = v
	}
	selector := m.Selector()
	return appendParams(selector[:], m.Inputs, values), nil
}

func count(n int, what string) string {
	switch n {
	case 0:
		return "no " + what
	case 1:
		return "1 " + what
	default:
		return fmt.Sprintf("%d %ss", n, what)
	}
}

func wereGiven(n int) string {
	switch n {
	case 0:
		return "none was"
	case 1:
		return "1 was"
	default:
		return fmt.Sprintf("%d were", n)
	}
}

// appendParams appends values that ParseLiteral or a decoder made, so that they are known to fit their types.
func appendParams(dst []byte, params []Param, values []any) []byte {
	tail := head(params) * 32
	var tails []byte
	for i, p := range params {
		if p.Type.dynamic() {
			dst = appendUint(dst, uint64(tail+len(tails)))
			tails = p.Type.appendValue(tails, values[i])
		} else {
			dst = p.Type.appendValue(dst, values[i])
		}
	}
	return append(dst, tails...)
}

// appendValue appends a value without the offset that may lead to it.
func (t Type) appendValue(dst []byte, v any) []byte {
	switch v := v.(type) {
	case *uint256.Int:
		w := v.Bytes32()
		return append(dst, w[:]...)
	case *big.Int:
		return append(dst, math.U256Bytes(new(big.Int).Set(v))...)
	case Address:
		return append(append(dst, make([]byte, 12)...), v[:]...)
	case bool:
		n := uint64(0)
		if v {
			n = 1
		}
		return appendUint(dst, n)
	case string:
		return appendPadded(appendUint(dst, uint64(len(v))), []byte(v))
	case []byte:
		if t.kind == kindBytes {
			dst = appendUint(dst, uint64(len(v)))
		}
		return appendPadded(dst, v)
	case []any:
		if t.kind == kindTuple {
			return appendParams(dst, t.fields, v)
		}
		if t.kind == kindSlice {
			dst = appendUint(dst, uint64(len(v)))
		}
		params := make([]Param, len(v))
		for i := range params {
			params[i].Type = *t.elem
		}
		return appendParams(dst, params, v)
	default:
		return dst
	}
}

func appendUint(dst []byte, n uint64) []byte {
	w := uint256.NewInt(n).Bytes32()
	return append(dst, w[:]...)
}

// appendPadded appends bytes and the zeros that fill their last word.
func appendPadded(dst, b []byte) []byte {
	return append(append(dst, b...), make([]byte, (32-len(b)%32)%32)...)
}
