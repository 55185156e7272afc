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

// overviewPage is what is going on, what is owed, and how the plan stands.
type overviewPage struct {
	*shell
	Going     []going
	Situation *situation // of the one that is going on, if it is one
	Sheet     sheet
	Past      []pastIncident
	Lessons   []lesson // while nothing is going on
	Plan      planStanding
	Watched   []watched
	Beside    []string // detectors that look at no chain
	Open      bool     // the person may open an incident
	Guide     *guide
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
	p, err := c.overviewOf(r.Context(), s, &forms{})
	if err != nil {
		c.fail(w, r, err)
		return
	}
	c.render(w, r, http.StatusOK, overviewBody(p))
}

// maxPast is how many past incidents the overview lists.
const maxPast = 20

func (c *Console) overviewOf(ctx context.Context, s *session, fs *forms) (*overviewPage, error) {
	list, err := c.Engine.List(ctx, false)
	if err != nil {
		return nil, err
	}
	sh := c.shell(s, "Overview", "/")
	p := &overviewPage{shell: sh, Open: s.may(access.Report) == nil}
	p.Sheet = sheet{Name: together(s.person.Name), Href: "/", Now: sh.at(sh.Now)}
	for _, sum := range list {
		if sum.Protocol != s.protocol || !sum.Sees(s.person.ID) {
			continue
		}
		if sum.Phase.Over() {
			if len(p.Past) < maxPast {
				p.Past = append(p.Past, pastOf(sum, sh.Now))
			}
			continue
		}
		v, err := c.viewOf(ctx, s, sum.ID)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
			continue // it was hidden just now
		}
		if err != nil {
			return nil, err
		}
		p.add(c.lookAt(sh, s, v))
	}
	if len(p.Going) == 1 { // nothing has to say which incident it belongs to
		for i := range p.Sheet.Tasks {
			p.Sheet.Tasks[i].Of = ""
		}
	}
	if len(p.Going) == 0 {
		p.Title = "All quiet"
		if p.Lessons, _, err = c.lessonsOf(ctx, s, maxPast); err != nil {
			return nil, err
		}
	}
	if err := p.standing(ctx, c, s); err != nil {
		return nil, err
	}
	if c.Stage != nil {
		if p.Guide, err = c.guide(ctx, fs); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// add puts in an incident that goes on.
func (p *overviewPage) add(l *look) {
	b := bandOf(l.state, l.Now)
	b.Href = l.base()
	sit := situationOf(l.plan, l.state, l.Now)
	p.Going = append(p.Going, going{Band: b, Say: sit.Say})
	if len(p.Going) == 1 { // real ones come first
		p.Kind, p.Situation, p.Title = kindOf(l.state), &sit, l.state.Title
	}
	for _, t := range l.tasksOf(l.tasks) {
		t.Of, t.First = l.state.Title, len(p.Sheet.Tasks) == 0
		t.Key = l.state.ID + "-" + t.Key
		if t.Call != nil { // answered on the incident's own page
			t.Call, t.Label = nil, "Answer"
			t.Href = l.base() + "#now"
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
func (p *overviewPage) standing(ctx context.Context, c *Console, s *session) error {
	pl, err := c.Engine.InForce(ctx, s.protocol)
	if err != nil {
		return err
	}
	st := planStanding{Name: pl.Name, Version: pl.Version, Hash: short(pl.Hash().Hex()), Href: "/plan"}
	if st.Gaps, err = c.gaps(ctx, s); err != nil {
		return err
	}
	p.Plan = st
	for _, ch := range pl.Chains {
		w := watched{Chain: ch.Name}
		at, err := c.Engine.Watched(ctx, pl.Protocol, ch.ID)
		if err != nil {
			return err
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
		p.Watched = append(p.Watched, w)
	}
	for _, d := range pl.Detectors {
		if slices.Contains(offChain, d.Kind) {
			p.Beside = append(p.Beside, d.Name)
		}
	}
	return nil
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

// watchedSay says in a sentence how far the chains have been watched.
func watchedSay(list []watched) string {
	var parts []string
	for _, w := range list {
		if w.At != nil {
			parts = append(parts, w.Chain+" is watched up to block "+w.Block+", "+w.At.Second()+" UTC.")
		} else {
			parts = append(parts, w.Chain+" is not watched yet.")
		}
	}
	return strings.Join(parts, " ")
}
