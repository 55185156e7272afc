package evm

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth bounds how deep values may be nested.
const maxDepth = 1000

// scanner reads JSON (RFC 8259) where it lies, without copying. What is wrong first is kept in err with its place, counted in
// bytes from 0; from then on there is nothing left to read, so that loops end.
//
//	for name, ok := s.object(); ok; name, ok = s.member() { … one value is read … }
//	for ok := s.array(); ok; ok = s.element() { … one value is read … }
type scanner struct {
	data []byte
	at   int
	err  error
}

// fail notes what is wrong at a place.
func (s *scanner) fail(at int, format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf("%w: at byte %d: %s", ErrShape, at, fmt.Sprintf(format, args...))
	}
	s.at = len(s.data)
}

// expected fails at the next thing, saying what should be there.
func (s *scanner) expected(what string) {
	if s.peek() == 0 && s.at >= len(s.data) {
		s.fail(s.at, "the text ends where %s should be", what)
		return
	}
	s.fail(s.at, "%q where %s should be", s.data[s.at:min(s.at+12, len(s.data))], what)
}

// peek passes over white space and returns the byte that follows; 0 at the end.
func (s *scanner) peek() byte {
	if s.at < len(s.data) && s.data[s.at] > ' ' {
		return s.data[s.at]
	}
	return s.peekOn()
}

func (s *scanner) peekOn() byte {
	for s.at < len(s.data) {
		switch c := s.data[s.at]; c {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return c
		}
	}
	return 0
}

// take passes over the next byte if it is c.
func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.at++
	return true
}

// object enters an object and returns the name of its first member.
func (s *scanner) object() (name []byte, ok bool) {
	switch {
	case !s.take('{'):
		s.expected("an object")
	case !s.take('}'):
		return s.name()
	}
	return nil, false
}

// member goes on to the next member of the object entered last.
func (s *scanner) member() (name []byte, ok bool) {
	switch {
	case s.take(','):
		return s.name()
	case !s.take('}'):
		s.expected("a comma or the object's end")
	}
	return nil, false
}

// name reads a member's name and the colon.
func (s *scanner) name() ([]byte, bool) {
	if s.peek() != '"' {
		s.expected("a name")
		return nil, false
	}
	name, escaped := s.text()
	if escaped {
		name, _ = jsontext.AppendUnquote(nil, s.data[s.at-len(name)-2:s.at])
	}
	if !s.take(':') {
		s.expected("a colon")
		return nil, false
	}
	return name, true
}

// array enters an array and reports whether it holds anything.
func (s *scanner) array() bool {
	if !s.take('[') {
		s.expected("an array")
		return false
	}
	return !s.take(']') && s.err == nil
}

// element goes on to the next element of the array entered last.
func (s *scanner) element() bool {
	if s.take(',') {
		return true
	}
	if !s.take(']') {
		s.expected("a comma or the array's end")
	}
	return false
}

// null passes over a null, and reports whether it was there.
func (s *scanner) null() bool {
	if s.peek() != 'n' {
		return false
	}
	s.word("null")
	return true
}

func (s *scanner) word(w string) {
	if end := s.at + len(w); end > len(s.data) || string(s.data[s.at:end]) != w {
		s.expected(w)
		return
	}
	s.at += len(w)
}

// end fails if anything is left.
func (s *scanner) end() error {
	if s.peek(); s.at < len(s.data) {
		s.fail(s.at, "the text goes on after its end")
	}
	return s.err
}

// text reads a string and returns what stands between its quotes, escapes as they are.
func (s *scanner) text() (raw []byte, escaped bool) {
	start := s.at + 1
	for i := start; i < len(s.data); {
		if i+8 <= len(s.data) {
			n := plainBytes(binary.LittleEndian.Uint64(s.data[i:]))
			if i += n; n == 8 {
				continue
			}
		}
		switch c := s.data[i]; {
		case c == '"':
			s.at = i + 1
			return s.data[start:i], escaped
		case c == '\\':
			n := escapeLen(s.data[i:])
			if n == 0 {
				s.fail(i, "no escape of a string begins like this")
				return nil, false
			}
			escaped = true
			i += n
		case c < ' ':
			s.fail(i, "a control character within a string")
			return nil, false
		default:
			i++
		}
	}
	s.fail(len(s.data), "the text ends within a string")
	return nil, false
}

// plainBytes counts how many of eight bytes, from the lowest, are neither a quote nor a backslash nor a control character.
func plainBytes(w uint64) int {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	quote, slash := w^(ones*'"'), w^(ones*'\\')
	special := ((w-ones*' ')&^w | (quote-ones)&^quote | (slash-ones)&^slash) & tops
	return bits.TrailingZeros64(special) / 8
}

// escapeLen is how long the escape is that b begins with; 0 if it is none.
func escapeLen(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(b) >= 6 && digits[b[2]]|digits[b[3]]|digits[b[4]]|digits[b[5]] < 16 {
			return 6
		}
	}
	return 0
}

// skip passes over one value of any kind.
func (s *scanner) skip() { s.skipWithin(maxDepth) }

func (s *scanner) skipWithin(depth int) {
	switch c := s.peek(); {
	case c == '"':
		s.text()
	case c == 't':
		s.word("true")
	case c == 'f':
		s.word("false")
	case c == 'n':
		s.word("null")
	case c == '-' || '0' <= c && c <= '9':
		s.number()
	case (c == '{' || c == '[') && depth == 0:
		s.fail(s.at, "nested deeper than %d", maxDepth)
	case c == '{':
		for _, ok := s.object(); ok; _, ok = s.member() {
			s.skipWithin(depth - 1)
		}
	case c == '[':
		for ok := s.array(); ok; ok = s.element() {
			s.skipWithin(depth - 1)
		}
	default:
		s.expected("a value")
	}
}

// number passes over a number.
func (s *scanner) number() {
	if s.at < len(s.data) && s.data[s.at] == '-' {
		s.at++
	}
	if s.at < len(s.data) && s.data[s.at] == '0' {
		s.at++
	} else {
		s.decimals()
	}
	if s.at < len(s.data) && s.data[s.at] == '.' {
		s.at++
		s.decimals()
	}
	if s.at < len(s.data) && s.data[s.at]|0x20 == 'e' {
		if s.at++; s.at < len(s.data) && (s.data[s.at] == '+' || s.data[s.at] == '-') {
			s.at++
		}
		s.decimals()
	}
}

func (s *scanner) decimals() {
	start := s.at
	for s.at < len(s.data) && '0' <= s.data[s.at] && s.data[s.at] <= '9' {
		s.at++
	}
	if s.at == start {
		s.fail(s.at, "a number without a digit")
	}
}
