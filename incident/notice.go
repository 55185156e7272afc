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
	name := d.Name(p)
	switch dp.Notice {
	case EventWithdrawn{}.Kind():
		if w := d.Withdrawn; w != nil {
			return "Withdrawn: " + name, NameOf(p, w.By) + " withdrew what was asked: " + name + "." + inQuotes(w.Why) + " Nothing is to be signed for it any more.", true
		}
	case EventSentAnyway{}.Kind():
		if a := d.Anyway; a != nil {
			return "Sent without the plan's approvers: " + name, NameOf(p, a.By) + " has it sent although the plan's rule is not met, for the Safe's owners suffice: " + name + "." + inQuotes(a.Why), true
		}
	case EventOverride{}.Kind():
		var says []string
		for _, o := range d.Overrides {
			says = append(says, NameOf(p, o.Person)+" signed it."+inQuotes(o.Why))
		}
		if len(says) > 0 {
			return "Override: " + name, "The plan's rule is being overridden: " + name + ". " + strings.Join(says, " "), true
		}
	case EventDenied{}.Kind():
		if i := slices.IndexFunc(d.Approvals, func(a Approval) bool { return a.Denied && a.Attested != nil }); i >= 0 {
			a := d.Approvals[i]
			return "Denied: " + name, NameOf(p, a.Person) + " never said what " + NameOf(p, a.Attested.By) + " attested: " + name +
				". It does not count. Consider whether you still trust who attested it, and " + a.Attested.Came + ", over which it had come.", true
		}
	}
	return "", "", false
}
