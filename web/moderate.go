package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"tocsin/engine"
	"tocsin/exercise"
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
	Asked   []exercise.Asked // questions that wait
	Ahead   []ahead
	Back    exercise.ReadBack
	Choices []scenarioChoice
	Worlds  []WorldChoice // in which a scenario may be played
	World   *WorldState   // of the run; nil if it is played at a table
}

// cue is an inject as the moderator sees it coming.
type cue struct {
	ID, Text, Channel string
	Picture           string
	Live              string   // what the stage does
	Expect            []string // what the team owes then
	Given             time.Time
	Due               time.Time // on the exercise clock; zero while that is not known
	When              string    // in words, where there is no time
	Slot              string    // the same in one word
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
		c.fail(w, r, onlyModerator(v, s))
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
		p.Steps, p.Asked = exercise.Steps(s.plan, v.State, p.Run.Number, states), p.Run.Unanswered()
		p.Ahead = aheadOf(p.Script, p.Steps, states, s.plan, p.Run.Number, p.Shows)
		p.World = c.worldOf(r.Context(), v.State.ID, p.Run)
	default:
		p.Choices, p.Worlds = choices(s.plan, v.State), c.worldChoices(s.plan)
	}
	if p.Past != nil {
		p.Back = exercise.ReadBackOf(s.plan, v.State, p.Past.Number, states)
	}
	p.Places = p.places()
	c.renderTried(w, r, status, e, moderateBody(p))
}

func onlyModerator(v *engine.ExerciseView, s *session) error {
	return fault.New(fault.Forbidden, "Only the moderator sees this page, and that is %s.", s.plan.NameOf(v.State.Moderator))
}

// playing reports whether a scenario is under way.
func (p *moderatePage) playing() bool { return p.Run != nil && p.Run.UnderWay() }

// places are where one can jump to: what is used all the time while a scenario is played.
func (p *moderatePage) places() []anchor {
	if !p.playing() {
		return nil
	}
	ask := "Ask"
	if n := len(p.Asked); n > 0 {
		ask += " (" + ordinal(n) + ")"
	}
	list := []anchor{{"now", "Now"}, {"steps", "Steps"}, {"script", "Script"}, {"questions", ask}, {"held", "Facts"}, {"lessons", "Learn"}}
	if p.goes() {
		list = append(list, anchor{"clock", "Clock"})
	}
	return list
}

// cues lists the injects in the order of the script, so that nothing changes its place while it is used.
func cues(r *exercise.Run, p *plan.Plan) []cue {
	var list []cue
	for _, in := range r.Scenario.Injects {
		x := cue{ID: in.ID, Text: in.Text, Channel: in.Channel, Picture: in.Picture, Live: in.Live}
		for _, g := range r.Injected {
			if g.ID == in.ID {
				x.Given = g.Shows
			}
		}
		for _, e := range in.Expect {
			x.Expect = append(x.Expect, expectSay(p, e))
		}
		switch {
		case in.Hand:
			x.When, x.Slot = "by your hand", "by hand"
		case in.After == "":
			x.Due = r.From.Add(time.Duration(in.At))
		default:
			x.When, x.Slot = "after the step "+exercise.StepName(p, in.After), "later"
			for _, at := range r.Reached {
				if at.Step == in.After {
					x.Due = at.Shows.Add(time.Duration(in.At))
				}
			}
		}
		list = append(list, x)
	}
	return list
}

// expectSay is what the team owes once an inject has come.
func expectSay(p *plan.Plan, e plan.Expectation) string {
	what := ""
	switch {
	case e.Step != "":
		what = "the step " + exercise.StepName(p, e.Step)
	case e.Decision != "":
		d, _ := p.Decision(e.Decision)
		what = "the decision " + d.Name
	case e.Update != "":
		c, _ := p.Communication(e.Update)
		what = "the update " + c.Name
	}
	return "They owe " + what + " within " + e.Within.String() + "."
}

// state is how an inject looks on its line; next is the one that comes by itself next.
func (x cue) state(next *cue) string {
	switch {
	case !x.Given.IsZero():
		return "done"
	case next != nil && next.ID == x.ID:
		return "now"
	}
	return "to-come"
}

// heldFacts lists the held facts in the order of the script.
func heldFacts(r *exercise.Run) []holding {
	var list []holding
	for _, f := range r.Scenario.Held {
		x := holding{HeldFact: f}
		for _, g := range r.Released {
			if g.ID == f.ID {
				x.Given = g.Shows
			}
		}
		list = append(list, x)
	}
	return list
}

// stillHeld are the facts that have not been given.
func (p *moderatePage) stillHeld() []holding {
	return slices.DeleteFunc(slices.Clone(p.Held), func(f holding) bool { return !f.Given.IsZero() })
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

func ordinal(n int) string { return strconv.Itoa(n) }
