package web

import (
	"net/http"
	"strings"
	"time"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/plan"
	"tocsin/readiness"
)

// planPage is the plan in force, for people.
type planPage struct {
	*shell
	Plan      *plan.Plan
	Hash      string
	Since     string // how it came into force
	Differs   bool
	Unread    []string // persons of the core team who have not said that they have read it
	Read      *moment  // when the viewer said so; nil if they have not
	ReadForm  *form    // nil if they need not
	Adoptions []adoption
	Keys      string // where the viewer sees what they sign with
}

func (c *Console) planPage(w http.ResponseWriter, r *http.Request, s *session) {
	c.showPlan(w, r, s, http.StatusOK, &forms{})
}

func (c *Console) showPlan(w http.ResponseWriter, r *http.Request, s *session, status int, fs *forms) {
	h, err := c.Engine.History(r.Context(), s.protocol)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	g, p := h.InForce(), h.Plan()
	page := &planPage{shell: c.shell(s, "Plan", s.at("/plan")), Plan: p, Hash: g.Hash.Hex(), Unread: readiness.Unread(h)}
	page.Signs, page.Live, page.Keys = true, status == http.StatusOK, s.at("/keys")
	page.Since = "The first plan, in force since " + g.Since.Format("2 January 2006 15:04") + " UTC."
	if by := h.AdoptedBy(); len(by) > 0 {
		page.Since = "Adopted by " + readiness.Names(p, by) + " on " + g.Since.Format("2 January 2006 15:04") + " UTC."
	}
	for _, st := range c.standings() {
		page.Differs = page.Differs || st.Protocol == s.protocol && st.Differs
	}
	for _, x := range h.Read(g.Hash) {
		if x.Person == s.person.ID {
			at := page.at(x.At)
			page.Read = &at
		}
	}
	if page.Read == nil {
		f := fs.form("read", page.Path+"/read")
		page.ReadForm = &f
	}
	choice := decision.Approve
	if r.FormValue("choice") == decision.Refuse {
		choice = decision.Refuse
	}
	if err := page.adoptions(r.Context(), c, s, h, choice, fs); err != nil {
		c.fail(w, r, err)
		return
	}
	page.Fault = fs.homeless()
	c.render(w, r, status, planBody(page))
}

// lead says which plan this is.
func (p *planPage) lead() string {
	s := "The emergency response plan in force"
	if p.Plan.Version != "" {
		s += ", version " + p.Plan.Version
	}
	s += "."
	if !p.Plan.Reviewed.IsZero() {
		s += " Reviewed " + together(p.Plan.Reviewed.Format("2 January 2006")) + "."
	}
	if !p.Plan.Tested.IsZero() {
		s += " Tested " + together(p.Plan.Tested.Format("2 January 2006")) + "."
	}
	return s
}

// detector says what a detector is and what it does when it fires.
func (p *planPage) detector(d plan.Detector) string {
	mode := d.Mode
	if mode == "" {
		mode = "observe"
	}
	return d.Name + ": " + d.Kind + ", mode " + mode
}

// manual says who looks for a sign, where and how often.
func (p *planPage) manual(m plan.ManualSign) string {
	var parts []string
	if m.Where != "" {
		parts = append(parts, m.Where)
	}
	if m.Who != "" {
		parts = append(parts, p.name(m.Who))
	}
	if m.Every != 0 {
		parts = append(parts, "every "+each(m.Every))
	}
	return strings.Join(parts, "; ")
}

// names turns references to persons, groups, rotas and roles into what people call them.
func (p *planPage) names(refs []string) string {
	var names []string
	for _, r := range refs {
		names = append(names, p.name(r))
	}
	return strings.Join(names, ", ")
}

func (p *planPage) name(ref string) string {
	if x, ok := p.Plan.Person(ref); ok {
		return together(x.Name)
	}
	if x, ok := p.Plan.Group(ref); ok {
		return x.Name
	}
	if x, ok := p.Plan.Rota(ref); ok {
		return x.Name
	}
	if x, ok := p.Plan.Role(ref); ok {
		return x.Name
	}
	return ref
}

func (p *planPage) category(id string) string {
	if x, ok := p.Plan.Category(id); ok {
		return x.Name
	}
	return id
}

func (p *planPage) categories(ids []string) string {
	if len(ids) == 0 {
		return "all categories"
	}
	var names []string
	for _, id := range ids {
		names = append(names, p.category(id))
	}
	return strings.Join(names, ", ")
}

func (p *planPage) severity(id string) string {
	if x, ok := p.Plan.Severity(id); ok {
		return x.Name
	}
	return id
}

func (p *planPage) channel(id string) string {
	if x, ok := p.Plan.Channel(id); ok {
		return x.Name
	}
	return id
}

func (p *planPage) action(id string) string {
	if x, ok := p.Plan.Action(id); ok {
		return x.Name
	}
	return id
}

func (p *planPage) decision(id string) string {
	if x, ok := p.Plan.Decision(id); ok {
		return x.Name
	}
	return id
}

// each writes a length of the plan in words; empty for none.
func each(d plan.Duration) string {
	if d == 0 {
		return ""
	}
	return length(time.Duration(d))
}

// rule says in a sentence whom an escalation rule tells, and when.
func (p *planPage) rule(r plan.EscalationRule) (what string, rows []row) {
	what = p.categories(r.Categories)
	if len(r.Severities) > 0 {
		var names []string
		for _, id := range r.Severities {
			names = append(names, p.severity(id))
		}
		what += "; " + strings.Join(names, ", ")
	}
	if r.Core != "" {
		rows = append(rows, row{Label: "Core team", Text: "on " + r.Core})
	}
	if r.Extended != "" {
		rows = append(rows, row{Label: "Extended team", Text: "on " + r.Extended})
	}
	if len(r.Who) > 0 {
		when := r.When
		if when == "" {
			when = "detection"
		}
		rows = append(rows, row{Label: p.names(r.Who), Text: "on " + when})
	}
	return what, rows
}

// quorum says in words who must agree to a decision.
func (p *planPage) quorum(d plan.Decision) []row {
	var rows []row
	for _, ref := range d.Required {
		text := "must agree"
		if g, ok := p.Plan.Group(ref); ok && g.Need > 0 {
			text = p.names(g.Members) + ": " + numbered(g.Need) + " must agree"
		}
		rows = append(rows, row{Label: p.name(ref), Text: text})
	}
	if len(d.Additional.Who) > 0 {
		text := "may agree as well"
		if d.Additional.Need > 0 {
			text = numbered(d.Additional.Need) + " of them must agree as well"
		}
		rows = append(rows, row{Label: p.names(d.Additional.Who), Text: text})
	}
	for _, in := range d.StandIns {
		text := "may stand in for " + p.name(in.For)
		if in.After > 0 {
			text += " after " + each(in.After)
		}
		rows = append(rows, row{Label: p.name(in.Who), Text: text})
	}
	return rows
}

func numbered(n int) string {
	words := [...]string{"none", "one", "two", "three", "four", "five"}
	if n >= 0 && n < len(words) {
		return words[n]
	}
	return thousands(uint64(n))
}

func isZero(a evm.Address) bool { return a == evm.Address{} }
