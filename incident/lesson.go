package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/plan"
)

// Past is an incident that is over, or nearly, with the plan it ran under.
type Past struct {
	Plan  *plan.Plan
	State *State
}

// Lesson is something that the record of past incidents proposes for the plan.
type Lesson struct {
	Propose   string        `json:"propose"` // ProposeDetector, ProposeAction or ProposeStep
	Step      string        `json:"step"`    // "procedure/step"; the name of one that was added on the spot
	Name      string        `json:"name"`
	Incidents []string      `json:"incidents"` // in which it was done by hand, the oldest first
	Exercises int           `json:"exercises"` // how many of them were exercises
	Longest   time.Duration `json:"-"`         // that it took
	Say       string        `json:"say"`
	Write     string        `json:"write,omitempty"` // for a step: the lines to put into the plan's procedure
}

// What a lesson proposes.
const (
	ProposeDetector = "detector" // for what people looked up
	ProposeAction   = "action"   // for what people did
	ProposeStep     = "step"     // for what was added on the spot
)

// Lessons reads past incidents, the oldest first: a step done by hand in two of them is proposed as a detector or an action,
// and one added on the spot as a step. What people write, to one another or afterwards, nobody could do for them.
func Lessons(past []Past) []Lesson {
	var list []Lesson
	for _, c := range past {
		for _, v := range StepsOf(c.Plan, c.State) {
			if v.State != Done || v.Purpose == "tell" || v.Purpose == "learn" {
				continue
			}
			if _, ok := c.Plan.Person(c.State.Step(v.ID).By); !ok {
				continue // Tocsin did it
			}
			l := Lesson{Propose: ProposeAction, Step: plan.StepRef(c.State.Procedure, v.ID), Name: v.Name}
			switch {
			case v.Added != nil:
				l.Propose, l.Step = ProposeStep, strings.ToLower(v.Name)
				l.Write = stepLines(c.State.Procedure, v.Added)
			case v.Purpose == "find":
				l.Propose = ProposeDetector
			}
			at := slices.IndexFunc(list, func(x Lesson) bool { return x.Step == l.Step && x.Propose == l.Propose })
			if at < 0 {
				list = append(list, l)
				at = len(list) - 1
			}
			list[at].add(c.State, &v)
		}
	}
	list = slices.DeleteFunc(list, func(l Lesson) bool { return l.Propose != ProposeStep && len(l.Incidents) < 2 })
	slices.SortStableFunc(list, func(a, b Lesson) int { return len(b.Incidents) - len(a.Incidents) })
	for i := range list {
		list[i].Say = list[i].say()
	}
	return list
}

func (l *Lesson) add(s *State, v *StepView) {
	l.Name = v.Name
	if !slices.Contains(l.Incidents, s.ID) {
		l.Incidents = append(l.Incidents, s.ID)
		if s.Exercise != nil {
			l.Exercises++
		}
	}
	l.Longest = max(l.Longest, v.Ended.Sub(v.Begun))
}

func (l *Lesson) say() string {
	times := "once"
	if n := len(l.Incidents); n > 1 {
		times = fmt.Sprintf("in %d incidents", n)
	}
	if l.Exercises > 0 {
		times += fmt.Sprintf(", %d of them exercises", l.Exercises)
	}
	if l.Exercises > 0 && len(l.Incidents) == 1 {
		times = "once, in an exercise"
	}
	switch l.Propose {
	case ProposeStep:
		return "It was added on the spot " + times + ". Write it into the plan's procedure if it will be wanted again."
	case ProposeDetector:
		return "People looked it up by hand " + times + ". A detector could know it at once."
	}
	return "People did it by hand " + times + ". An action could do it, and prove that it worked."
}
