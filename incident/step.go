package incident

import (
	"fmt"
	"time"

	"tocsin/plan"
)

// StepView is a step of the running procedure with how far it has come.
type StepView struct {
	plan.Step
	Number   int // from 1
	State    string
	By       string // name of the person, or Tocsin
	Begun    time.Time
	Ended    time.Time
	Note     string
	Decision *Decision // the latest on it
	Action   *Action   // the latest carrying out
	Say      string    // what it waits for; empty if for nothing
	Answer   string    // to its question
	Due      time.Time // until when the plan allows time for it; zero if it does not run or has no budget
	Added    *Added    // it was added on the spot; nil for steps of the plan
	Evidence []Evidence
}

// The states of a step that nobody has begun.
const (
	StepToCome = "to-come"   // others come first
	StepNow    = "now"       // may begin
	NotTaken   = "not-taken" // the answer to a question leads past it
)

// Over reports whether nothing more is expected of the step.
func (v *StepView) Over() bool { return v.State == Done || v.State == Skipped || v.State == NotTaken }

// StepsOf lists the steps of the running procedure in order, those added on the spot among them.
func StepsOf(p *plan.Plan, s *State) []StepView {
	views := course(p, s)
	for i := range views {
		if v := &views[i]; v.Say == "" {
			v.Say = waiting(p, s, v)
		}
	}
	return views
}

// course is StepsOf without what each step waits for, which costs a count of every decision.
func course(p *plan.Plan, s *State) []StepView {
	steps := stepsHeld(p, s)
	passed := notTaken(steps, s)
	ended := func(id string) bool {
		st := s.Step(id).State
		return st == Done || st == Skipped || st == "" && passed[id]
	}
	last := map[string]string{} // track → the step before in it
	views := make([]StepView, 0, len(steps))
	for i, st := range steps {
		v := StepView{Step: st, Number: i + 1, Added: s.added(st.ID), Evidence: s.evidenceOf(st.ID)}
		have := s.Step(st.ID)
		v.State, v.Begun, v.Ended, v.Note, v.Answer = have.State, have.Begun, have.Ended, have.Note, have.Answer
		if have.By != "" {
			v.By = NameOf(p, have.By)
		}
		after := st.After
		if len(after) == 0 && last[st.Track] != "" {
			after = []string{last[st.Track]}
		}
		last[st.Track] = st.ID
		switch {
		case v.State != "":
		case s.Phase.Over():
			v.State, v.Say = StepToCome, "nobody began it"
		case passed[st.ID]:
			v.State, v.Say = NotTaken, "the answer leads past it"
		default:
			v.State = StepNow
			for _, a := range after {
				if !ended(a) {
					v.State = StepToCome
					v.Say = "after " + stepNamed(steps, a).Name
					break
				}
			}
		}
		v.Due = stepDue(s, &v, after)
		v.Decision, v.Action = s.decisionOf(st.ID), s.actionOf(p, st)
		views = append(views, v)
	}
	return views
}

// waiting says what a step that may begin waits for.
func waiting(p *plan.Plan, s *State, v *StepView) string {
	if v.Over() {
		return ""
	}
	if a := v.Action; a != nil {
		return sayAction(a)
	}
	if d := v.Decision; d != nil {
		switch d.State {
		case Open:
			return s.Status(p, d, s.Last).Say
		case Refused:
			return "It was refused."
		case Withdrawn:
			if d.Withdrawn != nil {
				return NameOf(p, d.Withdrawn.By) + " withdrew it. It is asked for again when somebody proposes it."
			}
		case Met:
			if !s.Phase.AtLeast(Validated) {
				return "All have signed. It goes out once somebody says that the incident is real."
			}
		}
	}
	return ""
}

// sayAction says how far an action has come.
func sayAction(a *Action) string {
	if a.asks() {
		return sayRequest(a)
	}
	switch a.State {
	case Ordered:
		return "Ordered; it is being simulated and signed."
	case Signed:
		if a.Waits != "" {
			return "Signed; the chain has not taken it. " + a.Waits
		}
		return "Signed; it is being sent."
	case Sent:
		if a.Waits != "" {
			return "Sent; it has not landed yet. " + a.Waits
		}
		return "Sent; it has not landed yet."
	case LandedOnce:
		if a.Landed == nil {
			return "Landed; its effect is being read."
		}
		return fmt.Sprintf("Landed in block %d; its effect is being read.", a.Landed.Block)
	case Verified:
		return fmt.Sprintf("Done, and verified at block %d.", a.Block)
	case Unneeded:
		return fmt.Sprintf("In effect already at block %d; nothing was sent.", a.Block)
	}
	return "It failed: " + a.Say
}

// sayRequest says how far an action has come that is a request over HTTP.
func sayRequest(a *Action) string {
	switch a.State {
	case Ordered, Signed:
		return "Ordered; the request is being made ready."
	case Sent:
		return "The request is made; it has not been taken yet."
	case LandedOnce:
		return "The request was taken; it is looked at from outside whether it worked."
	case Verified:
		return "Done: " + a.Got + "."
	case Unneeded:
		return "In effect already: " + a.Got + "; nothing was asked."
	}
	return "It failed: " + a.Say
}
