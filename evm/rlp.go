package evm

import (
	"math/bits"
	"slices"

	"github.com/holiman/uint256"
)

// The functions of this file append values in the encoding of the chain (RLP) to b. A list is written by appending its
// items and calling endList with where the first began.

func appendRLPBytes(b, v []byte) []byte {
	if len(v) == 1 && v[0] < 0x80 {
		return append(b, v[0])
	}
	return append(appendRLPHead(b, 0x80, len(v)), v...)
}

func appendRLPUint(b []byte, v uint64) []byte {
	if v == 0 {
		return append(b, 0x80)
	}
	if v < 0x80 {
		return append(b, byte(v))
	}
	n := (bits.Len64(v) + 7) / 8
	return appendBigEndian(append(b, 0x80+byte(n)), v, n)
}

func appendRLPInt(b []byte, v *uint256.Int) []byte {
	if v.IsUint64() {
		return appendRLPUint(b, v.Uint64())
	}
	word := v.Bytes32()
	return appendRLPBytes(b, word[32-v.ByteLen():])
}

// appendRLPAddress writes nil as the empty string: what creates a contract has no recipient.
func appendRLPAddress(b []byte, a *Address) []byte {
	if a == nil {
		return append(b, 0x80)
	}
	return appendRLPBytes(b, a[:])
}

// appendRLPWords writes a list of words of 32 bytes.
func appendRLPWords(b []byte, words []Hash) []byte {
	b = slices.Grow(b, 33*len(words)+9)
	start := len(b)
	for i := range words {
		b = appendRLPBytes(b, words[i][:])
	}
	return endList(b, start)
}

// endList makes a list of what b holds from start on.
func endList(b []byte, start int) []byte {
	n := len(b) - start
	var room [9]byte
	head := appendRLPHead(room[:0], 0xc0, n)
	b = append(b, head...)
	copy(b[start+len(head):], b[start:start+n])
	copy(b[start:], head)
	return b
}

// appendRLPHead writes what comes before a string (kind 0x80) or a list (0xc0) of n bytes.
func appendRLPHead(b []byte, kind byte, n int) []byte {
	if n < 56 {
		return append(b, kind+byte(n))
	}
	size := (bits.Len(uint(n)) + 7) / 8
	return appendBigEndian(append(b, kind+55+byte(size)), uint64(n), size)
}

func appendBigEndian(b []byte, v uint64, n int) []byte {
	for i := n - 1; i >= 0; i-- {
		b = append(b, byte(v>>(8*i)))
	}
	return b
}
