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
		d.emit(EventAnswered{Person: who, Answer: answer, Note: journal.Personal(note)})
	}
	for _, pg := range d.s.Pages {
		if pg.Person == who && pg.State == Ringing {
			d.emit(EventPageEnded{Page: pg.ID, State: Answered})
		}
	}
	if answer == Cannot {
		d.handOver(who)
		d.replace(who)
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

// there takes note that somebody is there because they act; whether they can sign stays as they said.
func (d *decider) there(who string) {
	answer := Coming
	if a := d.s.Answer(who); a != nil && a.Comes() {
		answer = a.Answer
	}
	d.come(who, answer, "")
}

// handOver gives the roles of somebody who leaves to the first of the core team who is there, or to nobody.
func (d *decider) handOver(from string) {
	for _, h := range slices.Clone(d.s.Roles) {
		if h.Person != from {
			continue
		}
		next := ""
		for _, a := range d.s.Answers {
			if a.Comes() && d.p.Core(a.Person) && (h.Role == RoleIncidentManager || slices.Contains(d.p.Holders(h.Role, d.now), a.Person)) {
				next = a.Person
				break
			}
		}
		d.emit(EventRoleTaken{Role: h.Role, Person: next})
	}
}

func (d *decider) takeRole(op OpTakeRole) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	if op.Person != who { // nobody is given a role: they are asked
		return d.offer(OpHandOver{Role: op.Role, To: op.Person})
	}
	role, err := roleNamed(d.p, op.Role)
	if err != nil {
		return err
	}
	x, err := personNamed(d.p, op.Person)
	if err != nil {
		return err
	}
	if holders := d.p.Holders(role.ID, d.now); !slices.Contains(holders, x.ID) {
		return notHolder(d.p, x, role, holders)
	}
	if d.s.Holder(role.ID) == x.ID {
		return fault.New(fault.Conflict, "%s is %s already.", x.Name, role.Name)
	}
	d.emit(EventRoleTaken{Role: role.ID, Person: x.ID})
	return nil
}

func (d *decider) settleMuster() {
	if d.s.Moments.Mustered.IsZero() && !wantingOf(d.p, d.s, d.now).Short {
		d.emit(EventMustered{})
	}
}
