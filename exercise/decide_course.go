package exercise

import (
	"slices"

	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
)

func (d *decider) choose(op OpChoose) error {
	by, err := d.moderator()
	if err == nil {
		err = d.in(Planned, Running)
	}
	if err != nil {
		return err
	}
	number := len(d.s.Runs) + 1
	if r := d.s.Current(); r != nil {
		if r.UnderWay() {
			return fault.New(fault.Conflict, "A scenario is being played: %s.", r.Scenario.Name).Instead("Complete it, or abort it, before you choose another.")
		}
		number = r.Number
	}
	if err := full(number-1, maxRuns, "scenarios in the exercise"); err != nil {
		return err
	}
	if err := playable(op.Scenario); err != nil {
		return err
	}
	script, err := Script(op).text()
	if err != nil {
		return err
	}
	d.emit(EventChosen{Run: number, Script: script, By: by})
	return nil
}

// playable refuses a scenario that cannot be played.
func playable(x plan.Scenario) error {
	switch {
	case x.ID == "" || x.Name == "":
		return fault.New(fault.Invalid, "The scenario has no id or no name.")
	case x.Opening == "":
		return fault.New(fault.Invalid, "The scenario %s has no opening.", x.Name).Instead("Write what the moderator reads out at the beginning.")
	}
	var ids []string
	for i := range x.Injects {
		ids = append(ids, "inject "+x.Injects[i].ID)
	}
	for i := range x.Held {
		ids = append(ids, "held fact "+x.Held[i].ID)
	}
	slices.Sort(ids)
	for i := 1; i < len(ids); i++ {
		if ids[i] == ids[i-1] {
			return fault.New(fault.Invalid, "The scenario %s has two of the %s.", x.Name, ids[i]).Instead("Give each an id of its own.")
		}
	}
	return nil
}

func (d *decider) begin(op OpBegin) error {
	by, err := d.moderator()
	if err == nil {
		err = d.in(Planned)
	}
	switch {
	case err != nil:
		return err
	case op.Real != "":
		return fault.New(fault.Conflict, "Something real is going on: an incident is open.").Instead("Look after that first, or postpone the exercise.")
	case op.Speed > maxSpeed:
		return fault.New(fault.Invalid, "The exercise clock runs at most %d times as fast as time.", maxSpeed)
	}
	d.emit(EventBegun{Speed: max(op.Speed, 1), Clock: incident.Clock{At: d.now, Shows: d.now}, By: by})
	return nil
}

func (d *decider) describe(op OpDescribe) error {
	by, err := d.moderator()
	if err == nil {
		err = d.in(Running)
	}
	if err == nil {
		err = d.thawed()
	}
	if err != nil {
		return err
	}
	r := d.s.Current()
	switch {
	case r == nil:
		return fault.New(fault.Conflict, "No scenario is chosen.").Instead("Choose one first.")
	case r.UnderWay():
		return nil // a double click
	case op.World != "" && op.World != r.World:
		return fault.New(fault.Conflict, "Another scenario was chosen meanwhile.").Instead("Look at it, and describe that one.")
	}
	d.back(by)
	d.emit(EventDescribed{
		Run: r.Number, Opening: journal.Personal(clean(r.Scenario.Opening)), Plan: op.Plan, Chain: op.Chain, Clock: d.s.Clock.Set(d.now, d.s.Speed, 0), By: by,
	})
	d.inject()
	return nil
}

func (d *decider) clock(op OpClock) error {
	by, err := d.moderator()
	if err != nil {
		return err
	}
	if _, err := d.playing(); err != nil {
		return err
	}
	switch {
	case op.Pause && op.Resume:
		return fault.New(fault.Invalid, "The clock cannot both stand still and go on.")
	case op.On < 0:
		return fault.New(fault.Invalid, "The clock of an exercise does not go back.")
	case op.On > maxOn:
		return fault.New(fault.Invalid, "The clock is moved on by 90 days at most.")
	case op.Speed > maxSpeed:
		return fault.New(fault.Invalid, "The exercise clock runs at most %d times as fast as time.", maxSpeed)
	}
	if op.Resume && d.s.Break != nil {
		if d.back(by); d.s.Clock.Speed > 0 && op.On == 0 && op.Speed == 0 {
			return nil
		}
	}
	e := EventClock{Speed: d.s.Speed, On: op.On, By: by}
	if op.Speed > 0 {
		e.Speed = op.Speed
	}
	now := e.Speed
	if op.Pause || d.s.Clock.Speed == 0 && !op.Resume {
		now = 0
	}
	if now == d.s.Clock.Speed && e.Speed == d.s.Speed && op.On == 0 {
		switch {
		case op.Pause:
			return fault.New(fault.Conflict, "The clock stands still already.")
		case op.Resume:
			return fault.New(fault.Conflict, "The clock goes already.")
		}
		return fault.New(fault.Invalid, "Nothing would change.").Instead("Pause the clock, let it go on, move it on, or give another speed.")
	}
	e.Clock = d.s.Clock.Set(d.now, now, op.On)
	d.emit(e)
	d.inject()
	return nil
}

