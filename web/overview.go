package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/readiness"
)

// overviewPage is what is going on, what is owed, and how the plans stand: of all of a person's protocols, or of one.
type overviewPage struct {
	*shell
	Going     []going
	Situation *situation // of the one that is going on, if it is one
	Sheet     sheet
	Past      []pastIncident
	Protocols []protocolStanding
	Guide     *guide
	owed      map[string]task // rows of the sheet, by their keys
	duties    [][]incident.Duty
}

// protocolStanding is how a protocol's plan stands, and how far what it names is watched.
type protocolStanding struct {
	Name    string
	Of      string // the name, where the page shows several
	ID      string
	Plan    planStanding
	Lessons []lesson // while nothing is going on
	Learned string   // address of all of them
	Watched []watched
	Beside  []string // detectors that look at no chain
	Open    string   // address where an incident is opened; empty if the person may not
}

// going is an incident that goes on.
type going struct {
	Band band
	Say  string
}

// pastIncident is a row of the list of those that are over.
type pastIncident struct {
	Day     moment
	Href    string
	Title   string
	Drill   bool
	Outcome string
	Of      string // protocol, where the page shows several
}

// planStanding is which plan is in force.
type planStanding struct {
	Name    string
	Version string
	Hash    string
	Href    string
	Gaps    []readiness.Gap
}

// watched is how far a chain has been watched.
type watched struct {
	Chain string
	Block string
	At    *moment
	Names []string // detectors
}

// guide is what the demo says and offers.
type guide struct {
	Text   []string
	Attack *form
	Begun  bool
}

func (c *Console) overview(w http.ResponseWriter, r *http.Request, s *session) {
	of := s.all
	if r.PathValue("protocol") != "" {
		of = []*session{s}
	}
	p, err := c.overviewOf(r.Context(), s, of, &forms{})
	if err != nil {
		c.fail(w, r, err)
		return
	}
	c.render(w, r, http.StatusOK, overviewBody(p))
}

// maxPast is how many past incidents the overview lists.
const maxPast = 20

