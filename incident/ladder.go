package incident

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"tocsin/plan"
)

// ladder lists the ways to reach a person that can be used, in the order in which they are: as the plan has them or, once
// one of them says after how long, the soonest first.
func ladder(p *plan.Plan, who string) []plan.Contact {
	x, _ := p.Person(who)
	ways := slices.DeleteFunc(x.Ladder(), func(c plan.Contact) bool {
		return c.To == "" || strings.EqualFold(c.To, "TBD")
	})
	slices.SortStableFunc(ways, func(a, b plan.Contact) int { return cmp.Compare(a.After, b.After) })
	return ways
}

// silent lists the ways of a ladder that ring nobody out of their sleep; all of them if there are no others.
func silent(ways []plan.Contact) []plan.Contact {
	quiet := slices.DeleteFunc(slices.Clone(ways), func(c plan.Contact) bool { return c.Kind == "phone" || c.Kind == "sms" })
	if len(quiet) == 0 {
		return ways
	}
	return quiet
}

// timed reports whether the plan says when each way of a ladder is used.
func timed(ways []plan.Contact) bool {
	return slices.ContainsFunc(ways, func(c plan.Contact) bool { return c.After > 0 })
}

// pause is how long after a way of a ladder the next one is used, or after the last one the first again; none if both are
// used together.
func pause(p *plan.Plan, ways []plan.Contact, i int) time.Duration {
	if i+1 < len(ways) && timed(ways) {
		return time.Duration(ways[i+1].After - ways[i].After)
	}
	return p.Escalation.RingEvery.Or(2 * time.Minute)
}

func rounds(p *plan.Plan) int {
	if p.Escalation.Rounds > 0 {
		return p.Escalation.Rounds
	}
	return 2
}

// due is when a page that rings is to be looked at again.
func (pg *Page) due() time.Time {
	if pg.Quiet {
		return pg.Requested.Add(stillWithin)
	}
	return pg.NextRing
}

// latest returns the calls of a page that were made last, together.
func (pg *Page) latest() []Call {
	n := len(pg.Calls)
	for n > 0 && pg.Calls[n-1].At.Equal(pg.Calls[len(pg.Calls)-1].At) {
		n--
	}
	return pg.Calls[n:]
}

// unheard reports whether none of some calls can have been heard, for all of them failed.
func unheard(calls []Call) bool {
	return !slices.ContainsFunc(calls, func(c Call) bool { return c.Outcome != callFailed })
}
