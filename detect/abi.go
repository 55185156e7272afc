package detect

import (
	"fmt"

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
		abi, err := plan.FileABI(a, files)
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

// abi returns an asset's ABI: what the plan writes out, what its files hold, and what a proxy says of itself.
func (c *compiler) abi(a plan.Asset) (evm.ABI, error) {
	if abi, ok := c.known[a.ID]; ok {
		return abi, nil
	}
	written, err := evm.ParseABI(a.ABI)
	if err != nil {
		return evm.ABI{}, fmt.Errorf("asset %q: %w", a.ID, err)
	}
	abi := evm.Join(c.abis[a.ID], written, c.proxyABI(a))
	c.known[a.ID] = abi
	return abi, nil
}

// proxyABI is what an asset's proxy says of itself.
func (c *compiler) proxyABI(a plan.Asset) evm.ABI {
	abi, err := evm.ParseABI(plan.ProxyEvents(a.Proxy))
	if err != nil {
		return evm.ABI{} // which a test rules out
	}
	return abi
}

// events resolves a name or a signature. The asset's ABI goes first: it says which parameters are indexed. A signature that
// no ABI knows and that names none as indexed is loose: which are is taken from each log.
func (c *compiler) events(a plan.Asset, ref string) (list []evm.Event, loose bool, err error) {
	abi, err := c.abi(a)
	if err != nil {
		return nil, false, err
	}
	if list, err = abi.EventsOf(ref); err == nil {
		return list, false, nil
	}
	if written, bad := evm.ParseEvent(ref); bad == nil {
		return []evm.Event{written}, written.IndexedCount() == 0 && len(written.Inputs) > 0, nil
	}
	return nil, false, err
}

func (c *compiler) functions(a plan.Asset, ref string) ([]evm.Method, error) {
	abi, err := c.abi(a)
	if err != nil {
		return nil, err
	}
	list, err := abi.MethodsOf(ref)
	if err == nil {
		return list, nil
	}
	if written, bad := evm.ParseSignature(ref); bad == nil {
		return []evm.Method{written}, nil
	}
	return nil, err
}

// function resolves a name or a signature that must mean one function.
func (c *compiler) function(a plan.Asset, ref string) (evm.Method, error) {
	abi, err := c.abi(a)
	if err != nil {
		return evm.Method{}, err
	}
	m, err := abi.Method(ref)
	if err == nil {
		return m, nil
	}
	if written, bad := evm.ParseSignature(ref); bad == nil {
		return written, nil
	}
	return evm.Method{}, err
}
