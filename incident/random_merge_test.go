package incident_test

import (
	"fmt"
	"slices"

	"tocsin/incident"
	"tocsin/plan"
)

// upheaval merges the incident with another one, or changes the plan that it runs by.
func (c *course) upheaval() incident.Op {
	if len(c.state.Absorbed) > 0 && c.chance(3) {
		return incident.OpRelease{Incident: pick(c, c.state.Absorbed).Incident}
	}
	switch c.rand.IntN(4) {
	case 0:
		return incident.OpMerge{Into: c.another(), Why: "The same\xff"}
	case 1:
		return incident.OpAdopt{Plan: c.edited()}
	}
	return incident.OpAbsorb{From: c.another(), Why: "The same"}
}

// another is an incident that began a little while ago.
func (c *course) another() *incident.State {
	s := &incident.State{}
	do := func(actor string, op incident.Op) {
		events, err := incident.Decide(c.plan, s, incident.Command{Actor: actorOf(actor), Op: op}, c.now)
		if err != nil {
			return
		}
		for _, e := range events {
			s.Apply(incident.Happened{Event: e, At: c.now, Actor: actorOf(actor)})
		}
	}
	open := incident.OpOpen{ID: fmt.Sprint("other-", c.found), Protocol: c.plan.Protocol, Plan: c.plan.Hash()}
	if c.chance(2) {
		open.Findings = []incident.Finding{c.finding()}
		do("detector", open)
	} else {
		do(c.anyone(), open)
	}
	for range c.rand.IntN(4) {
		do(c.anyone(), pick(c, []incident.Op{
			incident.OpAnswer{Answer: incident.Coming},
			incident.OpAnswer{Answer: incident.Cannot},
			incident.OpValidate{},
			incident.OpRestrict{Hide: []string{c.anyone()}},
			incident.OpNote{Text: "Hm"},
		}))
	}
	return s
}

// edited is a newer plan: something of it is gone, and something is otherwise.
func (c *course) edited() *plan.Plan {
	q, err := plan.ParseCanonical(c.plan.Canonical())
	if err != nil {
		c.t.Fatal(err)
	}
	q.Version += "'"
	for range 1 + c.rand.IntN(3) {
		switch c.rand.IntN(5) {
		case 0:
			proc := &q.Procedures[c.rand.IntN(len(q.Procedures))]
			if i := c.rand.IntN(len(proc.Steps)); len(proc.Steps) > 1 && proc.Steps[i].Question == nil {
				proc.Steps = slices.Delete(proc.Steps, i, i+1)
			}
		case 1:
			if i := c.rand.IntN(len(q.CoreTeam)); len(q.CoreTeam) > 3 && len(c.plan.CoreTeam)-len(q.CoreTeam) < 1 {
				q.CoreTeam = slices.Delete(q.CoreTeam, i, i+1)
			}
		case 2:
			if len(q.Communications) > 1 {
				i := c.rand.IntN(len(q.Communications))
				q.Communications = slices.Delete(q.Communications, i, i+1)
			}
		case 3:
			q.Communications[c.rand.IntN(len(q.Communications))].Timing = q.Communications[c.rand.IntN(len(q.Communications))].Timing
		case 4:
			q.Decisions[c.rand.IntN(len(q.Decisions))].Expires *= 2
		}
	}
	return q
}
