package safe

import (
	"encoding/hex"

	"tocsin/evm"
)

// hash32 and address20 read constants of this package, which its tests hold to the published list; what cannot be read is zero.
func hash32(s string) evm.Hash {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 32 {
		return evm.Hash{}
	}
	return evm.Hash(b)
}

func address20(s string) evm.Address {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 20 {
		return evm.Address{}
	}
	return evm.Address(b)
}
