package exercise

import (
	"slices"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// Decide says what a command means: the events that follow, or a fault that says why not. It changes neither plan nor state. now is
// real time; one before the last event counts as that event's time.
func Decide(p *plan.Plan, s *State, cmd Command, now time.Time) ([]Event, error) {
	if cmd.ID != "" && s.commands[cmd.ID] {
		return nil, nil
	}
	if now.Before(s.Last) {
		now = s.Last
	}
	d := &decider{p: p, s: s.Next(), cmd: cmd, now: now.UTC()}
	op, planning := cmd.Op.(OpPlan)
	if planning {
		return d.done(d.plan(op))
	}
	if s.ID == "" {
		return nil, fault.New(fault.NotFound, "There is no such exercise.").Instead("Look at the list of exercises.")
	}
	d.tick()
	return d.done(d.decide())
}

// decider gathers the events of one command. Its state runs ahead.
type decider struct {
	p      *plan.Plan
	s      *State
	cmd    Command
	now    time.Time
	events []Event
}

func (d *decider) done(err error) ([]Event, error) {
	if err != nil {
		return nil, err
	}
	return d.events, nil
}

func (d *decider) emit(e Event) {
	d.events = append(d.events, e)
	d.s.Apply(Happened{Event: e, Seq: d.s.Version + 1, At: d.now, Actor: d.cmd.Actor})
}

func (d *decider) decide() error {
	switch op := d.cmd.Op.(type) {
	case OpInvite:
		return d.invite(op)
	case OpReply:
		return d.reply(op)
	case OpPostpone:
		return d.postpone(op)
	case OpCancel:
		return d.cancel(op)
	case OpAssign:
		return d.assign(op)
	case OpChoose:
		return d.choose(op)
	case OpBegin:
		return d.begin(op)
	case OpDescribe:
		return d.describe(op)
	case OpEnd:
		return d.end(op)
	case OpHere:
		return d.here(op)
	case OpBreak:
		return d.rest(op)
	case OpBreakEnd:
		return d.restOver()
	}
	return d.decideRun()
}

func (d *decider) decideRun() error {
	switch op := d.cmd.Op.(type) {
	case OpJoin:
		return d.join(op)
	case OpInject:
		return d.injectNow(op)
	case OpRelease:
		return d.release(op)
	case OpAsk:
		return d.ask(op)
	case OpAnswered:
		return d.answered(op)
	case OpMark:
		return d.mark(op)
	case OpStrike:
		return d.strike(op)
	case OpClock:
		return d.clock(op)
	case OpComplete:
		return d.complete(op)
	case OpAbort:
		return d.abort(op)
	case OpFreeze:
		return d.freeze(op)
	case OpStop:
		return d.stop(op)
	case OpThaw:
		return d.thaw(op)
	}
	return d.decideAfter()
}

func (d *decider) decideAfter() error {
	switch op := d.cmd.Op.(type) {
	case OpLesson:
		return d.lesson(op)
	case OpFollowUp:
		return d.followUp(op)
	case OpFollowUpEnd:
		return d.followUpEnd(op)
	case OpLink:
		return d.link(op)
	case OpSeen:
		return d.seen()
	case OpPublish:
		return d.publish()
	case OpRedact:
		return d.redact(op)
	case OpTick:
		if err := d.machine(); err != nil {
			return err
		}
		d.reach(op.Done)
		return nil
	}
	return fault.New(fault.Invalid, "Tocsin does not know the command %T.", d.cmd.Op)
}

// person is who acts: somebody of the team, an organisation only if it may.
func (d *decider) person() (plan.Person, error) {
	if d.cmd.Actor.Kind != journal.Person {
		return plan.Person{}, fault.New(fault.Forbidden, "Only a person can do that in an exercise.")
	}
	return d.personNamed(d.cmd.Actor.ID)
}

func (d *decider) personNamed(id string) (plan.Person, error) {
	x, ok := d.p.Person(id)
	switch {
	case !ok:
		return x, unknown(d.p, "a person of the plan", id, fault.Forbidden)
	case x.Body:
		return x, fault.New(fault.Forbidden, "%s is an organisation; a person has to act.", x.Called())
	}
	return x, nil
}

// core is who acts: a person of the core team.
func (d *decider) core() (string, error) {
	x, err := d.person()
	if err == nil && !d.p.Core(x.ID) {
		err = fault.New(fault.Forbidden, "%s is not of the core team.", x.Called()).Instead("Ask somebody of the core team.")
	}
	return x.ID, err
}

// moderates reports whether the moderator acts: the person, or the system in an unattended session.
func (d *decider) moderates() bool {
	a := d.cmd.Actor
	return a.Kind == journal.Person && a.ID != "" && a.ID == d.s.Moderator || a.Kind == journal.System && d.s.Unattended
}

// moderator is who acts, if that is the moderator.
func (d *decider) moderator() (string, error) {
	if d.moderates() {
		return d.actor(), nil
	}
	who := "the system"
	if d.s.Moderator != "" {
		who = d.p.NameOf(d.s.Moderator)
	}
	return "", fault.New(fault.Forbidden, "Only the moderator can do that, and that is %s.", who)
}

// leader is who acts, if that is the moderator or whoever planned the session.
func (d *decider) leader() (string, error) {
	if d.moderates() || d.cmd.Actor.Kind == journal.Person && d.cmd.Actor.ID != "" && d.cmd.Actor.ID == d.s.By {
		return d.actor(), nil
	}
	_, err := d.moderator()
	return "", err
}

// actor is the person who acts; empty for the system.
func (d *decider) actor() string {
	if d.cmd.Actor.Kind == journal.Person {
		return d.cmd.Actor.ID
	}
	return ""
}

// machine refuses people: the command is the engine's.
func (d *decider) machine() error {
	if d.cmd.Actor.Kind == journal.Person {
		return fault.New(fault.Forbidden, "Tocsin itself does that.")
	}
	return nil
}

// in refuses what does not fit the phase.
func (d *decider) in(phases ...Phase) error {
	if slices.Contains(phases, d.s.Phase) {
		return nil
	}
	switch d.s.Phase {
	case Planned:
		return fault.New(fault.Conflict, "The exercise has not begun.").Instead("Begin it first.")
	case Running:
		return fault.New(fault.Conflict, "The exercise is running.")
	case Cancelled:
		return fault.New(fault.Conflict, "The exercise was cancelled.").Instead("Plan another one.")
	}
	return fault.New(fault.Conflict, "The exercise is over.")
}

// playing is the run under way; it refuses while nothing goes on.
func (d *decider) playing() (*Run, error) {
	if err := d.in(Running); err != nil {
		return nil, err
	}
	if err := d.thawed(); err != nil {
		return nil, err
	}
	r := d.s.Current()
	switch {
	case r == nil:
		return nil, fault.New(fault.Conflict, "No scenario is being played.").Instead("Choose one, and describe it.")
	case !r.UnderWay():
		return nil, fault.New(fault.Conflict, "The scenario has not been described yet.").Instead("Read its opening to the team first.")
	}
	return r, nil
}

// thawed refuses while the session is frozen.
func (d *decider) thawed() error {
	f := d.s.Frozen
	switch {
	case f == nil:
		return nil
	case f.Incident != "":
		return fault.New(fault.Conflict, "The exercise stands still: something real is going on.").Instead("Look after that first; then the moderator lets the exercise go on.")
	}
	return fault.New(fault.Conflict, "The exercise stands still: %s said stop.", d.p.NameOf(f.By)).Instead("The moderator lets it go on.")
}

// words checks a text that somebody wrote.
func words(s, what string, required bool) (string, error) {
	s = strings.TrimSpace(clean(s))
	switch {
	case len(s) > maxText:
		return "", fault.New(fault.Invalid, "The %s is longer than %d KiB.", what, maxText>>10).Instead("Shorten it, or put it elsewhere and link to it.")
	case s == "" && required:
		return "", fault.New(fault.Invalid, "The %s is missing.", what).Instead("Write a sentence.")
	}
	return s, nil
}

// clean makes a text valid, as the journal would: what is decided upon is what is stored.
func clean(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// full refuses one more of a list that is as long as it may be.
func full(n, most int, what string) error {
	if n < most {
		return nil
	}
	return fault.New(fault.Conflict, "There are %d %s already; there can be no more.", n, what)
}

// unknown is the fault for an id that leads nowhere, with the nearest one of the plan's people.
func unknown(p *plan.Plan, what, id string, code fault.Code) error {
	err := fault.New(code, "%q is not %s.", id, what)
	var ids []string
	for _, team := range [][]plan.Person{p.CoreTeam, p.ExtendedTeam} {
		for i := range team {
			ids = append(ids, team[i].ID)
		}
	}
	if near := plan.Nearest(id, ids); len(near) > 0 {
		return err.Instead("Did you mean %s?", near[0])
	}
	return err
}
