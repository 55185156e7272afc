// Package contracts owns the compiled contracts of the exercises: the example protocol's token and vault, and the other vaults,
// each with one deliberate flaw and the vault's interface. The sources stand beside it in src; README.md says how to compile them
// and what the flaws are.
package contracts

import (
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"tocsin/fault"
)

//go:embed artifacts/*.json
var artifacts embed.FS

// Contract is a compiled contract.
type Contract struct {
	ABI      []byte // JSON array, as the compiler wrote it
	Bytecode []byte // creation code; the constructor's arguments follow it in a deployment
}

// Token returns the ERC-20: constructor (string name, string symbol), 18 decimals, mint(address,uint256) by the deployer.
func Token() (Contract, error) { return Named("Token") }

// Vault returns the vault: constructor (address asset, address admin).
func Vault() (Contract, error) { return Named("Vault") }

// Named returns the contract of that name in src, such as "PricedVault"; the source says what its constructor takes. A name that
// there is not is not_found.
func Named(name string) (Contract, error) {
	data, err := artifacts.ReadFile("artifacts/" + name + ".json")
	if err != nil {
		return Contract{}, fault.New(fault.NotFound, "There is no contract %q among the exercises' own.", name).Because(err)
	}
	return read(name, data)
}

// artifact is the committed form of a contract.
type artifact struct {
	Contract string            `json:"contract"`
	Compiler string            `json:"compiler"`
	Inputs   map[string]string `json:"inputs"` // file in this folder → SHA-256 in hexadecimal
	ABI      json.RawMessage   `json:"abi"`
	Bytecode string            `json:"bytecode"`
}

func read(name string, data []byte) (Contract, error) {
	var a artifact
	if err := json.Unmarshal(data, &a); err != nil {
		return Contract{}, fmt.Errorf("read artefact of contract %s: %w", name, err)
	}
	code, err := hex.DecodeString(strings.TrimPrefix(a.Bytecode, "0x"))
	if err != nil {
		return Contract{}, fmt.Errorf("read bytecode of contract %s: %w", name, err)
	}
	return Contract{ABI: a.ABI, Bytecode: code}, nil
}
