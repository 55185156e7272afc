package contracts

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"

	"tocsin/fault"
)

func TestArtifactsAreOfTheCommittedSources(t *testing.T) {
	sources, err := filepath.Glob("src/*.sol")
	if err != nil || len(sources) == 0 {
		t.Fatalf("sources: %v, %v", sources, err)
	}
	files, err := artifacts.ReadDir("artifacts")
	if err != nil || len(files) == 0 {
		t.Fatalf("artefacts: %v, %v", files, err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".json")
		data, err := artifacts.ReadFile("artifacts/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
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

func TestEveryVaultHasTheInterfaceOthersRelyOn(t *testing.T) {
	for _, name := range []string{"Vault", "NotifyingVault", "LendingVault", "TreasuryVault", "PricedVault", "OperatedVault", "BridgeVault", "CouncilVault"} {
		t.Run(name, func(t *testing.T) {
			vault, err := Named(name)
			if err != nil {
				t.Fatal(err)
			}
			if len(vault.Bytecode) == 0 {
				t.Fatal("a contract without code")
			}
			v, err := abi.JSON(bytes.NewReader(vault.ABI))
			if err != nil {
				t.Fatal(err)
			}
			for event, sig := range map[string]string{
				"Deposit":  "event Deposit(address indexed caller, address indexed owner, uint256 assets, uint256 shares)",
				"Withdraw": "event Withdraw(address indexed caller, address indexed receiver, address indexed owner, uint256 assets, uint256 shares)",
				"Paused":   "event Paused(address account)",
				"Unpaused": "event Unpaused(address account)",
			} {
				if e, ok := v.Events[event]; !ok || e.String() != sig {
					t.Errorf("event %s is %q, want %q", event, e.String(), sig)
				}
			}
			for _, sig := range []string{
				"deposit(uint256,address)", "withdraw(uint256,address,address)", "totalAssets()", "totalSupply()", "balanceOf(address)",
				"approve(address,uint256)", "allowance(address,address)", "grantRole(bytes32,address)", "pause()", "unpause()", "paused()",
			} {
				found := false
				for _, m := range v.Methods {
					found = found || m.Sig == sig
				}
				if !found {
					t.Errorf("the vault has no %s", sig)
				}
			}
		})
	}
}

func TestAContractThatThereIsNotIsNotFound(t *testing.T) {
	if _, err := Named("../contract.go"); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v, want not found", err)
	}
}
