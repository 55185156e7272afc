package incident

import (
	"math/big"
	"slices"
)

func (d *decider) find(op OpFind) error {
	var worse, back bool
	for _, f := range op.Findings {
		if slices.ContainsFunc(d.s.Findings, func(g Finding) bool { return g.ID == f.ID && g.Retracted == "" }) {
			continue
		}
		f.Worse = d.worse(f)
		d.emit(EventFinding{Finding: f})
		worse = worse || f.Worse
		back = back || d.continues(f)
	}
	switch {
	case back && d.s.Phase == Dismissed:
		d.goBack(Detected, "It was found again after it had been dismissed.")
	case back && d.s.Phase.AtLeast(Contained):
		d.goBack(Validated, "It goes on although it had been contained.")
	case worse && !d.s.Phase.AtLeast(Contained):
		d.ringWorse()
	}
	return nil
}

// continues reports whether a finding shows that an incident which had stopped has not.
func (d *decider) continues(f Finding) bool {
	switch d.s.Phase {
	case Dismissed:
		return true
	case Contained, Resolved, Closed:
		for _, a := range d.s.Actions {
			if a.State == Verified && f.Chain == a.Prepared.Chain && f.Block > 0 && f.Block <= a.Block {
				return false // it happened before the action took effect and was only seen later
			}
		}
		return true
	}
	return false
}

// worse reports whether a finding makes an open incident worse: another detector, or twice as much as when it last rang.
func (d *decider) worse(f Finding) bool {
	standing := d.s.standing()
	if len(standing) == 0 {
		return true
	}
	known, sum, rang := false, new(big.Int), new(big.Int)
	for _, g := range standing {
		known = known || g.Detector == f.Detector
		sum.Add(sum, amount(g))
		if g.Worse || rang.Sign() == 0 {
			rang.Set(sum)
		}
	}
	if !known {
		return true
	}
	sum.Add(sum, amount(f))
	return rang.Sign() > 0 && sum.Cmp(rang.Lsh(rang, 1)) >= 0
}

func amount(f Finding) *big.Int {
	if n, ok := new(big.Int).SetString(f.Amount, 10); ok {
		return n
	}
	return new(big.Int)
}

func (d *decider) retract(op OpRetract) error {
	for _, f := range d.s.Findings {
		if f.Retracted == "" && slices.Contains(op.IDs, f.ID) {
			d.emit(EventRetracted{Finding: f.ID, Why: op.Why})
		}
	}
	return nil
}
