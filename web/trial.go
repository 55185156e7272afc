package web

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"tocsin/access"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/upkeep"
)

// trialPage is where a person shows that they hold a key of theirs.
type trialPage struct {
	*shell
	Form    form
	Day     string // that is signed: 2026-11-21
	Signers string // accounts of the person, parted by spaces

	Passkeys []passkeySigning

	Demo    string // name to sign as; empty outside the demo
	Keys    []triedKey
	Content content
}

// triedKey is a key of the person, and when they last showed that they hold it.
type triedKey struct {
	Name string
	Say  string
	Due  bool
}

func (c *Console) trial(w http.ResponseWriter, r *http.Request, s *session) {
	c.showTrial(w, r, s, http.StatusOK, &forms{})
}

func (c *Console) showTrial(w http.ResponseWriter, r *http.Request, s *session, status int, fs *forms) {
	if s.may(access.Answer) != nil || !upkeep.Signs(s.plan, s.person.ID) {
		c.fail(w, r, fault.New(fault.NotFound, "The plan names no key of yours."))
		return
	}
	kept, err := c.Engine.Upkeep(r.Context(), s.protocol)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	person, _ := s.plan.Person(s.person.ID)
	p := &trialPage{shell: c.shell(s, "Try your key", s.at("/ready/key")), Form: fs.form("try", s.at("/ready/key"))}
	p.Signs = true
	p.Day = p.Now.UTC().Format(time.DateOnly)
	for _, k := range person.Keys {
		if decision.SignerOf(k) == (evm.Address{}) {
			continue
		}
		x := triedKey{Name: decision.Called(k), Say: "never tried", Due: true}
		if t, ok := kept.Tried[decision.SignerOf(k)]; ok && t.Person == person.ID {
			x.Say, x.Due = "tried on "+t.At.Format("2 January 2006"), !p.Now.Before(t.At.Add(upkeep.Every(k)))
		}
		p.Keys = append(p.Keys, x)
	}
	m := decision.Trial(s.plan, &person, p.Now)
	p.Signers, p.Passkeys = accountsOf(decision.Keys(&person), decision.Contracts(&person)), passkeysOf(&person, m.Digest())
	if c.Stage != nil {
		p.Demo = person.Called()
	}
	p.Content = content{Sentence: m.Summary, Facts: []row{
		{Label: "You say", Text: "that you hold this key, and nothing else"},
		{Label: "Protocol", Text: m.Protocol},
		{Label: "Plan", Text: groups(m.Plan.Hex()), Code: true},
		{Label: "Day", Text: p.Day},
		{Label: "Digest", Text: groups(m.Digest().Hex()), Code: true},
	}}
	p.Content.Typed, p.Content.Hashes = typedData(m.Typed())
	c.render(w, r, status, trialBody(p))
}

// tried takes a signature by which a person shows that they hold a key.
func (c *Console) tried(w http.ResponseWriter, r *http.Request, s *session) {
	if err := r.ParseForm(); err != nil {
		c.fail(w, r, unreadable(err))
		return
	}
	op, err := c.trialOf(r, s)
	if err == nil {
		err = c.Engine.TryKey(r.Context(), s.protocol, op.Day, op.Signature, op.Fact, s.actor())
	}
	switch {
	case err == nil:
		http.Redirect(w, r, s.at("/ready/key"), http.StatusSeeOther)
	case fault.CodeOf(err) == fault.Internal:
		c.fail(w, r, err)
	default:
		c.showTrial(w, r, s, statusOf(err), &forms{failed: r.PostForm.Get("form"), fault: fault.Sentence(err), kept: r.PostForm})
	}
}

// trialOf is what a form hands in: the signature of a key, with what the chain says of it where it may be a contract's.
func (c *Console) trialOf(r *http.Request, s *session) (upkeep.OpTry, error) {
	op := upkeep.OpTry{Day: r.PostForm.Get("day")}
	if err := s.may(access.Answer); err != nil {
		return op, err
	}
	at, err := time.Parse(time.DateOnly, op.Day)
	if err != nil {
		return op, fault.New(fault.Invalid, "The day is missing.").Instead("Load the page again.")
	}
	person, _ := s.plan.Person(s.person.ID)
	digest := decision.Trial(s.plan, &person, at).Digest()
	if r.PostForm.Get("with") == "demo" && c.Stage != nil {
		op.Signature, err = c.Stage.Sign(r.Context(), person.ID, digest)
		return op, err
	}
	if op.Signature, err = formSignature(r.PostForm); err == nil {
		op.Fact, err = c.asked(r.Context(), nil, incident.UnprovenDigest(&person, digest, op.Signature), c.Engine.Now())
	}
	return op, err
}

// Due reports whether one of the keys should be tried.
func (p *trialPage) Due() bool {
	return slices.ContainsFunc(p.Keys, func(k triedKey) bool { return k.Due })
}

// Command is what to type on another machine.
func (p *trialPage) Command() string { return fmt.Sprintf("tocsin key try --day %s", p.Day) }
