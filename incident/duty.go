package incident

import "time"

// Duty is one thing that is a person's to do now, and in which incident of which protocol.
type Duty struct {
	Protocol string `json:"protocol"`
	Incident string `json:"incident,omitempty"`
	Session  string `json:"session,omitempty"`  // exercise that it was promised in, where it belongs to no incident
	Name     string `json:"name"`               // of the incident, or of the exercise
	Exercise bool   `json:"exercise,omitempty"` // it is a drill
	Person   string `json:"person"`             // whose it is, as the protocol's plan calls them
	Task
}

// Duties lists what is a person's to do in one incident, most consequential first.
func Duties(s *State, person string, tasks []Task) []Duty {
	list := make([]Duty, len(tasks))
	for i, t := range tasks {
		list[i] = Duty{Protocol: s.Protocol, Incident: s.ID, Name: s.Title, Exercise: s.Exercise != nil, Person: person, Task: t}
	}
	return list
}

// Urgent makes one list of what is owed in several incidents, the most urgent first. Real ones come before exercises, an answer that
// somebody waits for before all else, then what is due first; what has no time is due now. Within one incident its own order stays: that
// of consequence.
func Urgent(now time.Time, lists ...[]Duty) []Duty {
	n := 0
	rest := make([][]Duty, len(lists))
	for i, l := range lists {
		rest[i] = l
		n += len(l)
	}
	out := make([]Duty, 0, n)
	for len(out) < n {
		best := -1
		for i, l := range rest {
			if len(l) > 0 && (best < 0 || l[0].before(&rest[best][0], now)) {
				best = i
			}
		}
		out = append(out, rest[best][0])
		rest[best] = rest[best][1:]
	}
	return out
}

// before reports whether something is more urgent than something else.
func (o *Duty) before(x *Duty, now time.Time) bool {
	if o.Exercise != x.Exercise {
		return !o.Exercise
	}
	if a, b := o.Kind == TaskAnswer, x.Kind == TaskAnswer; a != b {
		return a
	}
	due := func(t time.Time) time.Time {
		if t.IsZero() {
			return now
		}
		return t
	}
	return due(o.Due).Before(due(x.Due))
}
