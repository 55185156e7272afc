package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/plan"
)

// reportsPage lists what the public told through one form, the newest first, for somebody to read and judge.
type reportsPage struct {
	*shell
	Form   string // its address
	Name   string
	Others []reportChoice
	List   []told
	Open   string // address where an incident is opened
	More   string // address of the older ones; empty if there are none
}

// told is one report.
type told struct {
	At      moment
	Say     string
	Text    string
	Contact string
	Led     string // incident that it led to; empty if it called nobody
	Muted   bool
}

// publicForms are the detectors of a plan through which the public can tell.
func publicForms(p *plan.Plan) []plan.Detector {
	return slices.DeleteFunc(slices.Clone(p.Detectors), func(d plan.Detector) bool { return d.Kind != kindReport })
}

// reportList shows what the public told.
func (c *Console) reportList(w http.ResponseWriter, r *http.Request, s *session) {
	forms := publicForms(s.plan)
	if len(forms) == 0 {
		c.nowhere(w, r, s)
		return
	}
	q := r.URL.Query()
	of := max(0, slices.IndexFunc(forms, func(d plan.Detector) bool { return d.ID == q.Get("of") }))
	p := &reportsPage{shell: c.shell(s, "Reports", s.at("/reports")), Name: forms[of].Name, Form: reportPath(entrance{plan: s.plan, detector: forms[of]}), Open: s.at("/open")}
	for i, d := range forms {
		if i != of {
			p.Others = append(p.Others, reportChoice{Name: d.Name, Href: s.at("/reports") + "?of=" + url.QueryEscape(d.ID)})
		}
	}
	before, _ := strconv.ParseUint(q.Get("before"), 10, 64) // anything else begins with the newest
	page, err := c.Engine.Findings(r.Context(), s.protocol, engine.FindingQuery{Detector: forms[of].ID, Before: before, Person: s.person.ID})
	if err != nil {
		c.fail(w, r, err)
		return
	}
	for _, f := range page.Findings {
		if f.Incident != "" { // the words stand in the incident alone
			v, err := c.Engine.ViewFor(r.Context(), f.Incident, s.person.ID)
			if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
				continue // it was hidden just now
			}
			if err != nil {
				c.fail(w, r, err)
				return
			}
			for _, g := range v.State.Findings {
				if g.ID == f.ID {
					f.Text, f.Contact = g.Text, g.Contact
				}
			}
		}
		p.List = append(p.List, told{At: p.at(f.At), Say: f.Say, Text: string(f.Text), Contact: string(f.Contact), Led: f.Incident, Muted: f.Muted != nil})
	}
	if page.Next > 0 {
		p.More = s.at("/reports") + "?of=" + url.QueryEscape(forms[of].ID) + "&before=" + strconv.FormatUint(page.Next, 10)
	}
	c.render(w, r, http.StatusOK, reportsBody(p))
}
