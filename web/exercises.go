package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/plan"
)

// exercisesPage is how the team stays ready: what is due, which exercises there are, and which issues were practised.
type exercisesPage struct {
	*shell
	Plan       *plan.Plan
	Due        exercise.Due
	Sessions   []sessionRow
	Trends     []trend
	Times      []timesRow
	Moderators []plan.Person
	People     []plan.Person
	Form       *form  // to plan one; nil if the person may not
	Calendar   string // address where the person gets one
}

// sessionRow is one exercise in the list.
type sessionRow struct {
	engine.ExerciseSummary
	Href  string
	At    moment
	Clean string   // how it went, once it is over
	Went  []string // its scenarios, and how they compare with those before
}

// exercises shows how the team stays ready.
func (c *Console) exercises(w http.ResponseWriter, r *http.Request, s *session) {
	c.showExercises(w, r, s, http.StatusOK, &forms{})
}

func (c *Console) showExercises(w http.ResponseWriter, r *http.Request, s *session, status int, fs *forms) {
	ctx := r.Context()
	p := &exercisesPage{shell: c.shell(s, "Exercises", s.at("/exercises")), Plan: s.plan, People: players(s.plan), Calendar: s.at("/calendar")}
	past, err := c.Engine.PastExercises(ctx, s.protocol)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	since, err := c.Engine.Joined(ctx, s.protocol)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	now := c.Engine.Now()
	p.Due = exercise.Cadence(s.plan, past, since, now)
	scores, err := c.Engine.Scores(ctx, s.protocol)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	p.Trends, p.Times = trends(scores), timesRows(scores)
	if p.Sessions, err = c.sessionRows(ctx, s, p.shell, past, scores); err != nil {
		c.fail(w, r, err)
		return
	}
	for _, id := range exercise.Moderators(s.plan, now) {
		if x, ok := s.plan.Person(id); ok {
			p.Moderators = append(p.Moderators, x)
		}
	}
	if s.may(access.Drill) == nil {
		f := fs.form("plan", s.at("/exercises"))
		p.Form = &f
	}
	p.Live, p.Fault = status == http.StatusOK, fs.homeless()
	c.render(w, r, status, exercisesBody(p))
}

// sessionRows are the exercises that the person may know of.
func (c *Console) sessionRows(ctx context.Context, s *session, sh *shell, past []exercise.Past, scores []exercise.Score) ([]sessionRow, error) {
	list, err := c.Engine.Exercises(ctx, s.protocol)
	if err != nil {
		return nil, err
	}
	var rows []sessionRow
	for _, x := range list {
		_, _, err := c.exerciseOf(ctx, s, x.ID)
		if fault.Is(err, fault.NotFound) {
			continue // it is to surprise them
		}
		if err != nil {
			return nil, err
		}
		row := sessionRow{ExerciseSummary: x, Href: "/exercises/" + url.PathEscape(x.ID), At: sh.at(x.Scheduled)}
		if i := slices.IndexFunc(past, func(b exercise.Past) bool { return b.Session == x.ID }); i >= 0 {
			row.At, row.Clean, row.Went = sh.at(past[i].At), "something to work on", went(x.ID, scores)
			if past[i].Clean {
				row.Clean = "clean"
			}
			if past[i].Unattended {
				row.Clean += ", without people"
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// planExercise plans one.
func (c *Console) planExercise(w http.ResponseWriter, r *http.Request, s *session) {
	if err := r.ParseForm(); err != nil {
		c.fail(w, r, unreadable(err))
		return
	}
	v, err := c.planned(r.Context(), s, r.PostForm)
	switch {
	case err == nil:
		http.Redirect(w, r, "/exercises/"+url.PathEscape(v.State.ID), http.StatusSeeOther)
	case fault.CodeOf(err) == fault.Internal:
		c.fail(w, r, err)
	default:
		c.showExercises(w, r, s, statusOf(err), &forms{failed: "plan", fault: fault.Sentence(err), kept: r.PostForm})
	}
}

func (c *Console) planned(ctx context.Context, s *session, form url.Values) (*engine.ExerciseView, error) {
	if err := s.may(access.Drill); err != nil {
		return nil, err
	}
	at, err := timeOf(form.Get("at"))
	if err != nil {
		return nil, err
	}
	op := exercise.OpPlan{
		Protocol: s.protocol, Title: lines(form.Get("title")), Scheduled: at, Moderator: form.Get("moderator"), Surprise: form.Get("surprise") != "",
	}
	if text := form.Get("length"); text != "" {
		d, err := plan.ParseDuration(text)
		if err != nil {
			return nil, fault.New(fault.Invalid, "%q is not a length of time.", text).Instead("Write it as 2h or 90m.")
		}
		op.Length = plan.Duration(d)
	}
	if who := form.Get("watch"); who != "" {
		op.Watch = []string{who}
	}
	return c.Engine.OpenSession(ctx, exercise.Command{ID: commandID(form), Actor: s.actor(), Op: op})
}

// phaseSay is how far an exercise has come, in words.
func (x sessionRow) phaseSay() string {
	switch {
	case x.Frozen:
		return "stands still"
	case x.Clean != "":
		return x.Clean
	}
	return string(x.Phase)
}

// practised says how often an issue was practised.
func (p *exercisesPage) practised(x exercise.Cover) string {
	switch n := len(x.Sessions); n {
	case 0:
		return "never"
	case 1:
		return "once"
	default:
		return thousands(uint64(n)) + " times"
	}
}

// issue is what the plan calls an issue.
func (p *exercisesPage) issue(id string) string {
	i, _ := p.Plan.Issue(id)
	return i.Name
}

// procedure is what the plan calls a procedure.
func (p *exercisesPage) procedure(id string) string {
	x, _ := p.Plan.Procedure(id)
	return x.Name
}

// startAt is when a new exercise begins if nobody says otherwise: when it is due, or in a week.
func (p *exercisesPage) startAt() string {
	at := p.Now.AddDate(0, 0, 7).Truncate(time.Hour)
	if p.Due.Next.After(p.Now) && p.Due.Next.Before(at.AddDate(0, 1, 0)) {
		at = p.Due.Next.UTC().Truncate(time.Hour)
	}
	return at.Format(formTime)
}
