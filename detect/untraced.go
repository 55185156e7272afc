package detect

import (
	"fmt"

	"tocsin/evm"
)

// tracing names the vigil over whether blocks come with their traces. No detector can have this id.
const tracing = "internal calls"

// traced looks whether all calls of the block were there to be seen. That they were not is told at once, by each detector
// that looks for them: once in an outage.
func (p *pass) traced() {
	if p.lane.inner == nil {
		delete(p.state.Vigils, tracing)
		return
	}
	if len(p.block.Transactions) == 0 || p.quiet {
		return
	}
	v, before := p.state.vigil(tracing, tracing)
	v.Failed = min(v.Failed+1, maxFailed)
	if p.unseen == 0 {
		v.Failed, v.Blind = 0, false
	} else if now := p.block.Time; !v.Blind && (v.Blamed == 0 || now >= v.Blamed+blindAgain) {
		v.Blind, v.Blamed = true, now
		for _, r := range p.lane.inner.rules {
			p.blinded = append(p.blinded, p.untraced(r))
		}
	}
	if before == nil || *before != *v {
		p.note(tracing, Undo{Vigil: true, Was: before})
	}
}

// untraced is the finding that a detector could not see what was called within transactions. It may call people, but never
// act.
func (p *pass) untraced(r *rule) Finding {
	f := p.finding(r, p.unseenTx)
	f.ID = identify(r.detector.ID, fmt.Sprint(p.chain), p.block.Hash.Hex(), "untraced", p.salt)
	f.Blind = true
	if f.Mode == Act {
		f.Mode = Page
	}
	what := fmt.Sprintf("%d of %d transactions", p.unseen, len(p.block.Transactions))
	if p.unseen >= len(p.block.Transactions) {
		f.Tx, what = evm.Hash{}, "its transactions"
	}
	f.Say = fmt.Sprintf("%s cannot see internal calls since block %d: there are no traces of %s. What it would find in them goes unnoticed meanwhile.", r.detector.Name, p.block.Number, what)
	return f
}

// blindInside shows that a detector does not see what is called within transactions just now.
func (r *rule) blindInside(g *Sight, s *State) {
	if v := s.Vigils[tracing]; !r.detector.Internal || v == nil || v.Failed == 0 || g.State == Firing {
		return
	}
	g.State, g.Why = Unknown, "Blocks come without their traces: what is called within transactions cannot be seen"
}

// many is the finding that stands for all that are too alike to be listed.
func (p *pass) many(r *rule, v *view, more int) Finding {
	f := p.finding(r, v.hash())
	f.ID = identify(r.detector.ID, fmt.Sprint(p.chain), p.block.Hash.Hex(), v.hash().Hex(), "more", p.salt)
	f.Say = fmt.Sprintf("%s: %d more calls within the same transaction in block %d.", r.detector.Name, more, p.block.Number)
	return f
}
