package exercise

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
)

// Proposal is an edit of the plan that a session suggests. Nobody makes it but people: Apply gives the plan as it would be, so that it can
// be checked before and after, written back with plan.Save, and adopted as any other.
type Proposal struct {
	Kind      string    `json:"kind"` // ProposeStep, ProposeNote, ProposeTested
	Say       string    `json:"say"`
	Run       int       `json:"run,omitempty"`
	Lesson    int       `json:"lesson,omitempty"`    // that it comes from
	Procedure string    `json:"procedure,omitempty"` // of a step
	Step      plan.Step `json:"step,omitzero"`
	Note      plan.Note `json:"note,omitzero"`
	Tested    plan.Date `json:"tested,omitzero"`
}

// What is proposed.
const (
	ProposeStep   = "step"   // that was taken, and stands nowhere in the plan
	ProposeNote   = "note"   // of a flaw, beside what it is about
	ProposeTested = "tested" // the day of the exercise
)

// Proposals lists what a session that has ended suggests for the plan.
func Proposals(p *plan.Plan, s *State, incidents []*incident.State) []Proposal {
	if s.Phase != Ended {
		return nil
	}
	var list []Proposal
	day := s.Begun.UTC().Truncate(24 * time.Hour)
	played := slices.ContainsFunc(s.Runs, func(r Run) bool { return r.Outcome == Completed })
	if played && !s.Unattended && day.After(p.Tested.Time) {
		list = append(list, Proposal{Kind: ProposeTested, Say: "The plan was exercised on " + day.Format("2 January 2006") + ".", Tested: plan.Date{Time: day}})
	}
	for _, l := range s.Lessons {
		if l.Struck || l.Kind != Flaw || l.Text == "" {
			continue
		}
		about := "exercises"
		if procedure, _, ok := plan.SplitStep(l.Step); ok {
			about = "procedures[" + procedure + "]"
		}
		text := incident.Sentence(l.Text)
		if l.Step != "" {
			text = StepName(p, l.Step) + ": " + text
		}
		list = append(list, Proposal{
			Kind: ProposeNote, Run: l.Run, Lesson: l.Number, Say: "The exercise showed a flaw: " + text,
			Note: plan.Note{About: about, Text: text + " (Exercise of " + day.Format("2 January 2006") + ".)"},
		})
	}
	for i := range s.Runs {
		list = append(list, added(p, s.Runs[i].Number, Steps(p, s, s.Runs[i].Number, incidents))...)
	}
	return list
}

// added proposes the steps of a run that stand nowhere in the plan, each behind the step after which it was taken.
func added(p *plan.Plan, run int, rows []StepRow) []Proposal {
	var list []Proposal
	for i := range rows {
		row := &rows[i]
		if row.Ref != "" || !row.Taken() || len(row.Wrong) > 0 || row.Name == "" {
			continue
		}
		var before *StepRow
		for k := range rows {
			if r := &rows[k]; r.Ref != "" && r.Taken() && !r.At.After(row.At) && (before == nil || !r.At.Before(before.At)) {
				before = r
			}
		}
		if before == nil {
			continue
		}
		procedure, after, _ := plan.SplitStep(before.Ref)
		id := stepID(p, procedure, row.Name)
		list = append(list, Proposal{
			Kind: ProposeStep, Run: run, Procedure: procedure, Say: "It was done after " + before.Name + ", and the plan does not hold it: " + incident.Sentence(row.Name),
			// On a track of its own, so that nothing that the plan orders waits for it.
			Step: plan.Step{ID: id, Name: short(row.Name), After: []string{after}, Track: id, Optional: true},
		})
	}
	return list
}

// Apply is the plan with the edit made in it; p itself does not change. A fault of code conflict says why the edit does not fit any more.
func (x *Proposal) Apply(p *plan.Plan) (*plan.Plan, error) {
	n := *p
	switch x.Kind {
	case ProposeTested:
		n.Tested = x.Tested
	case ProposeNote:
		n.Notes = append(slices.Clone(p.Notes), x.Note)
	case ProposeStep:
		n.Procedures = slices.Clone(p.Procedures)
		i := slices.IndexFunc(n.Procedures, func(r plan.Procedure) bool { return r.ID == x.Procedure })
		if i < 0 {
			return nil, fault.New(fault.Conflict, "The plan has no procedure %q any more.", x.Procedure)
		}
		r := &n.Procedures[i]
		if _, taken := p.Step(r.ID, x.Step.ID); taken {
			return nil, fault.New(fault.Conflict, "The procedure %s has a step %q already.", r.Name, x.Step.ID)
		}
		at := len(r.Steps)
		for _, after := range x.Step.After {
			k := slices.IndexFunc(r.Steps, func(st plan.Step) bool { return st.ID == after })
			if k < 0 {
				return nil, fault.New(fault.Conflict, "The procedure %s has no step %q any more, behind which it was done.", r.Name, after)
			}
			at = k + 1
		}
		r.Steps = slices.Insert(slices.Clone(r.Steps), at, x.Step)
	default:
		return nil, fault.New(fault.Invalid, "Nothing is known of a proposal of the kind %q.", x.Kind)
	}
	return &n, nil
}

// stepID makes an id of a name that the procedure does not have: small letters and digits, the words joined by hyphens.
func stepID(p *plan.Plan, procedure, name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	id := strings.Join(words[:min(len(words), 5)], "-")
	if len(id) > 40 {
		id = strings.TrimRight(id[:40], "-")
	}
	if id == "" || id[0] >= '0' && id[0] <= '9' {
		id = strings.TrimRight("step-"+id, "-")
	}
	free := id
	for n := 2; ; n++ {
		if _, taken := p.Step(procedure, free); !taken {
			return free
		}
		free = fmt.Sprintf("%s-%d", id, n)
	}
}

// short is the first line of what somebody said, as a name.
func short(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	if r := []rune(s); len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return s
}
