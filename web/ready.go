package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/check"
	"tocsin/fault"
	"tocsin/plan"
	"tocsin/readiness"
	"tocsin/upkeep"
)

// Lookout looks at the chains whether what the plan counts on would work.
type Lookout interface {
	// Live is what was seen last; false if nothing yet.
	Live(protocol string) (readiness.Report, bool)
	// Again has the chains looked at soon.
	Again(protocol string)
}

// readyPage says whether the team is ready: what is wanting now, how each action would go, who is away.
type readyPage struct {
	*shell
	Lead    string
	Red     bool
	Gaps    []readyGap
	Trials  []readiness.Trial
	Seen    []string
	Away    []string
	Yours   string // until when the person is away; empty if they are not
	Lengths []muteLength
	Form    *form  // to be away; nil if the person has no key
	Key     string // where they try it; empty if they have none
	Back    *form
	Look    *form // to look again; nil if nobody looks at chains here
	Anew    *form // to record the facts anew; nil if nothing is otherwise
}

// readyGap is a gap with what it is called by its level.
type readyGap struct {
	readiness.Gap
	Level string
}

var awayLengths = []muteLength{{"4h", "4 hours"}, {"8h", "8 hours"}, {"24h", "1 day"}, {"72h", "3 days"}, {"168h", "1 week"}, {"336h", "2 weeks"}}

func (c *Console) ready(w http.ResponseWriter, r *http.Request, s *session) {
	c.showReady(w, r, s, http.StatusOK, &forms{})
}

func (c *Console) showReady(w http.ResponseWriter, r *http.Request, s *session, status int, fs *forms) {
	p, err := c.readyOf(r.Context(), s, fs)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	c.render(w, r, status, readyBody(p))
}

func (c *Console) readyOf(ctx context.Context, s *session, fs *forms) (*readyPage, error) {
	p := &readyPage{shell: c.shell(s, "Ready?", s.at("/ready")), Lengths: awayLengths}
	gaps, err := c.gaps(ctx, s)
	if err != nil {
		return nil, err
	}
	for _, g := range gaps {
		p.Red = p.Red || g.Level == check.Error
		p.Gaps = append(p.Gaps, readyGap{g, capital(string(g.Level))})
	}
	kept, err := c.Engine.Upkeep(ctx, s.protocol)
	if err != nil {
		return nil, err
	}
	away := kept.Away(p.Now)
	for _, person := range slices.Concat(s.plan.CoreTeam, s.plan.ExtendedTeam) {
		if until, ok := away[person.ID]; ok {
			p.Away = append(p.Away, fmt.Sprintf("%s is away from their key until %s.", person.Called(), until.Format("2 January 15:04 UTC")))
		}
	}
	switch {
	case p.Red:
		p.Lead = "Not ready: something would fail in an emergency."
	case len(p.Gaps) > 0:
		p.Lead = "Ready, with things to mend."
	default:
		p.Lead = "Ready: nothing is wanting that Tocsin can see."
	}
	p.readyForms(c, s, away, fs)
	if c.Lookout == nil {
		return p, nil
	}
	report, ok := c.Lookout.Live(s.protocol)
	if !ok {
		p.Seen = []string{"The chains have not been looked at yet; that is done each hour."}
		return p, nil
	}
	p.Trials = report.Trials
	for _, x := range report.Seen {
		p.Seen = append(p.Seen, fmt.Sprintf("%s was looked at in block %s, at %s.", x.Name, thousands(x.Block), report.At.Format("15:04 UTC")))
	}
	if s.plan.Core(s.person.ID) && slices.ContainsFunc(report.Gaps, func(g readiness.Gap) bool { return strings.HasPrefix(g.Code, "drift-") }) {
		f := fs.form("facts", s.at("/ready/facts"))
		p.Anew = &f
	}
	return p, nil
}

func (p *readyPage) readyForms(c *Console, s *session, away map[string]time.Time, fs *forms) {
	if c.Lookout != nil {
		f := fs.form("look", s.at("/ready/look"))
		p.Look = &f
	}
	if s.may(access.Answer) != nil || !upkeep.Signs(s.plan, s.person.ID) {
		return
	}
	p.Key = s.at("/ready/key")
	f := fs.form("away", s.at("/ready/away"))
	p.Form = &f
	if until, ok := away[s.person.ID]; ok {
		p.Yours = until.Format("2 January 15:04 UTC")
		b := fs.form("back", s.at("/ready/back"))
		p.Back = &b
	}
}

// onReady does what a form of the page asks for, and shows the page again.
func (c *Console) onReady(w http.ResponseWriter, r *http.Request, s *session, do func(url.Values) error) {
	if err := r.ParseForm(); err != nil {
		c.fail(w, r, unreadable(err))
		return
	}
	err := do(r.PostForm)
	switch {
	case err == nil:
		if c.Lookout != nil {
			c.Lookout.Again(s.protocol)
		}
		http.Redirect(w, r, s.at("/ready"), http.StatusSeeOther)
	case fault.CodeOf(err) == fault.Internal:
		c.fail(w, r, err)
	default:
		c.showReady(w, r, s, statusOf(err), &forms{failed: r.PostForm.Get("form"), fault: fault.Sentence(err), kept: r.PostForm})
	}
}

func (c *Console) away(w http.ResponseWriter, r *http.Request, s *session) {
	c.onReady(w, r, s, func(form url.Values) error {
		if err := s.may(access.Answer); err != nil {
			return err
		}
		d, err := plan.ParseDuration(form.Get("for"))
		if err != nil {
			return fault.New(fault.Invalid, "For how long is missing.").Instead("Choose one.")
		}
		return c.Engine.Away(r.Context(), s.protocol, c.now().Add(time.Duration(d)), s.actor())
	})
}

func (c *Console) back(w http.ResponseWriter, r *http.Request, s *session) {
	c.onReady(w, r, s, func(url.Values) error {
		if err := s.may(access.Answer); err != nil {
			return err
		}
		return c.Engine.Away(r.Context(), s.protocol, time.Time{}, s.actor())
	})
}

func (c *Console) lookAgain(w http.ResponseWriter, r *http.Request, s *session) {
	c.onReady(w, r, s, func(url.Values) error { return s.may(access.View) })
}

// factsAnew records what the chains say now, in place of what they said before.
func (c *Console) factsAnew(w http.ResponseWriter, r *http.Request, s *session) {
	c.onReady(w, r, s, func(url.Values) error {
		if err := s.may(access.Respond); err != nil {
			return err
		}
		if c.Lookout == nil {
			return fault.New(fault.Conflict, "Nobody looks at chains here.")
		}
		report, ok := c.Lookout.Live(s.protocol)
		if !ok || report.Facts.Plan != s.plan.Hash() {
			return fault.New(fault.Conflict, "The chains have not been looked at yet.").Instead("Look again first.")
		}
		facts, err := json.Marshal(report.Facts)
		if err != nil {
			return fmt.Errorf("encode facts: %w", err)
		}
		return c.Engine.RecordFacts(r.Context(), s.protocol, report.Facts.Plan, facts, true, s.actor())
	})
}
