package evm

import (
	"bytes"
	"encoding/binary"

	"github.com/holiman/uint256"
)

// The types of this file read the hexadecimal strings of the JSON-RPC interface where they lie. Each knows whether it was
// there at all: absent and null leave ok false. One that comes a second time fails, for then two readers may differ.

type hexHash struct {
	v  Hash
	ok bool
}

type hexAddress struct {
	v  Address
	ok bool
}

type hexBloom struct {
	v  [256]byte
	ok bool
}

type hexNonce struct {
	v  [8]byte
	ok bool
}

type hexUint64 struct {
	v  uint64
	ok bool
}

type hexUint256 struct {
	v  uint256.Int
	ok bool
}

type hexBytes struct {
	v  []byte
	ok bool
}

func (h *hexHash) read(s *scanner)    { s.fixed(h.v[:], &h.ok) }
func (h *hexAddress) read(s *scanner) { s.fixed(h.v[:], &h.ok) }
func (h *hexBloom) read(s *scanner)   { s.fixed(h.v[:], &h.ok) }
func (h *hexNonce) read(s *scanner)   { s.fixed(h.v[:], &h.ok) }

func (h *hexBytes) read(s *scanner, a *arena[byte]) {
	at, text := s.hex(&h.ok)
	if !h.ok {
		return
	}
	h.v = a.take(len(text) / 2)
	if len(text)%2 != 0 || !decodeHex(h.v, text) {
		s.fail(at, "not whole bytes of two hexadecimal digits each")
	}
}

func (h *hexUint64) read(s *scanner) {
	at, text := s.hex(&h.ok)
	if h.ok {
		h.v = s.quantity(at, text, 16)
	}
}

func (h *hexUint256) read(s *scanner) {
	at, text := s.hex(&h.ok)
	if !h.ok {
		return
	}
	for i := range h.v {
		n := max(len(text)-16, 0)
		if i == len(h.v)-1 {
			n = 0
		}
		if i == 0 || len(text) > 0 {
			h.v[i] = s.quantity(at, text[n:], 16)
		}
		text = text[:n]
	}
}

// pointer returns the value, nil if it was absent.
func (h *hexHash) pointer(a *arena[Hash]) *Hash          { return a.keep(h.v, h.ok) }
func (h *hexAddress) pointer(a *arena[Address]) *Address { return a.keep(h.v, h.ok) }
func (h *hexUint64) pointer(a *arena[uint64]) *uint64    { return a.keep(h.v, h.ok) }

func (h *hexUint256) pointer(a *arena[uint256.Int]) *uint256.Int { return a.keep(h.v, h.ok) }

// hex reads a string that begins with 0x, and returns the rest of it with its place. Null leaves ok false.
func (s *scanner) hex(ok *bool) (at int, text []byte) {
	if *ok {
		s.fail(s.at, "a second value of the same name")
	}
	*ok = false
	if s.null() {
		return s.at, nil
	}
	if s.peek() != '"' {
		s.expected("a string")
		return s.at, nil
	}
	at = s.at
	text = s.data[at+1:]
	end := bytes.IndexByte(text, '"') // what is not a digit, as an escape, is for those to find who read on
	if end < 2 || text[0] != '0' || text[1] != 'x' {
		s.fail(at, "%.20q is not a string that begins with 0x", text)
		return at, nil
	}
	s.at, *ok = at+end+2, true
	return at, text[2:end]
}

// fixed reads as many bytes as into has.
func (s *scanner) fixed(into []byte, ok *bool) {
	// The usual case in one look: the quotes stand where they must, and all between are digits.
	c := s.peek()
	if end := s.at + 2*len(into) + 3; c == '"' && !*ok && end < len(s.data) {
		t := s.data[s.at : end+1]
		if t[1] == '0' && t[2] == 'x' && t[len(t)-1] == '"' && decodeHex(into, t[3:len(t)-1]) {
			s.at, *ok = end+1, true
			return
		}
	}
	at, text := s.hex(ok)
	switch {
	case !*ok:
		clear(into)
	case len(text) != 2*len(into):
		s.fail(at, "%d hexadecimal digits where %d belong", len(text), 2*len(into))
	default:
		s.fail(at, "something that is not a hexadecimal digit")
	}
}

// quantity reads a number of at most so many digits. Some endpoints pad with zeros; that is forgiven.
func (s *scanner) quantity(at int, text []byte, most int) (v uint64) {
	if len(text) == 0 {
		s.fail(at, "a number without digits")
	}
	for len(text) > most && text[0] == '0' {
		text = text[1:]
	}
	if len(text) > most {
		s.fail(at, "a number too large to be one")
		return 0
	}
	for _, c := range text {
		d := digits[c]
		if d > 15 {
			s.fail(at, "%q is not a hexadecimal digit", c)
			return 0
		}
		v = v<<4 | uint64(d)
	}
	return v
}

// digits is the value of each hexadecimal digit, 255 for any other byte.
var digits = func() (t [256]byte) {
	for i := range t {
		switch c := byte(i); {
		case '0' <= c && c <= '9':
			t[i] = c - '0'
		case 'a' <= c && c <= 'f':
			t[i] = c - 'a' + 10
		case 'A' <= c && c <= 'F':
			t[i] = c - 'A' + 10
		default:
			t[i] = 255
		}
	}
	return t
}()

// decodeHex decodes text into as many bytes as into has, and reports whether all of it were digits.
func decodeHex(into, text []byte) bool {
	const ones = 0x0101010101010101
	text = text[:2*len(into)]
	var wrong uint64
	for len(into) >= 4 { // eight digits at once, the first in the lowest byte
		w := binary.LittleEndian.Uint64(text)
		letter := w >> 6 & ones              // 1 where it may be a letter
		n := w&(ones*0xf) + letter*9         // the digit's value, if it is one
		large := (n + ones*0x76) >> 7 & ones // 1 where that is above 9
		back := n + ones*'0' + large*('a'-'0'-10)
		wrong |= back ^ (w | letter<<5) | n&(ones*0xf0)
		n = (n<<4 | n>>8) & 0x00ff00ff00ff00ff
		n = (n | n>>8) & 0x0000ffff0000ffff
		binary.LittleEndian.PutUint32(into, uint32(n|n>>16))
		into, text = into[4:], text[8:]
	}
	var all byte
	for i := range into {
		hi, lo := digits[text[2*i]], digits[text[2*i+1]]
		all |= hi | lo
		into[i] = hi<<4 | lo
	}
	return wrong == 0 && all < 16
}
