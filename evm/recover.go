package evm

import (
	"fmt"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"
)

// halfOrder is half the order of secp256k1; a larger s has a smaller twin that signs the same.
var halfOrder = uint256.MustFromHex("0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0")

// Recover tells which account signed a digest. The signature is r, s and v (65 bytes, v being 0, 1, 27 or 28) or the compact
// form of EIP-2098 (64 bytes). A signature with the larger of the two possible values of s is refused, so that nobody can
// make a second signature out of the first.
func Recover(digest Hash, signature []byte) (Address, error) {
	var sig [65]byte
	switch len(signature) {
	case 65:
		copy(sig[:], signature)
		if sig[64] >= 27 {
			sig[64] -= 27
		}
	case 64:
		copy(sig[:], signature)
		sig[64] = sig[32] >> 7
		sig[32] &= 0x7f
	default:
		return Address{}, fmt.Errorf("read signature: it is %d bytes long where 65 (or 64, compact) are wanted", len(signature))
	}
	if sig[64] > 1 {
		return Address{}, fmt.Errorf("read signature: its last byte is %d where 0, 1, 27 or 28 is wanted", signature[64])
	}
	if new(uint256.Int).SetBytes32(sig[32:64]).Gt(halfOrder) {
		return Address{}, fmt.Errorf("read signature: its s is the larger of two possible values, which anybody can make from the smaller; sign again")
	}
	key, err := crypto.SigToPub(digest[:], sig[:])
	if err != nil {
		return Address{}, fmt.Errorf("read signature: no key can have made it: %w", err)
	}
	return crypto.PubkeyToAddress(*key), nil
}
