package incident

import (
	"fmt"
	"strings"

	"tocsin/action"
	"tocsin/plan"
)

// Follows says of which action of this incident a finding is only the consequence: transactions to a contract fail because what halts the
// incident's issue has taken effect on it. Such a finding is kept in the incident, and calls nobody. Empty if it is no such finding.
func (s *State) Follows(p *plan.Plan, f Finding) string {
	d, ok := p.Detector(f.Detector)
	if !ok || !CountsFailures(d) || f.Asset == "" || s.Phase.Over() {
		return ""
	}
	for i := range s.Actions {
		a := &s.Actions[i]
		if from := s.haltsFrom(p, a, f.Asset); from != 0 && f.Chain == a.Prepared.Chain && f.Block >= from && !s.undone(p, a) {
			return fmt.Sprintf("%s took effect at block %d, and lets no transaction through since.", a.title(), from)
		}
	}
	return ""
}

// CountsFailures reports whether a detector counts transactions that fail.
func CountsFailures(d plan.Detector) bool {
	return d.Kind == "spike" && strings.HasPrefix(d.Metric, "failed_")
}

// haltsFrom is the block from which an action that halts has had its effect on an asset; 0 if it is no such action, or has none.
func (s *State) haltsFrom(p *plan.Plan, a *Action, asset string) uint64 {
	if a.State != Verified && a.State != Unneeded || a.Prepared == nil || a.Prepared.Effect == nil {
		return 0
	}
	x, ok := p.Asset(asset)
	if !ok || x.Chain != a.Prepared.Effect.Chain || x.Address != a.Prepared.Effect.To {
		return 0
	}
	st, _ := p.Step(s.Procedure, a.Step)
	if y := s.Decision(a.Decision); st.Purpose != purposeHalt && (y == nil || y.Armed == nil) {
		return 0
	}
	if a.Landed != nil {
		return a.Landed.Block
	}
	return a.Block
}

// undone reports whether an action that took effect was undone since: another one of this incident made the same reading say something
// else.
func (s *State) undone(p *plan.Plan, a *Action) bool {
	reads := func(fx, other *action.Effect) bool {
		return fx != nil && other != nil && fx.Chain == other.Chain && fx.To == other.To && string(fx.Data) == string(other.Data) && fx.Want != other.Want
	}
	return find(s.Actions, func(b *Action) bool {
		if b.Landed == nil && b.State != Unneeded || b.Prepared == nil || b.Ordered.Before(a.Ordered) {
			return false
		}
		x, _ := p.Action(a.Action)
		return x.Undo != "" && b.Action == x.Undo || reads(b.Prepared.Effect, a.Prepared.Effect)
	}) != nil
}

// harm lists the findings that stand and are not only the consequence of what was done.
func (s *State) harm() []Finding {
	list := s.standing()
	n := 0
	for _, f := range list {
		if f.Follows == "" {
			list[n] = f
			n++
		}
	}
	return list[:n]
}
