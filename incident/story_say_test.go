package incident_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/incident"
)

func (s *story) time(t time.Time) string {
	days := int(t.Sub(s.day) / (24 * time.Hour))
	if days == 0 {
		return t.Format(time.TimeOnly)
	}
	return fmt.Sprintf("+%dd %s", days, t.Format(time.TimeOnly))
}

func refusal(err error) string {
	var f *fault.Error
	errors.As(err, &f)
	return fmt.Sprintf("! %s: %s\n", f.Code, fault.Sentence(err))
}

// say writes events, one line each.
func (s *story) say(list []incident.Happened) string {
	if len(list) == 0 {
		return "nothing\n"
	}
	var out strings.Builder
	for _, h := range list {
		line := strings.TrimSpace(incident.Describe(s.plan, s.state, h))
		if more := s.details(h.Event); more != "" {
			line += " (" + more + ")"
		}
		fmt.Fprintf(&out, "%s: %s\n", h.Event.Kind(), line)
	}
	return out.String()
}

// details are the fields that sentences leave out.
func (s *story) details(e incident.Event) string {
	short := func(delivery string) string { return strings.TrimPrefix(delivery, s.state.ID+"/") }
	switch e := e.(type) {
	case incident.EventOpened:
		return fmt.Sprintf("issue %s, candidates %v, severity %s", e.Issue, e.Candidates, e.Severity)
	case incident.EventPageRung:
		return fmt.Sprintf("%s, again %s", short(e.Delivery), s.time(e.Next))
	case incident.EventValidated:
		return fmt.Sprintf("issue %s, severity %s", e.Issue, e.Severity)
	case incident.EventDecisionOpened:
		return fmt.Sprintf("%s on %s %s, until %s", e.ID, e.Subject.Kind, e.Subject.Ref, s.time(e.Expires))
	case incident.EventDecisionSettled:
		return e.Decision + " " + e.State
	case incident.EventActionOrdered:
		return short(e.Delivery)
	case incident.EventActionUnlanded:
		return short(e.Delivery)
	case incident.EventActionRetried:
		return short(e.Delivery)
	case incident.EventUpdatePosted:
		var to []string
		for _, d := range e.Deliveries {
			to = append(to, short(d.Delivery))
		}
		return fmt.Sprintf("%s, sent %v, by hand %v", e.ID, to, e.ByHand)
	case incident.EventUpdateReminded:
		return strings.TrimSpace(e.ID + " " + short(e.Delivery))
	case incident.EventUpdateOwed:
		return e.ID
	case incident.EventUpdateMoved:
		return e.ID
	case incident.EventUpdateSoon:
		return e.ID + s.rings(e.Calls)
	case incident.EventUpdateMissed:
		return fmt.Sprintf("%s%s, again %s", e.ID, s.rings(e.Calls), s.time(e.Next))
	case incident.EventUpdateRerouted:
		return strings.TrimSpace(e.ID + " " + short(e.Delivery))
	case incident.EventStepOverdue:
		return strings.TrimSpace(e.Step + s.rings(e.Calls))
	case incident.EventStepAdded:
		return e.ID
	case incident.EventReopened:
		return "as " + string(e.Phase)
	}
	return ""
}

// stand says how things stand if that has changed.
func (s *story) stand() string {
	due := "never due"
	if at := incident.NextDue(s.plan, s.state); !at.IsZero() {
		due = "due " + s.time(at)
	}
	now := fmt.Sprintf("= %s, %s. %s\n", s.state.Phase, due, incident.MusterOf(s.plan, s.state, s.now).Say)
	if now == s.standing {
		return ""
	}
	s.standing = now
	return now
}

func (s *story) todo() string {
	var out strings.Builder
	for _, x := range slices.Concat(s.plan.CoreTeam, s.plan.ExtendedTeam) {
		var list []string
		for _, task := range incident.Todo(s.plan, s.state, x.ID, s.now) {
			list = append(list, strings.TrimSpace(task.Kind+" "+task.Ref))
		}
		if len(list) > 0 {
			fmt.Fprintf(&out, "%s: %s\n", x.ID, strings.Join(list, ", "))
		}
	}
	return out.String()
}

func (s *story) muster() string {
	var out strings.Builder
	m := incident.MusterOf(s.plan, s.state, s.now)
	for _, x := range m.People {
		fmt.Fprintln(&out, strings.TrimSpace(fmt.Sprintf("%s: %s %s", x.Person, x.State, strings.Join(x.Roles, ", "))))
	}
	for _, x := range m.Wanted {
		fmt.Fprintf(&out, "wanted for %s: %v, met %t\n", x.For, x.People, x.Met)
	}
	return out.String()
}

// differ shows the first lines in which two texts differ.
func differ(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		if i >= len(w) || i >= len(g) || w[i] != g[i] {
			end := func(l []string) string { return strings.Join(l[min(i, len(l)):min(i+6, len(l))], "\n\t") }
			return fmt.Sprintf("line %d\nwant\t%s\ngot\t%s", i+1, end(w), end(g))
		}
	}
	return ""
}
