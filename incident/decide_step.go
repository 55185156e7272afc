package incident

import (
	"fmt"
	"slices"
	"time"

	"tocsin/fault"
	"tocsin/journal"
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
}

// The states of a step that nobody has begun.
const (
	StepToCome = "to-come" // others come first
	StepNow    = "now"     // may begin
)

// StepsOf lists the steps of the running procedure in order.
func StepsOf(p *plan.Plan, s *State) []StepView {
	proc, ok := p.Procedure(s.Procedure)
	if !ok {
		return nil
	}
	ended := func(id string) bool {
		st := s.Step(id).State
		return st == Done || st == Skipped
	}
	last := map[string]string{} // track → the step before in it
	views := make([]StepView, 0, len(proc.Steps))
	for i, st := range proc.Steps {
		v := StepView{Step: st, Number: i + 1}
		have := s.Step(st.ID)
		v.State, v.Begun, v.Ended, v.Note = have.State, have.Begun, have.Ended, have.Note
		if have.By != "" {
			v.By = NameOf(p, have.By)
		}
		after := st.After
		if len(after) == 0 && last[st.Track] != "" {
			after = []string{last[st.Track]}
		}
		last[st.Track] = st.ID
		if v.State == "" {
			v.State = StepNow
			for _, a := range after {
				if !ended(a) {
					v.State = StepToCome
					b, _ := p.Step(s.Procedure, a)
					v.Say = "after " + b.Name
					break
				}
			}
		}
		for j := range s.Decisions {
			if s.Decisions[j].Subject.Step == st.ID {
				v.Decision = &s.Decisions[j]
			}
		}
		for j := range s.Actions {
			if s.Actions[j].Step == st.ID {
				v.Action = &s.Actions[j]
			}
		}
		if v.Say == "" {
			v.Say = waiting(p, s, &v)
		}
		views = append(views, v)
	}
	return views
}

// waiting says what a step that may begin waits for.
func waiting(p *plan.Plan, s *State, v *StepView) string {
	if v.State == Done || v.State == Skipped {
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
	switch a.State {
	case Ordered:
		return "Ordered; it is being simulated and signed."
	case Signed:
		return "Signed; it is being sent."
	case Sent:
		return "Sent; it has not landed yet."
	case LandedOnce:
		return fmt.Sprintf("Landed in block %d; its effect is being read.", a.Landed.Block)
	case Verified:
		return fmt.Sprintf("Done, and verified at block %d.", a.Block)
	case Unneeded:
		return fmt.Sprintf("In effect already at block %d; nothing was sent.", a.Block)
	}
	return "It failed: " + a.Say
}

func (d *decider) stepOf(id string) (*StepView, error) {
	for _, v := range StepsOf(d.p, d.s) {
		if v.ID == id {
			return &v, nil
		}
	}
	return nil, fault.New(fault.NotFound, "The procedure has no step %q.", id)
}

func (d *decider) beginStep(op OpBeginStep) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	v, err := d.stepOf(op.Step)
	if err != nil {
		return err
	}
	switch v.State {
	case StepNow, Failed:
	case StepToCome:
		return fault.New(fault.Conflict, "%s comes later: %s.", v.Name, v.Say)
	case UnderWay:
		if d.s.Step(v.ID).By == who {
			return fault.New(fault.Conflict, "You began %s at %s.", v.Name, clock(v.Begun))
		}
	default:
		return fault.New(fault.Conflict, "%s is %s: %s, %s.", v.Name, v.State, v.By, clock(v.Ended))
	}
	if !d.s.Phase.AtLeast(Validated) && v.Purpose != "find" {
		return fault.New(fault.Conflict, "%s begins once the incident is validated.", v.Name).Instead("Say first whether it is real.")
	}
	d.emit(EventStepBegun{Step: v.ID, By: who})
	d.come(who, Coming, "")
	return nil
}

