package exercise

import (
	"slices"

	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// join counts an incident to the run under way, or to the one played last: what an exercise opens late belongs to it all the same.
func (d *decider) join(op OpJoin) error {
	if err := d.machine(); err != nil {
		return err
	}
	if err := d.in(Running); err != nil {
		return err
	}
	r := d.lastPlayed()
	switch {
	case r == nil:
		return fault.New(fault.Conflict, "No scenario has been described, so that incident %s belongs to none.", op.Incident)
	case op.Incident == "":
		return fault.New(fault.Invalid, "The incident has no id.")
	}
	for i := range d.s.Runs {
		if slices.Contains(d.s.Runs[i].Incidents, op.Incident) {
			return nil
		}
	}
	d.emit(EventJoined{Run: r.Number, Incident: op.Incident})
	return nil
}

// lastPlayed is the run that was described last, nil if none was.
func (d *decider) lastPlayed() *Run {
	for i := len(d.s.Runs) - 1; i >= 0; i-- {
		if r := &d.s.Runs[i]; !r.Described.IsZero() {
			return r
		}
	}
	return nil
}

func (d *decider) injectNow(op OpInject) error {
	by, err := d.moderator()
	if err != nil {
		return err
	}
	r, err := d.playing()
	if err != nil {
		return err
	}
	var ids []string
	for i := range r.Scenario.Injects {
		ids = append(ids, r.Scenario.Injects[i].ID)
	}
	if !slices.Contains(ids, op.ID) {
		return missing("inject", op.ID, ids)
	}
	if !r.given(op.ID) { // else a double click, or it came by itself just now
		d.emit(EventInjected{Run: r.Number, ID: op.ID, How: ByHand, Text: r.textOf(op.ID), Shows: d.s.Clock.Now(d.now), By: by})
	}
	return nil
}

func (d *decider) release(op OpRelease) error {
	by, err := d.moderator()
	if err != nil {
		return err
	}
	r, err := d.playing()
	if err != nil {
		return err
	}
	text, err := words(op.Text, "fact", op.ID == "")
	if err != nil {
		return err
	}
	question, err := words(op.Question, "question", false)
	if err != nil {
		return err
	}
	if err := full(len(r.Released), maxList, "facts given in this scenario"); err != nil {
		return err
	}
	if op.Asked != 0 {
		q := r.question(op.Asked)
		if q == nil {
			return fault.New(fault.NotFound, "There is no question %d.", op.Asked)
		}
		question = q.Text
	}
	e := EventReleased{
		Run: r.Number, ID: op.ID, Text: journal.Personal(text), Question: journal.Personal(question), Asked: op.Asked, Shows: d.s.Clock.Now(d.now), By: by,
	}
	if op.ID != "" {
		i := slices.IndexFunc(r.Scenario.Held, func(f plan.HeldFact) bool { return f.ID == op.ID })
		switch {
		case i < 0:
			var ids []string
			for k := range r.Scenario.Held {
				ids = append(ids, r.Scenario.Held[k].ID)
			}
			return missing("held fact", op.ID, ids)
		case r.released(op.ID):
			return nil
		}
		f := r.Scenario.Held[i]
		if e.Evidence = f.Evidence; text == "" {
			e.Text = journal.Personal(f.Text)
		}
	}
	d.emit(e)
	return nil
}

func (d *decider) mark(op OpMark) error {
	by, err := d.moderator()
	if err != nil {
		return err
	}
	r, err := d.playing()
	if err != nil {
		return err
	}
	text, err := words(op.Text, "text", op.Step == "")
	if err != nil {
		return err
	}
	switch op.Kind {
	case Said, Done:
		if op.Step == "" {
			return fault.New(fault.Invalid, "The step is missing.").Instead("Name a step of the plan, or mark it as not in the plan.")
		}
	case Wrong:
	case Unplanned:
		if op.Step != "" {
			return fault.New(fault.Invalid, "What is not in the plan is no step of it.").Instead("Say in a few words what it was.")
		}
	default:
		return fault.New(fault.Invalid, "Nothing is marked as %q.", op.Kind).Instead("Mark it as %s, %s, %s or %s.", Said, Done, Wrong, Unplanned)
	}
	if err := d.step(op.Step); err != nil {
		return err
	}
	if op.Person != "" {
		if _, err := d.personNamed(op.Person); err != nil {
			return err
		}
	}
	if err := full(len(r.Marks), maxList, "marks in this scenario"); err != nil {
		return err
	}
	d.emit(EventMarked{
		Run: r.Number, Number: len(r.Marks) + 1, Mark: op.Kind, Step: op.Step, Person: op.Person, Text: journal.Personal(text),
		Shows: d.s.Clock.Now(d.now), By: by,
	})
	if op.Kind == Said || op.Kind == Done {
		d.reach([]string{op.Step})
	}
	return nil
}

// step refuses what is no step of the plan; nothing is none, and fine.
func (d *decider) step(ref string) error {
	if ref == "" {
		return nil
	}
	procedure, step, _ := plan.SplitStep(ref)
	if _, ok := d.p.Step(procedure, step); ok {
		return nil
	}
	var ids []string
	for i := range d.p.Procedures {
		for k := range d.p.Procedures[i].Steps {
			ids = append(ids, plan.StepRef(d.p.Procedures[i].ID, d.p.Procedures[i].Steps[k].ID))
		}
	}
	return missing("step", ref, ids)
}

func (d *decider) strike(op OpStrike) error {
	if (op.Mark == 0) == (op.Lesson == 0) {
		return fault.New(fault.Invalid, "Either a mark or a lesson is taken back.")
	}
	if op.Lesson != 0 {
		return d.strikeLesson(op.Lesson)
	}
	by, err := d.moderator()
	if err == nil {
		err = d.in(Running)
	}
	if err != nil {
		return err
	}
	r := d.lastPlayed()
	if r == nil || op.Mark < 1 || op.Mark > len(r.Marks) {
		return fault.New(fault.NotFound, "There is no mark %d.", op.Mark)
	}
	if !r.Marks[op.Mark-1].Struck {
		d.emit(EventStruck{Run: r.Number, Mark: op.Mark, By: by})
	}
	return nil
}

func (d *decider) strikeLesson(number int) error {
	if number < 1 || number > len(d.s.Lessons) {
		return fault.New(fault.NotFound, "There is no lesson %d.", number)
	}
	l := d.s.Lessons[number-1]
	if d.actor() == "" || d.actor() != l.By {
		if _, err := d.moderator(); err != nil {
			return err
		}
	}
	if !l.Struck {
		d.emit(EventStruck{Lesson: number, By: d.actor()})
	}
	return nil
}

// missing is the fault for an id that leads nowhere, with the nearest one.
func missing(what, id string, ids []string) error {
	err := fault.New(fault.NotFound, "There is no %s %q.", what, id)
	if near := plan.Nearest(id, ids); len(near) > 0 {
		return err.Instead("Did you mean %s?", near[0])
	}
	return err
}
