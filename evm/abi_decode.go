package evm

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/holiman/uint256"
)

// Value is a decoded value with its place in a signature.
type Value struct {
	Name string // as the signature names it; empty if it does not
	Type string // canonical
	Text string // printable; ParseLiteral reads it again
	// Go is *uint256.Int for uintN, *big.Int for intN, Address, bool, []byte for bytes and bytesN, string, or []any for
	// arrays and tuples; Hash where only the hash of the value stands in an event's topic.
	Go any
}

// maxOverlap is how many times over calldata may be read through overlapping offsets. Compilers write none that overlap;
// without a bound a few bytes could unfold into gigabytes.
const maxOverlap = 4

// FormatValues writes values as people read them: "assets: 5, receiver: 0x…".
func FormatValues(values []Value) string {
	var b strings.Builder
	for i, v := range values {
		if i > 0 {
			b.WriteString(", ")
		}
		if v.Name != "" {
			b.WriteString(v.Name + ": ")
		}
		b.WriteString(v.Text)
	}
	return b.String()
}

// DecodeCall decodes the arguments of calldata, which begin with the selector.
func (m Method) DecodeCall(data []byte) ([]Value, error) {
	selector := m.Selector()
	rest, ok := bytes.CutPrefix(data, selector[:])
	if !ok {
		return nil, fmt.Errorf("decode call of %s: the data do not begin with its selector 0x%x", m.Signature(), selector)
	}
	values, err := decodeParams(m.Inputs, rest)
	if err != nil {
		return nil, fmt.Errorf("decode call of %s: %w", m.Signature(), err)
	}
	return label(m.Inputs, values), nil
}

// DecodeResult decodes what a call answered.
func (m Method) DecodeResult(data []byte) ([]Value, error) {
	if len(data) == 0 && len(m.Outputs) > 0 {
		return nil, fmt.Errorf("decode result of %s: the answer is empty, so there is no contract at the address or no such function in it", m.Signature())
	}
	values, err := decodeParams(m.Outputs, data)
	if err != nil {
		return nil, fmt.Errorf("decode result of %s: %w", m.Signature(), err)
	}
	return label(m.Outputs, values), nil
}

// Decode decodes the parameters of a log, in the order of the declaration.
func (e Event) Decode(l Log) ([]Value, error) {
	values, err := e.Values(l)
	if err != nil {
		return nil, err
	}
	return label(e.Inputs, values), nil
}

// Values is Decode without names and texts: the Go values alone, for those who read many.
func (e Event) Values(l Log) ([]any, error) {
	topics := l.Topics
	if !e.Anonymous {
		if len(topics) == 0 || topics[0] != e.Topic() {
			return nil, fmt.Errorf("decode event %s: the log is of another event", e.Signature())
		}
		topics = topics[1:]
	}
	indexed := e.IndexedCount()
	if indexed != len(topics) {
		return nil, fmt.Errorf("decode event %s: the log has %s where %d are wanted; the declaration may name others as indexed", e.Signature(), count(len(topics), "indexed value"), indexed)
	}
	values := make([]any, len(e.Inputs))
	data := newDecoder(l.Data)
	at, plain := 0, 0 // head and number of the next value that is not indexed
	for i := range e.Inputs {
		in := &e.Inputs[i]
		var err error
		switch {
		case !in.Indexed:
			plain++
			if values[i], err = data.value(in.Type, l.Data, at); err != nil {
				return nil, fmt.Errorf("decode event %s: value %d (%s): %w", e.Signature(), plain, in.Type, err)
			}
			at += in.Type.words() * 32
			continue
		case in.Type.dynamic() || in.Type.kind == kindArray || in.Type.kind == kindTuple:
			values[i] = topics[0]
		default:
			if values[i], err = in.Type.word(topics[0][:]); err != nil {
				return nil, fmt.Errorf("decode event %s: parameter %d: %w", e.Signature(), i+1, err)
			}
		}
		topics = topics[1:]
	}
	return values, nil
}

// Decode decodes the parameters of revert data, which begin with the selector.
func (e CustomError) Decode(data []byte) ([]Value, error) {
	return Method{Name: e.Name, Inputs: e.Inputs}.DecodeCall(data)
}

func label(params []Param, values []any) []Value {
	list := make([]Value, len(params))
	for i, p := range params {
		list[i] = Value{Name: p.Name, Type: p.Type.String(), Text: p.Type.format(values[i], false), Go: values[i]}
	}
	return list
}

