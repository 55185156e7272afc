package check

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tocsin/plan"
)

// The effects that a difference can have on a plan.
const (
	Weakens     = "weakens"     // less is watched, fewer are told, fewer must agree, or it cannot be ruled out
	Strengthens = "strengthens" // clearly the opposite
	Changes     = "changes"     // neither can be said
)

// Difference is something that two plans say differently, in meaning.
type Difference struct {
	Code    string `json:"code"`    // stable, kebab-case: what kind of thing and which key of it
	Effect  string `json:"effect"`  // Weakens, Strengthens or Changes
	Subject string `json:"subject"` // what differs, by its place in the plan: actions[pause-vault].function
	Say     string `json:"message"` // one sentence
	Old     string `json:"old"`     // what the old plan says there, as text; empty if nothing
	New     string `json:"new"`     // what the new plan says there

	weight int
}

// Differences lists what changed in meaning from an old plan to a new one: first what weakens the plan, the most dangerous
// before the rest, then what changes it, then what strengthens it. Formatting, comments, the split into files and the order
// of things whose order says nothing are no differences; nor are defaults written out. A nil plan is an empty one.
func Differences(old, new *plan.Plan) []Difference {
	if old == nil {
		old = &plan.Plan{}
	}
	if new == nil {
		new = &plan.Plan{}
	}
	if bytes.Equal(old.Canonical(), new.Canonical()) {
		return nil
	}
	c := contrastOf(old, new)
	c.comparePlan()
	rank := map[string]int{Weakens: 0, Changes: 1, Strengthens: 2}
	slices.SortStableFunc(c.found, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(rank[a.Effect], rank[b.Effect]), cmp.Compare(b.weight, a.weight))
	})
	return c.found
}

// contrast gathers what differs between two plans.
type contrast struct {
	old, new *plan.Plan
	found    []Difference
	oldWords string // the old plan as text in lower case; empty until asked for
	opened   bool   // the contact details of both are known
	tallies  int    // how often a decision was made to see who can
}

// add notes a difference. Whoever decides which plan comes into force next decides everything, so that what cannot be known
// to be stricter there weakens, and comes first.
func (c *contrast) add(weight int, effect, code, subject, say, old, new string) {
	if c.adopts(subject) && code != "decision-name" && code != "decision-question" {
		if weight += 100; effect == Changes {
			effect = Weakens
		}
	}
	say = strings.Join(strings.Fields(say), " ") // names may hold line breaks, which could look like another sentence
	c.found = append(c.found, Difference{Code: code, Effect: effect, Subject: subject, Say: say, Old: old, New: new, weight: weight})
}

// adopts reports whether a subject is a decision about the next plan, or part of one.
func (c *contrast) adopts(subject string) bool {
	rest, ok := strings.CutPrefix(subject, "decisions[")
	id, _, _ := strings.Cut(rest, "]")
	for _, p := range []*plan.Plan{c.old, c.new} {
		if d := decisionOf(p, id); ok && d != nil && d.Adopts {
			return true
		}
	}
	return false
}

// mostSummarised is how many differences a summary tells in words.
const mostSummarised = 5

// Summarise says in one line how many differences there are, and what the gravest of those are that weaken the plan.
func Summarise(differences []Difference) string {
	if len(differences) == 0 {
		return "no change in meaning"
	}
	var weakening []string
	for _, d := range differences {
		if d.Effect == Weakens {
			weakening = append(weakening, oneLine(strings.TrimSuffix(d.Say, ".")))
		}
	}
	line := "1 change"
	if n := len(differences); n > 1 {
		line = fmt.Sprintf("%d changes", n)
	}
	switch n := len(weakening); n {
	case 0:
		return line + ", none weakens the plan"
	case 1:
		line += ", 1 weakens the plan: "
	default:
		line += fmt.Sprintf(", %d weaken the plan: ", n)
	}
	told := weakening[:min(len(weakening), mostSummarised)]
	line += strings.Join(told, "; ")
	if more := len(weakening) - len(told); more > 0 {
		line += fmt.Sprintf("; and %d more", more)
	}
	return line
}

// oneLine puts a text on one line of bounded length.
func oneLine(s string) string {
	const most = 300
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
