package stage

import (
	"encoding/json"
	"fmt"
	"io/fs"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/evm"
	"tocsin/fault"
)

// SafeCode is the code of a Safe's contracts, as its makers compiled them. It is not ours to ship: whoever plays with a Safe brings it.
type SafeCode struct {
	singleton, proxy, handler []byte
}

// ReadSafe reads the artefacts of the npm package @safe-global/safe-contracts, version 1.4.1, from its folder. What is not there is
// not_found.
func ReadSafe(folder fs.FS) (*SafeCode, error) {
	var c SafeCode
	for _, f := range []struct {
		path string
		code *[]byte
	}{
		{"SafeL2.sol/SafeL2", &c.singleton},
		{"proxies/SafeProxy.sol/SafeProxy", &c.proxy},
		{"handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler", &c.handler},
	} {
		b, err := fs.ReadFile(folder, "build/artifacts/contracts/"+f.path+".json")
		if err != nil {
			return nil, fault.New(fault.NotFound, "The folder holds no contracts of a Safe.").
				Instead("Name the folder of the npm package @safe-global/safe-contracts, version 1.4.1.").Because(err)
		}
		var a struct {
			Runtime hexutil.Bytes `json:"deployedBytecode"`
		}
		if err := json.Unmarshal(b, &a); err != nil {
			return nil, fmt.Errorf("read artefact %s of the Safe: %w", f.path, err)
		}
		*f.code = a.Runtime
	}
	return &c, nil
}

// The Safe's shared contracts stand where nobody else can put anything.
func safeSingleton() evm.Address {
	return evm.Address(crypto.Keccak256([]byte("tocsin stage: Safe singleton"))[12:])
}

func safeHandler() evm.Address {
	return evm.Address(crypto.Keccak256([]byte("tocsin stage: Safe fallback handler"))[12:])
}

// build sets a Safe up as its factory would: a proxy whose first slot names the singleton, and one call of setup.
func (c *SafeCode) build(x *scene, p places) error {
	x.put(safeSingleton(), c.singleton)
	x.put(safeHandler(), c.handler)
	x.put(p.safe, c.proxy)
	x.store(p.safe, common.Hash{}, common.BytesToHash(common.Address(safeSingleton()).Bytes()))
	owners := "["
	for i, o := range p.owners {
		if i > 0 {
			owners += ", "
		}
		owners += o.Hex()
	}
	none := evm.Address{}
	data, err := encode("setup(address[],uint256,address,bytes,address,address,uint256,address)",
		owners+"]", p.threshold, none, "0x", safeHandler(), none, 0, none)
	if err != nil {
		return fmt.Errorf("set up the Safe: %w", err)
	}
	if _, err := x.run(none, p.safe, data); err != nil {
		return fmt.Errorf("set up the Safe at %s: %w", p.safe, err)
	}
	return nil
}
