package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/arm"
	"tocsin/decision"
	"tocsin/fault"
	"tocsin/plan"
)

// automaticPage is what acts by itself.
type automaticPage struct {
	*shell
	List []automaticRow
}

// automaticRow is what is done about one issue by itself, and what the person may do about that.
type automaticRow struct {
	arm.Standing
	Href    string // place on the page
	Acts    string // names of the detectors
	Vetoes  string
	By      string // who armed it
	Until   moment
	Tests   []string // what is on record of each detector
	Verdict *verdict // what waits for signatures; nil if nothing does

	Lengths []muteLength
	Ask     *form // to have it armed; nil if the person may not, or it can never be
	Disarm  *form // to disarm it, to agree with that, or to withdraw what waits for signatures
	Keep    *form // to let it stay armed

	Wants *disarmWish
}

// disarmWish is somebody's wish that it be disarmed.
type disarmWish struct {
	By, Why string
	Lapses  moment
	Yours   bool
}

// automatic shows what acts by itself.
func (c *Console) automatic(w http.ResponseWriter, r *http.Request, s *session) {
	c.showAutomatic(w, r, s, http.StatusOK, &forms{})
}

func (c *Console) showAutomatic(w http.ResponseWriter, r *http.Request, s *session, status int, fs *forms) {
	state, err := c.Engine.Arms(r.Context(), s.protocol)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	choice := decision.Approve
	if r.URL.Query().Get("choice") == decision.Refuse {
		choice = decision.Refuse
	}
	p := &automaticPage{shell: c.shell(s, "By itself", s.at("/automatic"))}
	p.Here, p.Live = s.at("/automatic"), status == http.StatusOK
	for _, x := range arm.Look(s.plan, state, c.Engine.Now()) {
		p.List = append(p.List, p.row(s, x, choice, fs))
	}
	p.Fault = fs.homeless()
	c.render(w, r, status, automaticBody(p))
}

func (p *automaticPage) row(s *session, x arm.Standing, choice string, fs *forms) automaticRow {
	at := s.at("/automatic/" + url.PathEscape(x.Issue))
	row := automaticRow{Standing: x, Href: s.automatic(x.Issue), Acts: detectorNames(x.Acts), Vetoes: detectorNames(x.Veto)}
	for _, d := range x.Acts {
		if d.Test == nil {
			row.Tests = append(row.Tests, "No backtest of "+d.Name+" is on record, so it cannot be armed.")
			continue
		}
		row.Tests = append(row.Tests, fmt.Sprintf("Backtest of %s: %s findings, %s in vain, in blocks %s to %s, recorded by %s.",
			d.Name, thousands(d.Test.Findings), thousands(d.Test.FalseAlarms), thousands(d.Test.From), thousands(d.Test.To), s.plan.NameOf(d.Test.By)))
	}
	make := func(verb string, right access.Right) *form {
		if s.may(right) != nil {
			return nil
		}
		f := fs.form(verb+"-"+x.Issue, at+"/"+verb)
		return &f
	}
	if a := x.Armed; a != nil {
		row.By, row.Until = namesOf(s.plan, a.By()), p.at(a.Until)
		if d := a.Disarm; d != nil {
			row.Wants = &disarmWish{By: s.plan.NameOf(d.By), Why: d.Why, Lapses: p.at(d.Lapses), Yours: d.By == s.person.ID}
			row.Keep = make("keep", access.Mute)
		}
		if row.Wants == nil || !row.Wants.Yours {
			row.Disarm = make("disarm", access.Mute)
		}
	}
	switch {
	case x.Open != nil:
		row.Verdict = p.arming(s, x.Open, choice, fs, at)
		if row.Disarm == nil && x.Armed == nil {
			row.Disarm = make("disarm", access.Mute)
		}
	case len(x.Unfit) == 0:
		row.Ask = make("arm", access.Propose)
	}
	if i, ok := s.plan.Issue(x.Issue); ok && i.Automatic != nil {
		most := min(i.Automatic.ArmedFor(), arm.Longest)
		for _, l := range muteLengths {
			if d, err := plan.ParseDuration(l.Value); err == nil && time.Duration(d) < most && time.Duration(d) >= time.Hour {
				row.Lengths = append(row.Lengths, l)
			}
		}
		row.Lengths = append(row.Lengths, muteLength{"", plan.Duration(most).String() + ", the longest"})
	}
	return row
}

