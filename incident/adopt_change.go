package incident

import (
	"reflect"
	"strings"
	"time"

	"tocsin/plan"
)

// Change is what taking up a newer plan would change in an incident, in sentences.
type Change struct {
	Steps     []string `json:"steps,omitempty"`
	People    []string `json:"people,omitempty"`
	Decisions []string `json:"decisions,omitempty"`
	Messages  []string `json:"messages,omitempty"`
}

// All lists all sentences; one that says so if nothing changes.
func (c Change) All() []string {
	var all []string
	for _, list := range [][]string{c.Steps, c.People, c.Decisions, c.Messages} {
		all = append(all, list...)
	}
	if len(all) == 0 {
		return []string{"Nothing changes for this incident."}
	}
	return all
}

// ChangeBy says what would change if the incident took up a newer plan now. It lets it do so: what it says is what would follow. The
// fault is why it cannot.
func ChangeBy(p, next *plan.Plan, s *State, now time.Time) (Change, error) {
	if now.Before(s.Last) {
		now = s.Last
	}
	d := &decider{p: s.trusted(p), whole: p, s: s.clone(), cmd: Command{Actor: machine}, now: now}
	if err := d.live(); err != nil {
		return Change{}, err
	}
	if err := d.adoptable(next); err != nil {
		return Change{}, err
	}
	before := StepsOf(d.p, d.s)
	d.takeUp(next, "")
	d.settle()
	c := Change{Steps: stepChanges(p, next, s, d.s, before)}
	c.Steps = append(c.Steps, quietChange(p, next, s, d.s)...)
	c.People = teamChanges(p, next, s)
	for _, e := range d.events {
		d.say(&c, p, e)
	}
	return c, nil
}

// say adds what an event of taking up the plan means for people, decisions and messages.
func (d *decider) say(c *Change, old *plan.Plan, e Event) {
	communication := func(update string) string {
		u := d.s.Update(update)
		if u == nil {
			return update
		}
		for _, p := range []*plan.Plan{d.whole, old} {
			if c, ok := p.Communication(u.Communication); ok {
				return c.Name
			}
		}
		return u.Communication
	}
	decided := func(id string) string {
		for _, p := range []*plan.Plan{d.whole, old} {
			if pd, ok := p.Decision(id); ok {
				return pd.Name
			}
		}
		return id
	}
	switch e := e.(type) {
	case EventPageRequested:
		c.People = append(c.People, "Is called: "+NameOf(d.whole, e.Person)+", "+e.Why+".")
	case EventRoleTaken:
		role, ok := d.whole.Role(e.Role)
		if !ok {
			role, _ = old.Role(e.Role)
		}
		if e.Person == "" {
			c.People = append(c.People, "Nobody is "+strings.ToLower(role.Name)+" any more.")
		} else {
			c.People = append(c.People, NameOf(d.whole, e.Person)+" becomes "+strings.ToLower(role.Name)+".")
		}
	case EventDecisionSettled:
		if x := d.s.Decision(e.Decision); x != nil && e.State == Withdrawn {
			say := "Is withdrawn: " + decided(x.Decision) + "."
			if n := len(x.Approvals); n > 0 {
				say += " What was signed for it does not count any more."
			}
			c.Decisions = append(c.Decisions, say)
		}
	case EventDecisionOpened:
		c.Decisions = append(c.Decisions, "Is asked for, to be signed anew: "+decided(e.Decision)+".")
	case EventUpdateOwed:
		c.Messages = append(c.Messages, "Is owed: "+communication(e.ID)+", by "+clockFrom(d.now, e.Due)+".")
	case EventUpdateEnded:
		c.Messages = append(c.Messages, "Is no longer owed: "+communication(e.ID)+".")
	case EventUpdateMoved:
		c.Messages = append(c.Messages, "Is owed by "+clockFrom(d.now, e.Due)+" now: "+communication(e.ID)+".")
	}
}

// stepChanges says which steps come, go or are done otherwise.
func stepChanges(p, next *plan.Plan, s, after *State, before []StepView) []string {
	var say []string
	if s.Procedure != after.Procedure {
		name := func(p *plan.Plan, id string) string {
			if proc, ok := p.Procedure(id); ok {
				return proc.Name
			}
			return "none"
		}
		say = append(say, "The procedure is another: "+name(next, after.Procedure)+", not "+name(p, s.Procedure)+".")
	}
	now := stepsHeld(next, after)
	for _, v := range before {
		is := find(now, func(st *plan.Step) bool { return st.ID == v.ID })
		switch left := after.added(v.ID); {
		case is == nil && (v.State == Done || v.State == Skipped):
			say = append(say, "Step gone, which is "+v.State+": "+v.Name+".")
		case is == nil:
			say = append(say, "Step gone: "+v.Name+".")
		case left != nil && left.Left && v.Added == nil:
			say = append(say, "Step gone, and kept because it has begun: "+v.Name+".")
		case v.Added == nil && !v.Over() && !reflect.DeepEqual(*is, v.Step):
			say = append(say, "Step done otherwise: "+is.Name+".")
		}
	}
	for _, st := range now {
		if find(before, func(v *StepView) bool { return v.ID == st.ID }) == nil {
			say = append(say, "New step: "+st.Name+".")
		}
	}
	return say
}

// quietChange says for how long it must be quiet before the incident is contained, if that differs and is still to come.
func quietChange(p, next *plan.Plan, s, after *State) []string {
	if after.Phase.AtLeast(Contained) {
		return nil
	}
	before, _ := p.Issue(s.Issue)
	now, _ := next.Issue(after.Issue)
	was, is := before.QuietFor.Or(defaultQuiet), now.QuietFor.Or(defaultQuiet)
	if was == is {
		return nil
	}
	return []string{"Is contained once it has been quiet for " + plan.Duration(is).String() + ", not " + plan.Duration(was).String() + "."}
}

// teamChanges says who is in a newer plan and was not, and who is not any more.
func teamChanges(p, next *plan.Plan, s *State) []string {
	var say []string
	for _, x := range [...]struct {
		from, to *plan.Plan
		say      string
	}{{p, next, "Not in the newer plan: "}, {next, p, "New in the plan: "}} {
		for _, team := range [][]plan.Person{x.from.CoreTeam, x.from.ExtendedTeam} {
			for _, who := range team {
				if _, ok := x.to.Person(who.ID); !ok && s.Sees(who.ID) {
					say = append(say, x.say+NameOf(x.from, who.ID)+".")
				}
			}
		}
	}
	return say
}
