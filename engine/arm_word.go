package engine

import (
	"fmt"
	"strings"
	"time"

	"tocsin/arm"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/store"
)

// armWords tells the core team what became of what acts by itself: that it is armed, that somebody wants it disarmed, and that it is not
// armed any more. was is how it stood before the events, whose first has a number of the record.
func (e *Engine) armWords(p *plan.Plan, was *arm.State, events []arm.Event, now time.Time) ([]store.Delivery, error) {
	var list []store.Delivery
	s := was.Next()
	for _, ev := range events {
		seq := s.Version + 1
		subject, text := armWord(p, s, ev)
		s.Apply(arm.Happened{Event: ev, Seq: seq, At: now})
		if subject == "" {
			continue
		}
		for i := range p.CoreTeam {
			x := &p.CoreTeam[i]
			dp, ok := incident.WordTo(p, fmt.Sprintf("%s/%d/%s", armsStream(p.Protocol), seq, x.ID), incident.Word{Person: x.ID, Subject: subject, Text: text})
			if x.Body || !ok {
				continue
			}
			payload, err := marshal(dp)
			if err != nil {
				return nil, err
			}
			list = append(list, store.Delivery{ID: dp.ID, Stream: armsStream(p.Protocol), Kind: dp.Kind, Payload: payload, State: store.Queued, Created: now})
		}
	}
	return list, nil
}

// armWord is what the core team is told of an event; nothing of most.
func armWord(p *plan.Plan, s *arm.State, ev arm.Event) (subject, text string) {
	of := func(number uint64) (a arm.Arm) {
		for _, x := range s.Arms {
			if x.Number == number {
				a = x
			}
		}
		return a
	}
	names := func(ids []string) string {
		list := make([]string, len(ids))
		for i, id := range ids {
			list[i] = p.NameOf(id)
		}
		return strings.Join(list, " and ")
	}
	name := func(issue string) string {
		if i, ok := p.Issue(issue); ok && i.Name != "" {
			return i.Name
		}
		return issue
	}
	switch ev := ev.(type) {
	case arm.EventArmed:
		a := of(ev.Number)
		return "Armed: " + name(ev.Issue), fmt.Sprintf("%s signed that Tocsin may act by itself. %s Whoever did not expect this should ask them, and disarm it.", names(a.By()), a.Message.Summary)
	case arm.EventDisarmAsked:
		return "To be disarmed: " + name(ev.Issue), fmt.Sprintf("%s wants %s disarmed: “%s” It ends once a second person of the core team agrees. Until then it acts as ever.", p.NameOf(ev.By), name(ev.Issue), ev.Why)
	case arm.EventEnded:
		if of(ev.Number).State != arm.Armed || ev.How == arm.Replaced {
			return "", ""
		}
		how := map[string]string{arm.Over: "its time is over", arm.Changed: "another plan is in force"}[ev.How]
		if ev.How == arm.Disarmed {
			how = names(ev.By) + " disarmed it"
		}
		return "Not armed any more: " + name(ev.Issue), fmt.Sprintf("Tocsin does nothing about %s by itself any more: %s. What is found calls people, as always.", name(ev.Issue), how)
	}
	return "", ""
}
