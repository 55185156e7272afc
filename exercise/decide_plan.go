package exercise

import (
	"slices"
	"time"

	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

func (d *decider) plan(op OpPlan) error {
	if d.s.ID != "" {
		return fault.New(fault.Conflict, "The exercise %s is planned already.", d.s.ID)
	}
	if op.ID == "" || op.Protocol == "" {
		return fault.New(fault.Invalid, "The exercise has no id, or belongs to no protocol.")
	}
	by := ""
	if op.Unattended {
		if d.cmd.Actor.Kind != journal.System {
			return fault.New(fault.Forbidden, "Only Tocsin itself plans an exercise that nobody moderates.")
		}
	} else {
		var err error
		if by, err = d.core(); err != nil {
			return err
		}
	}
	e := EventPlanned{
		ID: op.ID, Protocol: op.Protocol, Plan: op.Plan, Scheduled: d.now, Moderator: op.Moderator,
		Surprise: op.Surprise, Unattended: op.Unattended, By: by,
	}
	var err error
	if e.Title, err = title(op); err != nil {
		return err
	}
	if !op.Scheduled.IsZero() {
		if e.Scheduled, err = d.ahead(op.Scheduled); err != nil {
			return err
		}
	}
	if e.Length, err = d.length(op.Length); err != nil {
		return err
	}
	if op.Moderator != "" || !op.Unattended {
		if err := MayModerate(d.p, op.Moderator, e.Scheduled); err != nil {
			return err
		}
	}
	if len(op.Watch) > 0 || !op.Unattended {
		if e.Watch, err = d.watch(op.Watch, op.Moderator, e.Scheduled); err != nil {
			return err
		}
	}
	d.emit(e)
	return nil
}

func title(op OpPlan) (string, error) {
	t, err := words(op.Title, "title", false)
	switch {
	case err != nil:
		return "", err
	case len(t) > maxTitle:
		return "", fault.New(fault.Invalid, "The title is longer than %d bytes.", maxTitle).Instead("Say it in a few words.")
	case t != "":
		return t, nil
	case op.Surprise:
		return "Surprise drill", nil
	}
	return "Live exercise", nil
}

// ahead checks a time to come. One that is just over is meant to be now.
func (d *decider) ahead(at time.Time) (time.Time, error) {
	at = at.UTC().Truncate(time.Microsecond)
	switch {
	case at.Before(d.now.Add(-time.Hour)):
		return at, fault.New(fault.Invalid, "%s is over already.", moment(at)).Instead("Name a time to come.")
	case at.After(d.now.Add(farthest)):
		return at, fault.New(fault.Invalid, "%s is more than a year away.", at.Format("2 January 2006")).Instead("Check the year.")
	case at.Before(d.now):
		return d.now, nil
	}
	return at, nil
}

func (d *decider) length(l plan.Duration) (plan.Duration, error) {
	switch {
	case l == 0 && d.p.Exercises.Length > 0:
		return d.p.Exercises.Length, nil
	case l == 0:
		return plan.Duration(DefaultLength), nil
	case l < 0 || time.Duration(l) > 7*24*time.Hour:
		return 0, fault.New(fault.Invalid, "An exercise lasts up to seven days.").Instead("Name a length such as 2h.")
	}
	return l, nil
}

// MayModerate refuses somebody who may not moderate an exercise: one whom the plan does not name, or anybody outside the core team
// where it names nobody.
func MayModerate(p *plan.Plan, person string, at time.Time) error {
	if person == "" {
		return fault.New(fault.Invalid, "The exercise has no moderator.").Instead("Name somebody who leads it and takes no part in the response.")
	}
	x, ok := p.Person(person)
	switch {
	case !ok:
		return unknown(p, "a person of the plan", person, fault.NotFound)
	case x.Body:
		return fault.New(fault.Invalid, "%s is an organisation; a person has to moderate.", x.Called())
	}
	if may := Moderators(p, at); !slices.Contains(may, person) {
		err := fault.New(fault.Forbidden, "The plan does not let %s moderate an exercise.", x.Called())
		if len(may) > 0 {
			return err.Instead("Ask %s, or add %s to the moderators in the plan.", p.NameOf(may[0]), x.Called())
		}
		return err
	}
	return nil
}

// Moderators lists who may moderate an exercise at a time: whom the plan names, else the core team.
func Moderators(p *plan.Plan, at time.Time) []string {
	refs := p.Exercises.Moderators
	if len(refs) == 0 {
		refs = p.Everyone()
	}
	return slices.DeleteFunc(p.MembersOf(refs, at), func(id string) bool {
		x, _ := p.Person(id)
		return x.Body
	})
}

// watch is who keeps the real watch meanwhile.
func (d *decider) watch(refs []string, moderator string, at time.Time) ([]string, error) {
	if len(refs) == 0 {
		return nil, fault.New(fault.Invalid, "Nobody keeps the real watch meanwhile.").
			Instead("Name who looks after a real emergency while the others practise.")
	}
	for _, ref := range refs {
		if len(d.p.Members(ref, at)) == 0 {
			return nil, fault.New(fault.NotFound, "%q stands for nobody of the plan then.", ref).Instead("Name a person, a group or a rota of the plan.")
		}
	}
	people := d.p.MembersOf(refs, at)
	if slices.Contains(people, moderator) {
		return nil, fault.New(fault.Conflict, "%s moderates the exercise and cannot keep the real watch as well.", d.p.NameOf(moderator)).
			Instead("Name somebody else for the watch.")
	}
	return people, nil
}

func (d *decider) postpone(op OpPostpone) error {
	by, err := d.leader()
	if err == nil {
		err = d.in(Planned)
	}
	if err != nil {
		return err
	}
	why, err := words(op.Why, "reason", false)
	if err != nil {
		return err
	}
	to, err := d.ahead(op.To)
	if err != nil {
		return err
	}
	if to.Equal(d.s.Scheduled) {
		return fault.New(fault.Conflict, "The exercise is at %s already.", moment(to))
	}
	d.emit(EventPostponed{To: to, Why: journal.Personal(why), By: by})
	return nil
}

func (d *decider) cancel(op OpCancel) error {
	by, err := d.leader()
	if err == nil {
		err = d.in(Planned)
	}
	if err != nil {
		return err
	}
	why, err := words(op.Why, "reason", true)
	if err != nil {
		return err
	}
	d.emit(EventCancelled{Why: journal.Personal(why), By: by})
	return nil
}

func (d *decider) assign(op OpAssign) error {
	by, err := d.leader()
	if err == nil {
		err = d.in(Planned, Running)
	}
	if err != nil {
		return err
	}
	at := d.now
	if d.s.Scheduled.After(at) {
		at = d.s.Scheduled
	}
	e := EventAssigned{Moderator: d.s.Moderator, Watch: d.s.Watch, By: by}
	if op.Moderator != "" {
		if err := MayModerate(d.p, op.Moderator, at); err != nil {
			return err
		}
		e.Moderator = op.Moderator
	}
	refs := op.Watch
	if len(refs) == 0 {
		refs = d.s.Watch
	}
	if len(refs) > 0 || !d.s.Unattended {
		if e.Watch, err = d.watch(refs, e.Moderator, at); err != nil {
			return err
		}
	}
	if e.Moderator == d.s.Moderator && slices.Equal(e.Watch, d.s.Watch) {
		return nil
	}
	d.emit(e)
	return nil
}

// moment writes a time for a sentence, in UTC.
func moment(t time.Time) string { return t.UTC().Format("2 January 15:04") + " UTC" }
