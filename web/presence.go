package web

import (
	"net/http"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
)

// presence takes a POST of the page's script for a sign that the person is there: they pressed a key or touched the page. A page
// that lies open sends none. It is recorded only if they would soon be asked whether they are still there, and answers no call.
func (c *Console) presence(w http.ResponseWriter, r *http.Request, s *session) {
	v, err := c.viewOf(r.Context(), s, r.PathValue("id"))
	if err != nil {
		c.fail(w, r, err)
		return
	}
	c.noticed(r, s, v)
	w.WriteHeader(http.StatusNoContent)
}

// visited takes a page that a person opened themselves, by a link or a form, for such a sign: only then do browsers say that a user
// did it. What the live page fetches, what is fetched ahead and what programs fetch do not count.
func (c *Console) visited(r *http.Request, s *session, v *engine.View) *engine.View {
	h := r.Header
	if h.Get("Sec-Fetch-User") != "?1" || h.Get("Sec-Fetch-Mode") != "navigate" || h.Get("Sec-Purpose") != "" {
		return v
	}
	return c.noticed(r, s, v)
}

// noticed records that somebody is there, where that is worth an event. Nothing that a person wants fails because it could not be.
func (c *Console) noticed(r *http.Request, s *session, v *engine.View) *engine.View {
	if v.ReadOnly != nil || !incident.Unheard(v.Plan, v.State, s.person.ID, v.State.Now(c.now())) {
		return v
	}
	next, err := c.Engine.Do(r.Context(), v.State.ID, incident.Command{Actor: s.actor(), Op: incident.OpHere{}})
	if err != nil {
		if fault.CodeOf(err) == fault.Internal {
			c.Logger.Warn("note that somebody is there", "incident", v.State.ID, "error", err)
		}
		return v
	}
	return next
}
