package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"tocsin/engine"
	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
)

// exercisePage is an exercise as one person may see it: it is made from their sheet, and holds nothing else of the session.
type exercisePage struct {
	*shell
	Sheet     *exercise.Sheet
	Plan      *plan.Plan
	Base      string    // address
	Shows     time.Time // on the exercise clock; zero before it has one
	Open      []heldIncident
	Earnest   bool   // something real is going on while the exercise runs, whether or not the moderator lets it go on
	Wrong     string // where one says that something is really wrong
	Organises bool   // the person may invite, postpone and cancel
	People    []plan.Person
	Issues    []plan.Issue
	forms     *forms
	site      string // begins the keys of its forms
}

// heldIncident is an incident of the exercise that the person may see.
type heldIncident struct {
	Run   int
	Href  string
	Title string
	Phase string
	Say   string // how it stands, in a sentence
	Came  string // who has answered
}

// ofExercise registers a page of an exercise: the session is that of its protocol. An exercise of another does not exist.
func (c *Console) ofExercise(mux *http.ServeMux, pattern string, serve handler) {
	c.signedIn(mux, pattern, func(w http.ResponseWriter, r *http.Request, s *session) {
		if s.several() {
			v, err := c.Engine.Session(r.Context(), r.PathValue("id"))
			if err != nil {
				c.fail(w, r, err)
				return
			}
			if s = s.of(v.State.Protocol); s == nil {
				c.fail(w, r, noExercise(r.PathValue("id")))
				return
			}
		}
		serve(w, r, s)
	})
}

// noExercise is the fault that there is no such exercise, or none that the person may know of.
func noExercise(id string) error { return fault.New(fault.NotFound, "There is no exercise %q.", id) }

// exerciseOf is an exercise with the person's sheet of it. One of another protocol, or that they are not to know of, does not exist.
func (c *Console) exerciseOf(ctx context.Context, s *session, id string) (*engine.ExerciseView, *exercise.Sheet, error) {
	v, err := c.Engine.Session(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	if v.State.Protocol != s.protocol {
		return nil, nil, noExercise(id)
	}
	sheet := v.Sheet(s.person.ID)
	if sheet == nil {
		return nil, nil, noExercise(id)
	}
	return v, sheet, nil
}

// exercisePage makes what both pages of an exercise show.
func (c *Console) exercisePage(ctx context.Context, s *session, v *engine.ExerciseView, sheet *exercise.Sheet, fs *forms, below, site string) (*exercisePage, error) {
	base := "/exercises/" + url.PathEscape(sheet.ID)
	p := &exercisePage{
		shell: c.shell(s, sheet.Title, base+below), Sheet: sheet, Plan: s.plan, Base: base, People: players(s.plan), Issues: s.plan.Issues,
		Wrong: s.at("/open"), Organises: v.State.Moderates(s.person.ID) || v.State.By == s.person.ID, forms: fs, site: site,
	}
	p.Kind, p.Here, p.Stays = kindDrill, s.at("/exercises"), true
	if sheet.Clock != nil { // the page itself goes by time, and says what the exercise's clock shows
		p.Clock, p.Shows = sheet.Clock, v.Now()
	}
	if sheet.Phase == exercise.Running {
		earnest, err := c.inEarnest(ctx, s)
		if err != nil {
			return nil, err
		}
		p.Earnest = earnest || sheet.Frozen != nil && sheet.Frozen.Real
	}
	for _, run := range sheet.Runs {
		for _, id := range run.Incidents {
			x, err := c.viewOf(ctx, s, id)
			if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
				continue // it is hidden from them
			}
			if err != nil {
				return nil, err
			}
			p.Open = append(p.Open, heldOf(run.Number, x))
		}
	}
	return p, nil
}

// heldOf is an incident of a run as those see it who look at the exercise.
func heldOf(run int, x *engine.View) heldIncident {
	m := incident.MusterOf(x.Plan, x.State, x.Now())
	came := 0
	for _, t := range m.People {
		if t.State == incident.Coming || t.State == incident.ComingNoSign || t.State == "signed" {
			came++
		}
	}
	return heldIncident{
		Run: run, Href: "/incidents/" + x.State.ID, Title: x.State.Title, Phase: string(x.State.Phase), Say: incident.Situation(x.Plan, x.State),
		Came: fmt.Sprintf("%d of %d have come. %s", came, len(m.People), m.Say),
	}
}

