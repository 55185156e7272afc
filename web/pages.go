package web

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/decision"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
)

// viewOf is an incident of the person's own protocol that is not hidden from them; others do not exist for them.
func (c *Console) viewOf(ctx context.Context, s *session, id string) (*engine.View, error) {
	v, err := c.Engine.View(ctx, id)
	if err != nil {
		return nil, err
	}
	if v.State.Protocol != s.protocol { // before it is asked from whom it is hidden: ids of two plans' people may be the same
		return nil, noIncident(id)
	}
	if err := v.State.Refusal(s.person.ID); err != nil {
		return nil, err
	}
	return v, nil
}

// lookAt sees an incident with the person's eyes.
func (c *Console) lookAt(sh *shell, s *session, v *engine.View) *look {
	if sh.Clock == nil {
		sh = sh.exercised(v.State.Clock())
	}
	l := &look{
		shell: sh, forms: &forms{}, view: v, plan: v.Plan, state: v.State, person: s.person.ID, planAt: s.at("/plan"),
		tasks: incident.Todo(v.Plan, v.State, s.person.ID, sh.Now), rights: s.may, tried: c.Tried,
	}
	if s.several() {
		l.of = s.plan.Name
	}
	return l
}

// incidentShell is the frame of a page about an incident.
func (c *Console) incidentShell(s *session, v *engine.View, below string) *shell {
	sh := c.shell(s, v.State.Title, "/incidents/"+v.State.ID+below)
	sh.Kind, sh.Signs = kindOf(v.State), true
	sh = sh.exercised(v.State.Clock())
	if incident.Unheard(v.Plan, v.State, s.person.ID, sh.Now) {
		sh.Presence = "/incidents/" + v.State.ID + "/presence"
	}
	return sh
}

func (c *Console) readings(ctx context.Context, s *session) []Reading {
	if c.Readings == nil {
		return nil
	}
	return c.Readings(ctx, s.protocol)
}

// incident shows one incident.
func (c *Console) incident(w http.ResponseWriter, r *http.Request, s *session) {
	v, err := c.viewOf(r.Context(), s, r.PathValue("id"))
	if err != nil {
		c.fail(w, r, err)
		return
	}
	v = c.visited(r, s, v)
	sh := c.incidentShell(s, v, "")
	q := r.URL.Query()
	before, _ := strconv.ParseUint(q.Get("before"), 10, 64) // anything else begins with the newest
	l := c.lookAt(sh, s, v)
	if err := c.beside(r.Context(), s, l); err != nil {
		c.fail(w, r, err)
		return
	}
	p, err := l.page(r.Context(), c.readingsFor(r.Context(), s, v.State), q.Get("show"), before)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	c.render(w, r, http.StatusOK, incidentBody(p))
}

// decision shows one decision alone, as a yes or, if asked, as a no.
func (c *Console) decision(w http.ResponseWriter, r *http.Request, s *session) {
	v, err := c.viewOf(r.Context(), s, r.PathValue("id"))
	if err != nil {
		c.fail(w, r, err)
		return
	}
	v = c.visited(r, s, v)
	d := v.State.Decision(r.PathValue("decision"))
	if d == nil {
		c.fail(w, r, fault.New(fault.NotFound, "There is no such decision."))
		return
	}
	choice := choiceOf(r.URL.Query().Get("choice"))
	sh := c.incidentShell(s, v, "/decisions/"+d.ID)
	l := c.lookAt(sh, s, v)
	x := l.verdict(d, choice)
	if r.URL.Query().Get("choice") == decision.Override {
		x = l.overriding(d, strings.TrimSpace(r.URL.Query().Get("why")))
	}
	c.render(w, r, http.StatusOK, decisionBody(&decisionPage{
		shell: sh, Band: l.bandBack(), Situation: situationOf(l.plan, l.state, l.Now), Verdict: x,
	}))
}

// decisionPage is one decision alone.
type decisionPage struct {
	*shell
	Band      band
	Situation situation
	Verdict   *verdict
}

// bandBack is the incident's band as a way back to its page.
func (l *look) bandBack() band {
	b := bandOf(l.state, l.Now)
	b.Href, b.Of = l.base(), l.of
	return b
}

// slowly writes what takes longer than other answers, as long as whoever reads it does read.
type slowly struct {
	io.Writer
	control *http.ResponseController
}

func (s slowly) Write(b []byte) (int, error) {
	_ = s.control.SetWriteDeadline(time.Now().Add(time.Minute))
	return s.Writer.Write(b)
}

// export answers with the whole record of an incident.
func (c *Console) export(w http.ResponseWriter, r *http.Request, s *session) {
	v, err := c.viewOf(r.Context(), s, r.PathValue("id"))
	if err != nil {
		c.fail(w, r, err)
		return
	}
	if err := s.may(access.Export); err != nil {
		c.fail(w, r, err)
		return
	}
	if err := c.unsaid(r.Context(), s); err != nil {
		c.fail(w, r, err)
		return
	}
	x, err := c.Engine.Export(r.Context(), v.State.ID)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="tocsin-`+url.PathEscape(v.State.ID)+`.zip"`)
	if err := journal.WriteExport(slowly{w, http.NewResponseController(w)}, x); err != nil {
		if r.Context().Err() == nil {
			c.Logger.Error("export", "incident", v.State.ID, "err", err)
		}
		panic(http.ErrAbortHandler) // part of it has been sent: whoever downloads it must see that it is not whole
	}
}