func (d *decider) endStep(op OpEndStep) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	v, err := d.stepOf(op.Step)
	if err != nil {
		return err
	}
	switch op.State {
	case Done, Skipped, Failed:
	default:
		return fault.New(fault.Invalid, "%q is not how a step ends.", op.State).Instead("Say %s, %s or %s.", Done, Skipped, Failed)
	}
	note, err := words(op.Note, "note", op.State != Done)
	if err != nil {
		return err
	}
	switch v.State {
	case StepToCome:
		return fault.New(fault.Conflict, "%s comes later: %s.", v.Name, v.Say)
	case Done, Skipped:
		return fault.New(fault.Conflict, "%s ended at %s already: %s, by %s.", v.Name, clock(v.Ended), v.State, v.By)
	}
	if !d.s.Phase.AtLeast(Validated) {
		return fault.New(fault.Conflict, "%s cannot end before the incident is validated.", v.Name).Instead("Say first whether it is real.")
	}
	if op.State == Done {
		if v.Step.Action != "" {
			return fault.New(fault.Forbidden, "%s is done by Tocsin when its decision is met; a person cannot say that it is done.", v.Name).Instead("If somebody did it by other means, Tocsin sees the effect on the chain and records it; else skip the step and say why.")
		}
		if v.Step.Decision != "" && (v.Decision == nil || v.Decision.State != Met) {
			pd, _ := d.p.Decision(v.Step.Decision)
			return fault.New(fault.Forbidden, "%s needs the decision %s first.", v.Name, pd.Name)
		}
	}
	if a := v.Action; a != nil && (a.State == Signed || a.State == Sent || a.State == LandedOnce) {
		return fault.New(fault.Conflict, "%s is being carried out.", v.Name).Instead("Wait until its transaction has landed.")
	}
	d.emit(EventStepEnded{Step: v.ID, State: op.State, By: who, Note: journal.Personal(note)})
	if op.State == Skipped && v.Decision != nil && v.Decision.State == Open {
		d.emit(EventDecisionSettled{Decision: v.Decision.ID, State: Withdrawn, Say: "The step was skipped."})
	}
	d.come(who, Coming, "")
	return nil
}

// settleSteps ends the steps whose action has taken effect.
func (d *decider) settleSteps() {
	for _, a := range slices.Clone(d.s.Actions) {
		if a.Step == "" {
			continue
		}
		st := d.s.Step(a.Step).State
		switch {
		case (a.State == Verified || a.State == Unneeded) && st != Done && st != Skipped:
			d.emit(EventStepEnded{Step: a.Step, State: Done, By: "Tocsin", Note: journal.Personal(sayAction(&a))})
		case a.State == Gone && st == UnderWay:
			d.emit(EventStepEnded{Step: a.Step, State: Failed, By: "Tocsin", Note: journal.Personal(a.Say)})
		}
	}
}

