package incident

import (
	"slices"

	"tocsin/fault"
	"tocsin/journal"
)

func (d *decider) answer(op OpAnswer) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	switch op.Answer {
	case Coming, ComingNoSign, Cannot:
	default:
		return fault.New(fault.Invalid, "%q is not an answer.", op.Answer).Instead("Answer %s, %s or %s.", Coming, ComingNoSign, Cannot)
	}
	note, err := words(op.Note, "note", false)
	if err != nil {
		return err
	}
	if a := d.s.Answer(who); a != nil && a.Answer == op.Answer && d.s.ringing(who) == nil {
		return fault.New(fault.Conflict, "%s answered that at %s already.", NameOf(d.p, who), clock(a.At))
	}
	d.come(who, op.Answer, note)
	return nil
}

// come records an answer and ends the person's paging. The first of the core team to come leads until somebody takes over.
func (d *decider) come(who, answer, note string) {
	if a := d.s.Answer(who); a == nil || a.Answer != answer {
		if a != nil && note == "" && a.Answer == ComingNoSign && answer == Coming && d.s.ringing(who) == nil {
			return // acting in the incident does not mean that they can sign now
		}
		d.emit(EventAnswered{Person: who, Answer: answer, Note: journal.Personal(note)})
	}
	for _, pg := range d.s.Pages {
		if pg.Person == who && pg.State == Ringing {
			d.emit(EventPageEnded{Page: pg.ID, State: Answered})
		}
	}
	if answer == Cannot {
		d.backUp(who)
		return
	}
	if d.p.Core(who) {
		for _, role := range []string{RoleIncidentManager, RoleFirstResponder} {
			if _, ok := d.p.Role(role); ok && d.s.Holder(role) == "" {
				d.emit(EventRoleTaken{Role: role, Person: who})
			}
		}
	}
}

func (d *decider) takeRole(op OpTakeRole) error {
	if _, err := d.responder(); err != nil {
		return err
	}
	role, ok := d.p.Role(op.Role)
	if !ok {
		return fault.New(fault.Invalid, "The plan names no role %q.", op.Role)
	}
	x, ok := d.p.Person(op.Person)
	if !ok {
		return fault.New(fault.Invalid, "The plan names no person %q.", op.Person)
	}
	if len(role.Holders) > 0 && !slices.Contains(d.p.MembersOf(role.Holders, d.now), x.ID) {
		return fault.New(fault.Forbidden, "The plan does not let %s hold the role %s.", x.Name, role.Name)
	}
	if d.s.Holder(role.ID) == x.ID {
		return fault.New(fault.Conflict, "%s is %s already.", x.Name, role.Name)
	}
	d.emit(EventRoleTaken{Role: role.ID, Person: x.ID})
	return nil
}

func (d *decider) settleMuster() {
	if d.s.Moments.Mustered.IsZero() && !MusterOf(d.p, d.s, d.now).Short {
		d.emit(EventMustered{})
	}
}
