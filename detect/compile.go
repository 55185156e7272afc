package detect

import (
	"fmt"
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
	if p == nil || len(p.Detectors) == 0 {
		return x, nil
	}
	lang, err := newLanguage(p)
	if err != nil {
		return x, []*Problem{{Detector: p.Detectors[0].ID, Field: "where", Say: err.Error()}}
	}
	c := compiler{plan: p, lang: lang, abis: map[string]evm.ABI{}, shapes: map[string]*shape{}, names: map[uint64]map[evm.Address]string{}}
	for _, a := range p.Assets {
		if a.Address == (evm.Address{}) {
			continue
		}
		if c.names[a.Chain] == nil {
			c.names[a.Chain] = map[evm.Address]string{}
		}
		c.names[a.Chain][a.Address] = a.Name
	}
	for id, abi := range abis {
		c.abis[id] = abi
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
		reorg := defaultReorg
		if ch, ok := p.Chain(r.chain); ok && ch.Reorg > 0 {
			reorg = int(min(ch.Reorg, 4096))
		}
		x.file(r, reorg)
	}
	return x, problems
}

type compiler struct {
	plan   *plan.Plan
	lang   *language
	abis   map[string]evm.ABI // by asset
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
	var problem *Problem
	if r.say, problem = parseMessage(r); problem != nil {
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
	if problem := r.inward(); problem != nil {
		return problem
	}
	return c.expressions(r)
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

// subject finds out what the rule sees.
func (c *compiler) subject(r *rule) *Problem {
	d := r.detector
	var problem *Problem
	if d.Kind == "absence" {
		if r.silence, problem = newSilence(r); problem != nil {
			return problem
		}
	}
	if d.Kind == "spike" {
		if r.spike, problem = newSpike(r); problem != nil {
			return problem
		}
		switch d.Metric {
		case events:
			r.event = true
		case outflow:
			r.event = d.Event != ""
		case failedTransactions:
			r.failed = true
		}
		if r.event && d.Function != "" || !r.event && d.Event != "" {
			return &Problem{Field: "metric", Say: fmt.Sprintf("the metric %q does not count what the detector names", d.Metric)}
		}
	} else {
		named := 0
		for _, is := range []bool{d.Event != "", d.Function != "", d.Transaction} {
			if is {
				named++
			}
		}
		if named != 1 {
			return &Problem{Field: "kind", Say: fmt.Sprintf("%s names one of event, function and transaction", map[bool]string{true: "an absence", false: "a match"}[r.silence != nil])}
		}
		r.event = d.Event != ""
	}
	switch {
	case d.Event != "":
		e, err := c.event(r, d.Event)
		if err != nil {
			return &Problem{Field: "event", Say: err.Error()}
		}
		if e.Anonymous {
			return &Problem{Field: "event", Say: "an anonymous event cannot be told from others"}
		}
		r.shape = c.shared(e.String(), func() *shape { return eventShape(e) })
	case d.Function != "":
		m, err := c.function(r, d.Function)
		if err != nil {
			return &Problem{Field: "function", Say: err.Error()}
		}
		r.shape = c.shared(m.String(), func() *shape { return callShape(m) })
	}
	return nil
}

func (c *compiler) shared(declaration string, make func() *shape) *shape {
	if s, ok := c.shapes[declaration]; ok {
		return s
	}
	s := make()
	c.shapes[declaration] = s
	return s
}

// abi returns an asset's ABI.
func (c *compiler) abi(a plan.Asset) (evm.ABI, error) {
	if abi, ok := c.abis[a.ID]; ok {
		return abi, nil
	}
	abi, err := evm.ParseABI(a.ABI)
	if err != nil {
		return evm.ABI{}, fmt.Errorf("asset %q: %w", a.ID, err)
	}
	c.abis[a.ID] = abi
	return abi, nil
}

// event resolves a name or a signature. The asset's ABI goes first: it says which parameters are indexed.
func (c *compiler) event(r *rule, ref string) (evm.Event, error) {
	abi, err := c.abi(r.asset)
	if err != nil {
		return evm.Event{}, err
	}
	e, err := abi.Event(ref)
	if err == nil {
		return e, nil
	}
	if written, bad := evm.ParseEvent(ref); bad == nil {
		return written, nil
	}
	return evm.Event{}, err
}

func (c *compiler) function(r *rule, ref string) (evm.Method, error) {
	abi, err := c.abi(r.asset)
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
