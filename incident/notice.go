package incident

import (
	"slices"
	"strings"

	"tocsin/plan"
)

// NoticeOf says what a notice tells, in a few words and in sentences; false if it tells of something that the incident does not hold.
func NoticeOf(p *plan.Plan, s *State, dp Dispatch) (subject, text string, ok bool) {
	d := s.Decision(dp.Decision)
	if d == nil {
		return "", "", false
	}
	pd, _ := p.Decision(d.Decision)
	switch dp.Notice {
	case EventWithdrawn{}.Kind():
		if w := d.Withdrawn; w != nil {
			return "Withdrawn: " + pd.Name, NameOf(p, w.By) + " withdrew what was asked: " + pd.Name + "." + inQuotes(w.Why) + " Nothing is to be signed for it any more.", true
		}
	case EventSentAnyway{}.Kind():
		if a := d.Anyway; a != nil {
			return "Sent without the plan's approvers: " + pd.Name, NameOf(p, a.By) + " has it sent although the plan's rule is not met, for the Safe's owners suffice: " + pd.Name + "." + inQuotes(a.Why), true
		}
	case EventOverride{}.Kind():
		var says []string
		for _, o := range d.Overrides {
			says = append(says, NameOf(p, o.Person)+" signed it."+inQuotes(o.Why))
		}
		if len(says) > 0 {
			return "Override: " + pd.Name, "The plan's rule is being overridden: " + pd.Name + ". " + strings.Join(says, " "), true
		}
	case EventDenied{}.Kind():
		if i := slices.IndexFunc(d.Approvals, func(a Approval) bool { return a.Denied && a.Attested != nil }); i >= 0 {
			a := d.Approvals[i]
			return "Denied: " + pd.Name, NameOf(p, a.Person) + " never said what " + NameOf(p, a.Attested.By) + " attested: " + pd.Name +
				". It does not count. Consider whether you still trust who attested it, and " + a.Attested.Came + ", over which it had come.", true
		}
	}
	return "", "", false
}
