package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/engine"
	"tocsin/hook"
	"tocsin/mute"
	"tocsin/plan"
)

// detectorsPerPage is how many detectors stand on one page.
const detectorsPerPage = 100

// lastFindings is how many of the newest findings are looked through for those of each detector.
const lastFindings = 500

// detectorsPage is what all detectors see.
type detectorsPage struct {
	*shell
	Lead    string
	Mutes   []muted
	Rows    []detectorRow // of this page
	BuiltIn []detectorRow // on the first page
	From    int           // place of the first row, from 1
	All     int           // detectors there are
	Before  string        // address of the page before; empty for none
	After   string
	Blind   string // why nothing is shown of what they see
}

// muted is a mute with the way to end it.
type muted struct {
	Detector string
	Name     string
	Href     string
	Row      *muteRow
	Asked    bool
	End      *form
}

// detectorRow is one detector in the list.
type detectorRow struct {
	Sight
	Name   string
	Say    string // what it looks at
	Href   string
	Mode   string
	Issues []anchorLink
	Plot   *plot
	Found  *foundRow // nil if nothing was found lately
	Muted  bool
}

// anchorLink is a name that leads somewhere.
type anchorLink struct{ Href, Name string }

// foundRow is one finding in a list.
type foundRow struct {
	At        moment
	Say       string
	Href      string // of the incident; empty if it led to none
	Led       string // where it led, in words
	Retracted string
	Drill     bool
}

func (c *Console) detectors(w http.ResponseWriter, r *http.Request, s *session) {
	p := &detectorsPage{shell: c.shell(s, "Detectors", s.at("/detectors"))}
	sights, why := c.sights(r, s)
	p.Blind = why
	page, err := c.Engine.Findings(r.Context(), s.protocol, engine.FindingQuery{Limit: lastFindings, Person: s.person.ID})
	if err != nil {
		c.fail(w, r, err)
		return
	}
	mutes, err := c.Engine.Mutes(r.Context(), s.protocol)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	quiet := map[string]bool{}
	for _, m := range mutes {
		quiet[m.Detector] = quiet[m.Detector] || m.State == mute.Muted
		p.Mutes = append(p.Mutes, c.mutedOf(s, p.shell, m, mutes))
	}
	found := map[string][]engine.Found{}
	for _, f := range page.Findings {
		found[f.Detector] = append(found[f.Detector], f)
	}
	list := slices.Clone(s.plan.Detectors)
	slices.SortStableFunc(list, func(a, b plan.Detector) int { return byRank(sights[a.ID], sights[b.ID]) })
	p.Lead = countStates(list, sights)
	n, _ := strconv.Atoi(r.URL.Query().Get("page"))
	for _, d := range p.turn(list, n, s.at("/detectors")) { // only these are worked out: there may be thousands
		p.Rows = append(p.Rows, rowOfDetector(p.shell, s, d, sights[d.ID], found[d.ID], quiet[d.ID]))
	}
	if p.From <= 1 {
		for _, id := range mute.BuiltIn() {
			if _, planned := s.plan.Detector(id); planned {
				continue // it stands above
			}
			row := rowOfDetector(p.shell, s, plan.Detector{ID: id, Name: id, Mode: "page"}, Sight{Detector: id, State: sightQuiet}, found[id], quiet[id])
			row.Say = builtInText(s.plan, id)
			p.BuiltIn = append(p.BuiltIn, row)
		}
	}
	for _, list := range [][]detectorRow{p.Rows, p.BuiltIn} {
		for i := range list {
			list[i].Plot = plotOf(list[i].Sight, times(found[list[i].Detector]), 168, 40)
		}
	}
	c.render(w, r, http.StatusOK, detectorsBody(p))
}

// turn picks the detectors of a page, from 1.
func (p *detectorsPage) turn(list []plan.Detector, n int, at string) []plan.Detector {
	pages := max((len(list)+detectorsPerPage-1)/detectorsPerPage, 1)
	n = min(max(n, 1), pages)
	first := (n - 1) * detectorsPerPage
	p.From, p.All = first+1, len(list)
	if n > 1 {
		p.Before = at + "?page=" + strconv.Itoa(n-1)
		p.Path = at + "?page=" + strconv.Itoa(n)
	}
	if n < pages {
		p.After = at + "?page=" + strconv.Itoa(n+1)
	}
	return list[first:min(first+detectorsPerPage, len(list))]
}

// sights tells what the detectors see, by detector, or why nothing is known of it.
func (c *Console) sights(r *http.Request, s *session) (by map[string]Sight, why string) {
	by = map[string]Sight{}
	if c.Sights == nil {
		return by, "This server does not watch."
	}
	list, err := c.Sights(r.Context(), s.protocol)
	if err != nil {
		c.Logger.Warn("look at what detectors see", "protocol", s.protocol, "err", err)
		return by, "What the detectors see cannot be read just now. They go on; the server's log says more."
	}
	for _, g := range list {
		by[g.Detector] = g
	}
	for _, d := range s.plan.Detectors {
		if why := c.deaf(d); why != "" {
			g := by[d.ID]
			g.Detector, g.State, g.Why = d.ID, sightOff, why
			by[d.ID] = g
		}
	}
	return by, ""
}

