package incident

import (
	"fmt"
	"strings"

	"tocsin/journal"
	"tocsin/plan"
)

// describeClock says what happened to what is owed and to the steps of a procedure.
func describeClock(p *plan.Plan, s *State, h Happened, name, told, step func(string) string) string {
	communication := func(id string) string {
		if c, ok := p.Communication(id); ok {
			return c.Name
		}
		return id
	}
	channel := func(id string) string {
		if c, ok := p.Channel(id); ok {
			return c.Name
		}
		return id
	}
	reminded := func(list []Ring) string {
		var names []string
		for _, r := range list {
			names = append(names, name(r.Person))
		}
		switch len(names) {
		case 0:
			return ""
		case 1:
			return " " + names[0] + " is reminded."
		}
		return " " + strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1] + " are reminded."
	}
	because := func(why journal.Personal) string {
		if why == "" {
			return ""
		}
		return " “" + string(why) + "”"
	}
	switch e := h.Event.(type) {
	case EventWaived:
		return name(e.By) + " waived: " + communication(e.Communication) + "." + because(e.Why)
	case EventReinstated:
		return name(e.By) + " wants it said after all: " + communication(e.Communication) + "." + because(e.Why)
	case EventPinned:
		return fmt.Sprintf("%s pinned: %s, %s", name(e.By), Pin{Name: e.Name}.Title(), e.Link)
	case EventUpdateMoved:
		return fmt.Sprintf("%s is owed by %s now.", told(e.ID), clockFrom(h.At, e.Due))
	case EventUpdateSoon:
		return told(e.ID) + " is due soon." + reminded(e.Calls)
	case EventUpdateMissed:
		if e.Round > 1 {
			return told(e.ID) + " is still owed." + reminded(e.Calls)
		}
		return told(e.ID) + " was not posted in time." + reminded(e.Calls)
	case EventUpdateRerouted:
		switch {
		case e.Delivery != "":
			return fmt.Sprintf("%s did not reach %s; it goes over %s instead.", told(e.ID), channel(e.From), channel(e.Channel))
		case e.From != e.Channel:
			return fmt.Sprintf("%s did not reach %s; somebody has to post it to %s by hand.", told(e.ID), channel(e.From), channel(e.Channel))
		}
		return fmt.Sprintf("%s did not reach %s; somebody has to pass it on by hand.", told(e.ID), channel(e.From))
	case EventUpdatePassedOn:
		return name(e.By) + " passed it on by hand: " + told(e.ID) + "."
	case EventStepAnswered:
		return fmt.Sprintf("%s answered “%s”: %s.%s", name(e.By), e.Answer, step(e.Step), because(e.Why))
	case EventStepUndone:
		return name(e.By) + " took back that it was finished: " + step(e.Step) + "." + because(e.Why)
	case EventStepAdded:
		return name(e.By) + " added a step: " + e.Name + "."
	case EventStepOverdue:
		since := clockFrom(h.At, e.Due)
		if e.Level > warnedOwner {
			return fmt.Sprintf("%s still takes longer than the plan allows, which was until %s.%s", step(e.Step), since, reminded(e.Calls))
		}
		return fmt.Sprintf("%s takes longer than the plan allows, which is until %s.%s", step(e.Step), since, reminded(e.Calls))
	case EventEvidence:
		at := ""
		if e.Step != "" {
			at = " to " + step(e.Step)
		}
		what := string(e.What)
		if e.File != nil {
			what = fmt.Sprintf("%s (%s, %s)", what, e.File.Media, bytesInWords(e.File.Size))
		}
		return fmt.Sprintf("%s attached a %s%s: %s%s", name(e.By), e.Form, at, what, because(e.Note))
	}
	return h.Event.Kind()
}
