package safe

import (
	"slices"

	"tocsin/evm"
	"tocsin/fault"
)

// Facts are what a chain says of a Safe at one block. Whoever reads them names the block.
type Facts struct {
	Chain     uint64        `json:"chain"` // EIP-155 id
	Safe      evm.Address   `json:"safe"`
	Version   Version       `json:"version"`
	Nonce     uint64        `json:"nonce"` // of the transaction that is executed next
	Owners    []evm.Address `json:"owners"`
	Threshold uint64        `json:"threshold"` // how many owners must sign
	Guard     evm.Address   `json:"guard,omitzero"`
	Modules   []evm.Address `json:"modules,omitempty"` // they act for the Safe without any signature
	Handler   evm.Address   `json:"handler,omitzero"`  // fallback handler
	MultiSend evm.Address   `json:"multi_send,omitzero"`
	Block     uint64        `json:"block"`
	BlockHash evm.Hash      `json:"block_hash"`
}

// Owner reports whether an account is an owner.
func (f Facts) Owner(a evm.Address) bool { return slices.Contains(f.Owners, a) }

// Check says what cannot be true of a Safe. Faults: invalid.
func (f Facts) Check() error {
	if _, err := ParseVersion(string(f.Version)); err != nil {
		return err
	}
	odd := func(format string, args ...any) error {
		return fault.New(fault.Invalid, "What was read of the Safe %s on chain %d cannot be: "+format, append([]any{f.Safe.Hex(), f.Chain}, args...)...).
			Instead("Ask another endpoint, and check that the address is that of a Safe.")
	}
	switch {
	case f.Chain == 0 || f.Safe == evm.Address{}:
		return fault.New(fault.Invalid, "What was read of a Safe does not say of which.")
	case f.Threshold == 0 || f.Threshold > uint64(len(f.Owners)):
		return odd("%d of %d owners must sign.", f.Threshold, len(f.Owners))
	}
	for i, o := range f.Owners {
		if o == (evm.Address{}) || slices.Contains(f.Owners[:i], o) {
			return odd("the owner %s stands there twice, or is nobody.", o.Hex())
		}
	}
	return nil
}

// Batcher is the contract through which this Safe makes several calls at once: the one found on the chain by its code, or else the usual
// one of the Safe's version. Fault: invalid if what was found is not one that is known.
func (f Facts) Batcher() (Deployment, error) {
	list := MultiSends(f.Version)
	if len(list) == 0 {
		_, err := ParseVersion(string(f.Version))
		return Deployment{}, err
	}
	if f.MultiSend == (evm.Address{}) {
		return list[0], nil
	}
	d, ok := IsMultiSend(f.Version, f.MultiSend)
	if !ok {
		return Deployment{}, fault.New(fault.Invalid, "%s is not the MultiSendCallOnly of Safe %s.", f.MultiSend.Hex(), f.Version).
			Instead("It is at %s.", list[0].Address.Hex())
	}
	return d, nil
}
