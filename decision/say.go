package decision

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/plan"
)

// say puts a status into one sentence.
func (q *quorum) say(s Status, a answers) string {
	switch {
	case len(s.Needed) == 0:
		return "This can never be approved: the plan names nobody who must."
	case s.State == Met:
		var by []string
		for _, n := range s.Needed {
			for _, person := range n.By {
				if who := q.called(person); !slices.Contains(by, who) {
					by = append(by, who)
				}
			}
		}
		return "Approved by " + and(by) + "."
	case s.State == Refused:
		var by []string
		for _, person := range q.everyone {
			if a.refuse[person] && q.blocks(person, s.Needed) {
				by = append(by, q.called(person))
			}
		}
		return fmt.Sprintf("Refused by %s: it cannot be approved unless an answer changes.", and(by))
	}
	for _, n := range s.Needed {
		if n.Never != "" {
			return fmt.Sprintf("This can never be approved: %s is needed, but %s.", n.Name, n.Never)
		}
	}
	var waits []string
	for _, n := range s.Needed {
		missing := n.Need - len(n.By)
		switch {
		case n.Met:
		case n.Who == "":
			waits = append(waits, furtherName(missing))
		case n.Need == 1:
			waits = append(waits, n.Name)
		default:
			waits = append(waits, fmt.Sprintf("%d more of %s", missing, n.Name))
		}
	}
	return "Waiting for " + and(waits) + "."
}

// blocks reports whether a person's approval could help a need that can no longer be met.
func (q *quorum) blocks(person string, needs []Need) bool {
	for i, n := range needs {
		switch {
		case !n.Refused:
		case i < len(q.required) && slices.Contains(q.required[i].members, person):
			return true
		case i < len(q.required) && slices.ContainsFunc(q.required[i].standIns, func(s standIn) bool { return s.who == person && s.member == "" }):
			return true
		case i == len(q.required):
			return true // others' refusals tie the further approvers to what is required
		}
	}
	return false
}

// called is a person's name.
func (q *quorum) called(person string) string {
	if p, ok := q.plan.Person(person); ok {
		return name(&p)
	}
	return person
}

func title(d *plan.Decision) string {
	if d.Name == "" {
		return d.ID
	}
	return d.Name
}

func furtherName(n int) string {
	if n == 1 {
		return "1 further approver"
	}
	return fmt.Sprintf("%d further approvers", n)
}

// and joins names as a sentence does.
func and(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}
