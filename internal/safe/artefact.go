package safe

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"

	core "tocsin/action/safe"
	"tocsin/evm"
)

// places says where the makers' packages keep the artefacts of each version, and what the contracts are called in it.
var places = map[core.Version]struct{ folder, safe, factory string }{
	core.V130: {"@gnosis.pm/safe-contracts", "GnosisSafeL2.sol/GnosisSafeL2", "proxies/GnosisSafeProxyFactory.sol/GnosisSafeProxyFactory"},
	core.V141: {"@safe-global/safe-contracts", "SafeL2.sol/SafeL2", "proxies/SafeProxyFactory.sol/SafeProxyFactory"},
	core.V150: {"@safe-global/safe-smart-account", "SafeL2.sol/SafeL2", "proxies/SafeProxyFactory.sol/SafeProxyFactory"},
}

const (
	multiSendPath = "libraries/MultiSendCallOnly.sol/MultiSendCallOnly"
	handlerPath   = "handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler"
)

// artefact is what a compiler made of a contract.
type artefact struct {
	Creation hexutil.Bytes `json:"bytecode"`
	Runtime  hexutil.Bytes `json:"deployedBytecode"`
}

// File reads a file of the npm packages; the test fails if they are not installed.
func File(t testing.TB, name string) []byte {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	b, err := os.ReadFile(filepath.Join(filepath.Dir(here), "node_modules", filepath.FromSlash(name)))
	if err != nil {
		t.Fatalf("the Safe's contracts are not installed (%v): run make needs", err)
	}
	return b
}

func load(t testing.TB, v core.Version, path string) artefact {
	t.Helper()
	var a artefact
	if err := json.Unmarshal(File(t, places[v].folder+"/build/artifacts/contracts/"+path+".json"), &a); err != nil {
		t.Fatalf("read artefact %s of Safe %s: %v", path, v, err)
	}
	return a
}

// Codes is the code of the MultiSendCallOnly of every version, by the address at which it stands on every chain: for a chain of a
// test, in its first block (see Alloc) or by anvil_setCode.
func Codes(t testing.TB) map[evm.Address][]byte {
	t.Helper()
	codes := map[evm.Address][]byte{}
	for _, v := range core.Versions() {
		code := load(t, v, multiSendPath).Runtime
		for _, d := range core.MultiSends(v) {
			codes[d.Address] = code
		}
	}
	return codes
}

// Alloc puts Codes into the first block of a chain, beside accounts that hold 1,000 ether each.
func Alloc(t testing.TB, funded ...evm.Address) types.GenesisAlloc {
	t.Helper()
	alloc := types.GenesisAlloc{}
	for a, code := range Codes(t) {
		alloc[a] = types.Account{Code: code, Balance: common0()}
	}
	for _, a := range funded {
		alloc[a] = types.Account{Balance: thousand()}
	}
	return alloc
}
