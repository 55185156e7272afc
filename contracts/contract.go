// Package contracts owns the compiled contracts of the example protocol: the token and the vault with its one deliberate
// flaw. The sources stand beside it in src; README.md says how to compile them and what the flaw is.
package contracts

import (
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

//go:embed artifacts/Token.json
var token []byte

//go:embed artifacts/Vault.json
var vault []byte

// Contract is a compiled contract.
type Contract struct {
	ABI      []byte // JSON array, as the compiler wrote it
	Bytecode []byte // creation code; the constructor's arguments follow it in a deployment
}

// Token returns the ERC-20: constructor (string name, string symbol), 18 decimals, mint(address,uint256) by the deployer.
func Token() (Contract, error) { return read("Token", token) }

// Vault returns the vault: constructor (address asset, address admin).
func Vault() (Contract, error) { return read("Vault", vault) }

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
