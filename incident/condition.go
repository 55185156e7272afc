package incident

import (
	"slices"
	"strings"

	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// Reopening lists what would reopen the incident, as the running procedure says: whoever resolves it has to say of each that
// it does not happen.
func Reopening(p *plan.Plan, s *State) []string {
	proc, _ := p.Procedure(s.Procedure)
	return proc.Reopen
}

// Unresolved lists, in sentences, what is still missing before the incident is resolved, if somebody says that the things
// of absent do not happen; none if nothing is.
func Unresolved(p *plan.Plan, s *State, absent []string) []string {
	var missing []string
	for _, v := range course(p, s) {
		if v.Optional && v.State != UnderWay || v.Over() || v.Purpose == "learn" {
			continue
		}
		switch {
		case v.State == UnderWay:
			missing = append(missing, v.Name+" is under way")
		case v.Purpose == purposeRestore && v.Step.Decision != "" && (v.Decision == nil || v.Decision.State != Met):
			pd, _ := p.Decision(v.Step.Decision)
			missing = append(missing, v.Name+" restores service and waits for its own decision: "+pd.Name)
		default:
			missing = append(missing, v.Name+" is neither done nor skipped")
		}
	}
	for _, c := range Reopening(p, s) {
		if !slices.Contains(absent, c) {
			missing = append(missing, "nobody has said that this does not happen: "+c)
		}
	}
	return missing
}

// Unclosed lists, in sentences, what is still missing before a resolved incident is closed; none if nothing is.
func Unclosed(p *plan.Plan, s *State) []string {
	var missing []string
	for _, u := range s.Updates {
		c, ok := p.Communication(u.Communication)
		switch {
		case ok && u.State == Posted && len(u.Waiting) > 0:
			missing = append(missing, c.Name+" did not get through and has to be passed on by hand")
		case !ok || c.Timing.Open || u.State != Owed && u.State != Asked:
		case c.Postmortem:
			missing = append(missing, c.Name+" is not published")
		case u.State == Asked:
			missing = append(missing, c.Name+" waits for its approval")
		default:
			missing = append(missing, c.Name+" is still owed")
		}
	}
	return missing
}

// purposeRestore is the purpose of steps that bring service back.
const purposeRestore = "restore"

// absent checks what somebody says does not happen: only what would reopen the incident can be said.
func (d *decider) absent(said []string) ([]string, error) {
	criteria := Reopening(d.p, d.s)
	for _, c := range said {
		if !slices.Contains(criteria, c) {
			return nil, fault.New(fault.Invalid, "%q is not one of the things that would reopen this incident.", c)
		}
	}
	return slices.DeleteFunc(slices.Clone(criteria), func(c string) bool { return !slices.Contains(said, c) }), nil
}

// lacking is why something is not to be done yet: all that is missing, in one list.
func (d *decider) lacking(what string, missing []string) error {
	instead := "Do that first. Or " + what + " all the same, and say why."
	if d.p.SecondPerson(d.s.Severity) {
		instead = "Do that first. Or " + what + " all the same, and say why; a second person has to agree."
	}
	return fault.New(fault.Conflict, "It is too early to %s the incident: %s.", what, strings.Join(missing, "; ")).Instead("%s", instead)
}

// despite says what was missing when something was done all the same, and why.
func despite(missing []string, why journal.Personal) string {
	if len(missing) == 0 {
		return ""
	}
	return " It was done although " + strings.Join(missing, "; ") + ". “" + string(why) + "”"
}
