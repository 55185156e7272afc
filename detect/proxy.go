package detect

import (
	"fmt"
	"slices"

	"tocsin/evm"
	"tocsin/plan"
)

// Upgraded is the detector that the plan need not name: it sees that the code behind a proxy was replaced, and that what
// came in its place lacks what the plan looks for. It observes, and pages once an issue names it.
const Upgraded = "upgraded"

const upgradedName = "Upgrade"

// The kinds of proxies.
const (
	proxyEIP1967 = "eip1967"
	proxyBeacon  = "beacon"
	proxyMinimal = "minimal"
)

// Proxied is an asset whose code lies at another address.
type Proxied struct {
	Asset   string // id
	Name    string
	Address evm.Address
	Kind    string   // eip1967, beacon, minimal
	Slot    evm.Hash // storage slot that holds the address of the code, or of the beacon that knows it; zero where the code itself does
}

// Beacon reports whether the slot holds a beacon, which has to be asked; see AskBeacon.
func (x Proxied) Beacon() bool { return x.Kind == proxyBeacon }

// AskBeacon is the call that asks a beacon for the address of the code: implementation().
func AskBeacon() []byte {
	selector := evm.Method{Name: "implementation"}.Selector()
	return selector[:]
}

// slotOf is the storage slot in which EIP-1967 keeps an address: one below the hash of its name.
func slotOf(kind string) evm.Hash {
	switch kind {
	case proxyEIP1967: // eip1967.proxy.implementation
		return evm.Hash{
			0x36, 0x08, 0x94, 0xa1, 0x3b, 0xa1, 0xa3, 0x21, 0x06, 0x67, 0xc8, 0x28, 0x49, 0x2d, 0xb9, 0x8d,
			0xca, 0x3e, 0x20, 0x76, 0xcc, 0x37, 0x35, 0xa9, 0x20, 0xa3, 0xca, 0x50, 0x5d, 0x38, 0x2b, 0xbc,
		}
	case proxyBeacon: // eip1967.proxy.beacon
		return evm.Hash{
			0xa3, 0xf0, 0xad, 0x74, 0xe5, 0x42, 0x3a, 0xeb, 0xfd, 0x80, 0xd3, 0xef, 0x43, 0x46, 0x57, 0x83,
			0x35, 0xa9, 0xa7, 0x2a, 0xea, 0xee, 0x59, 0xff, 0x6c, 0xb3, 0x58, 0x2b, 0x35, 0x13, 0x3d, 0x50,
		}
	}
	return evm.Hash{}
}

// Proxies lists the assets of a chain whose code lies at another address, in the plan's order.
func (x *Index) Proxies(chain uint64) []Proxied {
	var list []Proxied
	for _, p := range x.proxies {
		if p.chain == chain {
			list = append(list, p.Proxied)
		}
	}
	return list
}

// proxy is a proxied asset with what the plan looks for in its code.
type proxy struct {
	Proxied
	chain  uint64
	needs  []need
	issues []string // that name the built-in detector
}

// proxied compiles the built-in detector for the plan's proxies.
func (c *compiler) proxied(x *Index, file func(*rule)) {
	issues := c.plan.IssuesOf(Upgraded)
	for _, a := range c.plan.Assets {
		if a.Proxy != proxyEIP1967 && a.Proxy != proxyBeacon && a.Proxy != proxyMinimal || a.Address == (evm.Address{}) || a.Chain == 0 {
			continue
		}
		p := proxy{
			Proxied: Proxied{Asset: a.ID, Name: a.Name, Address: a.Address, Kind: a.Proxy, Slot: slotOf(a.Proxy)},
			chain:   a.Chain, issues: issues,
		}
		if x.lanes[a.Chain] != nil {
			p.needs = c.needs(x.lanes[a.Chain], a)
		} else {
			p.needs = c.needs(&lane{}, a)
		}
		x.proxies = append(x.proxies, p)
		if a.Proxy == proxyMinimal {
			continue // its code cannot be replaced
		}
		for _, r := range c.upgrades(a, issues) {
			if !x.covers(r) && c.words(r) == nil {
				file(r)
			}
		}
	}
}

