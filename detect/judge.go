package detect

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types/ref"
	"github.com/holiman/uint256"

	"tocsin/evm"
)

// Want is what a chain is to be asked at a block, for the detectors that look at how things stand.
type Want struct {
	To   evm.Address // contract that is called, or account whose balance is wanted
	Data []byte      // calldata; nil asks for the balance
}

// Answer is what a chain answered to a want.
type Answer struct {
	Balance *uint256.Int // wei, of a balance
	Data    []byte       // of a call
	Failed  string       // why there is no answer, in words; empty if there is one
}

// Look is the block at which things were last looked at.
type Look struct {
	Number uint64 `json:"number"`
	Time   uint64 `json:"time"` // Unix seconds
}

// Wants lists what is to be asked of a chain at each head, each once.
func (x *Index) Wants(chain uint64) []Want {
	if l := x.lanes[chain]; l != nil {
		return slices.Clone(l.wants)
	}
	return nil
}

// Readers lists the detectors of a chain that need answers, in the plan's order: blocks alone tell them nothing.
func (x *Index) Readers(chain uint64) []string {
	var ids []string
	if l := x.lanes[chain]; l != nil {
		for _, r := range l.gauges {
			ids = append(ids, r.detector.ID)
		}
	}
	return ids
}

// Judge takes the answers to the wants of a chain at a block that has been seen, in their order, and returns what the
// detectors find in them. Answers of a block that is not remembered, or that came after those of a later block, find
// nothing and change nothing.
func (x *Index) Judge(chain uint64, block evm.Hash, answers []Answer, s *State) []Finding {
	l := x.lanes[chain]
	at := slices.IndexFunc(s.Recent, func(p Past) bool { return p.Hash == block })
	if l == nil || len(l.gauges) == 0 || len(answers) != len(l.wants) || at < 0 ||
		slices.ContainsFunc(s.Recent[at:], func(p Past) bool { return p.Judged }) {
		return nil
	}
	past := &s.Recent[at]
	past.Judged = true
	b := &evm.Block{}
	b.Number, b.Hash, b.Time = past.Number, past.Hash, past.Time
	p := pass{lane: l, chain: chain, block: b, state: s}
	if r, ok := s.Gone[block]; ok {
		p.salt = fmt.Sprint(r.Times)
	}
	for _, r := range l.gauges {
		id := r.detector.ID
		v, before := s.vigil(id, r.gauge.of)
		p.judge(r, v, answers)
		p.read(r, answers)
		if before == nil || *before != *v {
			p.note(id, Undo{Vigil: true, Was: before})
		}
	}
	if len(p.undo) > 0 && past.Undo == nil {
		past.Undo = map[string]Undo{}
	}
	for id, u := range p.undo {
		past.Undo[id] = u
	}
	for _, f := range p.found {
		past.Findings = append(past.Findings, f.ID)
	}
	s.Looked = &Look{Number: past.Number, Time: past.Time}
	p.retireVigils()
	return p.found
}

// judge looks at the answers that one detector asked for.
func (p *pass) judge(r *rule, v *Vigil, answers []Answer) {
	view, err := r.gauge.read(p.block, answers)
	holds, say := true, facts{}
	if err == nil {
		holds, say, err = r.gauge.right(r, view)
	}
	now := p.block.Time
	parts := []string{fmt.Sprint(p.chain), p.block.Hash.Hex(), p.salt}
	switch {
	case err != nil:
		if !v.failed(now) {
			return
		}
		f := p.finding(r, evm.Hash{})
		f.ID = identify(r.detector.ID, append(parts, "unread")...)
		if f.Mode == Act {
			f.Mode = Page
		}
		f.Unjudged = maxFailed
		f.Say = fmt.Sprintf("%s cannot be told, %d times in a row up to block %d (%s). What it would find goes unnoticed meanwhile.", r.detector.Name, maxFailed, p.block.Number, clip(err.Error()))
		p.found = append(p.found, f)
	case holds:
		v.right()
	case v.wrong(now, r.gauge.coolDown):
		f := p.finding(r, evm.Hash{})
		f.ID = identify(r.detector.ID, parts...)
		if say.amount != nil {
			f.Amount = say.amount.String()
		}
		f.Say = r.render(nil, say)
		p.found = append(p.found, f)
	}
}

