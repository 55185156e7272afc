package evm

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"
)

// TypedData is a message as wallets show and sign it (EIP-712), in the JSON form that eth_signTypedData_v4 takes. Values
// may be strings (as ParseLiteral reads them), booleans, json.Number, Go integers, *uint256.Int, *big.Int, Address, Hash or
// []byte; map[string]any for structs and []any for arrays. Every member must be there and nothing else.
type TypedData struct {
	Types       map[string][]Field `json:"types"` // with EIP712Domain among them
	PrimaryType string             `json:"primaryType"`
	Domain      map[string]any     `json:"domain"`
	Message     map[string]any     `json:"message"`
}

// Field is a member of a struct type.
type Field struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// domainType is the name of the struct type of the domain.
const domainType = "EIP712Domain"

// Hash is the digest that is signed.
func (d TypedData) Hash() (Hash, error) {
	if err := d.check(); err != nil {
		return Hash{}, fmt.Errorf("hash typed data: %w", err)
	}
	domain, err := d.structHash(domainType, d.Domain, 0)
	if err != nil {
		return Hash{}, fmt.Errorf("hash typed data: domain: %w", err)
	}
	message, err := d.structHash(d.PrimaryType, d.Message, 0)
	if err != nil {
		return Hash{}, fmt.Errorf("hash typed data: message: %w", err)
	}
	return crypto.Keccak256Hash([]byte{0x19, 0x01}, domain[:], message[:]), nil
}

// check refuses types whose names could be read in two ways.
func (d TypedData) check() error {
	for name, fields := range d.Types {
		if _, taken := elementary(name); taken || !identifier(name) {
			return fmt.Errorf("type %q: its name is no identifier, or is taken", name)
		}
		seen := map[string]bool{}
		for _, f := range fields {
			if !identifier(f.Name) || seen[f.Name] {
				return fmt.Errorf("type %s: member %q: its name is no identifier, or stands there twice", name, f.Name)
			}
			seen[f.Name] = true
			base, _, _ := strings.Cut(f.Type, "[")
			if _, ok := d.Types[base]; !ok {
				if _, ok := elementary(base); !ok {
					return fmt.Errorf("type %s: member %s: there is no type %q", name, f.Name, base)
				}
			}
		}
	}
	for _, name := range []string{domainType, d.PrimaryType} {
		if _, ok := d.Types[name]; !ok {
			return fmt.Errorf("type %q is not among the types", name)
		}
	}
	return nil
}

func identifier(s string) bool {
	p := parser{text: s}
	return s != "" && p.word() == s
}

// encodeType writes a struct type and, sorted, those it refers to.
func (d TypedData) encodeType(name string) string {
	seen := map[string]bool{}
	var visit func(string)
	visit = func(n string) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, f := range d.Types[n] {
			base, _, _ := strings.Cut(f.Type, "[")
			if _, ok := d.Types[base]; ok {
				visit(base)
			}
		}
	}
	visit(name)
	delete(seen, name)
	order := make([]string, 0, len(seen)+1)
	for n := range seen {
		order = append(order, n)
	}
	slices.Sort(order)
	var b strings.Builder
	for _, n := range append([]string{name}, order...) {
		b.WriteString(n + "(")
		for i, f := range d.Types[n] {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(f.Type + " " + f.Name)
		}
		b.WriteByte(')')
	}
	return b.String()
}

func (d TypedData) structHash(name string, values map[string]any, depth int) (Hash, error) {
	if depth > maxTypeDepth {
		return Hash{}, errors.New("its values stand too deep within each other")
	}
	fields := d.Types[name]
	if len(values) > len(fields) {
		for k := range values {
			if !slices.ContainsFunc(fields, func(f Field) bool { return f.Name == k }) {
				return Hash{}, fmt.Errorf("%q is no member of %s", k, name)
			}
		}
	}
	data := crypto.Keccak256([]byte(d.encodeType(name)))
	for _, f := range fields {
		v, ok := values[f.Name]
		if !ok {
			return Hash{}, fmt.Errorf("member %q of %s is missing", f.Name, name)
		}
		w, err := d.encode(f.Type, v, depth)
		if err != nil {
			return Hash{}, fmt.Errorf("member %q (%s): %w", f.Name, f.Type, err)
		}
		data = append(data, w...)
	}
	return crypto.Keccak256Hash(data), nil
}

// encode makes the word that stands for a value.
func (d TypedData) encode(typ string, v any, depth int) ([]byte, error) {
	if open := strings.LastIndexByte(typ, '['); open >= 0 && strings.HasSuffix(typ, "]") {
		return d.encodeList(typ[:open], typ[open+1:len(typ)-1], v, depth)
	}
	if _, ok := d.Types[typ]; ok {
		values, ok := v.(map[string]any)
		if !ok {
			return nil, errors.New("it is no object")
		}
		h, err := d.structHash(typ, values, depth+1)
		return h[:], err
	}
	t, ok := elementary(typ)
	if !ok {
		return nil, errors.New("there is no such type")
	}
	if t.kind == kindString {
		s, ok := v.(string)
		if !ok {
			return nil, errors.New("it is no text")
		}
		return crypto.Keccak256([]byte(s)), nil
	}
	text, err := literalText(v)
	if err != nil {
		return nil, err
	}
	g, err := t.ParseLiteral(text)
	if err != nil {
		return nil, err
	}
	if b, ok := g.([]byte); ok && t.kind == kindBytes {
		return crypto.Keccak256(b), nil
	}
	return t.appendValue(nil, g), nil
}

func (d TypedData) encodeList(elem, length string, v any, depth int) ([]byte, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, errors.New("it is no array")
	}
	if depth > maxTypeDepth {
		return nil, errors.New("its values stand too deep within each other")
	}
	if length != "" {
		if n, err := strconv.Atoi(length); err != nil || n != len(list) {
			return nil, fmt.Errorf("it has %d elements where %s are wanted", len(list), length)
		}
	}
	var data []byte
	for i, e := range list {
		w, err := d.encode(elem, e, depth+1)
		if err != nil {
			return nil, fmt.Errorf("element %d: %w", i+1, err)
		}
		data = append(data, w...)
	}
	return crypto.Keccak256(data), nil
}

// literalText writes a value so that ParseLiteral reads it.
func literalText(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case *uint256.Int: // its String is hexadecimal, and nil has none
		if v == nil {
			return "", errors.New("it is nil")
		}
		return v.Dec(), nil
	case fmt.Stringer: // json.Number, Address, Hash, *big.Int, hexutil.Bytes
		return v.String(), nil
	case []byte:
		return hexutil.Encode(v), nil
	case float64: // JSON read without UseNumber: exact as far as it is a whole number below 2^53
		if n := int64(v); float64(n) == v && n < 1<<53 && n > -1<<53 {
			return strconv.FormatInt(n, 10), nil
		}
		return "", errors.New("write large numbers as strings")
	case bool, int, int64, uint8, uint32, uint64:
		return fmt.Sprint(v), nil
	default:
		return "", fmt.Errorf("%T is no value", v)
	}
}
