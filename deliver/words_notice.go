package deliver

import (
	"net/url"

	"tocsin/incident"
	"tocsin/notify"
)

// notice tells somebody what was done with a decision otherwise than the plan's rule wants it.
func (w words) notice(m notify.Message, dp incident.Dispatch) (notify.Message, bool) {
	who, ok := w.plan.Person(dp.Person)
	if !ok {
		return m, false
	}
	subject, text, ok := incident.NoticeOf(w.plan, w.state, dp)
	if !ok {
		return m, false
	}
	m.ToName, m.Urgent = who.Name, true
	m.Subject = subject + " (" + w.state.Title + ")"
	m.Body = who.Name + ", " + text + "\n" + w.pins()
	if w.base != "" {
		m.Link, m.LinkText = w.base+"/incidents/"+url.PathEscape(w.state.ID)+"/decisions/"+url.PathEscape(dp.Decision), "Go to the decision"
	}
	return m, true
}
