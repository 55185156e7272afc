package evm

import (
	"encoding/hex"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/holiman/uint256"
)

// The types of this file read the hexadecimal strings of the JSON-RPC interface without going through Go strings. Each
// knows whether it was there at all: absent and null leave ok false.

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

func (h *hexHash) UnmarshalJSONFrom(d *jsontext.Decoder) (err error) {
	h.ok, err = readFixed(d, h.v[:])
	return err
}

func (h *hexAddress) UnmarshalJSONFrom(d *jsontext.Decoder) (err error) {
	h.ok, err = readFixed(d, h.v[:])
	return err
}

func (h *hexBloom) UnmarshalJSONFrom(d *jsontext.Decoder) (err error) {
	h.ok, err = readFixed(d, h.v[:])
	return err
}

func (h *hexNonce) UnmarshalJSONFrom(d *jsontext.Decoder) (err error) {
	h.ok, err = readFixed(d, h.v[:])
	return err
}

func (h *hexBytes) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	digits, ok, err := readDigits(d)
	if err != nil || !ok {
		return err
	}
	h.v = make([]byte, len(digits)/2)
	if _, err := hex.Decode(h.v, digits); err != nil {
		return fmt.Errorf("read bytes: %w", err)
	}
	h.ok = true
	return nil
}

func (h *hexUint64) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	var b [8]byte
	ok, err := readQuantity(d, b[:])
	if err != nil || !ok {
		return err
	}
	for _, x := range b {
		h.v = h.v<<8 | uint64(x)
	}
	h.ok = true
	return nil
}

func (h *hexUint256) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	var b [32]byte
	ok, err := readQuantity(d, b[:])
	if err != nil || !ok {
		return err
	}
	h.v.SetBytes32(b[:])
	h.ok = true
	return nil
}

// pointer returns the value, nil if it was absent.
func (h *hexHash) pointer() *Hash {
	if !h.ok {
		return nil
	}
	return new(h.v)
}

func (h *hexAddress) pointer() *Address {
	if !h.ok {
		return nil
	}
	return new(h.v)
}

func (h *hexUint64) pointer() *uint64 {
	if !h.ok {
		return nil
	}
	return new(h.v)
}

func (h *hexUint256) pointer() *uint256.Int {
	if !h.ok {
		return nil
	}
	return new(h.v)
}

// readDigits returns the digits after 0x, valid until the decoder reads on; ok is false for null.
func readDigits(d *jsontext.Decoder) (digits []byte, ok bool, err error) {
	v, err := d.ReadValue()
	if err != nil {
		return nil, false, err
	}
	switch {
	case v.Kind() == 'n':
		return nil, false, nil
	case v.Kind() != '"' || len(v) < 4 || v[1] != '0' || v[2] != 'x':
		return nil, false, fmt.Errorf("%.20s is not a string that begins with 0x", v)
	}
	return v[3 : len(v)-1], true, nil
}

func readFixed(d *jsontext.Decoder, into []byte) (bool, error) {
	digits, ok, err := readDigits(d)
	if err != nil || !ok {
		return false, err
	}
	if len(digits) != 2*len(into) {
		return false, fmt.Errorf("%d hexadecimal digits where %d belong", len(digits), 2*len(into))
	}
	if _, err := hex.Decode(into, digits); err != nil {
		return false, fmt.Errorf("read %d bytes: %w", len(into), err)
	}
	return true, nil
}

// readQuantity reads a number, right-aligned. Some endpoints pad with zeros; that is forgiven.
func readQuantity(d *jsontext.Decoder, into []byte) (bool, error) {
	digits, ok, err := readDigits(d)
	if err != nil || !ok {
		return false, err
	}
	if len(digits) == 0 {
		return false, fmt.Errorf("a number without digits")
	}
	for len(digits) > 2*len(into) && digits[0] == '0' {
		digits = digits[1:]
	}
	if len(digits) > 2*len(into) {
		return false, fmt.Errorf("a number of %d hexadecimal digits where at most %d fit", len(digits), 2*len(into))
	}
	at := 2*len(into) - len(digits) // in digits
	for i, c := range digits {
		n, ok := nibble(c)
		if !ok {
			return false, fmt.Errorf("%q is not a hexadecimal digit", c)
		}
		if p := at + i; p%2 == 0 {
			into[p/2] |= n << 4
		} else {
			into[p/2] |= n
		}
	}
	return true, nil
}

func nibble(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