// overviewOf is the overview of some of a person's protocols.
func (c *Console) overviewOf(ctx context.Context, s *session, of []*session, fs *forms) (*overviewPage, error) {
	list, err := c.Engine.List(ctx, false)
	if err != nil {
		return nil, err
	}
	sh := c.shellOfAll(s, "Overview", "/")
	if len(of) == 1 {
		sh = c.shell(of[0], "Overview", of[0].home())
	}
	p := &overviewPage{shell: sh, owed: map[string]task{}}
	p.Sheet = sheet{Name: together(s.person.Name), Href: sh.Path, Now: sh.at(sh.Now)}
	for _, sum := range list {
		m := member(of, sum.Protocol)
		if m == nil || !sum.Sees(m.person.ID) {
			continue
		}
		if sum.Phase.Over() {
			if len(p.Past) < maxPast {
				past := pastOf(sum, sh.Now)
				if len(of) > 1 {
					past.Of = m.plan.Name
				}
				p.Past = append(p.Past, past)
			}
			continue
		}
		v, err := c.viewOf(ctx, m, sum.ID)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
			continue // it was hidden just now
		}
		if err != nil {
			return nil, err
		}
		p.add(c.lookAt(sh, m, v))
	}
	p.order()
	if len(p.Going) == 0 {
		p.Title = "All quiet"
		if err := p.promised(ctx, c, of); err != nil {
			return nil, err
		}
	}
	for _, m := range of {
		st, err := p.standing(ctx, c, m)
		if err != nil {
			return nil, err
		}
		if len(of) > 1 {
			st.Of = st.Name
		}
		if len(p.Going) == 0 {
			if st.Lessons, _, err = c.lessonsOf(ctx, m, maxPast); err != nil {
				return nil, err
			}
		}
		p.Protocols = append(p.Protocols, st)
	}
	if c.Stage != nil {
		if p.Guide, err = c.guide(ctx, fs); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// member is the session of a protocol among some; nil if it is none of them.
func member(of []*session, protocol string) *session {
	for _, m := range of {
		if m.protocol == protocol {
			return m
		}
	}
	return nil
}

// add puts in an incident that goes on.
func (p *overviewPage) add(l *look) {
	b := bandOf(l.state, l.Now)
	b.Href, b.Of = l.base(), l.of
	sit := situationOf(l.plan, l.state, l.Now)
	p.Going = append(p.Going, going{Band: b, Say: sit.Say})
	if len(p.Going) == 1 { // real ones come first
		p.Kind, p.Situation, p.Title = kindOf(l.state), &sit, l.state.Title
	}
	duties := incident.Duties(l.state, l.person, l.tasks)
	for i, t := range l.tasksOf(l.tasks) {
		t.Of, t.First = l.state.Title, false
		if l.of != "" {
			t.Of = l.of + ": " + t.Of
		}
		t.Key = l.state.ID + "-" + t.Key
		if t.Call != nil { // answered on the incident's own page
			t.Call, t.Label = nil, "Answer"
			t.Href = l.base() + "#now"
		}
		p.owed[rowKey(&duties[i])] = t
	}
	p.duties = append(p.duties, duties)
}

// rowKey tells one thing that is owed from all others.
func rowKey(d *incident.Duty) string { return d.Incident + " " + d.Kind + " " + d.Ref }

// order puts what is owed in all incidents into one list, the most urgent first.
func (p *overviewPage) order() {
	for _, d := range incident.Urgent(p.Now, p.duties...) {
		t := p.owed[rowKey(&d)]
		t.First = len(p.Sheet.Tasks) == 0
		if len(p.Going) == 1 && len(p.Switch) == 0 { // nothing has to say which incident it belongs to
			t.Of = ""
		}
		p.Sheet.Tasks = append(p.Sheet.Tasks, t)
	}
}

func pastOf(sum incident.Summary, now time.Time) pastIncident {
	return pastIncident{
		Day: moment{At: sum.Opened, Ref: now}, Href: "/incidents/" + sum.ID, Title: sum.Title, Drill: sum.Exercise,
		Outcome: strings.TrimSuffix(sum.Situation, "."),
	}
}

// standing says which plan is in force, and how far what it names is watched.
func (p *overviewPage) standing(ctx context.Context, c *Console, s *session) (protocolStanding, error) {
	pl := s.plan
	st := protocolStanding{Name: pl.Name, ID: pl.Protocol, Plan: planStanding{Name: pl.Name, Version: pl.Version, Hash: short(pl.Hash().Hex()), Href: s.at("/plan")}, Learned: s.at("/lessons")}
	if s.may(access.Report) == nil {
		st.Open = s.at("/open")
	}
	var err error
	if st.Plan.Gaps, err = c.gaps(ctx, s); err != nil {
		return st, err
	}
	for _, ch := range pl.Chains {
		w := watched{Chain: ch.Name}
		at, err := c.Engine.Watched(ctx, pl.Protocol, ch.ID)
		if err != nil {
			return st, err
		}
		if !at.At.IsZero() {
			m := p.at(at.At)
			w.Block, w.At = thousands(at.Block), &m
		}
		for _, d := range pl.Detectors {
			if slices.Contains(chainsOf(pl, d), ch.ID) {
				w.Names = append(w.Names, d.Name)
			}
		}
		st.Watched = append(st.Watched, w)
	}
	for _, d := range pl.Detectors {
		if slices.Contains(offChain, d.Kind) {
			st.Beside = append(st.Beside, d.Name)
		}
	}
	return st, nil
}

// offChain are the kinds of detectors that look at no chain, whatever asset they are about.
var offChain = []string{"http", "web", "feed", "webhook", "report"}

// chainsOf are the chains that a detector looks at.
func chainsOf(p *plan.Plan, d plan.Detector) (list []uint64) {
	if slices.Contains(offChain, d.Kind) {
		return nil
	}
	names := []string{d.Asset}
	if d.Kind == "balance" && d.Asset == "" {
		names = []string{d.Account}
	}
	for _, r := range d.Readings {
		names = append(names, r.Asset)
	}
	for _, name := range names {
		if a, ok := p.Asset(name); ok && a.Chain != 0 {
			list = append(list, a.Chain)
		}
	}
	if d.Chain != 0 {
		list = append(list, d.Chain)
	}
	return list
}

// opens reports whether the person may open an incident of any of the protocols.
func opens(list []protocolStanding) bool {
	return slices.ContainsFunc(list, func(x protocolStanding) bool { return x.Open != "" })
}

// watchedSay says in a sentence how far the chains have been watched.
func watchedSay(protocols []protocolStanding) string {
	var parts []string
	for _, p := range protocols {
		for _, w := range p.Watched {
			chain := w.Chain
			if p.Of != "" {
				chain += " (" + p.Of + ")"
			}
			if w.At != nil {
				parts = append(parts, chain+" is watched up to block "+w.Block+", "+w.At.Second()+" UTC.")
			} else {
				parts = append(parts, chain+" is not watched yet.")
			}
		}
	}
	return strings.Join(parts, " ")
}
