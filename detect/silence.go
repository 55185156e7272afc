package detect

import (
	"fmt"
	"time"

	"tocsin/evm"
)

// silence is how long an absence may last, by block time.
type silence struct {
	silent   uint64 // seconds
	coolDown uint64
	of       string
}

func newSilence(r *rule) (*silence, *Problem) {
	d := r.detector
	silent := time.Duration(d.Silent)
	switch {
	case silent < time.Second || silent%time.Second != 0:
		return nil, &Problem{Field: "silent", Say: "write how long nothing may happen, in whole seconds"}
	case d.Event == "" && d.Function == "" && !d.Transaction:
		return nil, &Problem{Field: "kind", Say: "an absence names the event, function or transaction that must not stay away; that a chain itself is not seen is found without a detector"}
	}
	of := fmt.Sprintf("absence %d %s %s %s %s", r.chain, r.asset.Address, d.Event, d.Function, d.Where)
	if d.Internal {
		of += " internal"
	}
	return &silence{
		silent: uint64(silent / time.Second), coolDown: uint64(time.Duration(d.CoolDown) / time.Second),
		of: imprint(of),
	}, nil
}

// silences looks which absences have lasted too long.
func (p *pass) silences() {
	s, now := p.state, p.block.Time
	for _, r := range p.lane.silences {
		id := r.detector.ID
		v, before := s.vigil(id, r.silence.of)
		switch {
		case r.detector.Internal && p.unseen > 0 && p.counts[r] == nil:
			v.Seen = now // it may have been there and could not be seen, which is told by itself
			v.right()
		case before == nil || p.counts[r] != nil:
			if before != nil {
				s.course(id, r.silence.of).came(now, v.Seen)
			}
			v.Seen = now
			v.right()
		case now >= v.Seen+r.silence.silent && !p.quiet && v.wrong(now, r.silence.coolDown):
			f := p.finding(r, evm.Hash{})
			f.ID = identify(id, fmt.Sprint(p.chain), p.block.Hash.Hex(), p.salt)
			f.Say = r.render(&view{block: p.block}, facts{more: map[string]string{"since": clock(v.Seen), "silent": r.detector.Silent.String()}})
			p.found = append(p.found, f)
		}
		if before == nil || *before != *v {
			p.note(id, Undo{Vigil: true, Was: before})
		}
	}
	p.retireVigils()
}

// plainSilence is the sentence of an absence without a message.
func (r *rule) plainSilence(f facts) string {
	what := "transaction to"
	switch {
	case r.event && r.shape != nil:
		what = r.shape.event.Name + " of"
	case r.shape != nil:
		what = "call of " + r.shape.method.Name + " on"
	}
	return fmt.Sprintf("%s: no %s %s since %s; %s without one is too long.", r.detector.Name, what, r.subjectName(), f.more["since"], f.more["silent"])
}
