package incident

import (
	"fmt"
	"slices"
	"time"

	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// callPerson begins to page a person, unless they are being paged or cannot be.
func (d *decider) callPerson(who, why string) {
	if d.s.ringing(who) != nil || !d.s.Sees(who) || d.s.spares(who) {
		return
	}
	id := fmt.Sprintf("page-%d", len(d.s.Pages)+1)
	d.emit(EventPageRequested{Page: id, Person: who, Why: why})
	d.ring(id)
}

// spares reports whether a person must not be called because the incident is an exercise which they take no part in.
func (s *State) spares(who string) bool {
	return s.Exercise != nil && slices.Contains(s.Exercise.Spared, who)
}

// ring makes the next calls of a page, or ends it and calls the backups if the ladder is used up.
func (d *decider) ring(id string) {
	pg := d.s.page(id)
	ways := ladder(d.p, pg.Person)
	// Once it is contained people are told, not called: nothing burns any more. A way that failed did not tell them.
	once := d.s.Phase.AtLeast(Contained)
	if once {
		ways = silent(ways)
	}
	heard := len(pg.Calls) > 0 && !unheard(pg.latest())
	if len(ways) == 0 || pg.Rung >= len(ways)*rounds(d.p) || once && heard {
		d.emit(EventPageEnded{Page: id, State: Exhausted})
		if !once {
			d.backUp(pg.Person)
		}
		return
	}
	first := pg.Rung % len(ways)
	last := first
	for pause(d.p, ways, last) == 0 { // never so after the last way
		last++
	}
	d.use(id, ways[first:last+1], d.now.Add(pause(d.p, ways, last)))
}

// use calls somebody in one or several ways at once.
func (d *decider) use(id string, ways []plan.Contact, next time.Time) {
	for _, way := range ways {
		d.emit(EventPageRung{
			Page: id, Delivery: fmt.Sprintf("%s/%s/%d", d.s.ID, id, d.s.page(id).Rung+1), Contact: way.Kind, To: journal.Personal(way.To), Next: next,
		})
	}
}

// backUp calls the backups of somebody who does not come.
func (d *decider) backUp(who string) {
	x, _ := d.p.Person(who)
	for _, b := range d.p.ToCall(x.Backups, d.now) {
		if !d.s.Called(b) {
			d.callPerson(b, "backup for "+NameOf(d.p, who))
		}
	}
}

// ringWorse calls everybody again who should know that it got worse and has not said that they come; if all, also those
// who have: after an incident had stopped they may have gone.
func (d *decider) ringWorse(all bool) {
	for _, who := range told(d.p, d.s, momentDetection, d.now) {
		if who != d.cmd.Actor.ID && (all || !d.s.here(who)) {
			d.callPerson(who, "it got worse")
		}
	}
	if m := d.s.Holder(RoleIncidentManager); m != "" && m != d.cmd.Actor.ID {
		d.callPerson(m, "it got worse")
	}
}

func (d *decider) tickPages() {
	for i := range d.s.Pages {
		pg := d.s.Pages[i]
		switch {
		case pg.State != Ringing || d.now.Before(pg.due()):
		case pg.Quiet:
			d.endQuiet(pg)
		default:
			d.ring(pg.ID)
		}
	}
	d.tickQuiet()
	d.tickEveryone()
}

func pageTimes(p *plan.Plan, s *State) []time.Time {
	var ts []time.Time
	for _, pg := range s.Pages {
		if pg.State == Ringing {
			ts = append(ts, pg.due())
		}
	}
	m := wantingOf(p, s, s.Last)
	return append(append(ts, quietTimes(p, s, m)...), everyoneTime(p, s, m))
}

func (d *decider) endPages() {
	for _, pg := range d.s.Pages {
		if pg.State == Ringing {
			d.emit(EventPageEnded{Page: pg.ID, State: Ended})
		}
	}
}

// callFailed is the outcome of a call that reached nobody.
const callFailed = "failed"

// outcome records what became of a call. A way that leads nowhere is not waited for: the next one is tried at once.
func (d *decider) outcome(op OpOutcome) error {
	c := d.s.call(op.Delivery)
	if c == nil {
		return fault.New(fault.NotFound, "Incident %s made no call %q.", d.s.ID, op.Delivery)
	}
	switch op.Outcome {
	case "landed", callFailed, "unknown":
	default:
		return fault.New(fault.Invalid, "%q is not what becomes of a call.", op.Outcome)
	}
	if c.Outcome != "" {
		return nil
	}
	d.emit(EventCallOutcome{Delivery: op.Delivery, Outcome: op.Outcome, Say: clean(op.Say)})
	if op.Outcome == callFailed {
		d.reroute(op.Delivery)
	}
	if op.Outcome != callFailed || d.s.Phase.Over() {
		return nil
	}
	for _, pg := range d.s.Pages {
		latest := pg.latest()
		isLatest := slices.ContainsFunc(latest, func(c Call) bool { return c.Delivery == op.Delivery })
		if pg.State == Ringing && !pg.Quiet && isLatest && unheard(latest) && !deadEnd(pg, len(ladder(d.p, pg.Person))) {
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
	return unheard(pg.Calls[len(pg.Calls)-ways:])
}