// act takes the reports of the executor.
func (d *decider) act(op Op) error {
	get := func(id string, states ...string) (*Action, error) {
		a := d.s.Action(id)
		if a == nil {
			return nil, fault.New(fault.NotFound, "Incident %s has no action %q.", d.s.ID, id)
		}
		if !slices.Contains(states, a.State) {
			return nil, fault.New(fault.Conflict, "Action %s is %s already.", id, a.State)
		}
		return a, nil
	}
	switch op := op.(type) {
	case OpSigned:
		a, err := get(op.Action, Ordered, Signed, Sent)
		if err != nil {
			return err
		}
		for _, t := range a.Sends {
			if t.Hash == op.Tx.Hash {
				return nil
			}
			if t.Nonce != op.Tx.Nonce || t.From != op.Tx.From {
				return fault.New(fault.Conflict, "Action %s has a transaction with nonce %d; another one could land beside it.", a.ID, t.Nonce)
			}
		}
		d.emit(EventActionSigned{ID: a.ID, Tx: op.Tx})
	case OpSent:
		a, err := get(op.Action, Signed, Sent)
		if err != nil {
			return err
		}
		if a.State == Signed {
			d.emit(EventActionSent{ID: a.ID, Tx: op.Tx})
		}
	case OpLanded:
		a, err := get(op.Action, Signed, Sent, LandedOnce)
		if err != nil {
			return err
		}
		if a.Landed != nil && a.Landed.BlockHash == op.Landing.BlockHash {
			return nil
		}
		if !slices.ContainsFunc(a.Sends, func(t Transaction) bool { return t.Hash == op.Landing.Tx }) {
			return fault.New(fault.Invalid, "Transaction %s is not one of action %s.", op.Landing.Tx, a.ID)
		}
		d.emit(EventActionLanded{ID: a.ID, Landing: op.Landing})
	case OpUnlanded:
		a, err := get(op.Action, LandedOnce, Verified)
		if err != nil {
			return err
		}
		d.emit(EventActionUnlanded{ID: a.ID, Why: op.Why, Delivery: d.nextDelivery(a.ID)})
	case OpEffect:
		states := []string{LandedOnce}
		if op.Before {
			states = []string{Ordered}
		}
		a, err := get(op.Action, states...)
		if err != nil {
			return err
		}
		e := EventEffect{ID: a.ID, Got: op.Got, Holds: op.Holds, State: a.State, Block: op.Block}
		switch {
		case op.Holds && op.Before:
			e.State = Unneeded
		case op.Holds:
			e.State = Verified
		case op.Before || a.Got == op.Got && a.Block != 0:
			return nil // nothing new
		}
		d.emit(e)
	case OpFailed:
		a, err := get(op.Action, Ordered, Signed, Sent, LandedOnce)
		if err != nil {
			return err
		}
		d.emit(EventActionFailed{ID: a.ID, Why: op.Why})
	case OpRetry:
		if _, err := d.responder(); err != nil {
			return err
		}
		a, err := get(op.Action, Gone)
		if err != nil {
			return err
		}
		x := d.s.Decision(a.Decision)
		if x == nil || x.State != Met || !d.now.Before(x.Expires) {
			return fault.New(fault.Expired, "The approvals for %s have expired.", a.Prepared.Words.Title).Instead("Ask for the decision again.")
		}
		if a.Landed == nil && len(a.Sends) > 0 {
			return fault.New(fault.Conflict, "A transaction of %s was sent and may still land.", a.Prepared.Words.Title).Instead("Ask for the decision again once its nonce is used.")
		}
		d.emit(EventActionRetried{ID: a.ID, Delivery: d.nextDelivery(a.ID)})
	}
	return nil
}

// nextDelivery names a further delivery of an action; its number grows with the incident's version.
func (d *decider) nextDelivery(id string) string {
	return fmt.Sprintf("%s/%s/%d", d.s.ID, id, d.s.Version+1)
}

// containment

// defaultQuiet is how long an incident's detectors stay quiet before it counts as contained, where the issue does not say.
const defaultQuiet = time.Minute

// measured says what containment is measured by; empty if by nothing, so that a person has to say it.
func (d *decider) measured() string {
	for _, v := range StepsOf(d.p, d.s) {
		if v.Purpose == "halt" && v.Step.Action != "" && v.State != Skipped {
			return "the step " + v.Name + " has to take effect and the detectors have to stay quiet."
		}
	}
	return ""
}

// halted returns since when everything that halts the issue has been done; zero if it has not, or if there is nothing.
func halted(p *plan.Plan, s *State) time.Time {
	var since time.Time
	any := false
	for _, v := range StepsOf(p, s) {
		if v.Purpose != "halt" {
			continue
		}
		if v.State != Done && v.State != Skipped {
			return time.Time{}
		}
		any = any || v.State == Done
		if v.Ended.After(since) {
			since = v.Ended
		}
	}
	if !any {
		return time.Time{}
	}
	if s.QuietFrom.After(since) {
		since = s.QuietFrom
	}
	return since
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
// have been watched beyond the blocks at which the effects were read: being blind is not being quiet.
func (d *decider) tickContainment(watched map[uint64]Watched) {
	t := containmentTime(d.p, d.s)
	if t.IsZero() || d.now.Before(t) {
		return
	}
	how := "All that halts it is done"
	for _, a := range d.s.Actions {
		if a.State != Verified && a.State != Unneeded {
			continue
		}
		w := watched[a.Prepared.Chain]
		if w.Block <= a.Block {
			return
		}
		how = fmt.Sprintf("%s reads %s at block %d", a.Prepared.Effect.Function, a.Got, a.Block)
	}
	d.contained(how + ", and the detectors have been quiet since.")
}

func (d *decider) contained(how string) {
	d.emit(EventContained{How: how})
	d.endPages()
	d.escalate(momentContainment)
	d.owe(momentContainment)
}
