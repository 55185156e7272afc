package incident

import (
	"fmt"
	"slices"
	"time"

	"tocsin/journal"
	"tocsin/plan"
)

// The clock of one update:
//
//	owed ──▶ soon ──────▶ due ──────▶ missed ────▶ still missing …
//	         a sixth      reminder    a twelfth    after twice as long each time,
//	         before                   after        at most a day
//
// Whoever owes it is told each time; once it is missed, the incident manager too, and from the second time on the backups of
// whoever owes it. Before containment nobody is called: what is due stands on the screen.

// span is how long there was for an update.
func (u *Update) span() time.Duration {
	if d := u.Due.Sub(u.Since); !u.Since.IsZero() && d > 0 {
		return d
	}
	return time.Hour
}

// soonTime is when to remind before an update is due; zero if there is no time for that.
func (u *Update) soonTime() time.Time {
	at := u.Due.Add(-min(max(u.span()/6, 2*time.Minute), 24*time.Hour))
	if u.Soon || !at.After(u.Since) {
		return time.Time{}
	}
	return at
}

// patience is how long after it was due an update counts as missed.
func (u *Update) patience() time.Duration {
	return min(max(u.span()/12, 5*time.Minute), 4*time.Hour)
}

// stirTime is when the clock of an update stirs next; zero if it does not.
func (u *Update) stirTime(s *State) time.Time {
	told := s.Phase.AtLeast(Contained)
	switch {
	case u.State != Owed && u.State != Asked:
		return time.Time{}
	case !u.Reminded && u.State == Owed:
		if soon := u.soonTime(); told && !soon.IsZero() {
			return soon
		}
		return u.Due
	case u.Missed.IsZero():
		return u.Due.Add(u.patience())
	case told:
		return u.Again
	}
	return time.Time{}
}

func updateTimes(s *State) []time.Time {
	var ts []time.Time
	for i := range s.Updates {
		ts = append(ts, s.Updates[i].stirTime(s))
	}
	return ts
}

func (d *decider) tickUpdates() {
	for i := range d.s.Updates {
		u := d.s.Updates[i]
		at := u.stirTime(d.s)
		switch {
		case at.IsZero() || d.now.Before(at):
		case u.State == Owed && !u.Reminded && d.now.Before(u.Due):
			d.emit(EventUpdateSoon{ID: u.ID, Calls: d.rings([]string{d.owes(&u)}, 0, d.s.ID+"/soon/"+u.ID)})
		case u.State == Owed && !u.Reminded:
			d.remind(&u)
		default:
			d.miss(&u)
		}
	}
}

// owes is whom an update's clock speaks to.
func (d *decider) owes(u *Update) string {
	c, _ := d.p.Communication(u.Communication)
	return responsible(d.p, d.s, c, d.now)
}

func (d *decider) remind(u *Update) {
	e := EventUpdateReminded{ID: u.ID}
	if who := d.owes(u); d.s.Phase.AtLeast(Contained) && who != "" && !d.s.spares(who) {
		if ways := ladder(d.p, who); len(ways) > 0 {
			e.Person, e.Contact, e.To = who, ways[0].Kind, journal.Personal(ways[0].To)
			e.Delivery = fmt.Sprintf("%s/reminder/%s", d.s.ID, u.ID)
		}
	}
	d.emit(e)
}

// miss records that an update has not come, and tells ever more people once nothing burns any more.
func (d *decider) miss(u *Update) {
	e := EventUpdateMissed{ID: u.ID, Round: u.Round, Next: d.now.Add(u.patience())}
	if d.s.Phase.AtLeast(Contained) {
		e.Round++
		e.Next = d.now.Add(min(u.patience()<<min(e.Round, 12), 24*time.Hour))
		who := d.owes(u)
		people := []string{who, d.s.Holder(RoleIncidentManager)}
		if e.Round > 1 {
			x, _ := d.p.Person(who)
			people = append(people, d.p.MembersOf(x.Backups, d.now)...)
		}
		e.Calls = d.rings(people, e.Round-1, fmt.Sprintf("%s/missed/%s/%d", d.s.ID, u.ID, e.Round))
	}
	d.emit(e)
}

// move gives what is owed again and again the time that the severity wants now. What is late already stays late.
func (d *decider) move() {
	for i := range d.s.Updates {
		u := d.s.Updates[i]
		c, ok := d.p.Communication(u.Communication)
		if !ok || c.Timing.Every <= 0 || u.Since.IsZero() || u.State != Owed && u.State != Asked || !d.now.Before(u.Due) {
			continue
		}
		due := u.Since.Add(every(d.p, d.s, c))
		if due.Before(d.now) {
			due = d.now
		}
		if !due.Equal(u.Due) {
			d.emit(EventUpdateMoved{ID: u.ID, Due: due})
		}
	}
}

// Responsible is who owes an update: the person named, the holder of the role, somebody present who may hold it, the incident
// manager; "" if there is nobody.
func Responsible(p *plan.Plan, s *State, u *Update, now time.Time) string {
	c, _ := p.Communication(u.Communication)
	who := responsible(p, s, c, now)
	if m := s.Holder(RoleIncidentManager); !s.here(who) && m != "" {
		return m // until whoever owes it is there
	}
	return who
}

// responsible is who owes a communication: the person named, the holder of the role, somebody present who may hold it, the
// incident manager.
func responsible(p *plan.Plan, s *State, c plan.Communication, now time.Time) string {
	if _, ok := p.Person(c.Responsible); ok {
		return c.Responsible
	}
	if h := s.Holder(c.Responsible); h != "" {
		return h
	}
	if r, ok := p.Role(c.Responsible); ok && len(r.Holders) > 0 {
		for _, who := range p.Holders(r.ID, now) {
			if s.here(who) {
				return who
			}
		}
		if h := p.Holders(r.ID, now); len(h) > 0 {
			return h[0]
		}
	}
	if m := p.Members(c.Responsible, now); len(m) > 0 && s.Holder(RoleIncidentManager) == "" {
		return m[0]
	}
	return s.Holder(RoleIncidentManager)
}

// channelsOf lists the channels that a communication goes to.
func channelsOf(p *plan.Plan, c plan.Communication) []plan.Channel {
	var list []plan.Channel
	for _, id := range append([]string{c.Channel}, c.Also...) {
		if ch, ok := p.Channel(id); ok && !slices.ContainsFunc(list, func(x plan.Channel) bool { return x.ID == ch.ID }) {
			list = append(list, ch)
		}
	}
	return list
}
