package sim

import (
	"context"
	"slices"
	"time"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store"
)

func newAccount(w *World, id string) *account {
	return &account{
		world: w, id: id, state: &incident.State{}, asked: map[string]incident.EventDecisionOpened{}, opened: map[string]time.Time{},
		voices: map[string]map[string]incident.Approval{}, commands: map[string]bool{}, calls: map[string]bool{}, settled: map[string]string{},
	}
}

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
	if err := a.unseen(h); err != nil {
		return err
	}
	a.state.Apply(h)
	switch e := h.Event.(type) {
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
	case incident.EventReopened:
		a.phase = e.Phase
	case incident.EventDecisionOpened:
		a.asked[e.ID], a.opened[e.ID], a.voices[e.ID] = e, h.At, map[string]incident.Approval{}
	case incident.EventApproval:
		a.voices[e.Decision][e.Approval.Person] = e.Approval
	case incident.EventActionOrdered:
		return a.ordered(e, h.At)
	case incident.EventUpdateReminded:
		if e.Delivery != "" && !a.phase.AtLeast(incident.Contained) {
			return breaks("reminder", "%s is rung for the update %s while the incident is %s", e.Person, e.ID, a.phase)
		}
	case incident.EventPageRung:
		a.calls[e.Delivery] = true
		d, err := a.world.disk.Delivery(ctx, e.Delivery)
		if err != nil {
			return breaks("page", "the call %s has no delivery: %v", e.Delivery, err)
		}
		if d.State == store.Queued && d.Attempts == 0 && d.NotBefore.After(a.world.now) {
			return breaks("late", "at %s %s is put off until %s", a.world.now.Format(time.TimeOnly), d.ID, d.NotBefore.Format(time.TimeOnly))
		}
	case incident.EventCallOutcome:
		a.settled[e.Delivery] = e.Outcome
	case incident.EventPageEnded:
		return a.ended(e)
	}
	return nil
}

// unseen holds an event to what is hidden from whom: nobody acts on it or is called about it from whom it is hidden.
func (a *account) unseen(h incident.Happened) error {
	bad := func(who, what string) error {
		if !slices.Contains(a.hidden, who) {
			return nil
		}
		return breaks("hidden", "the incident is hidden from %s, who %s (%s)", who, what, h.Event.Kind())
	}
	switch e := h.Event.(type) {
	case incident.EventRestricted:
		a.hidden = append(a.hidden, e.Hide...)
		return nil
	case incident.EventRevealed:
		a.hidden = slices.DeleteFunc(a.hidden, func(who string) bool { return who == e.Person })
	case incident.EventPageRequested:
		return bad(e.Person, "is called")
	case incident.EventUpdateReminded:
		return bad(e.Person, "is reminded")
	case incident.EventPageRung:
		for _, pg := range a.state.Pages {
			if pg.ID == e.Page {
				return bad(pg.Person, "is called")
			}
		}
	}
	if h.Actor.Kind == journal.Person {
		return bad(h.Actor.ID, "acts")
	}
	return nil
}

// ordered holds an order to the plan that the incident runs under, by counting as dumbly as can be.
func (a *account) ordered(e incident.EventActionOrdered, at time.Time) error {
	asked, ok := a.asked[e.Decision]
	d, named := a.plan().Decision(asked.Decision)
	bad := func(why string, args ...any) error {
		return breaks("quorum", "%s was ordered "+why, append([]any{e.ID}, args...)...)
	}
	switch {
	case !ok || !named || !slices.Contains(d.Actions, e.Action) || asked.Subject.Ref != e.Action:
		return bad("without a decision for it")
	case !a.phase.AtLeast(incident.Validated) || a.phase.Over():
		return bad("while the incident is %s", a.phase)
	case !at.Before(asked.Expires):
		return bad("after its decision had expired")
	case asked.Message.Plan != a.state.Plan:
		return bad("by what was signed under another plan")
	}
	said := map[string]bool{} // who has agreed and is not counted yet
	for who, v := range a.voices[e.Decision] {
		if v.Choice != decision.Approve || slices.Contains(a.hidden, who) {
			continue
		}
		signer, err := asked.Message.With(v.Choice).Signer(v.Signature)
		p, _ := a.plan().Person(who)
		if err != nil || !slices.ContainsFunc(p.Keys, func(k plan.Key) bool { return evm.Address(k.Address) == signer }) {
			return bad("by what %s has not signed", who)
		}
		said[who] = true
	}
	for _, who := range d.Required {
		if !said[who] {
			i := slices.IndexFunc(d.StandIns, func(in plan.StandIn) bool {
				return in.For == who && said[in.Who] && !at.Before(a.opened[e.Decision].Add(time.Duration(in.After)))
			})
			if i < 0 {
				return bad("without %s", who)
			}
			who = d.StandIns[i].Who
		}
		delete(said, who)
	}
	more := 0
	for _, who := range d.Additional.Who {
		if said[who] {
			more++
		}
	}
	if more < d.Additional.Need {
		return bad("with %d of the %d who have to agree besides", more, d.Additional.Need)
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
		if x := a.state.Answer(pg.Person); x != nil && x.Left || !a.state.Sees(pg.Person) {
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
		if c.To != "" && c.To != "TBD" {
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
	if a.state.Phase.Over() {
		return nil
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

// told holds an incident to the plan: whoever is to be told by now has been called, or is there.
func (a *account) told() error {
	fits := func(list []string, value string) bool {
		return len(list) == 0 || value == "" || slices.Contains(list, value)
	}
	p := a.plan()
	for _, moment := range a.state.Escalated {
		for _, r := range p.Escalation.Rules {
			if !fits(r.Categories, a.state.Category) || !fits(r.Severities, a.state.Severity) {
				continue
			}
			var people []string
			if r.Core == moment {
				for i := range p.CoreTeam {
					people = append(people, p.CoreTeam[i].ID)
				}
			}
			if r.Extended == moment {
				for i := range p.ExtendedTeam {
					if !p.ExtendedTeam[i].Body {
						people = append(people, p.ExtendedTeam[i].ID)
					}
				}
			}
			if r.When == moment {
				people = append(people, r.Who...)
			}
			for _, who := range people {
				if !a.state.Called(who) && a.state.Answer(who) == nil && a.state.Sees(who) {
					return breaks("page", "%s is to be told on %s, and was never called", who, moment)
				}
			}
		}
	}
	return nil
}
