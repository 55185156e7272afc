// Package vouch is a world for tests in which accounts are contracts that say which signatures are theirs (ERC-1271): honest ones, one
// that changes its mind, and all that a contract may do instead of answering.
package vouch

import (
	"encoding/hex"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"

	"tocsin/evm"
)

// The contracts. None looks at the signature: what it is does not matter to whoever asks.
const (
	Keeper  = "keeper"  // vouches for the one digest that it holds; whoever calls it with 32 bytes puts another in its place
	Yes     = "yes"     // vouches for everything
	Reverts = "reverts" // refuses to answer
	Rubbish = "rubbish" // answers a word that means nothing
	Short   = "short"   // answers the magic value and no whole word
	Silent  = "silent"  // answers nothing
	Burns   = "burns"   // never finds an end
	Invalid = "invalid" // ends with an invalid instruction
	Nobody  = "nobody"  // is an address without a contract
)

// yes is the code that answers the magic value of ERC-1271, left-aligned in a word:
// PUSH4 0x1626ba7e, PUSH1 224, SHL, PUSH1 0, MSTORE, PUSH1 32, PUSH1 0, RETURN.
const yes = "631626ba7e60e01b60005260206000f3"

// codes are the contracts in instructions.
var codes = map[string]string{
	// If 32 bytes came (CALLDATASIZE, PUSH1 32, EQ, PUSH1 22, JUMPI), SSTORE(0, CALLDATALOAD(0)) and STOP; if the digest asked for is the
	// one held (PUSH1 4, CALLDATALOAD, PUSH1 0, SLOAD, EQ, PUSH1 30, JUMPI), yes; else REVERT(0, 0).
	Keeper:  "36602014601657" + "60043560005414601e57" + "60006000fd" + "5b60003560005500" + "5b" + yes,
	Yes:     yes,
	Reverts: "60006000fd",
	Rubbish: "600160005260206000f3",
	Short:   strings.Replace(yes, "60206000f3", "60046000f3", 1),
	Silent:  "00",
	Burns:   "5b600056",
	Invalid: "fe",
	Nobody:  "",
}

// Address is where a contract stands.
func Address(name string) evm.Address {
	n := slices.Index(Names(), name)
	return evm.Address{0: 0x12, 1: 0x71, 19: byte(n + 1)}
}

// Names lists the contracts.
func Names() []string { return slices.Sorted(maps.Keys(codes)) }

// Alloc adds the contracts to the accounts with which a chain begins.
func Alloc(t testing.TB, alloc types.GenesisAlloc) types.GenesisAlloc {
	t.Helper()
	alloc = maps.Clone(alloc)
	if alloc == nil {
		alloc = types.GenesisAlloc{}
	}
	for name, text := range codes {
		code, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		if len(code) > 0 {
			alloc[Address(name)] = types.Account{Code: code, Balance: new(big.Int)}
		}
	}
	return alloc
}
