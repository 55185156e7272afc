package evm

import (
	"strconv"
	"strings"
)

// Bounds on what a type may be, so that no signature costs more than it is worth.
const (
	maxTypeDepth = 16      // arrays and tuples within each other
	maxTypeWords = 1 << 16 // 32-byte words that the static part of a type takes
	maxParams    = 256     // parameters of one function, event, error or tuple
)

type kind uint8

const (
	kindInvalid kind = iota
	kindUint
	kindInt
	kindAddress
	kindBool
	kindFixedBytes
	kindBytes
	kindString
	kindArray // of a length that the type states
	kindSlice // of a length that the value states
	kindTuple
)

// Type is a type of the contract ABI, as ParseType reads it. The zero Type is no type and refuses every value.
type Type struct {
	kind   kind
	size   int // bits of an integer, bytes of bytesN, length of an array
	elem   *Type
	fields []Param
}

// Param is a parameter of a function, an event or an error, or a component of a tuple.
type Param struct {
	Name    string // empty if the signature names none
	Type    Type
	Indexed bool // of an event: it stands in a topic
}

// String writes the canonical form, which selectors and topics are made of: "uint256", "(address,uint8[])[2]".
func (t Type) String() string {
	switch t.kind {
	case kindUint:
		return "uint" + strconv.Itoa(t.size)
	case kindInt:
		return "int" + strconv.Itoa(t.size)
	case kindAddress:
		return "address"
	case kindBool:
		return "bool"
	case kindFixedBytes:
		return "bytes" + strconv.Itoa(t.size)
	case kindBytes:
		return "bytes"
	case kindString:
		return "string"
	case kindArray:
		return t.elem.String() + "[" + strconv.Itoa(t.size) + "]"
	case kindSlice:
		return t.elem.String() + "[]"
	case kindTuple:
		return canonical(t.fields)
	default:
		return "invalid"
	}
}

// canonical writes the types of parameters between parentheses.
func canonical(params []Param) string {
	var b strings.Builder
	b.WriteByte('(')
	for i, p := range params {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(p.Type.String())
	}
	b.WriteByte(')')
	return b.String()
}

// dynamic reports whether values of the type differ in length, so that an offset stands in their place.
func (t Type) dynamic() bool {
	switch t.kind {
	case kindBytes, kindString, kindSlice:
		return true
	case kindArray:
		return t.elem.dynamic()
	case kindTuple:
		for _, f := range t.fields {
			if f.Type.dynamic() {
				return true
			}
		}
	}
	return false
}

// words is how many 32-byte words the type takes where it stands: one for an offset.
func (t Type) words() int {
	if t.dynamic() {
		return 1
	}
	switch t.kind {
	case kindArray:
		return t.size * t.elem.words()
	case kindTuple:
		n := 0
		for _, f := range t.fields {
			n += f.Type.words()
		}
		return n
	default:
		return 1
	}
}

// head is how many words the heads of parameters take.
func head(params []Param) int {
	n := 0
	for _, p := range params {
		n += p.Type.words()
	}
	return n
}

// elementary reads a type that has no parts, by its name in Solidity.
func elementary(name string) (Type, bool) {
	switch name {
	case "address":
		return Type{kind: kindAddress}, true
	case "bool":
		return Type{kind: kindBool}, true
	case "string":
		return Type{kind: kindString}, true
	case "bytes":
		return Type{kind: kindBytes}, true
	case "uint":
		return Type{kind: kindUint, size: 256}, true
	case "int":
		return Type{kind: kindInt, size: 256}, true
	}
	sized := func(prefix string, k kind, step, most int) (Type, bool) {
		digits, ok := strings.CutPrefix(name, prefix)
		if !ok || digits == "" || digits[0] == '0' || len(digits) > 3 {
			return Type{}, false
		}
		n, err := strconv.ParseUint(digits, 10, 16)
		if err != nil || n == 0 || int(n) > most || int(n)%step != 0 {
			return Type{}, false
		}
		return Type{kind: k, size: int(n)}, true
	}
	if t, ok := sized("uint", kindUint, 8, 256); ok {
		return t, true
	}
	if t, ok := sized("int", kindInt, 8, 256); ok {
		return t, true
	}
	return sized("bytes", kindFixedBytes, 1, 32)
}