// decoder counts the words it reads, so that overlapping offsets end.
type decoder struct{ left int }

func newDecoder(data []byte) decoder { return decoder{left: maxOverlap * (len(data)/32 + 1)} }

func decodeParams(params []Param, data []byte) ([]any, error) {
	d := newDecoder(data)
	return d.params(params, data)
}

var (
	errShort   = errors.New("the data are too short")
	errOverlap = errors.New("the offsets overlap too much")
)

func (d *decoder) params(params []Param, base []byte) ([]any, error) {
	values := make([]any, len(params))
	at := 0
	for i, p := range params {
		var err error
		if values[i], err = d.value(p.Type, base, at); err != nil {
			return nil, fmt.Errorf("value %d (%s): %w", i+1, p.Type, err)
		}
		at += p.Type.words() * 32
	}
	return values, nil
}

// value decodes the value whose head stands at a position of base.
func (d *decoder) value(t Type, base []byte, at int) (any, error) {
	if t.dynamic() {
		off, err := length(base, at)
		if err != nil {
			return nil, err
		}
		return d.body(t, base[off:])
	}
	if at > len(base) {
		return nil, errShort
	}
	if t.kind == kindArray || t.kind == kindTuple {
		return d.body(t, base[at:])
	}
	if len(base)-at < 32 {
		return nil, errShort
	}
	if d.left--; d.left < 0 {
		return nil, errOverlap
	}
	return t.word(base[at : at+32])
}

// body decodes a value of several words that begins at b.
func (d *decoder) body(t Type, b []byte) (any, error) {
	switch t.kind {
	case kindTuple:
		return d.params(t.fields, b)
	case kindArray:
		return d.list(*t.elem, t.size, b)
	}
	n, err := length(b, 0)
	if err != nil {
		return nil, err
	}
	b = b[32:]
	if d.left--; d.left < 0 {
		return nil, errOverlap
	}
	if t.kind == kindSlice {
		return d.list(*t.elem, n, b)
	}
	if n > len(b) {
		return nil, errShort
	}
	if d.left -= n / 32; d.left < 0 {
		return nil, errOverlap
	}
	if t.kind == kindString {
		return string(b[:n]), nil
	}
	return bytes.Clone(b[:n:n]), nil
}

func (d *decoder) list(elem Type, n int, base []byte) (any, error) {
	step := elem.words() * 32
	if n > len(base)/step {
		return nil, errShort
	}
	values := make([]any, n)
	for i := range values {
		var err error
		if values[i], err = d.value(elem, base, i*step); err != nil {
			return nil, fmt.Errorf("element %d: %w", i+1, err)
		}
	}
	return values, nil
}

// length reads an offset or a length, which never exceeds the data it stands in.
func length(b []byte, at int) (int, error) {
	if at > len(b) || len(b)-at < 32 {
		return 0, errShort
	}
	n := new(uint256.Int).SetBytes32(b[at : at+32])
	if !n.IsUint64() || n.Uint64() > uint64(len(b)) {
		return 0, errors.New("an offset or a length leads beyond the data")
	}
	return int(n.Uint64()), nil
}

// word decodes one word of 32 bytes, strictly: what does not fit the type was not meant as one.
func (t Type) word(w []byte) (any, error) {
	misfit := func() (any, error) { return nil, fmt.Errorf("0x%x is no %s", w, t) }
	switch t.kind {
	case kindUint:
		n := new(uint256.Int).SetBytes32(w)
		if n.BitLen() > t.size {
			return misfit()
		}
		return n, nil
	case kindInt:
		n := new(big.Int).SetBytes(w)
		if w[0] >= 0x80 {
			n.Sub(n, new(big.Int).Lsh(big.NewInt(1), 256))
		}
		bits := n.BitLen()
		if n.Sign() < 0 {
			bits = new(big.Int).Not(n).BitLen()
		}
		if bits >= t.size {
			return misfit()
		}
		return n, nil
	case kindAddress:
		if !zero(w[:12]) {
			return misfit()
		}
		return Address(w[12:]), nil
	case kindBool:
		if !zero(w[:31]) || w[31] > 1 {
			return misfit()
		}
		return w[31] == 1, nil
	case kindFixedBytes:
		if !zero(w[t.size:]) {
			return misfit()
		}
		return bytes.Clone(w[:t.size]), nil
	default:
		return misfit()
	}
}

func zero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