// deaf says why a webhook takes nothing; empty if it does, and for every other detector.
func (c *Console) deaf(d plan.Detector) string {
	if d.Kind != kindWebhook || d.Secret == "" || c.Secret == nil {
		return ""
	}
	switch n := len(strings.TrimSpace(c.Secret(d.Secret))); {
	case n == 0:
		return "It takes nothing: " + d.Secret + " is not set on the server"
	case n < hook.MinSecret:
		return fmt.Sprintf("It takes nothing: %s is shorter than %d characters", d.Secret, hook.MinSecret)
	}
	return ""
}

func (c *Console) mutedOf(s *session, sh *shell, m mute.Mute, all []mute.Mute) muted {
	x := muted{Detector: m.Detector, Name: mute.Name(s.plan, m.Detector), Href: s.detector(m.Detector), Row: rowOfMute(s, sh, m), Asked: m.State == mute.Asked}
	if panel := c.mutePanel(s, sh, m.Detector, all, &forms{}); panel.End != nil && !x.Asked {
		x.End = panel.End
	}
	return x
}

func (s *session) detector(id string) string { return s.at("/detectors/" + url.PathEscape(id)) }

// rowOfDetector puts together what a row says.
func rowOfDetector(sh *shell, s *session, d plan.Detector, g Sight, found []engine.Found, quiet bool) detectorRow {
	p := s.plan
	g.Detector = d.ID
	row := detectorRow{Sight: g, Name: d.Name, Say: lookedAt(p, d), Href: s.detector(d.ID), Mode: d.Mode, Muted: quiet}
	if row.Mode == "" {
		row.Mode = "observe"
	}
	for _, id := range p.IssuesOf(d.ID) {
		if i, ok := p.Issue(id); ok {
			row.Issues = append(row.Issues, anchorLink{Href: s.at("/plan") + "#issue-" + i.ID, Name: i.Name})
		}
	}
	if len(found) > 0 {
		f := foundOf(sh, p, found[0])
		row.Found = &f
	} else if !g.Last.IsZero() {
		row.Found = &foundRow{At: sh.at(g.Last)}
	}
	return row
}

// lookedAt says in a few words what a detector looks at.
func lookedAt(p *plan.Plan, d plan.Detector) string {
	parts := []string{d.Kind}
	if d.Metric != "" {
		parts = append(parts, strings.ReplaceAll(d.Metric, "_", " "))
	}
	if name, _, _ := strings.Cut(strings.TrimPrefix(d.Event+d.Function, "event "), "("); name != "" {
		parts = append(parts, name)
	}
	if a, ok := p.Asset(d.Asset); ok {
		parts = append(parts, a.Name)
	} else if ch, ok := p.Chain(d.Chain); ok {
		parts = append(parts, ch.Name)
	}
	if d.Window > 0 {
		parts = append(parts, "each "+d.Window.String())
	}
	if d.Mode == "act" {
		parts = append(parts, "acts")
	} else if d.Mode != "page" {
		parts = append(parts, "calls nobody")
	}
	return strings.Join(parts, ", ")
}

// foundOf is a finding as lists say it.
func foundOf(sh *shell, p *plan.Plan, f engine.Found) foundRow {
	at := f.At
	if at.IsZero() {
		at = f.Recorded
	}
	row := foundRow{At: sh.at(at), Say: f.Say, Retracted: f.Retracted, Drill: f.Exercise != nil, Led: "recorded only"}
	switch f.Led() {
	case engine.LedToIncident:
		row.Href, row.Led = "/incidents/"+url.PathEscape(f.Incident), "incident"
	case engine.LedToMuted:
		row.Led = "muted by " + namesOf(p, f.Muted.By)
	}
	return row
}

func times(list []engine.Found) []time.Time {
	var at []time.Time
	for _, f := range list {
		if f.Retracted == "" {
			at = append(at, f.At)
		}
	}
	return at
}

// countStates says in a sentence how the detectors stand.
func countStates(list []plan.Detector, sights map[string]Sight) string {
	var order []string
	n := map[string]int{}
	for _, d := range list {
		text := stateText(sights[d.ID].State)
		if n[text]++; n[text] == 1 {
			order = append(order, text)
		}
	}
	if len(list) == 0 {
		return "The plan has no detectors: nothing is found that nobody reports."
	}
	for i, text := range order {
		order[i] = thousands(uint64(n[text])) + "\u00a0" + text
	}
	return strings.Join(order, ", ") + "."
}