// exercise shows an exercise to whoever takes part in it.
func (c *Console) exercise(w http.ResponseWriter, r *http.Request, s *session) {
	c.showExercise(w, r, s, http.StatusOK, &forms{})
}

func (c *Console) showExercise(w http.ResponseWriter, r *http.Request, s *session, status int, fs *forms) {
	v, sheet, err := c.exerciseOf(r.Context(), s, r.PathValue("id"))
	if err != nil {
		c.fail(w, r, err)
		return
	}
	p, err := c.exercisePage(r.Context(), s, v, sheet, fs, "", "r-")
	if err != nil {
		c.fail(w, r, err)
		return
	}
	c.renderTried(w, r, status, p, exerciseBody(p))
}

// renderTried shows a page of an exercise. After a refused post it is made twice, for only then is it known whether the form that was
// refused is on the page any more.
func (c *Console) renderTried(w http.ResponseWriter, r *http.Request, status int, p *exercisePage, body templ.Component) {
	if p.Live = status == http.StatusOK; !p.Live {
		if err := body.Render(r.Context(), io.Discard); err != nil {
			c.fail(w, r, err)
			return
		}
		p.Fault, p.Kept = p.forms.homeless(), p.forms.words()
	}
	c.render(w, r, status, body)
}

// form makes a form of the page; what it is about tells it from others that do the same.
func (p *exercisePage) form(verb string, about ...string) form {
	return p.forms.form(p.site+strings.Join(append([]string{verb}, about...), "-"), p.Base+"/"+verb)
}

// name is what people call somebody.
func (p *exercisePage) name(id string) string { return p.Plan.NameOf(id) }

// shown is a time of the exercise clock.
func (p *exercisePage) shown(t time.Time) moment { return moment{At: t, Ref: p.Shows} }

// current is the run under way; nil if there is none.
func (p *exercisePage) current() *exercise.SheetRun {
	if n := len(p.Sheet.Runs); n > 0 && p.Sheet.Runs[n-1].Outcome == "" {
		return &p.Sheet.Runs[n-1]
	}
	return nil
}

// stands says how the exercise stands.
func (p *exercisePage) stands() string {
	x := p.Sheet
	switch x.Phase {
	case exercise.Planned:
		return "It begins " + x.Scheduled.UTC().Format("Monday 2 January 2006, 15:04") + " UTC, and takes " + x.Length.String() + "."
	case exercise.Cancelled:
		return "It was cancelled."
	case exercise.Ended:
		return "It is over."
	}
	switch {
	case x.Frozen != nil && x.Frozen.Real:
		return "It is stopped: something real is going on."
	case x.Frozen != nil:
		return "It is stopped."
	case x.Break != nil:
		return "There is a break."
	case p.current() != nil:
		return "A scenario is being played."
	case len(x.Runs) > 0 && x.Runs[len(x.Runs)-1].Outcome != "":
		return "The scenario is over: time to talk about it."
	}
	return "It has begun. The moderator describes a scenario next."
}

// goes reports whether anything can be done in the exercise.
func (p *exercisePage) goes() bool { return p.Sheet.Phase == exercise.Running && p.Sheet.Frozen == nil }

// clockSay says whether the exercise clock goes.
func (p *exercisePage) clockSay() string {
	switch c := p.Sheet.Clock; {
	case c == nil || c.Speed == 0:
		return "It stands still."
	case c.Speed == 1:
		return "It runs with time."
	default:
		return "It runs " + thousands(uint64(c.Speed)) + " times as fast as time."
	}
}

// open are the incidents of a run.
func (p *exercisePage) open(run int) []heldIncident {
	return slices.DeleteFunc(slices.Clone(p.Open), func(x heldIncident) bool { return x.Run != run })
}

// replied says what somebody answered to their invitation.
func replied(g exercise.Guest) string {
	switch {
	case g.Came:
		return "here"
	case g.Answer == exercise.Coming:
		return "coming"
	case g.Answer == exercise.Absent:
		return "cannot come"
	}
	return "no answer yet"
}

// markSay is a mark in words.
func markSay(k exercise.MarkKind) string {
	if k == exercise.Unplanned {
		return "not in the plan"
	}
	return string(k)
}

// lessonSay is the kind of a lesson in words.
func lessonSay(k exercise.LessonKind) string {
	switch k {
	case exercise.Flaw:
		return "flaw of the plan"
	case exercise.Good:
		return "went well"
	}
	return string(k)
}
