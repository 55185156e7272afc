package incident

import (
	"math/big"
	"slices"

	"tocsin/journal"
)

func (d *decider) find(op OpFind) error {
	var worse, back bool
	var came []Finding
	for _, f := range op.Findings {
		if slices.ContainsFunc(d.s.Findings, func(g Finding) bool { return g.ID == f.ID && g.Retracted == "" }) {
			continue
		}
		f.clean()
		if f.Follows = d.s.Follows(d.p, f); f.Follows != "" {
			f.Act = ""
			d.emit(EventFinding{Finding: f})
			continue
		}
		f.Act, f.Worse = mayAct(d.p, f, d.s.Findings, op.Findings), d.worse(f)
		d.emit(EventFinding{Finding: f})
		came, worse = append(came, f), worse || f.Worse
		back = back || d.continues(f)
	}
	switch {
	case back && d.s.Phase == Dismissed:
		d.goBack(Detected, "It was found again after it had been dismissed.")
	case back && d.s.Phase.AtLeast(Contained):
		d.goBack(Validated, "It goes on although it had been contained.")
	case worse && !d.s.Phase.AtLeast(Contained):
		d.ringWorse(false)
	}
	d.actByItself(op.Ready, came)
	d.validateByItself()
	return nil
}

// clean makes a finding one that came just now: its texts valid, nothing decided about it yet.
func (f *Finding) clean() {
	f.Say, f.Worse, f.Retracted, f.Follows = clean(f.Say), false, "", ""
	f.Text, f.Contact = journal.Personal(clean(string(f.Text))), journal.Personal(clean(string(f.Contact)))
}

// continues reports whether a finding shows that an incident which had stopped has not.
func (d *decider) continues(f Finding) bool {
	switch d.s.Phase {
	case Dismissed:
		return true
	case Contained, Resolved, Closed:
		for i := range d.s.Actions {
			if at := d.haltedAt(&d.s.Actions[i], f.Chain); f.Block > 0 && f.Block <= at {
				return false // it happened before the action took effect and was only seen later
			}
		}
		return true
	}
	return false
}

// haltedAt is the block of a chain at which an action that halts took effect; 0 if it is no such action.
func (d *decider) haltedAt(a *Action, chain uint64) uint64 {
	if a.State != Verified && a.State != Unneeded || a.Prepared == nil || a.Prepared.Chain != chain {
		return 0
	}
	if st, ok := d.p.Step(d.s.Procedure, a.Step); !ok || st.Purpose != purposeHalt {
		return 0
	}
	if a.Landed != nil {
		return a.Landed.Block
	}
	return a.Block
}

// worse reports whether a finding makes an open incident worse: another detector, or twice as much as when it last rang.
func (d *decider) worse(f Finding) bool {
	standing := d.s.harm()
	if len(standing) == 0 {
		return true
	}
	if !slices.ContainsFunc(standing, func(g Finding) bool { return g.Detector == f.Detector }) {
		return true
	}
	rang := decimal(d.s.Rang)
	sum := total(append(standing, f))
	if rang.Sign() <= 0 { // nothing could be measured when it rang
		return sum.Sign() > 0
	}
	return sum.Cmp(rang.Lsh(rang, 1)) >= 0
}

// total sums what findings amount to; those that say nothing count as nothing.
func total(fs []Finding) *big.Int {
	sum := new(big.Int)
	for _, f := range fs {
		sum.Add(sum, decimal(f.Amount))
	}
	return sum
}

// maxDigits bounds amounts: 256 bits have 78 digits, and a sum of many a few more.
const maxDigits = 100

func decimal(s string) *big.Int {
	n := new(big.Int)
	if len(s) > maxDigits {
		return n
	}
	if m, ok := n.SetString(s, 10); ok {
		return m
	}
	return new(big.Int)
}

func (d *decider) retract(op OpRetract) error {
	for _, f := range d.s.Findings {
		if f.Retracted == "" && slices.Contains(op.IDs, f.ID) {
			d.emit(EventRetracted{Finding: f.ID, Why: clean(op.Why)})
		}
	}
	d.standDown()
	return nil
}
