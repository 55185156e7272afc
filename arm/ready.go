package arm

import (
	"fmt"
	"time"

	"tocsin/plan"
)

// Ready is the arming by which an issue may be acted upon now, or why there is none.
func Ready(p *plan.Plan, s *State, issue string, now time.Time) (Arm, string) {
	if now.Before(s.Last) {
		now = s.Last
	}
	i, ok := p.Issue(issue)
	if !ok || i.Automatic == nil {
		return Arm{}, "The plan does nothing about it by itself."
	}
	a, ok := s.Of(p, issue, now)
	if !ok {
		return Arm{}, "It is not armed" + s.lately(p, issue, now) + "."
	}
	for _, id := range i.Automatic.Detectors {
		if _, ok := s.Test(p, id); !ok {
			return Arm{}, fmt.Sprintf("No backtest of %s is on record.", called(p, id))
		}
	}
	used := 0
	var first time.Time
	for _, u := range s.Uses {
		if u.Issue == issue && now.Sub(u.At) < i.Automatic.Period() {
			if used++; used == 1 {
				first = u.At
			}
		}
	}
	if used >= i.Automatic.Times() {
		return Arm{}, fmt.Sprintf("It has acted %s within %s already, the first at %s; the plan lets it act no more than that.",
			times(used), plan.Duration(i.Automatic.Period()), moment(first))
	}
	return a, ""
}

// lately says why an issue that was armed is not any more, as far as the state still knows.
func (s *State) lately(p *plan.Plan, issue string, now time.Time) string {
	for _, a := range s.Arms {
		if a.Issue != issue {
			continue
		}
		switch how := a.ended(p, now); {
		case a.State == Asked && how == "":
			return ": it waits for signatures"
		case a.State == Armed && how == Over:
			return " any more: that ended at " + moment(a.Until)
		case a.State == Armed && how == Changed:
			return " any more: another plan is in force than it was signed under"
		}
	}
	return ""
}
