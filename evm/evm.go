// Package evm owns the values that chains consist of: addresses, hashes, headers, transactions, logs and receipts, their
// lean JSON and RLP, the roots that prove them, ABI values and EIP-712 hashing. It holds no client.
package evm

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// Address is a 20-byte account address; as text it carries the checksum of EIP-55.
type Address = common.Address

// Hash is a 32-byte hash; as text it is 0x and 64 hexadecimal digits.
type Hash = common.Hash

// ParseAddress reads an address: 0x and 40 hexadecimal digits. Mixed case must carry the checksum of EIP-55.
func ParseAddress(s string) (Address, error) {
	b, ok := strings.CutPrefix(s, "0x")
	if !ok || len(b) != 40 {
		return Address{}, fmt.Errorf("read address %q: write 0x and 40 hexadecimal digits", s)
	}
	raw, err := hex.DecodeString(b)
	if err != nil {
		return Address{}, fmt.Errorf("read address %q: write 0x and 40 hexadecimal digits", s)
	}
	a := Address(raw)
	if b != strings.ToLower(b) && b != strings.ToUpper(b) && a.Hex() != s {
		return Address{}, fmt.Errorf("read address %q: its checksum (EIP-55) is wrong, so at least one digit is; copy it again from where it comes from", s)
	}
	return a, nil
}

// Keccak is the hash of the chain: Keccak-256.
func Keccak(b []byte) Hash { return crypto.Keccak256Hash(b) }
