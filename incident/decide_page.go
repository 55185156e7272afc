package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// The moments at which people are told.
const (
	momentDetection   = "detection"
	momentValidation  = "validation"
	momentContainment = "containment"
	momentResolution  = "resolution"
	momentEveryone    = "everyone"
)

// RoleIncidentManager and RoleFirstResponder are roles that the first person to answer takes, where the plan has them.
const (
	RoleIncidentManager = "incident-manager"
	RoleFirstResponder  = "first-responder"
)

// escalate tells the people whom the plan wants told at a moment; once per moment.
func (d *decider) escalate(moment string) {
	if slices.Contains(d.s.Escalated, moment) {
		return
	}
	d.emit(EventEscalated{Moment: moment})
	d.escalateAgain()
}

// escalateAgain pages whoever should have been told by now and was not, as after a higher severity.
func (d *decider) escalateAgain() {
	for _, moment := range d.s.Escalated {
		why := "told on " + moment
		for _, who := range told(d.p, d.s, moment, d.now) {
			if !d.s.Called(who) {
				d.callPerson(who, why)
			}
		}
	}
}

// told lists the people whom the plan wants told at a moment. On detection there is always somebody.
func told(p *plan.Plan, s *State, moment string, now time.Time) []string {
	var ids []string
	add := func(more ...string) {
		for _, id := range more {
			if x, ok := p.Person(id); ok && !x.Body && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	team := func(people []plan.Person) {
		for _, x := range people {
			if s.Category == "" || len(x.Categories) == 0 || slices.Contains(x.Categories, s.Category) {
				add(x.ID)
			}
		}
	}
	if moment == momentEveryone {
		add(p.Everyone()...)
		return ids
	}
	for _, r := range p.Escalation.Rules {
		if !applies(r.Categories, s.Category) || !applies(r.Severities, s.Severity) {
			continue
		}
		if r.Core == moment {
			team(p.CoreTeam)
		}
		if r.Extended == moment {
			team(p.ExtendedTeam)
		}
		if when := r.When; len(r.Who) > 0 && (when == moment || when == "" && moment == momentDetection) {
			add(p.MembersOf(r.Who, now)...)
		}
	}
	if moment != momentDetection {
		return ids
	}
	if sev, ok := p.Severity(s.Severity); ok {
		add(p.MembersOf(sev.Page, now)...)
	}
	for i := range s.Decisions { // approvers are called at once: they may sign while validation runs
		if s.Decisions[i].State == Open {
			add(s.approversWanted(p, &s.Decisions[i], now)...)
		}
	}
	if !slices.ContainsFunc(ids, p.Core) {
		team(p.CoreTeam) // or nobody could validate
	}
	if len(ids) == 0 {
		add(p.Everyone()...)
	}
	return ids
}

// applies reports whether a filter lets a value through; an empty filter and an unknown value let everything through.
func applies(filter []string, value string) bool {
	return len(filter) == 0 || value == "" || slices.Contains(filter, value)
}

// callPerson begins to page a person, unless they are being paged or cannot be.
func (d *decider) callPerson(who, why string) {
	if d.s.ringing(who) != nil {
		return
	}
	id := fmt.Sprintf("page-%d", len(d.s.Pages)+1)
	d.emit(EventPageRequested{Page: id, Person: who, Why: why})
	d.ring(id)
}

// ladder lists the ways to reach a person that can be used, in order.
func ladder(p *plan.Plan, who string) []plan.Contact {
	x, _ := p.Person(who)
	return slices.DeleteFunc(slices.Clone(x.Contact), func(c plan.Contact) bool {
		return c.To == "" || strings.EqualFold(c.To, "TBD")
	})
}

func rounds(p *plan.Plan) int {
	if p.Escalation.Rounds > 0 {
		return p.Escalation.Rounds
	}
	return 2
}

// ring makes the next call of a page, or ends it and calls the backups if the ladder is used up.
func (d *decider) ring(id string) {
	pg := d.s.page(id)
	ways := ladder(d.p, pg.Person)
	once := d.s.Phase.AtLeast(Contained) // told, not called: nothing burns any more
	if len(ways) == 0 || pg.Rung >= len(ways)*rounds(d.p) || once && pg.Rung > 0 {
		d.emit(EventPageEnded{Page: id, State: Exhausted})
		if !once {
			d.backUp(pg.Person)
		}
		return
	}
	way := ways[pg.Rung%len(ways)]
	next := d.now.Add(d.p.Escalation.RingEvery.Or(2 * time.Minute))
	d.emit(EventPageRung{
		Page: id, Delivery: fmt.Sprintf("%s/%s/%d", d.s.ID, id, pg.Rung+1), Contact: way.Kind, To: journal.Personal(way.To), Next: next,
	})
}

// backUp calls the backups of somebody who does not come.
func (d *decider) backUp(who string) {
	x, _ := d.p.Person(who)
	for _, b := range d.p.MembersOf(x.Backups, d.now) {
		if !d.s.Called(b) {
			d.callPerson(b, "backup for "+x.Name)
		}
	}
}

// ringWorse calls everybody again who should know that it got worse and has not said that they come.
func (d *decider) ringWorse() {
	for _, who := range told(d.p, d.s, momentDetection, d.now) {
		if a := d.s.Answer(who); a == nil || a.Answer == Cannot || !d.s.Moments.Contained.IsZero() {
			d.callPerson(who, "it got worse")
		}
	}
	if m := d.s.Holder(RoleIncidentManager); m != "" {
		d.callPerson(m, "it got worse")
	}
}

func (d *decider) tickPages() {
	for i := range d.s.Pages {
		pg := d.s.Pages[i]
		if pg.State == Ringing && !pg.NextRing.IsZero() && !d.now.Before(pg.NextRing) {
			d.ring(pg.ID)
		}
	}
	if t := everyoneTime(d.p, d.s, d.now); !t.IsZero() && !d.now.Before(t) {
		d.emit(EventEscalated{Moment: momentEveryone})
		for _, who := range told(d.p, d.s, momentEveryone, d.now) {
			if !d.s.here(who) {
				d.callPerson(who, "not enough people have come")
			}
		}
	}
}

// everyoneTime is when everybody is paged (again) because people are missing; zero if none are.
func everyoneTime(p *plan.Plan, s *State, now time.Time) time.Time {
	if s.Phase.AtLeast(Contained) || s.Phase.Over() || !MusterOf(p, s, now).Short {
		return time.Time{}
	}
	from := s.Opened
	if s.Everyone.After(from) {
		from = s.Everyone
	}
	return from.Add(p.Escalation.Everyone.Or(15 * time.Minute))
}

func pageTimes(p *plan.Plan, s *State) []time.Time {
	var ts []time.Time
	for _, pg := range s.Pages {
		if pg.State == Ringing {
			ts = append(ts, pg.NextRing)
		}
	}
	return append(ts, everyoneTime(p, s, s.Last))
}

func (d *decider) endPages() {
	for _, pg := range d.s.Pages {
		if pg.State == Ringing {
			d.emit(EventPageEnded{Page: pg.ID, State: Ended})
		}
	}
}

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

// outcome records what became of a call. A way that leads nowhere is not waited for: the next one is tried at once.
func (d *decider) outcome(op OpOutcome) error {
	c := d.s.call(op.Delivery)
	if c == nil {
		return fault.New(fault.NotFound, "Incident %s made no call %q.", d.s.ID, op.Delivery)
	}
	if c.Outcome != "" {
		return nil
	}
	d.emit(EventCallOutcome{Delivery: op.Delivery, Outcome: op.Outcome, Say: op.Say})
	if op.Outcome != "failed" || d.s.Phase.Over() {
		return nil
	}
	for _, pg := range d.s.Pages {
		n := len(pg.Calls)
		if pg.State == Ringing && n > 0 && pg.Calls[n-1].Delivery == op.Delivery && !deadEnd(pg, len(ladder(d.p, pg.Person))) {
			d.ring(pg.ID)
		}
	}
	return nil
}

// deadEnd reports whether every way to a person has failed in a row; then the page waits for its time before the next round.
func deadEnd(pg Page, ways int) bool {
	if len(pg.Calls) < ways {
		return false
	}
	for _, c := range pg.Calls[len(pg.Calls)-ways:] {
		if c.Outcome != "failed" {
			return false
		}
	}
	return true
}

func (d *decider) settleMuster() {
	if d.s.Moments.Mustered.IsZero() && !MusterOf(d.p, d.s, d.now).Short {
		d.emit(EventMustered{})
	}
}
