package incident

import (
	"time"

	"tocsin/fault"
	"tocsin/plan"
)

// MomentProcedure is the moment of a Told that falls into the course of the procedure, when one of its steps is reached.
const MomentProcedure = "procedure"

// Told is one call that would be made, or a person who should be called and cannot be.
type Told struct {
	Moment string        // detection, validation, procedure, containment or resolution
	After  time.Duration // since that moment
	At     time.Time     // on the supposition that each moment follows the one before at once
	Page   string        // the page it is a call of: a person's calls of one page follow their ladder
	Person string
	Name   string
	How    string // kind of the contact; empty if the plan holds no way to reach the person
	Why    string
}

// Forecast says who would be called, in order, if an issue of the plan were detected at a time. It lets the incident run:
// what it answers is what Decide does. At each moment nobody answers to being called, and every call goes out; those who
// were called at one moment have come by the next, where each step is skipped when it is reached. Further rounds of calling
// everyone are left out. An issue that the plan does not name is fault.NotFound.
func Forecast(p *plan.Plan, issue string, at time.Time) ([]Told, error) {
	if _, ok := p.Issue(issue); !ok {
		return nil, fault.New(fault.NotFound, "The plan names no issue %q.", issue)
	}
	f := &forecast{plan: p, at: at.UTC(), main: &State{}, issue: issue}
	for _, stage := range []func() error{f.detect, f.validate, f.proceed, f.contain, f.resolve} {
		if err := stage(); err != nil {
			return f.told, err
		}
		if f.over {
			break
		}
	}
	return f.told, nil
}

// forecast carries one forecast. Its main line is the incident whose people come; from each moment a side line is followed
// on which nobody does.
type forecast struct {
	plan     *plan.Plan
	issue    string
	at       time.Time
	main     *State
	happened []Happened // of the main line
	over     bool       // nobody is left who could bring the incident further
	told     []Told
}

func (f *forecast) detect() error {
	return f.stage(momentDetection, machine, OpOpen{
		ID: "forecast", Protocol: f.plan.Protocol, Issue: f.issue,
		Findings: []Finding{{ID: "forecast", Issues: []string{f.issue}, At: f.at}},
	})
}

func (f *forecast) validate() error {
	who := f.actor("")
	if who == "" {
		f.over = true
		return nil
	}
	return f.stage(momentValidation, person(who), OpValidate{})
}

// proceed reaches every step of the procedure by skipping those before it.
func (f *forecast) proceed() error {
	for {
		v := f.reached()
		if v == nil {
			return nil
		}
		if err := f.stage(MomentProcedure, person(f.actor("")), OpEndStep{Step: v.ID, State: Skipped, Note: "forecast"}); err != nil {
			return err
		}
	}
}

// reached is the first step that may begin; nil if there is none.
func (f *forecast) reached() *StepView {
	for _, v := range StepsOf(f.plan, f.main) {
		if v.State == StepNow {
			return &v
		}
	}
	return nil
}

func (f *forecast) contain() error {
	return f.stage(momentContainment, person(f.actor("")), OpContain{Note: "forecast"})
}

func (f *forecast) resolve() error {
	first := f.actor("")
	if f.plan.SecondPerson(f.main.Severity) {
		second := f.actor(first)
		if second == "" {
			f.over = true
			return nil
		}
		if err := f.stage(momentResolution, person(first), OpResolve{Absent: Reopening(f.plan, f.main)}); err != nil {
			return err
		}
		first = second
	}
	return f.stage(momentResolution, person(first), OpResolve{Absent: Reopening(f.plan, f.main)})
}

// actor is somebody who brings the incident further, other than one: of those who were called, or of the core team.
func (f *forecast) actor(other string) string {
	can := func(id string) bool {
		x, ok := f.plan.Person(id)
		return ok && !x.Body && id != other
	}
	for _, core := range []bool{true, false} {
		for i := range f.main.Pages {
			if id := f.main.Pages[i].Person; can(id) && f.plan.Core(id) == core {
				return id
			}
		}
	}
	for _, id := range f.plan.Everyone() {
		if can(id) {
			return id
		}
	}
	return ""
}
