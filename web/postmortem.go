package web

import (
	"context"
	"net/http"

	"tocsin/access"
	"tocsin/comms"
	"tocsin/incident"
)

// postmortemPage is where a post-mortem is written: a draft from the record, changed by people, posted as the updates that
// the plan wants.
type postmortemPage struct {
	*shell
	Band   band
	Base   string
	Early  bool   // the incident is not resolved yet
	Draft  string // where nothing is owed: to read
	Owed   []update
	Posted []update
}

func (c *Console) postmortem(w http.ResponseWriter, r *http.Request, s *session) {
	v, err := c.viewOf(r.Context(), s, r.PathValue("id"))
	if err != nil {
		c.fail(w, r, err)
		return
	}
	if err := s.may(access.Post); err != nil {
		c.fail(w, r, err)
		return
	}
	v = c.visited(r, s, v)
	p, err := c.lookAt(c.incidentShell(s, v, "/postmortem"), s, v).postmortem(r.Context())
	if err != nil {
		c.fail(w, r, err)
		return
	}
	c.render(w, r, http.StatusOK, postmortemBody(p))
}

func (l *look) postmortem(ctx context.Context) (*postmortemPage, error) {
	happened, err := l.view.Happened(ctx)
	if err != nil {
		return nil, err
	}
	l.happened = happened
	p := &postmortemPage{shell: l.shell, Band: l.bandBack(), Base: l.base(), Early: !l.state.Phase.AtLeast(incident.Resolved)}
	p.Live = false // nothing on this page may change under somebody who writes
	p.Draft = comms.Postmortem(l.plan, l.state, happened, l.Now)
	for i := range l.state.Updates {
		u := &l.state.Updates[i]
		com, ok := l.plan.Communication(u.Communication)
		if !ok || !com.Postmortem {
			continue
		}
		v := l.update(u)
		switch {
		case u.State == incident.Posted:
			p.Posted = append(p.Posted, v)
		case u.State == incident.Owed && l.going():
			v.Draft = l.draft(u)
			f := l.form("postmortem-"+u.ID, "post")
			v.Post = &f
			p.Owed = append(p.Owed, v)
		}
	}
	l.shell.Fault, l.shell.Kept = l.forms.homeless(), l.forms.words()
	return p, nil
}
