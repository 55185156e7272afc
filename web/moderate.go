package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/engine"
	"tocsin/exercise"
	"tocsin/exercise/library"
	"tocsin/fault"
	"tocsin/plan"
)

// moderatePage is an exercise as its moderator leads it: the script and what is held back included. Nobody else is shown it.
type moderatePage struct {
	*exercisePage
	State   *exercise.State
	Run     *exercise.Run // chosen last and not over; nil if none is
	Past    *exercise.Run // played last and over; nil if none is, or one goes on
	Script  []cue
	Held    []holding
	Steps   []exercise.StepRow
	Back    exercise.ReadBack
	Choices []scenarioChoice
}

// cue is an inject as the moderator sees it coming.
type cue struct {
	ID, Text, Channel string
	Live              string // what the stage does
	Given             time.Time
	Due               time.Time // on the exercise clock; zero while that is not known
	When              string    // in words, where there is no time
}

// holding is a held fact as the moderator sees it.
type holding struct {
	plan.HeldFact
	Given time.Time
}

// scenarioChoice is a scenario that can be played next.
type scenarioChoice struct {
	ID, Name string
	Library  bool
	Played   bool // in this session
	Misfits  []string
}

// moderate shows an exercise to its moderator.
func (c *Console) moderate(w http.ResponseWriter, r *http.Request, s *session) {
	c.showModerate(w, r, s, http.StatusOK, &forms{})
}

func (c *Console) showModerate(w http.ResponseWriter, r *http.Request, s *session, status int, fs *forms) {
	v, sheet, err := c.exerciseOf(r.Context(), s, r.PathValue("id"))
	if err != nil {
		c.fail(w, r, err)
		return
	}
	if !v.State.Moderates(s.person.ID) {
		c.fail(w, r, fault.New(fault.Forbidden, "Only the moderator sees this page, and that is %s.", s.plan.NameOf(v.State.Moderator)))
		return
	}
	e, err := c.exercisePage(r.Context(), s, v, sheet, fs, "/moderate", "m-")
	if err != nil {
		c.fail(w, r, err)
		return
	}
	states, err := statesOf(r.Context(), v)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	p := &moderatePage{exercisePage: e, State: v.State, Run: v.State.Current()}
	if n := len(v.State.Runs); p.Run == nil && n > 0 {
		p.Past = &v.State.Runs[n-1]
	} else if p.Run != nil && !p.Run.UnderWay() && n > 1 {
		p.Past = &v.State.Runs[n-2]
	}
	switch {
	case p.Run != nil && p.Run.UnderWay():
		p.Script, p.Held = cues(p.Run, s.plan), heldFacts(p.Run)
		p.Steps = exercise.Steps(s.plan, v.State, p.Run.Number, states)
	default:
		p.Choices = choices(s.plan, v.State)
	}
	if p.Past != nil {
		p.Back = exercise.ReadBackOf(s.plan, v.State, p.Past.Number, states)
	}
	c.renderTried(w, r, status, e, moderateBody(p))
}

// cues lists the injects: those given by when they were, then those to come by when they are due, then the rest.
func cues(r *exercise.Run, p *plan.Plan) []cue {
	var list []cue
	for _, in := range r.Scenario.Injects {
		x := cue{ID: in.ID, Text: in.Text, Channel: in.Channel, Live: in.Live}
		for _, g := range r.Injected {
			if g.ID == in.ID {
				x.Given = g.Shows
			}
		}
		switch {
		case in.Hand:
			x.When = "by your hand"
		case in.After == "":
			x.Due = r.From.Add(time.Duration(in.At))
		default:
			x.When = "after the step " + exercise.StepName(p, in.After)
			for _, at := range r.Reached {
				if at.Step == in.After {
					x.Due = at.Shows.Add(time.Duration(in.At))
				}
			}
		}
		list = append(list, x)
	}
	slices.SortStableFunc(list, func(a, b cue) int {
		if x, y := a.rank(), b.rank(); x != y {
			return x - y
		}
		return a.at().Compare(b.at())
	})
	return list
}