// arming shows what waits for signatures as a choice would be signed.
func (p *automaticPage) arming(s *session, a *arm.Arm, choice string, fs *forms, at string) *verdict {
	d, _ := s.plan.Decision(a.Message.Decision)
	st := a.Status(s.plan, p.Now)
	m := a.Message.With(choice)
	v := &verdict{
		Anchor: "decision-" + strconv.FormatUint(a.Number, 10), Name: d.Name + ", in advance", Say: st.Say, State: decision.Open,
		Expires: p.at(a.Lapses(s.plan)), Yours: slices.Contains(st.Wanted, s.person.ID),
	}
	v.Href = s.at("/automatic") + "#" + v.Anchor
	v.Refusal = s.at("/automatic") + "?choice=" + decision.Refuse + "#" + v.Anchor
	v.Content = content{Sentence: m.Summary, Facts: []row{
		{Label: "Your answer", Text: map[string]string{decision.Approve: "yes (approve)", decision.Refuse: "no (refuse)"}[choice]},
		{Label: "Exactly", Text: m.Subject},
		{Label: "Action", Text: groups(m.Action.Hex()), Code: true},
		{Label: "Plan", Text: groups(m.Plan.Hex()), Code: true},
		{Label: "Armed until", Text: a.Until.UTC().Format("2006-01-02 15:04:05") + " UTC"},
		{Label: "Digest", Text: groups(m.Digest().Hex()), Code: true},
	}}
	v.Content.Typed, v.Content.Hashes = typedData(m.Typed())
	last := ""
	for _, x := range a.Answers {
		when := p.at(x.At)
		b := box{State: "done", Line: "Yes", At: &when, Who: s.plan.NameOf(x.Person)}
		b.Small, b.Code = signedWith(s.plan, x.Person, x.Signer)
		if x.Choice == decision.Refuse {
			b.State, b.Line = "no", "No"
		}
		if x.Person == s.person.ID {
			last = x.Choice
		}
		v.Boxes = append(v.Boxes, b)
	}
	for _, n := range st.Needed {
		if !n.Met {
			v.Boxes = append(v.Boxes, box{State: "open", For: n.Name, Small: n.Never, Who: namesOf(s.plan, st.Wanted), Yours: v.Yours})
		}
	}
	switch {
	case last == choice:
		v.Why = "You have signed."
	case !slices.Contains(st.Candidates, s.person.ID) && last == "":
		v.Why = "The plan does not ask you to decide on this."
	case a.Signable(&s.person) != nil:
		v.Why = fault.Sentence(a.Signable(&s.person))
	case s.may(access.Approve) == nil:
		v.Sign = &signing{Form: fs.form("sign-"+a.Issue, at+"/sign"), Choice: choice, Command: "tocsin sign --arming " + a.Issue}
		if choice == decision.Refuse {
			v.Sign.Command += " --refuse"
		}
		v.Sign.Signers, v.Sign.Passkeys = accountsOf(decision.Keys(&s.person), nil), passkeysOf(&s.person, m.Digest())
		if p.Stage != nil {
			v.Sign.Demo = s.person.Name
		}
	}
	return v
}

func (s *session) automatic(issue string) string { return s.at("/automatic") + "#by-itself-" + issue }

func detectorNames(list []arm.Detector) string {
	names := make([]string, 0, len(list))
	for _, d := range list {
		names = append(names, d.Name)
	}
	return strings.Join(names, " or ")
}

