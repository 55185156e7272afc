package evm

import (
	"bytes"
	"fmt"

	"github.com/holiman/uint256"
)

// The selectors of the errors that every Solidity contract knows: Error(string) and Panic(uint256).
var (
	errorSelector = []byte{0x08, 0xc3, 0x79, 0xa0}
	panicSelector = []byte{0x4e, 0x48, 0x7b, 0x71}
)

// panics says what the compiler's own checks found, by code.
var panics = map[uint64]string{
	0x01: "an assertion failed",
	0x11: "an arithmetic operation overflowed",
	0x12: "a division by zero",
	0x21: "a number that is no value of the enum",
	0x22: "a storage array that is encoded wrongly",
	0x31: "a pop from an empty array",
	0x32: "an index beyond the end of an array",
	0x41: "more memory than there is",
	0x51: "a call of a function that was never set",
}

// RevertReason says why a call reverted, by the data that it reverted with: the contract's own sentence, the compiler's
// check, or one of the errors of the ABI with its values. It is empty if the data say nothing that can be read.
func (a ABI) RevertReason(data []byte) string {
	if len(data) < 4 {
		return ""
	}
	text := Param{Type: Type{kind: kindString}}
	code := Param{Type: Type{kind: kindUint, size: 256}}
	switch {
	case bytes.HasPrefix(data, errorSelector):
		if v, err := decodeParams([]Param{text}, data[4:]); err == nil {
			return text.Type.format(v[0], false)
		}
	case bytes.HasPrefix(data, panicSelector):
		if v, err := decodeParams([]Param{code}, data[4:]); err == nil {
			n, _ := v[0].(*uint256.Int)
			if say, ok := panics[n.Uint64()]; ok && n.IsUint64() {
				return say
			}
			return fmt.Sprintf("panic %s", n.Hex())
		}
	}
	for _, e := range a.Errors {
		if e.Selector() != [4]byte(data) {
			continue
		}
		if values, err := e.Decode(data); err == nil {
			return e.Name + "(" + FormatValues(values) + ")"
		}
	}
	return ""
}
