package exercise

import (
	"slices"

	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// Participants lists whom the plan wants in a session that begins at its time: those it names, else the core team; neither who
// moderates it nor who keeps the real watch.
func Participants(p *plan.Plan, s *State) []string {
	refs := p.Exercises.Participants
	if len(refs) == 0 {
		refs = p.Everyone()
	}
	return slices.DeleteFunc(p.MembersOf(refs, s.Scheduled), func(id string) bool {
		return id == s.Moderator || slices.Contains(s.Watch, id)
	})
}

func (d *decider) invite(op OpInvite) error {
	by, err := d.leader()
	if err == nil {
		err = d.in(Planned, Running)
	}
	if err != nil {
		return err
	}
	people, err := d.toInvite(op.People)
	if err != nil {
		return err
	}
	people = slices.DeleteFunc(people, func(id string) bool {
		x := d.s.Person(id)
		return x != nil && !x.Asked.IsZero() && (x.Answer != "" || len(op.People) == 0)
	})
	if len(people) == 0 {
		return fault.New(fault.Conflict, "All of them are invited already.")
	}
	if err := full(len(d.s.Invited)+len(people)-1, maxInvited, "people in the exercise"); err != nil {
		return err
	}
	d.emit(EventInvited{People: people, By: by})
	return nil
}

func (d *decider) toInvite(refs []string) ([]string, error) {
	if len(refs) == 0 {
		if d.s.Surprise {
			return nil, fault.New(fault.Conflict, "A surprise drill is not announced to the team.").Instead("Name the people outside the core team who are to be asked.")
		}
		return Participants(d.p, d.s), nil
	}
	for _, ref := range refs {
		if len(d.p.Members(ref, d.s.Scheduled)) == 0 {
			return nil, unknown(d.p, "a person, group or rota of the plan", ref, fault.NotFound)
		}
	}
	people := d.p.MembersOf(refs, d.s.Scheduled)
	for _, id := range people {
		switch {
		case id == d.s.Moderator:
			return nil, fault.New(fault.Conflict, "%s moderates the exercise, and takes no part in the response.", d.p.NameOf(id))
		case d.s.Surprise && d.s.Phase == Planned && d.p.Core(id):
			return nil, fault.New(fault.Conflict, "A surprise drill is not announced to the team, and %s is of it.", d.p.NameOf(id))
		}
	}
	return people, nil
}

func (d *decider) reply(op OpReply) error {
	who, by, err := d.about(op.Person)
	if x, ok := d.p.Person(d.actor()); ok && x.Body && (op.Person == "" || op.Person == x.ID) {
		who, by, err = x.ID, x.ID, nil // whoever opened the invitation of an organisation speaks for it
	}
	if err == nil {
		err = d.in(Planned, Running)
	}
	if err != nil {
		return err
	}
	why, err := words(op.Why, "reason", false)
	switch {
	case err != nil:
		return err
	case op.Answer != Coming && op.Answer != Absent:
		return fault.New(fault.Invalid, "%q is no answer to an invitation.", op.Answer).Instead("Answer %q or %q.", Coming, Absent)
	}
	x := d.s.Person(who)
	if x == nil || x.Asked.IsZero() {
		return fault.New(fault.Conflict, "%s is not invited.", d.p.NameOf(who)).Instead("Invite them first.")
	}
	if x.Answer != op.Answer || why != "" && x.Why != why {
		d.emit(EventReplied{Person: who, Answer: op.Answer, Why: journal.Personal(why), By: by})
	}
	return nil
}

// about is whom a command of a person is about: who acts or, of the moderator, somebody else, an organisation too.
func (d *decider) about(person string) (who, by string, err error) {
	if person == "" || person == d.actor() {
		x, err := d.person()
		return x.ID, x.ID, err
	}
	if by, err = d.leader(); err != nil {
		return "", "", err
	}
	if _, ok := d.p.Person(person); !ok {
		return "", "", unknown(d.p, "a person of the plan", person, fault.NotFound)
	}
	return person, by, nil
}

func (d *decider) here(op OpHere) error {
	who, by, err := d.about(op.Person)
	if err == nil {
		err = d.in(Running)
	}
	switch {
	case err != nil:
		return err
	case who == d.s.Moderator:
		return fault.New(fault.Conflict, "The moderator takes no part in the response.")
	}
	if x := d.s.Person(who); x == nil || !x.Came {
		d.emit(EventHere{Person: who, By: by})
	}
	return nil
}