// automaticOf is what a detector does by itself, or stops, for its own page; nothing for most.
func (c *Console) automaticOf(ctx context.Context, s *session, detector string) ([]arm.Standing, error) {
	if !slices.ContainsFunc(s.plan.Issues, func(i plan.Issue) bool { return i.Automatic != nil }) {
		return nil, nil
	}
	state, err := c.Engine.Arms(ctx, s.protocol)
	if err != nil {
		return nil, err
	}
	is := func(d arm.Detector) bool { return d.ID == detector }
	return slices.DeleteFunc(arm.Look(s.plan, state, c.Engine.Now()), func(x arm.Standing) bool {
		return !slices.ContainsFunc(x.Acts, is) && !slices.ContainsFunc(x.Veto, is)
	}), nil
}

// changeAutomatic does what a form of the page asks for, and shows the page again.
func (c *Console) changeAutomatic(w http.ResponseWriter, r *http.Request, s *session) {
	if err := r.ParseForm(); err != nil {
		c.fail(w, r, unreadable(err))
		return
	}
	issue := r.PathValue("issue")
	err := c.doAutomatic(r, s, issue, r.PathValue("verb"))
	switch {
	case err == nil:
		http.Redirect(w, r, s.automatic(issue), http.StatusSeeOther)
	case fault.CodeOf(err) == fault.Internal, fault.Is(err, fault.NotFound):
		c.fail(w, r, err)
	default:
		c.showAutomatic(w, r, s, statusOf(err), &forms{failed: r.PostForm.Get("form"), fault: fault.Sentence(err), kept: r.PostForm})
	}
}

func (c *Console) doAutomatic(r *http.Request, s *session, issue, verb string) error {
	right, ok := map[string]access.Right{"arm": access.Propose, "sign": access.Approve, "disarm": access.Mute, "keep": access.Mute}[verb]
	if !ok {
		return fault.New(fault.NotFound, "There is no such page.")
	}
	if err := s.may(right); err != nil {
		return err
	}
	ctx, form := r.Context(), r.PostForm
	switch verb {
	case "arm":
		var until time.Time
		if text := form.Get("until"); text != "" {
			d, err := plan.ParseDuration(text)
			if err != nil {
				return fault.New(fault.Invalid, "%q is not a length of time.", text).Instead("Choose one of those offered.")
			}
			until = c.Engine.Now().Add(time.Duration(d))
		}
		_, err := c.Engine.Arm(ctx, s.protocol, issue, until, s.actor())
		return err
	case "sign":
		number, err := strconv.ParseUint(form.Get("decision"), 10, 64)
		if err != nil {
			return fault.New(fault.Invalid, "The form does not say what is signed.")
		}
		sig, err := c.armSignature(ctx, s, number, form)
		if err != nil {
			return err
		}
		_, err = c.Engine.SignArm(ctx, s.protocol, number, form.Get("choice"), sig, s.actor())
		return err
	case "keep":
		return c.Engine.KeepArmed(ctx, s.protocol, issue, s.actor())
	}
	_, err := c.Engine.Disarm(ctx, s.protocol, issue, lines(form.Get("why")), s.actor())
	return err
}

// armSignature is the signature that a form carries, or that the demo's key makes.
func (c *Console) armSignature(ctx context.Context, s *session, number uint64, form url.Values) ([]byte, error) {
	if form.Get("with") != "demo" || c.Stage == nil {
		return formSignature(form)
	}
	state, err := c.Engine.Arms(ctx, s.protocol)
	if err != nil {
		return nil, err
	}
	for _, a := range state.Arms {
		if a.Number == number {
			return c.Stage.Sign(ctx, s.person.ID, a.Message.With(form.Get("choice")).Digest())
		}
	}
	return nil, fault.New(fault.Conflict, "This is not to be signed any more.")
}
