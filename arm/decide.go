package arm

import (
	"slices"
	"time"

	"tocsin/decision"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// Decide says what a command means: the events that follow, or a fault that says why not. It changes neither plan nor state. A
// now before the last event counts as that event's time.
func Decide(p *plan.Plan, s *State, cmd Command, now time.Time) ([]Event, error) {
	if now.Before(s.Last) {
		now = s.Last
	}
	d := &decider{p: p, s: s.Next(), now: now}
	d.tick()
	var err error
	switch op := cmd.Op.(type) {
	case OpTick:
		return d.events, nil
	case OpUse:
		err = d.use(op.Used, cmd.Actor)
	case OpReturn:
		err = d.giveBack(op.Returned, cmd.Actor)
	default:
		who, refused := d.person(cmd.Actor)
		if refused != nil {
			return nil, refused
		}
		err = d.wish(op, who)
	}
	if err != nil {
		return nil, err
	}
	return d.events, nil
}

// decider gathers the events of one command. Its state runs ahead.
type decider struct {
	p      *plan.Plan
	s      *State
	now    time.Time
	events []Event
}

func (d *decider) emit(e Event) {
	d.events = append(d.events, e)
	d.s.Apply(Happened{Event: e, Seq: d.s.Version + 1, At: d.now})
}

// tick ends what is over.
func (d *decider) tick() {
	for _, a := range slices.Clone(d.s.Arms) {
		switch how := a.ended(d.p, d.now); {
		case how != "":
			d.emit(EventEnded{Number: a.Number, Issue: a.Issue, How: how})
		case a.lapsed(d.now):
			d.emit(EventDisarmDropped{Number: a.Number, Issue: a.Issue})
		}
	}
}

// wish does what a person wants.
func (d *decider) wish(op Op, who string) error {
	if x, ok := op.(OpAnswer); ok { // whoever the decision asks, of whichever team they are
		return d.answer(x, who)
	}
	if !d.p.Core(who) {
		return fault.New(fault.Forbidden, "%s is not of the core team.", d.p.NameOf(who)).Instead("Ask somebody of the core team.")
	}
	switch op := op.(type) {
	case OpArm:
		return d.arm(op, who)
	case OpDisarm:
		return d.disarm(op, who)
	case OpKeep:
		return d.keep(op, who)
	case OpTest:
		return d.test(op, who)
	}
	return fault.New(fault.Invalid, "Tocsin does not know the command %T.", op)
}

// person is who acts: a human being of the plan.
func (d *decider) person(a journal.Actor) (string, error) {
	x, ok := d.p.Person(a.ID)
	switch {
	case a.Kind != journal.Person:
		return "", fault.New(fault.Forbidden, "Only a person can do this.")
	case !ok:
		return "", fault.New(fault.Forbidden, "%q is not a person of the plan.", a.ID)
	case x.Body:
		return "", fault.New(fault.Forbidden, "%s is an organisation; a person has to act.", x.Name)
	}
	return x.ID, nil
}

func (d *decider) arm(op OpArm, who string) error {
	issue, ok := d.p.Issue(op.Issue)
	if !ok {
		return unknown(d.p, op.Issue)
	}
	if why := Unfit(d.p, &issue); len(why) > 0 {
		return fault.New(fault.Invalid, "%s", why[0].Say).Instead("%s", why[0].Mend)
	}
	if f, ok := Unsigned(d.p, &issue, d.now); ok {
		return fault.New(fault.Invalid, "%s", f.Say).Instead("%s", f.Mend)
	}
	for _, id := range issue.Automatic.Detectors {
		if _, ok := d.s.Test(d.p, id); !ok {
			return fault.New(fault.Invalid, "No backtest of %s is on record as the plan in force has it.", called(d.p, id)).
				Instead("Replay history and record it: tocsin backtest --record, with --detector %s.", id)
		}
	}
	if a, open := d.s.Open(d.p, op.Issue, d.now); open {
		err := fault.New(fault.Conflict, "%s asked for this at %s; it waits for signatures until %s.", d.p.NameOf(a.Proposer), clock(a.Asked), clock(a.Lapses(d.p)))
		if _, armed := d.s.Of(d.p, op.Issue, d.now); armed { // disarming is about what stands
			return err.Instead("Sign that, or have one of those who decide refuse it.")
		}
		return err.Instead("Sign that, or withdraw it first: tocsin disarm.")
	}
	most := d.now.Add(min(issue.Automatic.ArmedFor(), Longest))
	until := op.Until
	switch {
	case until.IsZero():
		until = most
	case !until.After(d.now):
		return fault.New(fault.Invalid, "%s is over already.", moment(until)).Instead("Name a time to come, such as 24h.")
	case until.After(most):
		return fault.New(fault.Invalid, "The plan lets this be armed for %s at most.", plan.Duration(min(issue.Automatic.ArmedFor(), Longest))).
			Instead("Name a time until %s.", moment(most))
	}
	a, err := decision.Arm(d.p, op.Issue, d.s.Number+1, who, d.now, until)
	if err != nil {
		return err
	}
	if !a.Until.After(d.now) {
		return fault.New(fault.Invalid, "%s is over already.", moment(until)).Instead("Name a time to come, such as 24h.")
	}
	d.emit(EventAsked{Arming: a})
	return nil
}

func (d *decider) answer(op OpAnswer, who string) error {
	i := slices.IndexFunc(d.s.Arms, func(a Arm) bool { return a.Number == op.Number })
	if i < 0 {
		return fault.New(fault.NotFound, "Nothing is to be signed by the number %d any more.", op.Number).Instead("Ask for it to be armed again.")
	}
	a := d.s.Arms[i]
	if a.State == Armed {
		return fault.New(fault.Conflict, "It is armed already.").Instead("To end that, disarm it.")
	}
	s, err := a.Accept(d.p, who, op.Choice, op.Signature, d.now)
	if err != nil {
		return err
	}
	d.emit(EventAnswered{Number: a.Number, Answer: s})
	switch d.s.Arms[i].Status(d.p, d.now).State {
	case decision.Met:
		if was, ok := d.s.Of(d.p, a.Issue, d.now); ok {
			d.emit(EventEnded{Number: was.Number, Issue: was.Issue, How: Replaced})
		}
		d.emit(EventArmed{Number: a.Number, Issue: a.Issue})
	case decision.Refused:
		d.emit(EventEnded{Number: a.Number, Issue: a.Issue, How: Refused, By: []string{who}})
	}
	return nil
}

func (d *decider) disarm(op OpDisarm, who string) error {
	if _, ok := d.p.Issue(op.Issue); !ok {
		return unknown(d.p, op.Issue)
	}
	a, armed := d.s.Of(d.p, op.Issue, d.now)
	if !armed {
		open, ok := d.s.Open(d.p, op.Issue, d.now)
		if !ok {
			return fault.New(fault.Conflict, "%s is not armed.", issueName(d.p, op.Issue))
		}
		d.emit(EventEnded{Number: open.Number, Issue: open.Issue, How: Withdrawn, By: []string{who}})
		return nil
	}
	why, err := reason(op.Why, a.Disarm == nil)
	if err != nil {
		return err
	}
	switch {
	case a.Disarm == nil && two(d.p):
		d.emit(EventDisarmAsked{Number: a.Number, Issue: a.Issue, Why: journal.Personal(why), By: who})
	case a.Disarm == nil:
		d.disarmed(a, who)
	case a.Disarm.By == who:
		return fault.New(fault.Conflict, "You asked for this at %s; a second person has to agree by %s.", clock(a.Disarm.At), clock(a.Disarm.Lapses)).
			Instead("Ask somebody of the core team to disarm it too.")
	default:
		d.disarmed(a, a.Disarm.By, who)
	}
	return nil
}

// disarmed ends an arming, and what waits for signatures to take its place: whoever wants it disarmed does not want it armed by that.
func (d *decider) disarmed(a Arm, by ...string) {
	d.emit(EventEnded{Number: a.Number, Issue: a.Issue, How: Disarmed, By: by})
	if open, ok := d.s.Open(d.p, a.Issue, d.now); ok {
		d.emit(EventEnded{Number: open.Number, Issue: open.Issue, How: Withdrawn, By: by})
	}
}

func (d *decider) keep(op OpKeep, who string) error {
	a, ok := d.s.Of(d.p, op.Issue, d.now)
	if !ok || a.Disarm == nil {
		return fault.New(fault.Conflict, "Nobody wants %s disarmed.", issueName(d.p, op.Issue))
	}
	d.emit(EventDisarmDropped{Number: a.Number, Issue: a.Issue, By: who})
	return nil
}

func (d *decider) use(e EventUsed, a journal.Actor) error {
	if a.Kind == journal.Person {
		return fault.New(fault.Forbidden, "Only Tocsin itself can report this.")
	}
	x, why := Ready(d.p, d.s, e.Issue, d.now)
	switch {
	case why != "":
		return fault.New(fault.Conflict, "%s", why)
	case x.Number != e.Number:
		return fault.New(fault.Conflict, "It is armed by another arming than the number %d.", e.Number)
	}
	d.emit(e)
	return nil
}

func (d *decider) giveBack(e EventReturned, a journal.Actor) error {
	if a.Kind == journal.Person {
		return fault.New(fault.Forbidden, "Only Tocsin itself can report this.")
	}
	if slices.ContainsFunc(d.s.Uses, func(u Use) bool { return u.Incident == e.Incident && u.Decision == e.Decision }) {
		d.emit(e)
	}
	return nil
}

func (d *decider) test(op OpTest, who string) error {
	for _, t := range op.Tests {
		det, ok := d.p.Detector(t.Detector)
		switch {
		case !ok:
			return fault.New(fault.Invalid, "The plan in force has no detector %q.", t.Detector)
		case t.Of != Imprint(d.p, t.Detector):
			return fault.New(fault.Invalid, "What was replayed is not the detector %q as the plan in force has it.", det.Name).
				Instead("Replay it with the plan that is in force, or adopt the other plan first.")
		case t.Blocks == 0 || t.To < t.From:
			return fault.New(fault.Invalid, "No block was replayed.")
		}
		t.By = who
		d.emit(EventTested{Test: t})
	}
	return nil
}
