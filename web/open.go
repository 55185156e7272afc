package web

import (
	"net/http"
	"net/url"

	"tocsin/access"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
)

// openPage asks, before an incident is opened by hand, nothing that must be answered.
type openPage struct {
	*shell
	Form   form
	Back   string
	Issues []plan.Issue
}

// openAsk is the second of the two taps.
func (c *Console) openAsk(w http.ResponseWriter, r *http.Request, s *session) {
	c.showOpen(w, r, s, http.StatusOK, &forms{})
}

func (c *Console) showOpen(w http.ResponseWriter, r *http.Request, s *session, status int, fs *forms) {
	p, err := c.Engine.InForce(r.Context(), s.protocol)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	sh := c.shell(s, "Something is wrong", s.at("/open"))
	sh.Live = false
	page := &openPage{shell: sh, Form: fs.form("open", s.at("/open")), Issues: p.Issues, Back: s.home()}
	c.render(w, r, status, openBody(page))
}

// open opens an incident by hand. No known issue is needed, and no words.
func (c *Console) open(w http.ResponseWriter, r *http.Request, s *session) {
	if err := r.ParseForm(); err != nil {
		c.fail(w, r, unreadable(err))
		return
	}
	again := func(err error) {
		if fault.CodeOf(err) == fault.Internal {
			c.fail(w, r, err)
			return
		}
		c.showOpen(w, r, s, statusOf(err), &forms{failed: "open", fault: fault.Sentence(err), kept: r.PostForm})
	}
	if err := s.may(access.Report); err != nil {
		again(err)
		return
	}
	op := incident.OpOpen{Protocol: s.protocol, Issue: r.PostForm.Get("issue"), Text: lines(r.PostForm.Get("text")), Exercise: c.Exercise}
	v, err := c.Engine.Open(r.Context(), incident.Command{ID: commandID(r.PostForm), Actor: s.actor(), Op: op})
	if err != nil {
		again(err)
		return
	}
	http.Redirect(w, r, "/incidents/"+url.PathEscape(v.State.ID), http.StatusSeeOther)
}
