package mute

import (
	"slices"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// Command is a wish to change the mutes, with a proven actor.
type Command struct {
	Actor journal.Actor
	Op    Op
}

// Op is what a command wants; each is a struct of this file.
type Op interface{ op() }

// OpMute wants a detector quiet, or agrees with somebody who asked for that.
type OpMute struct {
	Detector string
	Until    time.Time // zero: as was asked for, else Default from now
	Why      string    // may be empty of who agrees
	Findings uint64    // how many findings have been recorded
}

// OpUnmute ends a mute, and withdraws what was asked for.
type OpUnmute struct{ Detector string }

// OpTick lets time pass: what is over ends.
type OpTick struct{}

func (OpMute) op()   {}
func (OpUnmute) op() {}
func (OpTick) op()   {}

// Decide says what a command means: the events that follow, or a fault that says why not. It changes neither plan nor state. A
// now before the last event counts as that event's time.
func Decide(p *plan.Plan, s *State, cmd Command, now time.Time) ([]Event, error) {
	if now.Before(s.Last) {
		now = s.Last
	}
	d := &decider{p: p, s: s.Next(), now: now}
	d.tick()
	switch op := cmd.Op.(type) {
	case OpTick:
		return d.events, nil
	case OpMute:
		who, err := d.responder(cmd.Actor)
		if err != nil {
			return nil, err
		}
		return d.events, d.mute(op, who)
	case OpUnmute:
		who, err := d.responder(cmd.Actor)
		if err != nil {
			return nil, err
		}
		return d.events, d.unmute(op, who)
	}
	return nil, fault.New(fault.Invalid, "Tocsin does not know the command %T.", cmd.Op)
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
	for _, m := range slices.Concat(d.s.Asked, d.s.Muted) {
		if how := m.ended(d.p, d.now); how != "" {
			d.emit(EventEnded{Number: m.Number, Detector: m.Detector, How: how})
		}
	}
}

// responder is who acts: a person of the core team.
func (d *decider) responder(a journal.Actor) (string, error) {
	if a.Kind != journal.Person {
		return "", fault.New(fault.Forbidden, "Only a person can mute a detector, or end that.")
	}
	x, ok := d.p.Person(a.ID)
	switch {
	case !ok:
		return "", fault.New(fault.Forbidden, "%q is not a person of the plan.", a.ID)
	case x.Body:
		return "", fault.New(fault.Forbidden, "%s is an organisation; a person has to act.", x.Name)
	case !d.p.Core(x.ID):
		return "", fault.New(fault.Forbidden, "%s is not of the core team.", x.Called()).Instead("Ask somebody of the core team.")
	}
	return x.ID, nil
}

func (d *decider) mute(op OpMute, who string) error {
	if err := Known(d.p, op.Detector); err != nil {
		return err
	}
	asked, agreeing := find(d.s.Asked, op.Detector)
	if agreeing && slices.Contains(asked.By, who) {
		return fault.New(fault.Conflict, "You asked for this at %s; a second person has to agree by %s.", clock(asked.Asked), clock(asked.Lapses)).
			Instead("Ask somebody of the core team to mute it too.")
	}
	was, muted := find(d.s.Muted, op.Detector)
	if muted && !agreeing && op.Until.IsZero() && strings.TrimSpace(op.Why) == "" { // they agree, and others have already
		if slices.Contains(was.By, who) {
			return nil // a double click
		}
		return fault.New(fault.Conflict, "%s is muted until %s already.", Name(d.p, op.Detector), moment(was.Until))
	}
	why, err := reason(op.Why, !agreeing)
	if err != nil {
		return err
	}
	until, err := d.until(op.Until, asked)
	if err != nil {
		return err
	}
	e := EventMuted{
		Detector: op.Detector, Until: until, Why: journal.Personal(why), By: []string{who}, Of: imprint(d.p, op.Detector), After: op.Findings,
	}
	switch {
	case agreeing:
		e.By = []string{asked.By[0], who}
		if e.Why = journal.Personal(asked.Why); why != "" && why != asked.Why {
			e.Why += journal.Personal("; " + why)
		}
	case muted && !until.After(was.Until):
		if until.Equal(was.Until) {
			return fault.New(fault.Conflict, "%s is muted until %s already.", Name(d.p, op.Detector), moment(was.Until))
		}
		e.By = was.By // shorter is more alert: whoever wants that may have it, and those who agreed to more agreed to less
	case Two(d.p, op.Detector):
		d.emit(EventAsked{Detector: op.Detector, Until: until, Why: e.Why, By: who})
		return nil
	}
	d.emit(e)
	return nil
}

// until is when a mute ends: what is wanted now, and never later than what the other person asked for.
func (d *decider) until(until time.Time, asked Mute) (time.Time, error) {
	switch {
	case until.IsZero() && asked.Number > 0:
		until = asked.Until
	case until.IsZero():
		until = d.now.Add(Default)
	case !until.After(d.now):
		return until, fault.New(fault.Invalid, "%s is over already.", moment(until)).Instead("Name a time to come, such as 4h.")
	case until.After(d.now.Add(Longest)):
		return until, fault.New(fault.Invalid, "A detector is muted for 7 days at most.").
			Instead("Mute it for less, or mend it: a newer plan may say what it should not find.")
	}
	until = until.UTC().Truncate(time.Microsecond)
	if asked.Number > 0 {
		until = earlier(until, asked.Until)
	}
	return until, nil
}

func (d *decider) unmute(op OpUnmute, who string) error {
	asked, wanted := find(d.s.Asked, op.Detector)
	muted, quiet := find(d.s.Muted, op.Detector)
	if !wanted && !quiet {
		return fault.New(fault.Conflict, "%s is not muted.", Name(d.p, op.Detector))
	}
	if wanted {
		d.emit(EventEnded{Number: asked.Number, Detector: op.Detector, How: Withdrawn, By: who})
	}
	if quiet {
		d.emit(EventEnded{Number: muted.Number, Detector: op.Detector, How: Unmuted, By: who})
	}
	return nil
}

func reason(s string, required bool) (string, error) {
	s = strings.TrimSpace(strings.ToValidUTF8(s, "\uFFFD"))
	switch {
	case s == "" && required:
		return "", fault.New(fault.Invalid, "The reason is missing.").Instead("Say in a sentence why it may be quiet.")
	case len(s) > maxWhy:
		return "", fault.New(fault.Invalid, "The reason is longer than %d KiB.", maxWhy>>10).Instead("Say it in a sentence.")
	}
	return s, nil
}

// clock writes a time of day for a sentence, in UTC.
func clock(t time.Time) string { return t.UTC().Format("15:04:05") + " UTC" }

// moment writes a time for a sentence, in UTC.
func moment(t time.Time) string { return t.UTC().Format("2 January 15:04") + " UTC" }
