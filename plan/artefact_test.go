package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// artefact is what a compiler wrote of a contract of the example protocol, in the form in which another tool writes it.
func artefact(t *testing.T, contract, tool string) []byte {
	t.Helper()
	b, err := os.ReadFile("../contracts/artifacts/" + contract + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var solc struct {
		ABI      json.RawMessage `json:"abi"`
		Bytecode string          `json:"bytecode"`
	}
	if err := json.Unmarshal(b, &solc); err != nil {
		t.Fatal(err)
	}
	made := map[string]any{
		"abi": solc.ABI, "bytecode": map[string]any{"object": solc.Bytecode, "sourceMap": "", "linkReferences": map[string]any{}},
		"deployedBytecode": map[string]any{"object": solc.Bytecode}, "methodIdentifiers": map[string]any{"pause()": "8456cb59"}, "id": 7,
	}
	if tool == "hardhat" {
		made = map[string]any{
			"_format": "hh-sol-artifact-1", "contractName": contract, "sourceName": "contracts/" + contract + ".sol",
			"abi": solc.ABI, "bytecode": solc.Bytecode, "deployedBytecode": solc.Bytecode, "linkReferences": map[string]any{},
		}
	}
	b, err = json.MarshalIndent(made, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func assetIn(folder, contracts string) []byte {
	return []byte(head + "chains: [{id: 1, name: M}]\nassets:\n  - id: v\n    name: V\n    kind: contract\n    chain: 1\n    abi_file: " + folder + "\n    contracts: " + contracts + "\n")
}

func TestFolderOfArtefacts(t *testing.T) {
	for name, c := range map[string]struct {
		plan  []byte
		files Stored
		reads []string
	}{
		"foundry": {assetIn("out", "[Vault]"), Stored{
			"out/Vault.sol/Vault.json": artefact(t, "Vault", "foundry"), "out/Token.sol/Token.json": artefact(t, "Token", "foundry"),
			"out/build-info/Vault.json": []byte(`{"input": {}}`), "out/cache/solidity-files-cache.json": []byte(`{}`),
		}, []string{"out/Vault.sol/Vault.json"}},
		"hardhat": {assetIn("artifacts", "[Vault, Token]"), Stored{
			"artifacts/contracts/Vault.sol/Vault.json": artefact(t, "Vault", "hardhat"), "artifacts/contracts/Vault.sol/Vault.dbg.json": []byte(`{"buildInfo": "x"}`),
			"artifacts/contracts/Token.sol/Token.json": artefact(t, "Token", "hardhat"), "artifacts/build-info/1.json": []byte(`{}`),
		}, []string{"artifacts/contracts/Token.sol/Token.json", "artifacts/contracts/Vault.sol/Vault.json"}},
		"one of two by its path": {assetIn("out", "[old/Vault.sol/Vault.json]"), Stored{
			"out/Vault.sol/Vault.json": artefact(t, "Vault", "foundry"), "out/old/Vault.sol/Vault.json": artefact(t, "Vault", "foundry"),
		}, []string{"out/old/Vault.sol/Vault.json"}},
		"far down": {assetIn("abi/of/vault", "[Vault]"), Stored{"abi/of/vault/Vault.json": []byte(`[{"type": "function", "name": "pause"}]`)}, []string{"abi/of/vault/Vault.json"}},
	} {
		t.Run(name, func(t *testing.T) {
			folder := c.files
			folder["plan.yaml"] = c.plan
			p, src, err := Load(folder)
			if err != nil {
				t.Fatal(err)
			}
			var read []string
			for file, b := range src.Files {
				if file == "plan.yaml" {
					continue
				}
				read = append(read, file)
				if !bytes.HasPrefix(b, []byte("[{")) || bytes.Contains(b, []byte("bytecode")) || bytes.Contains(b, []byte("\n")) {
					t.Errorf("%s keeps more than the ABI: %.80s", file, b)
				}
			}
			slices.Sort(read)
			if !slices.Equal(read, c.reads) || len(p.Attachments) != len(c.reads) {
				t.Errorf("read %v, covered %v", read, p.Attachments)
			}
			again, _, err := Load(Stored(src.Files))
			if err != nil || again.Hash() != p.Hash() {
				t.Errorf("loaded again from what is stored: %v", err)
			}
		})
	}
}

// A contract compiled again with other settings is the same to the plan; one with another function is not.
func TestHashCoversTheABIAlone(t *testing.T) {
	hash := func(b []byte) string {
		p, _, err := Load(Stored{"plan.yaml": assetIn("out", "[Vault]"), "out/Vault.sol/Vault.json": b})
		if err != nil {
			t.Fatal(err)
		}
		return p.Hash().Hex()
	}
	made := artefact(t, "Vault", "foundry")
	other := bytes.Replace(made, []byte(`"id": 7`), []byte(`"id": 8`), 1)
	changed := bytes.Replace(made, []byte(`"name": "pause"`), []byte(`"name": "halt"`), 1)
	if bytes.Equal(made, other) || bytes.Equal(made, changed) {
		t.Fatal("nothing was changed")
	}
	if hash(made) != hash(other) {
		t.Error("what is not the ABI changes the plan")
	}
	if hash(made) == hash(changed) {
		t.Error("another ABI is the same plan")
	}
}

func TestFolderOfArtefactsRefused(t *testing.T) {
	vault := artefact(t, "Vault", "foundry")
	for name, c := range map[string]struct {
		plan   []byte
		files  Stored
		line   int
		column int
		say    string
	}{
		"two of a name":         {assetIn("out", "[Vault]"), Stored{"out/Vault.sol/Vault.json": vault, "out/old/Vault.sol/Vault.json": vault}, 11, 17, `2 files hold a contract "Vault": out/Vault.sol/Vault.json, out/old/Vault.sol/Vault.json (write the path of the one that is meant: Vault.sol/Vault.json)`},
		"none":                  {assetIn("out", "[Vaults]"), Stored{"out/Vault.sol/Vault.json": vault}, 11, 17, `no file in "out" holds the contract "Vaults" (did you mean "Vault"?)`},
		"twice":                 {assetIn("out", "[Vault, Vault]"), Stored{"out/Vault.sol/Vault.json": vault}, 11, 24, `"Vault" stands twice`},
		"no contracts":          {bytes.Replace(assetIn("out", "x"), []byte("    contracts: x\n"), nil, 1), Stored{"out/Vault.sol/Vault.json": vault}, 10, 15, `"out" is a folder, and the asset does not say which contracts in it are meant`},
		"contracts of a file":   {assetIn("v.json", "[Vault]"), Stored{"v.json": vault}, 11, 16, "contracts are named of a folder of build artefacts"},
		"contracts of nothing":  {bytes.Replace(assetIn("x", "[Vault]"), []byte("    abi_file: x\n"), nil, 1), nil, 10, 16, "contracts are named of a folder of build artefacts"},
		"no ABI":                {assetIn("out", "[Vault]"), Stored{"out/Vault.json": []byte(`{"bytecode": "0x"}`)}, 11, 17, `"out/Vault.json" holds no ABI`},
		"no JSON":               {assetIn("out", "[Vault]"), Stored{"out/Vault.json": []byte("{")}, 11, 17, `"out/Vault.json" holds no ABI`},
		"too large":             {assetIn("out", "[Vault]"), Stored{"out/Vault.json": make([]byte, maxArtefact+1)}, 11, 17, `"out/Vault.json" is larger than 32 MiB`},
		"a way out":             {assetIn("out", "[../secret.json]"), Stored{"out/Vault.json": vault, "secret.json": vault}, 11, 17, `no file in "out" holds the contract "../secret.json"`},
		"too many contracts":    {assetIn("out", "["+strings.Repeat("A, ", maxContracts)+"B]"), Stored{"out/A.json": vault}, 11, 16, "there are more than 32 contracts"},
		"only of build-info":    {assetIn("out", "[Vault]"), Stored{"out/build-info/Vault.json": vault}, 11, 17, `no file in "out" holds the contract "Vault"`},
		"a folder that is none": {assetIn("nowhere", "[Vault]"), nil, 10, 15, `there is no file "nowhere" in the plan folder`},
	} {
		t.Run(name, func(t *testing.T) {
			folder := Stored{"plan.yaml": c.plan}
			for file, b := range c.files {
				folder[file] = b
			}
			_, _, err := Load(folder)
			var problems Problems
			if !errors.As(err, &problems) || len(problems) != 1 {
				t.Fatalf("Load answers %v", err)
			}
			p := problems[0]
			if got := fmt.Sprintf("%s (%s)", p.Say, p.Do); !strings.HasPrefix(got, c.say) || p.Line != c.line || p.Column != c.column {
				t.Errorf("%d:%d %s", p.Line, p.Column, got)
			}
		})
	}
}

// Links are passed over, wherever they lead.
func TestArtefactsAreNoLinks(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "Vault.json")
	for _, err := range []error{
		os.WriteFile(outside, artefact(t, "Vault", "foundry"), 0o600),
		os.WriteFile(filepath.Join(dir, "plan.yaml"), assetIn("out", "[Vault]"), 0o600),
		os.MkdirAll(filepath.Join(dir, "out", "inner"), 0o700),
		os.Symlink(outside, filepath.Join(dir, "out", "Vault.json")),
		os.Symlink(filepath.Dir(outside), filepath.Join(dir, "out", "Vault.sol")),
		os.Symlink("..", filepath.Join(dir, "out", "inner", "again")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	_, src, err := Load(root.FS())
	if err == nil || !strings.Contains(err.Error(), `no file in "out" holds the contract "Vault"`) || len(src.Files) != 1 {
		t.Errorf("Load answers %v", err)
	}
}

// FuzzArtefact: whatever stands in an artefact, loading ends, and what is kept of it is the same when it is loaded again.
func FuzzArtefact(f *testing.F) {
	f.Add([]byte(`{"abi": [{"type": "function", "name": "pause", "inputs": []}], "contractName": "Vault"}`))
	f.Add([]byte(`[{"type": "event", "name": "Paused", "inputs": [{"type": "address", "indexed": true}]}]`))
	f.Add([]byte(`{"abi": null}`))
	f.Add([]byte(`{"abi": [], "abi": [ ]}`))
	f.Add([]byte("{\"abi\": [{\"name\": \"\\ud800\"}]}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, src, err := Load(Stored{"plan.yaml": assetIn("out", "[Vault]"), "out/Vault.json": b})
		if err != nil {
			return
		}
		again, _, err := Load(Stored(src.Files))
		if err != nil || again.Hash() != p.Hash() {
			t.Errorf("loaded again: %v", err)
		}
	})
}
