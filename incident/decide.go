package incident

import (
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// Decide says what a command means for an incident: the events that follow, none if the command was applied before, or a
// fault that says why not. It changes neither plan nor state. A now before the last event counts as that event's time.
func Decide(p *plan.Plan, s *State, cmd Command, now time.Time) ([]Event, error) {
	if cmd.ID != "" && s.commands[keyOf(cmd.ID)] {
		return nil, nil
	}
	if now.Before(s.Last) {
		now = s.Last
	}
	if _, open := cmd.Op.(OpOpen); open != (s.ID == "") {
		if open {
			return nil, fault.New(fault.Conflict, "Incident %s is open already.", s.ID)
		}
		return nil, fault.New(fault.NotFound, "There is no such incident.")
	}
	d := &decider{p: s.trusted(p), whole: p, s: s.clone(), cmd: cmd, now: now}
	if err := d.allowed(); err != nil {
		return nil, err
	}
	if err := d.halted(); err != nil {
		return nil, err
	}
	if err := d.do(); err != nil {
		return nil, err
	}
	d.present()
	d.settle()
	return d.events, nil
}

// decider gathers the events of one command. Its state runs ahead: each event is applied to it at once.
type decider struct {
	p      *plan.Plan // without what the incident distrusts
	whole  *plan.Plan
	s      *State
	cmd    Command
	now    time.Time
	events []Event
}

func (d *decider) emit(e Event) {
	d.events = append(d.events, e)
	d.s.Apply(Happened{Event: e, At: d.now, Actor: d.cmd.Actor})
}

// allowed keeps what machines report and what people say apart.
func (d *decider) allowed() error {
	switch d.cmd.Op.(type) {
	case OpFind, OpRetract, OpOutcome, OpWaits, OpFilled, OpSigned, OpSent, OpLanded, OpUnlanded, OpEffect, OpFailed, OpTick, OpSafeFacts, OpSafeUnread, OpContractFact:
		if d.cmd.Actor.Kind == journal.Person {
			return fault.New(fault.Forbidden, "Only Tocsin itself can report this.")
		}
	}
	return nil
}

// present takes note that a person who acts is there, which ends their paging.
func (d *decider) present() {
	switch d.cmd.Op.(type) {
	case OpOpen, OpAnswer, OpHere, OpNote, OpRedact, OpLeave, OpDecline, OpCorrect, OpRelease, OpDeny:
		return
	}
	if d.cmd.Actor.Kind == journal.Person && len(d.events) > 0 && !d.s.Phase.Over() && d.s.Halt() == nil {
		d.there(d.cmd.Actor.ID)
	}
}

func (d *decider) do() error {
	switch op := d.cmd.Op.(type) {
	case OpOpen:
		return d.open(op)
	case OpFind:
		return d.find(op)
	case OpRetract:
		return d.retract(op)
	case OpAnswer:
		return d.answer(op)
	case OpHere:
		return d.look()
	case OpTakeRole:
		return d.takeRole(op)
	case OpHandOver:
		return d.offer(op)
	case OpAccept:
		return d.accept(op)
	case OpDecline:
		return d.decline(op)
	case OpLeave:
		return d.leave(op)
	case OpCorrect:
		return d.correct(op)
	case OpDistrust:
		return d.distrust(op)
	case OpTrust:
		return d.trust(op)
	case OpRestrict:
		return d.restrict(op)
	case OpReveal:
		return d.reveal(op)
	case OpValidate:
		return d.validate(op)
	case OpDismiss:
		return d.dismiss(op)
	case OpSeverity:
		return d.severity(op)
	case OpBeginStep:
		return d.beginStep(op)
	case OpEndStep:
		return d.endStep(op)
	case OpPropose:
		return d.propose(op)
	case OpApprove:
		return d.approve(op)
	case OpOutcome:
		return d.outcome(op)
	case OpSafeFacts:
		return d.safeFacts(op)
	case OpContractFact:
		return d.contractFact(op)
	case OpSafeUnread:
		return d.safeUnread(op)
	case OpSendAnyway:
		return d.sendAnyway(op)
	case OpWithdraw:
		return d.withdraw(op)
	case OpReject:
		return d.reject(op)
	case OpConfirm:
		return d.confirm(op)
	case OpAttest:
		return d.attest(op)
	case OpDeny:
		return d.deny(op)
	case OpOverride:
		return d.override(op)
	case OpSigned, OpSent, OpLanded, OpUnlanded, OpEffect, OpFailed, OpRetry:
		return d.act(op)
	case OpWaits:
		return d.waits(op)
	case OpFilled:
		return d.filled(op)
	case OpPost:
		return d.post(op)
	case OpContain:
		return d.contain(op)
	case OpResolve:
		return d.resolve(op)
	case OpClose:
		return d.close(op)
	case OpReopen:
		return d.reopen(op)
	case OpMerge:
		return d.merge(op)
	case OpAbsorb:
		return d.absorb(op)
	case OpRelease:
		return d.release(op)
	case OpAdopt:
		return d.adopt(op)
	case OpNote:
		return d.note(op)
	case OpRedact:
		return d.redact(op)
	case OpWaive:
		return d.waive(op)
	case OpReinstate:
		return d.reinstate(op)
	case OpPin:
		return d.pin(op)
	case OpAnswerStep:
		return d.answerStep(op)
	case OpUndoStep:
		return d.undoStep(op)
	case OpAddStep:
		return d.addStep(op)
	case OpAttach:
		return d.attach(op)
	case OpTakeIn:
		return d.takeIn(op)
	case OpClock:
		return d.setClock(op)
	case OpTick:
		return d.tick(op)
	}
	return fault.New(fault.Invalid, "Tocsin does not know the command %T.", d.cmd.Op)
}

// settle draws the conclusions that follow from the state alone, until there are no more.
func (d *decider) settle() {
	for {
		n := len(d.events)
		if !d.s.Phase.Over() && d.s.Halt() == nil {
			d.settleDecisions()
			d.settleRejections()
			d.settleSteps()
			d.askDecisions()
			d.callApprovers()
			d.settleReach()
			d.settleMuster()
		}
		if len(d.events) == n {
			return
		}
	}
}

// person returns who acts; only people of the plan can.
func (d *decider) person() (string, error) {
	if d.cmd.Actor.Kind != journal.Person {
		return "", fault.New(fault.Forbidden, "Only a person can do this.")
	}
	x, ok := d.p.Person(d.cmd.Actor.ID)
	if !ok {
		return "", fault.New(fault.Forbidden, "%q is not a person of the plan.", d.cmd.Actor.ID)
	}
	if x.Body {
		return "", fault.New(fault.Forbidden, "%s is an organisation; a person has to act.", x.Name)
	}
	return x.ID, d.s.Refusal(x.ID)
}

// live returns an error if nothing more is to be done.
func (d *decider) live() error {
	switch d.s.Phase {
	case Closed:
		return fault.New(fault.Conflict, "Incident %s was closed at %s.", d.s.ID, clock(d.s.Moments.Closed)).Instead("Reopen it first.")
	case Dismissed:
		return fault.New(fault.Conflict, "Incident %s was dismissed at %s.", d.s.ID, clock(d.s.Moments.Dismissed)).Instead("Reopen it first.")
	case Merged:
		return d.s.elsewhere()
	}
	return nil
}

// responder returns who acts on an incident that is still going on.
func (d *decider) responder() (string, error) {
	who, err := d.person()
	if err != nil {
		return "", err
	}
	return who, d.live()
}

// maxText is the most that a person can say at once, in bytes; a post-mortem fits.
const maxText = 256 << 10

func words(s, what string, required bool) (string, error) {
	s = strings.TrimSpace(clean(s))
	if len(s) > maxText {
		return "", fault.New(fault.Invalid, "The %s is longer than %d KiB.", what, maxText>>10).Instead("Shorten it, or attach it elsewhere and link to it.")
	}
	if s == "" && required {
		return "", fault.New(fault.Invalid, "The %s is missing.", what).Instead("Write a sentence.")
	}
	return s, nil
}

// clean makes a text valid, as the journal would: what is decided upon is what is stored.
func clean(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// clock writes a time of day for a sentence, in UTC.
func clock(t time.Time) string { return t.UTC().Format("15:04:05") + " UTC" }
