package detect

import (
	"fmt"
	"slices"
	"strconv"

	"cel.dev/cel-go/cel"

	"tocsin/evm"
	"tocsin/plan"
)

// defaultReorg is how deep a reorganisation is followed where the plan does not say.
const defaultReorg = 64

// Compile compiles the detectors of a plan that read blocks. ABIs that the plan keeps in files are given by asset id;
// those it writes out are read here. Detectors with a problem are left out, all others run.
func Compile(p *plan.Plan, abis map[string]evm.ABI) (*Index, []*Problem) {
	x := &Index{lanes: map[uint64]*lane{}}
	if p == nil || len(p.Detectors) == 0 && !slices.ContainsFunc(p.Assets, func(a plan.Asset) bool { return a.Proxy != "" }) {
		return x, nil
	}
	lang, err := newLanguage(p)
	if err != nil {
		var problems []*Problem
		for _, d := range p.Detectors {
			problems = append(problems, &Problem{Detector: d.ID, Field: "where", Say: err.Error()})
		}
		return x, problems
	}
	c := compiler{plan: p, lang: lang, abis: abis, known: map[string]evm.ABI{}, shapes: map[string]*shape{}, names: map[uint64]map[evm.Address]string{}}
	for _, a := range p.Assets {
		if a.Address == (evm.Address{}) {
			continue
		}
		if c.names[a.Chain] == nil {
			c.names[a.Chain] = map[evm.Address]string{}
		}
		c.names[a.Chain][a.Address] = a.Name
	}
	file := func(r *rule) {
		reorg := defaultReorg
		if ch, ok := p.Chain(r.chain); ok && ch.Reorg > 0 {
			reorg = int(min(ch.Reorg, 4096))
		}
		x.file(r, reorg)
	}
	var problems []*Problem
	for i := range p.Detectors {
		d := p.Detectors[i]
		r, problem := c.rule(d)
		if problem != nil {
			problem.Detector = d.ID
			problems = append(problems, problem)
			continue
		}
		if r == nil {
			continue
		}
		file(r)
	}
	c.proxied(x, file)
	return x, problems
}

type compiler struct {
	plan   *plan.Plan
	lang   *language
	abis   map[string]evm.ABI // that stand in files, by asset
	known  map[string]evm.ABI // whole, by asset
	shapes map[string]*shape  // by declaration, so that rules of one event share its decoding
	names  map[uint64]map[evm.Address]string
}

// rule compiles one detector; nil without a problem for one that does not read blocks.
func (c *compiler) rule(d plan.Detector) (*rule, *Problem) {
	switch d.Kind {
	case "match", "spike", "state", "balance", "absence":
	default:
		return nil, nil // http, web, feed, webhook, report: not found in blocks
	}
	r := &rule{detector: d, chain: d.Chain, issues: c.plan.IssuesOf(d.ID)}
	if r.detector.Mode == "" {
		r.detector.Mode = Observe
	}
	if d.Asset != "" {
		a, ok := c.plan.Asset(d.Asset)
		if !ok {
			return nil, &Problem{Field: "asset", Say: fmt.Sprintf("the plan has no asset %q", d.Asset)}
		}
		if a.Address == (evm.Address{}) || a.Chain == 0 {
			return nil, &Problem{Field: "asset", Say: fmt.Sprintf("asset %q has no chain and address to look at", d.Asset)}
		}
		r.asset, r.chain = a, a.Chain
	}
	if problem := c.body(r); problem != nil {
		return nil, problem
	}
	r.names = c.names[r.chain]
	if problem := c.words(r); problem != nil {
		return nil, problem
	}
	return r, nil
}

// body compiles what the rule looks at.
func (c *compiler) body(r *rule) *Problem {
	d := r.detector
	if problem := r.believe(); problem != nil {
		return problem
	}
	if d.Kind == "state" || d.Kind == "balance" {
		return c.newGauge(r)
	}
	if r.chain == 0 {
		return &Problem{Field: "asset", Say: "the detector names neither an asset nor a chain to look at"}
	}
	if problem := c.subject(r); problem != nil {
		return problem
	}
	return r.inward()
}

// words compiles what the rule says of each shape that it sees: whatever the detector names must be there in all of them.
func (c *compiler) words(r *rule) *Problem {
	if len(r.shapes) == 0 {
		return c.wording(r)
	}
	for i, s := range r.shapes {
		v := r
		if i > 0 {
			twin := *r
			twin.of = r
			v = &twin
		}
		v.shape = s
		if problem := c.wording(v); problem != nil {
			if len(r.shapes) > 1 {
				problem.Say = fmt.Sprintf("%s, one of %d of that name: %s; write the whole signature to mean one alone", s.name, len(r.shapes), problem.Say)
			}
			return problem
		}
		if i > 0 {
			r.others = append(r.others, v)
		}
	}
	return nil
}

func (c *compiler) wording(r *rule) (problem *Problem) {
	if r.gauge == nil { // which has compiled its own
		if problem := c.expressions(r); problem != nil {
			return problem
		}
	}
	r.say, problem = parseMessage(r)
	return problem
}

// believe reads how deep a block must lie.
func (r *rule) believe() *Problem {
	switch r.detector.Depth {
	case "":
		return nil
	case safe, finalized:
		r.final = r.detector.Depth
	default:
		n, err := strconv.ParseUint(r.detector.Depth, 10, 16)
		if err != nil {
			return &Problem{Field: "depth", Say: fmt.Sprintf("%q is no number of blocks, and neither safe nor finalized", r.detector.Depth)}
		}
		r.depth = n
	}
	if (r.depth > 0 || r.final != "") && r.detector.Kind != "match" {
		return &Problem{Field: "depth", Say: fmt.Sprintf("only a match waits for blocks on top, not a detector of kind %s: leave the depth out", r.detector.Kind)}
	}
	return nil
}

func (c *compiler) expressions(r *rule) *Problem {
	vars := r.variables()
	for _, f := range []struct {
		field, text string
		want        *cel.Type
		into        **expression
	}{
		{"where", r.detector.Where, cel.BoolType, &r.where},
		{"amount", r.detector.Amount, numberType, &r.amount},
	} {
		if f.text == "" {
			continue
		}
		e, problem := c.lang.compile(f.text, vars, f.want)
		if problem != nil {
			problem.Field = f.field
			return problem
		}
		*f.into = e
	}
	return nil
}
