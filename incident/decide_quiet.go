package incident

import (
	"fmt"
	"slices"
	"time"

	"tocsin/plan"
)

// whyStill is why somebody is asked who has come and does nothing.
const whyStill = "are you still there?"

// stillWithin is how long somebody who is asked whether they are still there has for an answer.
const stillWithin = 5 * time.Minute

// tickQuiet asks those on whom the incident counts, and of whom nothing has been heard for a while, whether they are still
// there. Nobody is asked once it is contained.
func (d *decider) tickQuiet() {
	m := wantingOf(d.p, d.s, d.now)
	for _, who := range counted(d.s, m) {
		if t := askTime(d.p, d.s, who); !t.IsZero() && !d.now.Before(t) {
			d.askStill(who)
		}
	}
}

// askStill asks somebody whether they are still there, in every way that does not ring, at once.
func (d *decider) askStill(who string) {
	id := fmt.Sprintf("page-%d", len(d.s.Pages)+1)
	d.emit(EventPageRequested{Page: id, Person: who, Why: whyStill, Quiet: true})
	ways := silent(ladder(d.p, who))
	if len(ways) == 0 { // every way to them is distrusted: nobody can ask
		d.endQuiet(*d.s.page(id))
		return
	}
	d.use(id, ways, d.now.Add(stillWithin))
}

// endQuiet takes somebody who has not said that they are still there for gone, and calls others in their place.
func (d *decider) endQuiet(pg Page) {
	d.emit(EventPageEnded{Page: pg.ID, State: Exhausted})
	if !d.s.here(pg.Person) || d.s.Phase.AtLeast(Contained) {
		return
	}
	d.emit(EventWentQuiet{Person: pg.Person})
	d.handOver(pg.Person)
	d.replace(pg.Person)
}

// replace calls others at once in the place of somebody who does not come: their backups, for a backup who cannot come
// theirs, and whoever else could do what the incident still wants somebody for and was never called.
// Once it is contained nobody is.
func (d *decider) replace(who string) {
	if d.s.Phase.AtLeast(Contained) {
		return
	}
	why := "backup for " + NameOf(d.p, who)
	seen := map[string]bool{who: true}
	for queue := []string{who}; len(queue) > 0; queue = queue[1:] {
		x, _ := d.p.Person(queue[0])
		for _, b := range d.p.ToCall(x.Backups, d.now) {
			if y, _ := d.p.Person(b); seen[b] || y.Body {
				continue
			}
			seen[b] = true
			switch {
			case d.s.cannot(b):
				queue = append(queue, b)
			case !d.s.here(b):
				d.callPerson(b, why)
			}
		}
	}
	for _, w := range wantingOf(d.p, d.s, d.now).Wanted {
		for _, b := range w.People {
			if y, _ := d.p.Person(b); !w.Met && !y.Body && !d.s.Called(b) && !d.s.here(b) && !d.s.cannot(b) {
				d.callPerson(b, "wanted for "+w.For)
			}
		}
	}
}

// counted lists those who have come and on whom the incident counts: they hold a role, do a step, or what is wanted now is
// theirs to do.
func counted(s *State, m Muster) []string {
	var list []string
	add := func(who string) {
		if s.here(who) && !slices.Contains(list, who) {
			list = append(list, who)
		}
	}
	for _, h := range s.Roles {
		add(h.Person)
	}
	for i := range s.Steps {
		if s.Steps[i].State == UnderWay {
			add(s.Steps[i].By)
		}
	}
	for _, w := range m.Wanted {
		for _, who := range w.People {
			add(who)
		}
	}
	return list
}

// askTime is when somebody who has come is asked whether they are still there; zero if they are being called or asked.
func askTime(p *plan.Plan, s *State, who string) time.Time {
	a := s.Answer(who)
	if a == nil || !a.Comes() || s.Phase.AtLeast(Contained) || s.ringing(who) != nil {
		return time.Time{}
	}
	return a.heard().Add(askAgain(p))
}

// askAgain is after how long without a sign of them people are asked whether they are still there.
func askAgain(p *plan.Plan) time.Duration { return p.Escalation.AskAgain.Or(15 * time.Minute) }

// quietTimes are when people are asked whether they are still there.
func quietTimes(p *plan.Plan, s *State, m Muster) []time.Time {
	var ts []time.Time
	for _, who := range counted(s, m) {
		if t := askTime(p, s, who); !t.IsZero() {
			ts = append(ts, t)
		}
	}
	return ts
}

// heard is when something was last heard of somebody who answered.
func (a Answer) heard() time.Time {
	if a.Seen.After(a.At) {
		return a.Seen
	}
	return a.At
}

// saw takes note that a person did something.
func (s *State) saw(who string, at time.Time) {
	if a := s.Answer(who); a != nil {
		a.Seen = at
	}
}
