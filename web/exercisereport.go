package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/document"
	"tocsin/engine"
	"tocsin/exercise"
	"tocsin/fault"
)

// exerciseReportPage is the account of an exercise that is over.
type exerciseReportPage struct {
	*exercisePage
	Report    *exercise.Report
	Edits     *planEdits // proposed for the plan; nil if there are none
	Patches   bool       // the person may take the edits out as a file
	Publishes bool       // the person may publish it
}

// exerciseReport shows the account of an exercise that is over; it holds no more of a script than was given.
func (c *Console) exerciseReport(w http.ResponseWriter, r *http.Request, s *session) {
	v, sheet, report, err := c.reportOf(r, s)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	e, err := c.exercisePage(r.Context(), s, v, sheet, &forms{}, "/report", "r-")
	if err != nil {
		c.fail(w, r, err)
		return
	}
	p := &exerciseReportPage{exercisePage: e, Report: report, Patches: c.mayPatch(s) == nil, Publishes: mayPublish(s) == nil}
	if p.Edits, err = c.planEdits(r.Context(), s, v); err != nil {
		c.fail(w, r, err)
		return
	}
	c.render(w, r, http.StatusOK, exerciseReportBody(p))
}

// reportOf is the report of the exercise that a request is about.
func (c *Console) reportOf(r *http.Request, s *session) (*engine.ExerciseView, *exercise.Sheet, *exercise.Report, error) {
	v, sheet, err := c.exerciseOf(r.Context(), s, r.PathValue("id"))
	if err != nil {
		return nil, nil, nil, err
	}
	report, err := v.Report(r.Context())
	return v, sheet, report, err
}

// exerciseReportFile answers with the report as a file.
func (c *Console) exerciseReportFile(w http.ResponseWriter, r *http.Request, s *session) {
	v, _, report, err := c.reportOf(r, s)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	c.download(w, r, report, "exercise-"+v.State.ID)
}

// formMedia is what browsers call the forms of a report.
var formMedia = map[string]string{"md": "text/markdown; charset=utf-8", "html": "text/html; charset=utf-8", "pdf": "application/pdf"}

// download answers with a report in the form that the address names, to be kept and not to be shown here.
func (c *Console) download(w http.ResponseWriter, r *http.Request, x *exercise.Report, name string) {
	form := r.PathValue("form")
	if formMedia[form] == "" {
		c.fail(w, r, fault.New(fault.NotFound, "There is no such file."))
		return
	}
	body, err := document.WritePaper(x.Paper(), form, c.now())
	if err != nil {
		c.fail(w, r, err)
		return
	}
	attach(w, formMedia[form], name+"."+form, body)
}

// attach answers with a file to be kept.
func attach(w http.ResponseWriter, media, name string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", `attachment; filename="`+url.PathEscape(name)+`"`)
	_, _ = w.Write(body)
}

// mayPublish is the fault that keeps somebody from publishing a report; nil if nothing does.
func mayPublish(s *session) error {
	if err := s.may(access.Export); err != nil {
		return err
	}
	if !s.plan.Core(s.person.ID) {
		return fault.New(fault.Forbidden, "Only somebody of the core team publishes a report.").Instead("Ask one of them.")
	}
	return nil
}

// publicReportPage is the report as the world outside would read it, before it does.
type publicReportPage struct {
	*exercisePage
	Report *exercise.Report
}

// publicReport shows the report without names, for somebody to read before it is published.
func (c *Console) publicReport(w http.ResponseWriter, r *http.Request, s *session) {
	v, sheet, report, err := c.reportOf(r, s)
	if err == nil {
		err = mayPublish(s)
	}
	if err != nil {
		c.fail(w, r, err)
		return
	}
	e, err := c.exercisePage(r.Context(), s, v, sheet, &forms{}, "/public", "p-")
	if err != nil {
		c.fail(w, r, err)
		return
	}
	c.render(w, r, http.StatusOK, publicReportBody(&publicReportPage{exercisePage: e, Report: report.Publish(v.Plan)}))
}

// publishReport records that the person publishes the report, and goes back to where its files are.
func (c *Console) publishReport(w http.ResponseWriter, r *http.Request, s *session) {
	err := r.ParseForm()
	if err != nil {
		err = unreadable(err)
	}
	if err == nil {
		err = c.published(r.Context(), s, r.PathValue("id"), r.PostForm)
	}
	if err != nil {
		c.fail(w, r, err)
		return
	}
	http.Redirect(w, r, "/exercises/"+url.PathEscape(r.PathValue("id"))+"/public#files", http.StatusSeeOther)
}

func (c *Console) published(ctx context.Context, s *session, id string, form url.Values) error {
	if _, _, err := c.exerciseOf(ctx, s, id); err != nil {
		return err
	}
	if err := mayPublish(s); err != nil {
		return err
	}
	if form.Get("read") == "" {
		return fault.New(fault.Invalid, "You have not said that you have read it.").Instead("Go back, read it, and tick the box.")
	}
	_, err := c.Engine.Exercise(ctx, id, exercise.Command{ID: commandID(form), Actor: s.actor(), Op: exercise.OpPublish{}})
	return err
}

// publicReportFile answers with the report without names as a file, once somebody has read and published it.
func (c *Console) publicReportFile(w http.ResponseWriter, r *http.Request, s *session) {
	v, sheet, report, err := c.reportOf(r, s)
	if err == nil {
		err = mayPublish(s)
	}
	if err == nil && len(sheet.Published) == 0 {
		err = fault.New(fault.Conflict, "Nobody has read and published it yet.").Instead("Read it first, and say so there.")
	}
	if err != nil {
		c.fail(w, r, err)
		return
	}
	c.download(w, r, report.Publish(v.Plan), "exercise-"+v.State.ID+"-public")
}

// seen reports whether the person has said that they have seen the report.
func (p *exercisePage) seen() bool {
	return slices.ContainsFunc(p.Sheet.Invited, func(g exercise.Guest) bool { return g.Person == p.Sheet.Person && !g.Seen.IsZero() })
}

// measured is a measure in words.
func measured(m exercise.Measure) string {
	say := "not reached"
	if m.Reached {
		say = took(time.Duration(m.Took))
	}
	switch {
	case m.Promised == 0:
		return say
	case m.Kept:
		return say + ", within the " + took(time.Duration(m.Promised)) + " promised"
	}
	return say + "; promised within " + took(time.Duration(m.Promised))
}

// formName is what people call the form of a file.
func formName(form string) string {
	if form == "md" {
		return "Markdown"
	}
	return strings.ToUpper(form)
}
