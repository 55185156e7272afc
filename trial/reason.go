package trial

import (
	"tocsin/chain"
	"tocsin/evm"
	"tocsin/plan"
)

// Reason says why a contract refused a call, by its own errors where the plan has its ABI.
func Reason(p *plan.Plan, chainID uint64, by evm.Address, r *chain.Revert) string {
	for _, a := range p.Assets {
		if a.Address != by || a.Chain != chainID {
			continue
		}
		if abi, err := evm.ParseABI(a.ABI); err == nil {
			if s := abi.RevertReason(r.Data); s != "" {
				return "the contract says " + s
			}
		}
	}
	return r.Error()
}
