package detect

import (
	"fmt"
	"maps"
	"slices"

	"tocsin/evm"
)

// tally is what a block brings to one spike.
type tally struct {
	Count
	tx     evm.Hash // last one that counted towards what it looks for
	groups map[evm.Address]*tally
}

func (t *tally) weight() uint64 { return t.N + t.Of }

func (t *tally) add(part Count, tx evm.Hash) {
	t.plus(part)
	if part.N > 0 {
		t.tx = tx
	}
}

// count adds what a rule sees to its tally.
func (p *pass) count(r *rule, v *view) {
	part, any, err := r.part(v)
	if err != nil {
		p.blind(r, v, "amount", err)
		return
	}
	if !any {
		return
	}
	t := p.tally(r)
	if r.spike.groupBy == "" {
		t.add(part, v.hash())
		return
	}
	of := v.contract()
	if r.spike.groupBy == "sender" {
		of = v.sender()
	}
	g := t.groups[of]
	if g == nil {
		if t.groups == nil {
			t.groups = map[evm.Address]*tally{}
		}
		g = &tally{}
		t.groups[of] = g
	}
	g.add(part, v.hash())
}

func (p *pass) tally(r *rule) *tally {
	r = r.whole()
	t := p.counts[r]
	if t == nil {
		if p.counts == nil {
			p.counts = map[*rule]*tally{}
		}
		t = &tally{}
		p.counts[r] = t
	}
	return t
}

// spikes counts what the block brought, and looks whether it is too much.
func (p *pass) spikes() {
	s := p.state
	if len(p.lane.spikes) == 0 {
		s.Spikes = nil
		return
	}
	if s.Spikes == nil {
		s.Spikes = map[string]*Counter{}
	}
	oldest := p.block.Time
	if len(s.Recent) > 0 {
		oldest = min(oldest, s.Recent[0].Time)
	}
	for _, r := range p.lane.spikes {
		id, window := r.detector.ID, r.spike.windowOf(p.block.Time)
		c := s.Spikes[id]
		if c == nil || c.Of != r.spike.of {
			c = &Counter{Of: r.spike.of, From: window + 1, Since: p.block.Number} // the window it begins in is not seen whole
			s.Spikes[id] = c
			s.disclaim(id)
		}
		c.Since = min(c.Since, p.block.Number) // lower after a reorganisation
		c.forget(r.spike, oldest)
		if r.spike.perBlock {
			if p.price == nil {
				p.price = blockPrice(p.block)
			}
			if p.price != nil {
				p.tally(r).add(Count{N: 1, Sum: bounded(p.price)}, evm.Hash{})
			}
		}
		t := p.counts[r]
		if t == nil {
			continue
		}
		var u Undo
		if r.spike.groupBy == "" {
			u.Part = p.weigh(r, c, &c.Series, nil, t)
		} else {
			u.Groups = map[string]Part{}
			for _, of := range c.admit(r.spike, t.groups, window, p.block.Time, &u) {
				u.Groups[of.Hex()] = p.weigh(r, c, c.Groups[of.Hex()], &of, t.groups[of])
			}
		}
		p.note(id, u)
	}
	p.retire()
}

// note keeps what takes back the block's part in a detector's state.
func (p *pass) note(id string, u Undo) {
	if p.undo == nil {
		p.undo = map[string]Undo{}
	}
	p.undo[id] = u
}

// weigh adds a tally to a series, and finds whether that makes it too much.
func (p *pass) weigh(r *rule, c *Counter, s *Series, of *evm.Address, t *tally) Part {
	part := Part{Count: t.Count}
	part.Window = r.spike.windowOf(p.block.Time)
	s.add(part.Count)
	if t.N == 0 {
		return part // nothing of what it looks for
	}
	figure, usual, fires := r.spike.fires(c, s, part.Window, p.block.Time)
	if !fires || p.quiet {
		return part
	}
	part.Last, part.Fired = s.Last, true
	s.Last = &Fired{Window: part.Window, Time: p.block.Time}
	f := p.finding(r, t.tx)
	at := []string{fmt.Sprint(p.chain), fmt.Sprint(part.Window), p.block.Hash.Hex(), p.salt}
	known := facts{count: r.spike.metric.text(figure), usual: r.spike.metric.text(usual)}
	if of != nil {
		known.group = r.called(*of)
		at = append(at, of.Hex())
	}
	f.ID = identify(r.detector.ID, at...)
	f.Say = r.render(&view{block: p.block}, known)
	p.found = append(p.found, f)
	return part
}

// disclaim drops what recent blocks counted for a detector before it was changed.
func (s *State) disclaim(id string) {
	for i := range s.Recent {
		delete(s.Recent[i].Undo, id)
	}
}

// retire drops the counters of detectors that are no longer in the plan.
func (p *pass) retire() {
	if len(p.state.Spikes) == len(p.lane.spikes) {
		return
	}
	live := map[string]bool{}
	for _, r := range p.lane.spikes {
		live[r.detector.ID] = true
	}
	maps.DeleteFunc(p.state.Spikes, func(id string, _ *Counter) bool { return !live[id] })
}

// retireVigils does the same to vigils, once there are more of them than there can be.
func (p *pass) retireVigils() {
	if len(p.state.Vigils) <= len(p.lane.gauges)+len(p.lane.silences) {
		return
	}
	live := map[string]bool{tracing: p.lane.inner != nil}
	for _, r := range slices.Concat(p.lane.gauges, p.lane.silences) {
		live[r.detector.ID] = true
	}
	maps.DeleteFunc(p.state.Vigils, func(id string, _ *Vigil) bool { return !live[id] })
}