func (d *decider) complete(op OpComplete) error {
	by, err := d.moderator()
	if err != nil {
		return err
	}
	r, err := d.playing()
	if err != nil {
		return err
	}
	say, err := words(op.Conclusion, "conclusion", true)
	if err != nil {
		return err
	}
	d.emit(EventCompleted{Run: r.Number, Conclusion: journal.Personal(say), Clock: d.s.Clock.Set(d.now, 0, 0), By: by})
	return nil
}

// abort ends the run although it is not completed, also while everything stands still.
func (d *decider) abort(op OpAbort) error {
	by, err := d.moderator()
	if err == nil {
		err = d.in(Running)
	}
	if err != nil {
		return err
	}
	why, err := words(op.Why, "reason", true)
	if err != nil {
		return err
	}
	r := d.s.Current()
	if r == nil || !r.UnderWay() {
		return fault.New(fault.Conflict, "No scenario is being played.")
	}
	d.emit(EventAborted{Run: r.Number, Why: journal.Personal(why), Clock: d.s.Clock.Set(d.now, 0, 0), By: by})
	return nil
}

func (d *decider) end(op OpEnd) error {
	by, err := d.moderator()
	if err == nil {
		err = d.in(Running)
	}
	if err != nil {
		return err
	}
	if r := d.s.Current(); r != nil && r.UnderWay() {
		return fault.New(fault.Conflict, "A scenario is being played: %s.", r.Scenario.Name).Instead("Complete it, or abort it, before you end the exercise.")
	}
	var came []string
	for _, id := range op.Came {
		if _, ok := d.p.Person(id); ok && id != d.s.Moderator && !slices.Contains(came, id) {
			came = append(came, id)
		}
	}
	d.emit(EventEnded{Came: came, Clock: d.s.Clock.Set(d.now, 0, 0), By: by})
	return nil
}

// freeze stops a running session because of an incident in earnest. One that does not run has nothing to be stopped.
func (d *decider) freeze(op OpFreeze) error {
	if err := d.machine(); err != nil {
		return err
	}
	f := d.s.Frozen
	if d.s.Phase != Running || f != nil && f.Incident != "" || op.Incident == "" {
		return nil
	}
	d.emit(EventFrozen{Incident: op.Incident, Speed: d.s.Clock.Speed, Clock: d.s.Clock.Set(d.now, 0, 0)})
	return nil
}

// stop is for everybody, and nothing need be said.
func (d *decider) stop(op OpStop) error {
	x, err := d.person()
	if err == nil {
		err = d.in(Running)
	}
	if err != nil {
		return err
	}
	why, err := words(op.Why, "reason", false)
	if err != nil {
		return err
	}
	if d.s.Frozen == nil {
		d.emit(EventFrozen{By: x.ID, Why: journal.Personal(why), Speed: d.s.Clock.Speed, Clock: d.s.Clock.Set(d.now, 0, 0)})
	}
	return nil
}

func (d *decider) thaw(op OpThaw) error {
	by, err := d.moderator()
	if err == nil {
		err = d.in(Running)
	}
	if err != nil {
		return err
	}
	why, err := words(op.Why, "reason", true)
	if err != nil {
		return err
	}
	if d.s.Frozen == nil {
		return fault.New(fault.Conflict, "The exercise does not stand still.")
	}
	speed := d.s.Frozen.Speed
	if r := d.s.Current(); r == nil || !r.UnderWay() {
		speed = 0
	}
	d.emit(EventThawed{Why: journal.Personal(why), Clock: d.s.Clock.Set(d.now, speed, 0), By: by})
	return nil
}
