package incident

import (
	"slices"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

func (d *decider) distrust(op OpDistrust) error {
	who, err := d.person()
	if err != nil {
		return err
	}
	if err := d.live(); err != nil {
		return err
	}
	ref := strings.TrimSpace(clean(op.Ref))
	why, err := words(op.Why, "reason", false)
	if err != nil {
		return err
	}
	switch {
	case !slices.Contains(Distrusted[:], op.Kind):
		return fault.New(fault.Invalid, "%q cannot be distrusted.", op.Kind).Instead("Name one of these: %s.", strings.Join(Distrusted[:], ", "))
	case ref == "" || len(ref) > maxRef:
		return fault.New(fault.Invalid, "What is distrusted is missing or too long.").Instead("Write it as the plan does.")
	}
	if op.Kind == DistrustPerson {
		x, err := personNamed(d.p, ref)
		if err != nil {
			return err
		}
		ref = x.ID
	}
	if op.Kind == DistrustKey {
		ref = keyNamed(d.whole, ref)
	}
	if d.s.Distrusts(op.Kind, ref) {
		return fault.New(fault.Conflict, "The %s is distrusted already.", Doubted(d.whole, op.Kind, ref))
	}
	if op.Kind == DistrustPerson {
		if both, err := d.shutOut(whatDistrust, who, why, op.Kind+" "+ref, []string{ref}); err != nil || !both {
			return err
		}
	}
	d.emit(EventDistrusted{What: op.Kind, Ref: journal.Personal(ref), By: who, Why: journal.Personal(why)})
	d.reconsider()
	return nil
}

func (d *decider) trust(op OpTrust) error {
	who, err := d.person()
	if err != nil {
		return err
	}
	if err := d.live(); err != nil {
		return err
	}
	why, err := words(op.Why, "reason", true)
	if err != nil {
		return err
	}
	if op.Kind == DistrustKey {
		op.Ref = keyNamed(d.whole, op.Ref)
	}
	if !d.s.Distrusts(op.Kind, op.Ref) {
		return fault.New(fault.Conflict, "The %s is not distrusted.", Doubted(d.whole, op.Kind, op.Ref))
	}
	if both, err := d.needSecond(whatTrust, who, why, op.Kind+" "+op.Ref); err != nil || !both {
		return err
	}
	d.emit(EventTrusted{What: op.Kind, Ref: journal.Personal(op.Ref), By: who, Why: journal.Personal(why)})
	d.reconsider()
	if op.Kind == DistrustPerson {
		d.escalateAgain() // they were told of nothing meanwhile
	}
	return nil
}

// maxRef is the longest name of a thing that is distrusted, in bytes.
const maxRef = 512

// shutOut checks that people may be kept from the incident. One person may keep out one other at once; a second one, or
// several, takes two: else whoever is quick could be left alone with it.
func (d *decider) shutOut(what, who, why, to string, people []string) (bool, error) {
	if slices.Contains(people, who) {
		return false, fault.New(fault.Invalid, "You cannot shut yourself out.").Instead("Leave, if you have to.")
	}
	already := 0
	for _, x := range d.s.Distrusted {
		if x.Kind == DistrustPerson && x.By == who {
			already++
		}
	}
	for _, by := range d.s.HiddenBy {
		if by == who {
			already++
		}
	}
	if already+len(people) <= 1 {
		return true, nil
	}
	return d.agree(what, who, why, to)
}

// reconsider draws what follows from a changed trust: who is out holds and answers nothing, what they approved does not
// count, and whoever is called over a way that is not trusted is called over the next.
func (d *decider) reconsider() {
	d.p = d.s.trusted(d.whole)
	for _, who := range d.s.unseen() {
		for _, pg := range slices.Clone(d.s.Pages) {
			if pg.Person == who && pg.State == Ringing {
				d.emit(EventPageEnded{Page: pg.ID, State: Ended})
			}
		}
		d.handOver(who)
	}
	for _, x := range slices.Clone(d.s.Decisions) {
		if x.State == Met && slices.ContainsFunc(x.Approvals, d.s.void) {
			d.revoke(x)
		}
	}
	for _, pg := range slices.Clone(d.s.Pages) {
		if n := len(pg.Calls); pg.State == Ringing && n > 0 && !d.s.Whole(d.whole, pg.ID, pg.Person) {
			d.ring(pg.ID)
		}
	}
}

// revoke takes a decision back whose approvals no longer suffice, unless it has had its effect already.
func (d *decider) revoke(x Decision) {
	if x.Subject.Kind == SubjectUpdate || d.s.Step(x.Subject.Step).State == Done || !d.s.undermined(d.p, &x, d.now) {
		return
	}
	for i := range d.s.Actions {
		if a := &d.s.Actions[i]; a.Decision == x.ID && !d.s.unsigned(a) && a.State != Gone {
			return // it is signed, and may have been sent
		}
	}
	for _, a := range slices.Clone(d.s.Actions) {
		if a.Decision == x.ID && d.s.unsigned(&a) {
			d.emit(EventActionFailed{ID: a.ID, Why: "Approvals for it no longer count."})
		}
	}
	d.emit(EventDecisionSettled{Decision: x.ID, State: Withdrawn, Say: "Approvals for it no longer count."})
}

// undermined reports whether a decision that was met would not be any more, for approvals of it no longer count.
func (s *State) undermined(p *plan.Plan, x *Decision, now time.Time) bool {
	return slices.ContainsFunc(x.Approvals, s.void) && s.Status(p, x, now).State != Met
}
