package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/exercise"
)

// markKinds are how a step is marked, by one tap each.
var markKinds = []exercise.MarkKind{exercise.Said, exercise.Done, exercise.Wrong}

// pressed says whether a step bears a mark, for the button that sets it.
func (p *moderatePage) pressed(ref string, kind exercise.MarkKind) string {
	return strconv.FormatBool(slices.ContainsFunc(p.marks(), func(m exercise.Mark) bool { return m.Step == ref && m.Kind == kind }))
}

// lastMark is the number of the last mark of a step that stands; 0 if it has none.
func (p *moderatePage) lastMark(ref string) int {
	for _, m := range p.marks() {
		if m.Step == ref {
			return m.Number
		}
	}
	return 0
}

// rowState is how a step looks on a line.
func rowState(r exercise.StepRow) string {
	switch {
	case len(r.Wrong) > 0 || r.How == exercise.StepFailed:
		return "failed"
	case r.Taken():
		return "done"
	case r.How == exercise.StepUnderWay:
		return "now"
	}
	return "to-come"
}

// stepSay is how a step went, in words.
func (p *moderatePage) stepSay(r exercise.StepRow) string {
	var parts []string
	switch r.How {
	case "":
		if !r.Due.IsZero() {
			parts = append(parts, "by "+p.shown(r.Due).Minute())
		}
	case exercise.StepUnderWay:
		parts = append(parts, "under way")
	case exercise.StepPassed:
		parts = append(parts, "not needed")
	default:
		parts = append(parts, r.How+" "+p.shown(r.At).Minute())
	}
	if r.Late > 0 {
		parts = append(parts, length(time.Duration(r.Late))+" late")
	}
	if r.Before != "" {
		parts = append(parts, "before "+exercise.StepName(p.Plan, r.Before))
	}
	parts = append(parts, r.Wrong...)
	return strings.Join(parts, ", ")
}

// marks are those of the run under way that can be taken back, the latest first.
func (p *moderatePage) marks() []exercise.Mark {
	r := p.Run
	if r == nil || !r.UnderWay() {
		if r = p.Past; r == nil {
			return nil
		}
	}
	list := slices.DeleteFunc(slices.Clone(r.Marks), func(m exercise.Mark) bool { return m.Struck })
	slices.Reverse(list)
	return list
}

// markable are the steps of the plan, those that the script expects first.
func (p *moderatePage) markable() []option {
	var list []option
	for _, r := range p.Steps {
		if r.Ref != "" {
			list = append(list, option{r.Ref, r.Name})
		}
	}
	return append(list, slices.DeleteFunc(p.allSteps(), func(o option) bool {
		return slices.ContainsFunc(p.Steps, func(r exercise.StepRow) bool { return r.Ref == o.Value })
	})...)
}

// questionsSay says how many questions wait.
func questionsSay(n int) string {
	if n == 1 {
		return "One question waits for you."
	}
	return strconv.Itoa(n) + " questions wait for you."
}

// attendanceSay counts who is there.
func (p *moderatePage) attendanceSay() string {
	here, coming, open := 0, 0, 0
	for _, g := range p.Sheet.Invited {
		switch {
		case g.Came:
			here++
		case g.Answer == exercise.Coming:
			coming++
		case g.Answer == "":
			open++
		}
	}
	if p.Sheet.Phase == exercise.Running {
		return strconv.Itoa(here) + " of " + strconv.Itoa(len(p.Sheet.Invited)) + " here"
	}
	return strconv.Itoa(coming) + " coming, " + strconv.Itoa(open) + " without an answer"
}

// primary is the kind of the button that comes next, where another has to be pressed first: one alone is yellow.
func (p *moderatePage) primary() string {
	if p.Sheet.Phase == exercise.Planned && p.Run == nil || p.Sheet.Phase == exercise.Running && !p.playing() {
		return ""
	}
	return "act"
}
