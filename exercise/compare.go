package exercise

import (
	"slices"
	"time"

	"tocsin/plan"
)

// Comparison sets a measure of a run beside earlier ones.
type Comparison struct {
	Measure string        `json:"measure"`
	Now     plan.Duration `json:"now,omitzero"`
	Last    plan.Duration `json:"last,omitzero"` // in the run before, of the same scenario if there is one
	Best    plan.Duration `json:"best,omitzero"` // of all before
	Same    bool          `json:"same"`          // Last is of the same scenario
	Say     string        `json:"say"`
}

// Compare sets a run beside earlier ones, in any order. Runs of the same kind only are compared: what a script did unattended says
// nothing of people. Measures that the run did not reach, or no earlier one, are left out.
func Compare(now Score, earlier []Score) []Comparison {
	before := slices.DeleteFunc(slices.Clone(earlier), func(x Score) bool {
		return x.Unattended != now.Unattended || !x.At.Before(now.At) || x.Session == now.Session && x.Run == now.Run
	})
	slices.SortStableFunc(before, func(a, b Score) int { return a.At.Compare(b.At) })
	var list []Comparison
	for _, m := range now.Measures {
		if !m.Reached {
			continue
		}
		c := Comparison{Measure: m.Name, Now: m.Took}
		found := false
		for i := range before {
			was := before[i].TimeOf(m.Name)
			if !was.Reached {
				continue
			}
			if same := before[i].Scenario == now.Scenario; same || !c.Same {
				c.Last, c.Same = was.Took, same
			}
			if !found || was.Took < c.Best {
				c.Best = was.Took
			}
			found = true
		}
		if !found {
			continue
		}
		c.Say = c.say()
		list = append(list, c)
	}
	return list
}

func (c *Comparison) say() string {
	than := "than in the exercise before"
	if c.Same {
		than = "than when this scenario was last played"
	}
	var say string
	switch by := span(time.Duration(max(c.Now-c.Last, c.Last-c.Now))); {
	case c.Now < c.Last:
		say = by + " faster " + than
	case c.Now > c.Last:
		say = by + " slower " + than
	default:
		say = "as fast as before"
	}
	if c.Now < c.Best {
		say += "; the best so far"
	}
	return say + "."
}

// Series is one measure over time, for a plot.
type Series struct {
	Measure string  `json:"measure"`
	Name    string  `json:"name"`
	Points  []Point `json:"points"` // the oldest first
}

// Point is one run in a series.
type Point struct {
	At       time.Time     `json:"at"` // in real time
	Session  string        `json:"session"`
	Run      int           `json:"run"`
	Scenario string        `json:"scenario"`
	Took     plan.Duration `json:"took"`
	Promised plan.Duration `json:"promised,omitzero"`
	Kept     bool          `json:"kept"`
}

// Plots makes a series of each measure that some runs reached, unattended ones left out.
func Plots(scores []Score) []Series {
	sorted := slices.DeleteFunc(slices.Clone(scores), func(x Score) bool { return x.Unattended || x.At.IsZero() })
	slices.SortStableFunc(sorted, func(a, b Score) int { return a.At.Compare(b.At) })
	var list []Series
	for _, n := range MeasureNames {
		s := Series{Measure: n[0], Name: n[1]}
		for i := range sorted {
			x := &sorted[i]
			if m := x.TimeOf(n[0]); m.Reached {
				s.Points = append(s.Points, Point{At: x.At, Session: x.Session, Run: x.Run, Scenario: x.Scenario, Took: m.Took, Promised: m.Promised, Kept: m.Kept})
			}
		}
		if len(s.Points) > 0 {
			list = append(list, s)
		}
	}
	return list
}
