package incident

import (
	"slices"

	"tocsin/fault"
	"tocsin/journal"
)

// maxTaken is how many findings of an incident that is merged are counted by the other one, the latest; the earlier ones stay in its record.
const maxTaken = 200

// takes lists the findings of another incident that the incident counts from now on.
func (d *decider) takes(from *State) []Finding {
	standing := slices.DeleteFunc(from.standing(), func(f Finding) bool {
		return slices.ContainsFunc(d.s.Findings, func(g Finding) bool { return g.ID == f.ID && g.Retracted == "" })
	})
	standing = standing[max(0, len(standing)-maxTaken):]
	for i := range standing {
		f := &standing[i]
		f.From, f.Worse = from.ID, false
		f.Act = mayAct(d.p, *f, d.s.Findings, standing)
	}
	return standing
}

// goesOn reports whether another incident shows that this one, which had stopped, has not.
func (d *decider) goesOn(from *State) bool {
	if !d.s.Phase.AtLeast(Contained) || from.Phase.AtLeast(Contained) {
		return false
	}
	standing := from.standing()
	if len(standing) == 0 {
		return from.Phase == Validated
	}
	return slices.ContainsFunc(standing, d.continues)
}

// joined takes over who is there in another incident, or cannot come: they are not asked again.
func (d *decider) joined(from *State) {
	for _, a := range from.Answers {
		if _, ok := d.p.Person(a.Person); !ok || !d.s.Sees(a.Person) {
			continue
		}
		mine := d.s.Answer(a.Person)
		switch {
		case a.Comes() && (mine == nil || !mine.Comes() && a.At.After(mine.At)), a.Answer == Cannot && !a.Left && mine == nil:
			d.come(a.Person, a.Answer, "")
		}
	}
}

// callOn goes on calling those who were being called in another incident, and whom this one never called.
func (d *decider) callOn(from *State) {
	if d.s.Phase.AtLeast(Contained) {
		return
	}
	for _, pg := range from.Pages {
		x, ok := d.p.Person(pg.Person)
		if ok && !x.Body && pg.State == Ringing && !pg.Quiet && !d.s.Called(x.ID) && d.s.Answer(x.ID) == nil {
			d.callPerson(x.ID, pg.Why)
		}
	}
}

// hideAlso hides the incident from those from whom another one is hidden. What one person may not hide alone, they may not by merging.
func (d *decider) hideAlso(from *State, who string) error {
	hide := hiddenBeside(d.s, from)
	if len(hide) == 0 {
		return nil
	}
	n := len(hide)
	for _, x := range d.s.Distrusted {
		if x.Kind == DistrustPerson && x.By == who {
			n++
		}
	}
	for _, by := range d.s.HiddenBy {
		if by == who {
			n++
		}
	}
	if n > 1 {
		return fault.New(fault.Conflict, "Incident %s is hidden from people who see incident %s.", from.ID, d.s.ID).
			Instead("Hide %s from them first, which takes two. Then merge.", d.s.ID)
	}
	d.emit(EventRestricted{Hide: hide, By: who})
	d.reconsider()
	return nil
}

// distrustAlso does not rely on what another incident does not rely on either. Persons are hidden from instead.
func (d *decider) distrustAlso(from *State, who string) {
	n := len(d.events)
	for _, x := range from.Distrusted {
		if x.Kind != DistrustPerson && !d.s.Distrusts(x.Kind, x.Ref) {
			d.emit(EventDistrusted{What: x.Kind, Ref: journal.Personal(x.Ref), By: who, Why: journal.Personal(x.Why)})
		}
	}
	if len(d.events) > n {
		d.reconsider()
	}
}
