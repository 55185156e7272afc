package evm

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/holiman/uint256"
)

// maxDigits is how many characters a number may have: a sign, and the digits of 2^256.
const maxDigits = 80

// ParseLiteral reads a value of the type as plans write it: whole numbers in decimal or with 0x, true, 0x… for addresses
// and bytes, [a, b] for arrays, (a, b) for tuples. A text stands as it is, and between double quotes within an array or a
// tuple. The answer is one of the Go types of Value.Go.
func (t Type) ParseLiteral(text string) (any, error) {
	l := literal{rest: text}
	if t.kind == kindString && !strings.HasPrefix(text, `"`) {
		return text, nil
	}
	v, err := l.value(t)
	if err != nil {
		return nil, err
	}
	if rest := strings.TrimSpace(l.rest); rest != "" {
		return nil, fmt.Errorf("%q is one too many", rest)
	}
	return v, nil
}

// Normalize writes a value, given as ParseLiteral reads it, the way decoded values are written, so that the two compare.
func (t Type) Normalize(text string) (string, error) {
	v, err := t.ParseLiteral(text)
	if err != nil {
		return "", err
	}
	return t.format(v, false), nil
}

// literal reads a value from left to right.
type literal struct{ rest string }

func (l *literal) char(c byte) bool {
	l.rest = strings.TrimLeft(l.rest, " \t\r\n")
	if l.rest != "" && l.rest[0] == c {
		l.rest = l.rest[1:]
		return true
	}
	return false
}

func (l *literal) value(t Type) (any, error) {
	switch t.kind {
	case kindArray, kindSlice:
		var list []any
		err := l.list('[', ']', func(int) error {
			v, err := l.value(*t.elem)
			if err != nil {
				return fmt.Errorf("element %d (%s): %w", len(list)+1, t.elem, err)
			}
			list = append(list, v)
			return nil
		})
		if err != nil {
			return nil, err
		}
		if t.kind == kindArray && len(list) != t.size {
			return nil, fmt.Errorf("it has %d elements where %d are wanted", len(list), t.size)
		}
		return list, nil
	case kindTuple:
		var list []any
		err := l.list('(', ')', func(i int) error {
			if i >= len(t.fields) {
				return fmt.Errorf("it has more than %d components", len(t.fields))
			}
			v, err := l.value(t.fields[i].Type)
			if err != nil {
				return fmt.Errorf("component %d (%s): %w", i+1, strings.TrimSpace(t.fields[i].Type.String()+" "+t.fields[i].Name), err)
			}
			list = append(list, v)
			return nil
		})
		if err != nil {
			return nil, err
		}
		if len(list) != len(t.fields) {
			return nil, fmt.Errorf("it has %d components where %d are wanted", len(list), len(t.fields))
		}
		return list, nil
	case kindString:
		l.rest = strings.TrimLeft(l.rest, " \t\r\n")
		quoted, err := strconv.QuotedPrefix(l.rest)
		if err != nil || quoted[0] != '"' {
			return nil, errors.New(`write the text between double quotes`)
		}
		l.rest = l.rest[len(quoted):]
		return strconv.Unquote(quoted)
	default:
		end := strings.IndexAny(l.rest, ",)]")
		if end < 0 {
			end = len(l.rest)
		}
		word := strings.TrimSpace(l.rest[:end])
		l.rest = l.rest[end:]
		return t.elementary(word)
	}
}

func (l *literal) list(first, last byte, each func(i int) error) error {
	if !l.char(first) {
		return fmt.Errorf("it does not begin with %q", first)
	}
	if l.char(last) {
		return nil
	}
	for i := 0; ; i++ {
		if err := each(i); err != nil {
			return err
		}
		if l.char(last) {
			return nil
		}
		if !l.char(',') {
			return fmt.Errorf("a comma or %q is missing", last)
		}
	}
}

func (t Type) elementary(word string) (any, error) {
	switch t.kind {
	case kindUint:
		n, err := integer(word)
		if err != nil {
			return nil, err
		}
		if n.Sign() < 0 || n.BitLen() > t.size {
			return nil, fmt.Errorf("%s does not fit %s", word, t)
		}
		u, _ := uint256.FromBig(n)
		return u, nil
	case kindInt:
		n, err := integer(word)
		if err != nil {
			return nil, err
		}
		// Two's complement: -2^(size-1) fits, 2^(size-1) does not.
		bits := n.BitLen()
		if n.Sign() < 0 {
			bits = new(big.Int).Not(n).BitLen()
		}
		if bits >= t.size {
			return nil, fmt.Errorf("%s does not fit %s", word, t)
		}
		return n, nil
	case kindAddress:
		return ParseAddress(word)
	case kindBool:
		switch word {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
		return nil, fmt.Errorf("%q is neither true nor false", word)
	case kindBytes, kindFixedBytes:
		digits, ok := strings.CutPrefix(word, "0x")
		b, err := hex.DecodeString(digits)
		if !ok || err != nil {
			return nil, fmt.Errorf("%q is not bytes; write 0x and an even number of hexadecimal digits", word)
		}
		if t.kind == kindFixedBytes && len(b) != t.size {
			return nil, fmt.Errorf("%q is %d bytes long where %d are wanted", word, len(b), t.size)
		}
		return b, nil
	default:
		return nil, errors.New("the type is not known")
	}
}

func integer(word string) (*big.Int, error) {
	bad := fmt.Errorf("%q is not a whole number; write one such as 1000 or 0x3e8", word)
	digits, base := strings.TrimPrefix(word, "-"), 10
	if h, ok := strings.CutPrefix(digits, "0x"); ok {
		digits, base = h, 16
	}
	if digits == "" || len(digits) > maxDigits || digits[0] == '+' || digits[0] == '-' {
		return nil, bad
	}
	n, ok := new(big.Int).SetString(digits, base)
	if !ok {
		return nil, bad
	}
	if word[0] == '-' {
		n.Neg(n)
	}
	return n, nil
}

// format writes a value so that ParseLiteral reads it again; nested texts stand between quotes.
func (t Type) format(v any, nested bool) string {
	switch v := v.(type) {
	case *uint256.Int:
		return v.Dec()
	case *big.Int:
		return v.String()
	case Address:
		return v.Hex()
	case Hash:
		return v.Hex()
	case bool:
		return strconv.FormatBool(v)
	case []byte:
		return "0x" + hex.EncodeToString(v)
	case string:
		if nested || strings.HasPrefix(v, `"`) || !printable(v) {
			return strconv.Quote(v)
		}
		return v
	case []any:
		var b strings.Builder
		b.WriteByte(map[bool]byte{true: '(', false: '['}[t.kind == kindTuple])
		for i := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			switch {
			case t.kind == kindTuple && i < len(t.fields):
				b.WriteString(t.fields[i].Type.format(v[i], true))
			case t.elem != nil:
				b.WriteString(t.elem.format(v[i], true))
			}
		}
		b.WriteByte(map[bool]byte{true: ')', false: ']'}[t.kind == kindTuple])
		return b.String()
	default:
		return ""
	}
}

func printable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}
