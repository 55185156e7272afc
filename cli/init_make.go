package cli

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tocsin/examples"
	"tocsin/fault"
	"tocsin/plan"
)

// make loads a starter and answers in it what was given or asked.
func (b *beginning) make(q *questions) (*plan.Plan, *plan.Source, error) {
	starter, err := b.choose(q)
	if err != nil {
		return nil, nil, err
	}
	files, err := starter.Files()
	if err != nil {
		return nil, nil, err
	}
	p, src, err := plan.Load(plan.Stored(files))
	if err != nil {
		return nil, nil, fmt.Errorf("read starter plan %s: %w", b.starter, err)
	}
	for _, step := range []func(*plan.Plan, *questions) error{b.nameIt, b.putOnChains, b.putInPeople} {
		if err := step(p, q); err != nil {
			return nil, nil, err
		}
	}
	return p, src, nil
}

// choose finds the starter.
func (b *beginning) choose(q *questions) (examples.Starter, error) {
	var chosen examples.Starter
	find := func(id string) error {
		i := slices.Index(starterIDs(), id)
		if i < 0 {
			return fault.New(fault.Invalid, "There is no starter %q.", id).Instead("Choose one of: %s.", strings.Join(starterIDs(), ", "))
		}
		chosen, b.starter = examples.Starters()[i], id
		return nil
	}
	if b.starter != "" {
		return chosen, find(b.starter)
	}
	for _, s := range examples.Starters() {
		q.say("%-8s  %s\n", s.ID, s.Say)
	}
	_, err := q.ask("starter", "Which plan to begin with?", "Take the one that is most like yours; all of it can be changed.", starterIDs()[0], find)
	return chosen, err
}

// nameIt gives the plan its name and its id.
func (b *beginning) nameIt(p *plan.Plan, q *questions) error {
	name := func(s string) error {
		if strings.TrimSpace(s) == "" || strings.ContainsFunc(s, unprintable) {
			return fault.New(fault.Invalid, "%q is not a name.", s).Instead("Write one line of text.")
		}
		p.Name = strings.TrimSpace(s)
		return nil
	}
	usual := p.Protocol
	id := func(s string) error {
		if slug(s) != s || s == "" {
			return fault.New(fault.Invalid, "%q is not an id.", s).Instead("Write lower-case letters, digits and hyphens, such as %s.", usual)
		}
		p.Protocol = s
		return nil
	}
	if err := q.given(b.name, name, "name", "What do people call the protocol?", "It stands in every message to them.", p.Name); err != nil {
		return err
	}
	if s := slug(p.Name); s != "" {
		usual = s
	}
	return q.given(b.protocol, id, "protocol", "Its id?", "Lower-case letters, digits and hyphens. Signatures name it, so it should never change.", usual)
}

var notInID = regexp.MustCompile(`[^a-z0-9]+`)

// slug makes an id of a name; empty if nothing of it can stand in one.
func slug(name string) string {
	id := strings.Trim(notInID.ReplaceAllString(strings.ToLower(name), "-"), "-")
	return strings.Trim(id[:min(len(id), 48)], "-")
}

// chainNames are what people call the chains that most protocols run on.
var chainNames = map[uint64]string{
	1: "Ethereum", 10: "OP Mainnet", 56: "BNB Smart Chain", 100: "Gnosis", 137: "Polygon", 324: "ZKsync Era", 8453: "Base",
	42161: "Arbitrum One", 42220: "Celo", 43114: "Avalanche", 59144: "Linea", 534352: "Scroll", 11155111: "Sepolia",
}

// putOnChains puts the plan onto its chains, in the starter's order.
func (b *beginning) putOnChains(p *plan.Plan, q *questions) error {
	if len(b.chains) > len(p.Chains) {
		return fault.New(fault.Invalid, "The starter %s runs on %s.", b.starter, count(len(p.Chains), "chain")).Instead("Give --chain so often at most, and add further chains to plan.yaml.")
	}
	for i, c := range p.Chains {
		given, what := "", "Which chain does it run on?"
		if i < len(b.chains) {
			given = b.chains[i]
		}
		if len(p.Chains) > 1 {
			what = []string{"Which chain is home?", "Which chain is the far one?"}[min(i, 1)]
		}
		put := func(answer string) error { return putOnChain(p, i, answer) }
		if err := q.given(given, put, "chain", what, "Its EIP-155 id, such as 1 for Ethereum; or ID=NAME.", fmt.Sprint(c.ID)); err != nil {
			return err
		}
	}
	return nil
}

// putOnChain changes one chain of a plan, and all that lies on it.
func putOnChain(p *plan.Plan, i int, answer string) error {
	number, name, _ := strings.Cut(answer, "=")
	id, err := strconv.ParseUint(strings.TrimSpace(number), 10, 63)
	if err != nil || id == 0 {
		return fault.New(fault.Invalid, "%q is not a chain.", answer).Instead("Write its EIP-155 id, such as --chain 1 or --chain 8453=Base.")
	}
	if name = strings.TrimSpace(name); name == "" {
		name = chainNames[id]
	}
	if name == "" {
		name = fmt.Sprint("Chain ", id)
	}
	if strings.ContainsFunc(name, unprintable) {
		return fault.New(fault.Invalid, "%q is not a name of a chain.", name).Instead("Write one line of text.")
	}
	if n := slices.IndexFunc(p.Chains, func(c plan.Chain) bool { return c.ID == id }); n >= 0 && n != i {
		return fault.New(fault.Invalid, "Chain %d stands in the plan twice.", id).Instead("Give another --chain for each of its chains.")
	}
	was := p.Chains[i].ID
	if was == id && p.Chains[i].Name == name {
		return nil
	}
	p.Chains[i].ID, p.Chains[i].Name = id, name
	if was != id {
		p.Chains[i].BlockTime = 0 // another chain's
	}
	for n := range p.Assets {
		if p.Assets[n].Chain == was {
			p.Assets[n].Chain = id
		}
	}
	for n := range p.Detectors {
		if p.Detectors[n].Chain == was {
			p.Detectors[n].Chain = id
		}
	}
	return nil
}
