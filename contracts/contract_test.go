package contracts

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
)

func TestArtifactsAreOfTheCommittedSources(t *testing.T) {
	sources, err := filepath.Glob("src/*.sol")
	if err != nil || len(sources) == 0 {
		t.Fatalf("sources: %v, %v", sources, err)
	}
	for name, data := range map[string][]byte{"Token": token, "Vault": vault} {
		var a artifact
		if err := json.Unmarshal(data, &a); err != nil {
			t.Fatal(err)
		}
		if a.Contract != name {
			t.Errorf("artifacts/%s.json is of contract %q", name, a.Contract)
		}
		for _, want := range append(sources, "build.mjs", "package-lock.json") {
			if a.Inputs[filepath.ToSlash(want)] == "" {
				t.Errorf("artifacts/%s.json does not record %s; run npm ci && npm run build", name, want)
			}
		}
		for file, recorded := range a.Inputs {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Errorf("artifacts/%s.json was made from %s: %v", name, file, err)
				continue
			}
			if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != recorded {
				t.Errorf("%s has changed since artifacts/%s.json was made; run npm ci && npm run build", file, name)
			}
		}
	}
}

func TestContractsHaveTheInterfaceOthersRelyOn(t *testing.T) {
	token, err := Token()
	if err != nil {
		t.Fatal(err)
	}
	vault, err := Vault()
	if err != nil {
		t.Fatal(err)
	}
	if len(token.Bytecode) == 0 || len(vault.Bytecode) == 0 {
		t.Fatal("a contract without code")
	}
	v, err := abi.JSON(bytes.NewReader(vault.ABI))
	if err != nil {
		t.Fatal(err)
	}
	for name, sig := range map[string]string{
		"Deposit":  "event Deposit(address indexed caller, address indexed owner, uint256 assets, uint256 shares)",
		"Withdraw": "event Withdraw(address indexed caller, address indexed receiver, address indexed owner, uint256 assets, uint256 shares)",
		"Paused":   "event Paused(address account)",
		"Unpaused": "event Unpaused(address account)",
	} {
		if e, ok := v.Events[name]; !ok || e.String() != sig {
			t.Errorf("event %s is %q, want %q", name, e.String(), sig)
		}
	}
	for _, sig := range []string{"deposit(uint256,address)", "withdraw(uint256,address,address)", "totalAssets()", "balanceOf(address)", "pause()", "unpause()", "paused()"} {
		found := false
		for _, m := range v.Methods {
			found = found || m.Sig == sig
		}
		if !found {
			t.Errorf("the vault has no %s", sig)
		}
	}
}
