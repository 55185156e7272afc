package sim

import (
	"context"
	"slices"
	"time"

	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store"
)

// account is what an incident's events come to.
type account struct {
	world    *World
	id       string
	state    *incident.State
	phase    incident.Phase // counted from the events alone
	trust    trust
	cast     cast
	course   course
	voting   voting
	began    time.Time       // when it began last, until whoever was on call then has been looked for
	last     string          // command of the last event
	commands map[string]bool // that have had events
	calls    map[string]bool // deliveries of calls
	settled  map[string]string
	armed    []string // decisions by which something was done by itself
}

func newAccount(w *World, id string) *account {
	return &account{
		world: w, id: id, state: &incident.State{}, trust: newTrust(), cast: newCast(), course: newCourse(), voting: newVoting(),
		commands: map[string]bool{}, calls: map[string]bool{}, settled: map[string]string{},
	}
}

// plan is the plan that the incident runs under.
func (a *account) plan() *plan.Plan { return a.world.ground.plans[a.state.Plan.Hex()] }

// read reads an event, and holds it to what must be true of it alone.
func (a *account) read(ctx context.Context, r journal.Record) error {
	h, err := incident.Decode(r)
	if err != nil {
		return err
	}
	if h.Command != a.last && a.commands[h.Command] {
		return breaks("command", "event %d follows from the command %s, which was carried out before", r.Seq, h.Command)
	}
	a.last, a.commands[h.Command] = h.Command, true
	if err := a.trust.read(a.state, h); err != nil {
		return err
	}
	if err := a.silent(h); err != nil {
		return err
	}
	if err := a.cast.read(a.phase, h); err != nil {
		return err
	}
	a.state.Apply(h)
	if err := a.course.read(a.plan(), h); err != nil {
		return err
	}
	if err := a.validated(h); err != nil {
		return err
	}
	a.begins(h)
	a.proceed(h.Event)
	if err := a.vote(h); err != nil {
		return err
	}
	switch e := h.Event.(type) {
	case incident.EventUpdateReminded:
		if e.Delivery != "" && !a.phase.AtLeast(incident.Contained) {
			return breaks("reminder", "%s is rung for the update %s while the incident is %s", e.Person, e.ID, a.phase)
		}
	case incident.EventPageRung:
		return a.rung(ctx, e)
	case incident.EventCallOutcome:
		a.settled[e.Delivery] = e.Outcome
	case incident.EventPageEnded:
		return a.ended(e)
	}
	return nil
}

// proceed counts how far the incident has come.
func (a *account) proceed(e incident.Event) {
	switch e := e.(type) {
	case incident.EventOpened:
		a.phase = incident.Detected
	case incident.EventValidated:
		a.phase = incident.Validated
	case incident.EventContained:
		a.phase = incident.Contained
	case incident.EventResolved:
		a.phase = incident.Resolved
	case incident.EventClosed:
		a.phase = incident.Closed
	case incident.EventDismissed:
		a.phase = incident.Dismissed
	case incident.EventMerged:
		a.phase = incident.Merged
	case incident.EventReopened:
		a.phase = e.Phase
	}
}

// rung holds a call to its delivery, which is due at once.
func (a *account) rung(ctx context.Context, e incident.EventPageRung) error {
	a.calls[e.Delivery] = true
	d, err := a.world.disk.Delivery(ctx, e.Delivery)
	if err != nil {
		return breaks("page", "the call %s has no delivery: %v", e.Delivery, err)
	}
	if d.State == store.Queued && d.Attempts == 0 && d.NotBefore.After(a.world.now) {
		return breaks("late", "at %s %s is put off until %s", a.world.now.Format(time.TimeOnly), d.ID, d.NotBefore.Format(time.TimeOnly))
	}
	return nil
}

// ended holds the end of a page to its reasons: nobody is given up before the whole ladder has been climbed.
func (a *account) ended(e incident.EventPageEnded) error {
	i := slices.IndexFunc(a.state.Pages, func(p incident.Page) bool { return p.ID == e.Page })
	if i < 0 {
		return breaks("page", "%s ends and never began", e.Page)
	}
	pg := a.state.Pages[i]
	switch {
	case a.phase.AtLeast(incident.Contained) || a.phase.Over():
	case e.State == incident.Ended:
		_, named := a.plan().Person(pg.Person)
		if x := a.state.Answer(pg.Person); x != nil && x.Left || a.trust.out(pg.Person) || !named {
			break
		}
		return breaks("page", "%s is told no more while the incident is %s", pg.Person, a.phase)
	case pg.Quiet: // they had come, and were asked once more
	case e.State == incident.Exhausted && len(pg.Calls) < a.ways(pg.Person)*a.plan().Escalation.Rounds:
		return breaks("page", "%s is given up after %d calls", pg.Person, len(pg.Calls))
	}
	return nil
}

// ways counts the ways to reach somebody.
func (a *account) ways(who string) int {
	p, _ := a.plan().Person(who)
	n := 0
	for _, c := range p.Contact {
		if c.To != "" && c.To != "TBD" && a.trust.unusable("", c.Kind, c.To) == "" {
			n++
		}
	}
	return n
}

// check holds an incident to what must be true whenever something has been stored.
func (a *account) check(h store.Head) error {
	if a.phase != a.state.Phase {
		return breaks("replay", "the incident is %s by its state and %s by its events", a.state.Phase, a.phase)
	}
	if err := a.cast.check(a.state); err != nil {
		return err
	}
	if err := a.shown(h.Summary); err != nil {
		return err
	}
	if a.state.Phase.Over() {
		if !h.DueAt.IsZero() {
			return breaks("timer", "it is %s, and to be looked at at %s", a.state.Phase, h.DueAt.Format(time.TimeOnly))
		}
		return nil
	}
	if err := a.course.check(a.plan(), a.state); err != nil {
		return err
	}
	if incident.MusterOf(a.plan(), a.state, a.state.Last).Short && h.DueAt.IsZero() {
		return breaks("timer", "short of people, and never looked at again")
	}
	for _, pg := range a.state.Pages {
		if pg.State == incident.Ringing && !pg.Quiet && (h.DueAt.IsZero() || pg.NextRing.IsZero() || h.DueAt.After(pg.NextRing)) {
			return breaks("timer", "%s is to be called again at %s, and the incident is looked at at %s", pg.Person, pg.NextRing.Format(time.TimeOnly), h.DueAt.Format(time.TimeOnly))
		}
	}
	return a.told()
}
