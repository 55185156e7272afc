package detect

import (
	"tocsin/evm"
	"tocsin/plan"
)

// ABIs reads the ABIs that a plan keeps in files, by asset id. A file that is missing or cannot be read is a problem of every
// detector that looks at its asset.
func ABIs(p *plan.Plan, files map[string][]byte) (map[string]evm.ABI, []*Problem) {
	abis := map[string]evm.ABI{}
	var problems []*Problem
	for _, a := range p.Assets {
		if a.ABIFile == "" {
			continue
		}
		abi, err := evm.ParseABIJSON(files[a.ABIFile])
		if err == nil {
			abis[a.ID] = abi
			continue
		}
		for _, d := range p.Detectors {
			if d.Asset == a.ID {
				problems = append(problems, &Problem{Detector: d.ID, Field: "asset", Say: "the ABI file " + a.ABIFile + " of " + a.ID + " cannot be read: " + err.Error()})
			}
		}
	}
	return abis, problems
}