// readout is what was read at a block: what an invariant evaluates against.
type readout struct {
	block  *evm.Block
	values map[string]ref.Val
}

// Parent makes the readout an activation: it has none.
func (o *readout) Parent() cel.Activation { return nil }

// ResolveName binds a variable.
func (o *readout) ResolveName(name string) (any, bool) {
	switch name {
	case "block.number":
		return numberOfUint(o.block.Number), true
	case "block.time":
		return numberOfUint(o.block.Time), true
	}
	v, ok := o.values[name]
	return v, ok
}

// read takes what a gauge needs from the answers.
func (g *gauge) read(b *evm.Block, answers []Answer) (*readout, error) {
	o := &readout{block: b, values: map[string]ref.Val{}}
	for _, rd := range g.readings {
		a := answers[rd.at]
		switch {
		case a.Failed != "":
			return nil, fmt.Errorf("%s: %s", rd.name, a.Failed)
		case rd.want.Data == nil && a.Balance == nil:
			return nil, errors.New("the balance is not known")
		case rd.want.Data == nil:
			o.values[rd.name] = numberOf(a.Balance)
			continue
		}
		values, err := rd.method.DecodeResult(a.Data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", rd.name, err)
		}
		for i := range values {
			o.values[rd.result(i)] = value(values[i].Go)
		}
	}
	return o, nil
}

// right reports whether what was read is as it must be, and what to say if it is not.
func (g *gauge) right(r *rule, o *readout) (bool, facts, error) {
	if g.holds == nil {
		return g.within(o)
	}
	holds, err := g.holds.holds(o)
	if err != nil || holds {
		return holds, facts{}, err
	}
	f := facts{more: map[string]string{"block.number": fmt.Sprint(o.block.Number), "block.time": clock(o.block.Time)}}
	var words []string
	for _, v := range g.vars[len(blockVariables):] {
		f.more[v.name] = valueText(o.values[v.name])
		words = append(words, v.name+" is "+f.more[v.name])
	}
	f.read = strings.Join(words, ", ")
	if r.amount != nil {
		out, err := r.amount.eval(o)
		if n, ok := out.(number); ok && err == nil {
			f.amount = &n
		}
	}
	return false, f, nil
}

// within reports whether a balance keeps its limits; the amount is how far it is out.
func (g *gauge) within(o *readout) (bool, facts, error) {
	n, ok := o.values["balance"].(number)
	if !ok {
		return false, facts{}, errors.New("the balance is no number")
	}
	f := facts{more: map[string]string{"balance": inUnits(n, g.unit), "account": g.who, "block.number": fmt.Sprint(o.block.Number)}}
	out := func(side string, limit, by number) (bool, facts, error) {
		f.amount, f.more["limit"] = &by, side+" "+inUnits(limit, g.unit)
		return false, f, nil
	}
	if g.below != nil && n.cmp(*g.below) < 0 {
		by, err := g.below.minus(n)
		if err != nil {
			return false, facts{}, err
		}
		return out("below", *g.below, by)
	}
	if g.above != nil && n.cmp(*g.above) > 0 {
		by, err := n.minus(*g.above)
		if err != nil {
			return false, facts{}, err
		}
		return out("above", *g.above, by)
	}
	return true, facts{}, nil
}

// plainGauge is the sentence of a state or balance without a message.
func (r *rule) plainGauge(f facts) string {
	if r.gauge.holds == nil {
		return fmt.Sprintf("%s: %s holds %s at block %s, %s.", r.detector.Name, r.gauge.who, f.more["balance"], f.more["block.number"], f.more["limit"])
	}
	return fmt.Sprintf("%s: %s does not hold at block %s: %s.", r.detector.Name, clip(r.detector.Holds), f.more["block.number"], f.read)
}

// want files what a gauge asks, each question once.
func (l *lane) want(g *gauge) {
	for i := range g.readings {
		rd := &g.readings[i]
		key := string(rd.want.To[:]) + string(rd.want.Data)
		at, ok := l.asked[key]
		if !ok {
			if l.asked == nil {
				l.asked = map[string]int{}
			}
			at = len(l.wants)
			l.asked[key] = at
			l.wants = append(l.wants, rd.want)
		}
		rd.at = at
	}
}
