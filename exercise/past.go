package exercise

import (
	"slices"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// Past is a session that took place, as the cadence looks at it.
type Past struct {
	Session    string    `json:"session"`
	At         time.Time `json:"at"` // when it began
	Ended      time.Time `json:"ended"`
	Clean      bool      `json:"clean"`               // at least one scenario was completed, and all were clean
	Took       []string  `json:"took_part,omitempty"` // persons, the moderator among them
	Issues     []string  `json:"issues,omitempty"`    // that its scenarios were about
	Scenarios  []string  `json:"scenarios,omitempty"` // ids
	Procedures []string  `json:"procedures,omitempty"`
	Unattended bool      `json:"unattended,omitempty"`
}

// PastOf is what the cadence needs of a session; false for one that has not ended or in which nothing was played.
func PastOf(p *plan.Plan, s *State, incidents []*incident.State) (Past, bool) {
	if s.Phase != Ended || !slices.ContainsFunc(s.Runs, func(r Run) bool { return !r.Described.IsZero() }) {
		return Past{}, false
	}
	x := Past{Session: s.ID, At: s.Begun, Ended: s.Ended, Unattended: s.Unattended, Took: s.TookPart(p, incidents)}
	completed, clean := 0, true
	for i := range s.Runs {
		r := &s.Runs[i]
		if r.Described.IsZero() {
			continue
		}
		score := ScoreOf(p, s, r.Number, incidents)
		clean = clean && score.Clean
		if r.Outcome != Completed {
			continue
		}
		completed++
		x.Scenarios = append(x.Scenarios, r.Scenario.ID)
		x.Issues = appendNew(x.Issues, r.Scenario.Issues...)
		for _, row := range Steps(p, s, r.Number, incidents) {
			if procedure, _, ok := plan.SplitStep(row.Ref); ok && row.Taken() {
				x.Procedures = appendNew(x.Procedures, procedure)
			}
		}
	}
	x.Clean = clean && completed > 0
	return x, true
}

// TookPart lists who took part in a session: its moderator, who came, and who did something in its incidents.
func (s *State) TookPart(p *plan.Plan, incidents []*incident.State) []string {
	var list []string
	if s.Moderator != "" {
		list = append(list, s.Moderator)
	}
	for _, x := range s.Invited {
		if x.Came {
			list = appendNew(list, x.Person)
		}
	}
	for i := range s.Runs {
		for _, m := range s.Runs[i].Marks {
			if m.Person != "" && !m.Struck {
				list = appendNew(list, m.Person)
			}
		}
		for _, x := range s.incidentsOf(s.Runs[i].Number, incidents) {
			list = appendNew(list, active(x)...)
		}
	}
	list = slices.DeleteFunc(list, func(id string) bool {
		_, ok := p.Person(id)
		return !ok // Tocsin itself, or somebody who is not in the plan any more
	})
	return list
}

// active are the persons who came to an incident or did something in it.
func active(x *incident.State) []string {
	var list []string
	for _, a := range x.Answers {
		if a.Comes() {
			list = append(list, a.Person)
		}
	}
	for _, st := range x.Steps {
		list = append(list, st.By)
	}
	for i := range x.Decisions {
		for _, a := range x.Decisions[i].Approvals {
			list = append(list, a.Person)
		}
	}
	for _, u := range x.Updates {
		list = append(list, u.By)
	}
	for _, h := range x.Roles {
		list = append(list, h.Person)
	}
	return list
}

func appendNew(list []string, more ...string) []string {
	for _, m := range more {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}