func (x cue) at() time.Time {
	if !x.Given.IsZero() {
		return x.Given
	}
	return x.Due
}

func (x cue) rank() int {
	switch {
	case !x.Given.IsZero():
		return 0
	case !x.Due.IsZero():
		return 1
	}
	return 2
}

// heldFacts lists the held facts: those that are still held first.
func heldFacts(r *exercise.Run) []holding {
	var still, given []holding
	for _, f := range r.Scenario.Held {
		x := holding{HeldFact: f}
		for _, g := range r.Released {
			if g.ID == f.ID {
				x.Given = g.Shows
			}
		}
		if x.Given.IsZero() {
			still = append(still, x)
		} else {
			given = append(given, x)
		}
	}
	return append(still, given...)
}

// earns says what a held fact is given for.
func (p *moderatePage) earns(f holding) string {
	switch _, _, step := plan.SplitStep(f.AskedBy); {
	case f.AskedBy == "":
		return "Give it when you find that they need it."
	case step && exercise.StepName(p.Plan, f.AskedBy) != f.AskedBy:
		return "Earned by the step " + exercise.StepName(p.Plan, f.AskedBy) + "."
	}
	return "Earned by asking: " + f.AskedBy
}

// choices are the scenarios that fit the plan: its own, then those of the library.
func choices(p *plan.Plan, s *exercise.State) []scenarioChoice {
	var list []scenarioChoice
	add := func(x plan.Scenario, misfits []library.Misfit, ofLibrary bool) {
		if library.Fails(misfits) || x.Opening == "" {
			return
		}
		c := scenarioChoice{ID: x.ID, Name: x.Name, Library: ofLibrary}
		for _, m := range misfits {
			c.Misfits = append(c.Misfits, m.String())
		}
		for i := range s.Runs {
			c.Played = c.Played || s.Runs[i].Scenario.ID == x.ID && s.Runs[i].Outcome == exercise.Completed
		}
		list = append(list, c)
	}
	for _, own := range p.Exercises.Scenarios {
		bound, misfits := library.Scenario(p, own)
		add(bound, misfits, false)
	}
	for _, x := range library.Scripts() {
		if _, own := p.Scenario(x.ID); !own {
			bound, misfits := library.Bind(p, x, nil)
			add(bound, misfits, true)
		}
	}
	return list
}

// chosen chooses a scenario by its id, as it is played with the plan: at a table, for a live world is not this server's to start. Only
// the moderator is told why one does not fit.
func chosen(v *engine.ExerciseView, person, id string) (exercise.Op, error) {
	if !v.State.Moderates(person) {
		return exercise.OpChoose{}, nil // the core says who may
	}
	p := v.Plan
	bound, misfits := plan.Scenario{}, []library.Misfit(nil)
	if own, ok := p.Scenario(id); ok {
		bound, misfits = library.Scenario(p, own)
	} else if x, ok := library.Find(id); ok {
		bound, misfits = library.Bind(p, x, nil)
	} else {
		return nil, fault.New(fault.NotFound, "There is no scenario %q.", id).Instead("Choose one of those offered.")
	}
	op := exercise.OpChoose{Scenario: bound, Library: bound.From}
	for _, m := range misfits {
		op.Misfits = append(op.Misfits, m.String())
	}
	if library.Fails(misfits) {
		return nil, fault.New(fault.Invalid, "The scenario %q does not fit this plan.", bound.Name).Instead("%s", strings.Join(op.Misfits, " "))
	}
	return op, nil
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

// further are the steps of the plan that the script does not expect.
func (p *moderatePage) further() []option {
	return slices.DeleteFunc(p.allSteps(), func(o option) bool {
		return slices.ContainsFunc(p.Steps, func(r exercise.StepRow) bool { return r.Ref == o.Value })
	})
}

func ordinal(n int) string { return strconv.Itoa(n) }