// upgrades are the rules by which the built-in detector sees that the code of an asset is replaced.
func (c *compiler) upgrades(a plan.Asset, issues []string) []*rule {
	say := map[string]string{
		"Upgraded":       "The code of {asset} was replaced by {implementation}.",
		"BeaconUpgraded": "The code of {asset} comes from another beacon: {beacon}.",
	}
	var rules []*rule
	for _, e := range c.proxyABI(a).Events {
		if say[e.Name] == "" {
			continue
		}
		s := c.shared(fmt.Sprint(e, false), func() *shape { return eventShape(e, false) })
		rules = append(rules, &rule{
			detector: plan.Detector{ID: Upgraded, Name: upgradedName, Kind: "match", Mode: builtInMode(issues), Asset: a.ID, Event: e.Name, Message: say[e.Name]},
			asset:    a, chain: a.Chain, issues: issues, event: true, own: true, shape: s, shapes: []*shape{s}, names: c.names[a.Chain],
		})
	}
	return rules
}

// BuiltIn lists the detectors of a chain that stand in no plan: Upgraded, where the chain has proxies that can be upgraded.
func (x *Index) BuiltIn(chain uint64) []plan.Detector {
	for _, p := range x.proxies {
		if p.chain == chain && p.Kind != proxyMinimal {
			return []plan.Detector{{ID: Upgraded, Name: upgradedName, Kind: "match", Mode: builtInMode(p.issues), Chain: chain}}
		}
	}
	return nil
}

// builtInMode is the mode of the built-in detector.
func builtInMode(issues []string) string {
	if len(issues) > 0 {
		return Page
	}
	return Observe
}

// covers reports whether a detector of the plan finds all that a built-in one would.
func (x *Index) covers(own *rule) bool {
	l := x.lanes[own.chain]
	if l == nil || l.accounts[own.asset.Address] == nil {
		return false
	}
	return slices.ContainsFunc(l.accounts[own.asset.Address].topics[own.shape.topic], func(r *rule) bool {
		return r.alone() && r.where == nil && !r.own
	})
}

// Behind reports what the built-in detector says of the code that an asset runs at a block: that it was replaced, where
// another address was seen before, and what the detectors and actions of the plan will not find in it. Both are told once
// for the same code; there are none if all is well.
func (x *Index) Behind(asset string, implementation, before evm.Address, code []byte, at evm.Header) []Finding {
	i := slices.IndexFunc(x.proxies, func(p proxy) bool { return p.Asset == asset })
	if i < 0 {
		return nil
	}
	p := &x.proxies[i]
	var found []Finding
	tell := func(what, say string) {
		found = append(found, Finding{
			ID:       identify(Upgraded, fmt.Sprint(p.chain), p.Address.Hex(), implementation.Hex(), what),
			Detector: Upgraded, Mode: builtInMode(p.issues), Issues: p.issues, Asset: p.Asset, Chain: p.chain,
			Block: at.Number, BlockHash: at.Hash, At: unixTime(at.Time), Say: say,
		})
	}
	if implementation == (evm.Address{}) {
		tell("unset", fmt.Sprintf("%s is no proxy of kind %s: the address of its code does not stand where one keeps it. What the plan says of it may be wrong.", p.Name, p.Kind))
		return found
	}
	if before != (evm.Address{}) && before != implementation {
		tell("from "+before.Hex(), fmt.Sprintf("%s runs the code at %s now; it ran that at %s before.", p.Name, implementation.Hex(), before.Hex()))
	}
	switch missing := x.Missing(asset, code); {
	case len(code) == 0:
		tell("empty", fmt.Sprintf("There is no code behind %s, at %s: whatever calls it does nothing.", p.Name, implementation.Hex()))
	case len(missing) > 0:
		tell("missing", fmt.Sprintf("The code behind %s, at %s, lacks what the plan looks for: %s. Look whether the plan knows the newest version.", p.Name, implementation.Hex(), listedParts(missing)))
	}
	return found
}
