package backtest

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/detect"
	"tocsin/fault"
	"tocsin/plan"
)

// NotRun is a detector of the plan that blocks cannot be replayed through.
type NotRun struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Kind string `json:"kind"`
	Why  string `json:"why"`
}

// prepare compiles the detectors that are to be replayed, whatever their mode.
func prepare(o Options) (*replay, error) {
	r := &replay{o: o}
	for _, id := range o.Detectors {
		if _, ok := o.Plan.Detector(id); !ok {
			return nil, fault.New(fault.NotFound, "The plan has no detector %q.", id).Instead("It has %s.", ids(o.Plan.Detectors))
		}
	}
	for _, d := range o.Plan.Detectors {
		if len(o.Detectors) == 0 || slices.Contains(o.Detectors, d.ID) {
			r.wanted = append(r.wanted, d)
		}
	}
	if len(r.wanted) == 0 {
		return nil, fault.New(fault.Invalid, "The plan has no detectors.")
	}
	_, tells := o.Source.(Reader)
	if !tells {
		r.unread = "it reads the chain's state, which blocks do not hold: an endpoint that is an archive node tells it"
	}
	var err error
	if r.chain, err = chainOf(o.Plan, r.wanted, o.Chain); err != nil {
		return nil, err
	}
	return r, r.compile()
}

// compile compiles those of the wanted detectors that the source has something for.
func (r *replay) compile() error {
	p := *r.o.Plan
	p.Detectors, r.run, r.not = nil, nil, nil
	why := map[string]string{}
	for _, d := range r.wanted {
		if why[d.ID] = r.unfit(d); why[d.ID] == "" {
			p.Detectors = append(p.Detectors, d)
		}
	}
	abis, unread := detect.ABIs(&p, r.o.Files)
	index, broken := detect.Compile(&p, abis)
	for _, b := range append(unread, broken...) {
		if why[b.Detector] == "" {
			why[b.Detector] = b.Field + ": " + b.Say
		}
	}
	r.index = index
	for _, d := range r.wanted {
		if say := why[d.ID]; say != "" {
			r.not = append(r.not, NotRun{ID: d.ID, Name: d.Name, Kind: d.Kind, Why: strings.TrimSuffix(say, ".")})
			continue
		}
		r.run = append(r.run, d)
	}
	for _, d := range index.BuiltIn(r.chain) { // unless only some are wanted, or one of the plan goes by its name
		if len(r.o.Detectors) == 0 && !slices.ContainsFunc(r.wanted, func(own plan.Detector) bool { return own.ID == d.ID }) {
			r.run = append(r.run, d)
		}
	}
	if len(r.run) == 0 {
		return fault.New(fault.Invalid, "None of the detectors can be replayed on chain %d: %s.", r.chain, reasons(r.not))
	}
	return nil
}

// reasons says why detectors do not run, as far as a sentence can hold it.
func reasons(list []NotRun) string {
	const most = 5
	var parts []string
	for _, n := range list[:min(len(list), most)] {
		parts = append(parts, fmt.Sprintf("%s (%s)", n.ID, n.Why))
	}
	if n := len(list) - most; n > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", n))
	}
	return strings.Join(parts, ", ")
}

// chainOf is the chain to replay: the one asked for, or the only one that detectors look at. Those that look at its blocks say
// first.
func chainOf(p *plan.Plan, detectors []plan.Detector, asked uint64) (uint64, error) {
	if asked != 0 {
		return asked, nil
	}
	chains := chainsOf(p, detectors, inBlocks)
	if len(chains) == 0 {
		chains = chainsOf(p, detectors, reads)
	}
	switch len(chains) {
	case 0:
		return 0, fault.New(fault.Invalid, "No detector of the plan looks at the blocks of a chain.")
	case 1:
		return chains[0], nil
	}
	return 0, fault.New(fault.Invalid, "The plan's detectors look at several chains: %s.", strings.Trim(strings.Join(strings.Fields(fmt.Sprint(chains)), ", "), "[]")).
		Instead("Say which with --chain.")
}

// chainsOf lists the chains that certain detectors look at, in order.
func chainsOf(p *plan.Plan, detectors []plan.Detector, certain func(plan.Detector) bool) []uint64 {
	var chains []uint64
	for _, d := range detectors {
		if c := looksAt(p, d); c != 0 && certain(d) && !slices.Contains(chains, c) {
			chains = append(chains, c)
		}
	}
	slices.Sort(chains)
	return chains
}

// looksAt is the chain that a detector looks at; 0 for none.
func looksAt(p *plan.Plan, d plan.Detector) uint64 {
	if a, ok := p.Asset(d.Asset); ok {
		return a.Chain
	}
	if d.Chain != 0 {
		return d.Chain
	}
	for _, r := range d.Readings {
		if a, ok := p.Asset(r.Asset); ok {
			return a.Chain
		}
	}
	if a, ok := p.Asset(d.Account); ok {
		return a.Chain
	}
	return 0
}

// inBlocks reports whether what a detector looks for stands in blocks.
func inBlocks(d plan.Detector) bool {
	return d.Kind == "match" || d.Kind == "spike" || d.Kind == "absence"
}

// reads reports whether a detector asks how things stand.
func reads(d plan.Detector) bool { return d.Kind == "state" || d.Kind == "balance" }

// unfit says why a detector has no part in the replay; empty if it has.
func (r *replay) unfit(d plan.Detector) string {
	switch {
	case reads(d) && r.unread != "":
		return r.unread
	case !inBlocks(d) && !reads(d):
		return "what it looks at does not stand in blocks"
	case d.Internal && r.untraced != "":
		return r.untraced
	case d.Kind == "absence" && r.o.Loose:
		return "where blocks may be missing, nothing can be said of what did not happen"
	}
	if c := looksAt(r.o.Plan, d); c != r.chain && c != 0 {
		return fmt.Sprintf("it looks at chain %d", c)
	}
	return ""
}

func ids(list []plan.Detector) string {
	var names []string
	for _, d := range list {
		names = append(names, d.ID)
	}
	if len(names) == 0 {
		return "none"
	}
	const most = 20
	if n := len(names) - most; n > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), n)
	}
	return strings.Join(names, ", ")
}
