package incident

import (
	"fmt"
	"slices"
	"time"

	"tocsin/plan"
)

// defaultQuiet is how long an incident's detectors stay quiet before it counts as contained, where the issue does not say.
const defaultQuiet = time.Minute

// purposeHalt is the purpose of steps that stop the harm.
const purposeHalt = "halt"

// measured says what containment is measured by; empty if by nothing, so that a person has to say it. What was done before
// it was reopened did not suffice, so it measures nothing.
func (d *decider) measured() string {
	for _, v := range course(d.p, d.s) {
		if v.Purpose != purposeHalt || v.Step.Action == "" || v.State == Skipped || v.State == NotTaken {
			continue
		}
		if v.State == Done && !d.s.haltedBy(d.p, &v).After(d.s.Reopened) && !d.s.carriedOut(parts(d.p, v.Step.Action)) {
			continue
		}
		return "the step " + v.Name + " has to take effect and the detectors have to stay quiet."
	}
	return ""
}

// carriedOut reports whether one of some actions of the plan is being carried out.
func (s *State) carriedOut(ids []string) bool {
	return find(s.Actions, func(a *Action) bool { return slices.Contains(ids, a.Action) && a.underWay() }) != nil
}

// haltedBy is when a step that is done took effect last: its action may have been carried out again since.
func (s *State) haltedBy(p *plan.Plan, v *StepView) time.Time {
	at, ids := v.Ended, parts(p, v.Step.Action)
	for i := range s.Actions {
		if a := &s.Actions[i]; v.Step.Action != "" && slices.Contains(ids, a.Action) && a.Verified.After(at) {
			at = a.Verified
		}
	}
	return at
}

// halted returns since when everything that halts the issue has been done and the detectors have been quiet; zero if it has
// not been, if there is nothing, or if nothing has been done since the incident was reopened.
func halted(p *plan.Plan, s *State) time.Time {
	var last time.Time
	for _, v := range course(p, s) {
		switch {
		case v.Purpose != purposeHalt || v.State == Skipped || v.State == NotTaken:
		case v.State != Done:
			return time.Time{}
		default:
			if at := s.haltedBy(p, &v); at.After(last) {
				last = at
			}
		}
	}
	if last.IsZero() || !last.After(s.Reopened) {
		return time.Time{}
	}
	if s.QuietFrom.After(last) {
		return s.QuietFrom
	}
	return last
}

// containmentTime is when the quiet will have lasted long enough; zero if nothing is to be waited for.
func containmentTime(p *plan.Plan, s *State) time.Time {
	if s.Phase != Validated {
		return time.Time{}
	}
	since := halted(p, s)
	if since.IsZero() {
		return time.Time{}
	}
	issue, _ := p.Issue(s.Issue)
	return since.Add(issue.QuietFor.Or(defaultQuiet))
}

// tickContainment contains the incident once its effects hold and its detectors have been quiet long enough, and the chains
// have been watched beyond the blocks of its findings and of the readings of its effects: being blind is not being quiet.
func (d *decider) tickContainment(watched map[uint64]Watched) {
	t := containmentTime(d.p, d.s)
	if t.IsZero() || d.now.Before(t) {
		return
	}
	how := "All that halts it is done"
	for _, f := range d.s.harm() {
		if f.Chain != 0 && watched[f.Chain].Block <= f.Block {
			return
		}
	}
	for _, a := range d.s.Actions {
		if a.State != Verified && a.State != Unneeded || a.Prepared == nil {
			continue
		}
		if c := a.Prepared.Chain; c != 0 && watched[c].Block <= a.Block { // a request happens on no chain
			return
		}
		if fx := a.Prepared.Effect; fx != nil {
			how = fmt.Sprintf("%s reads %s at block %d", fx.Reads(), a.Got, a.Block)
		}
	}
	d.contained(how + ", and the detectors have been quiet since.")
}

func (d *decider) contained(how string) {
	d.emit(EventContained{How: how})
	d.endPages()
	d.escalate(momentContainment)
	d.owe(momentContainment)
}
