package web

import (
	"bytes"
	"context"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tocsin/access"
	"tocsin/check"
	"tocsin/decision"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/readiness"
)

// adoption is a newer plan that waits for signatures.
type adoption struct {
	Title   string
	Changes []check.Difference
	Verdict *verdict
}

// gaps are what is wanting now.
func (c *Console) gaps(ctx context.Context, s *session) ([]readiness.Gap, error) {
	w := readiness.World{Engine: c.Engine, Protocol: s.protocol, Now: c.now()}
	for _, st := range c.standings() {
		if st.Protocol == s.protocol {
			w.Folder = st.Folder
		}
	}
	if c.Lookout != nil {
		if r, ok := c.Lookout.Live(s.protocol); ok {
			w.Live = &r
		}
	}
	return readiness.Look(ctx, w)
}

// adoptions are the newer plans that wait, the newest first.
func (p *planPage) adoptions(ctx context.Context, c *Console, s *session, h *engine.History, choice string, fs *forms) error {
	open := h.Open(p.Now)
	if len(open) == 0 {
		return nil
	}
	a, err := c.Engine.Adoptions(ctx, s.protocol)
	if err != nil {
		return err
	}
	for i := range open {
		x := &open[i]
		next, ok := a.PlanOf(x.Hash)
		if !ok {
			continue
		}
		p.Adoptions = append(p.Adoptions, adoption{
			Title: readiness.Version(x.Version, x.Hash), Changes: check.Differences(h.Plan(), next), Verdict: p.adopting(s, x, choice, fs),
		})
	}
	return nil
}

// adopting shows a proposed plan as a choice would be signed.
func (p *planPage) adopting(s *session, x *engine.Proposed, choice string, fs *forms) *verdict {
	d, _ := p.Plan.Decision(x.Adoption.Message.Decision)
	st := x.Adoption.Status(p.Plan, p.Now)
	m := x.Adoption.Message.With(choice)
	v := &verdict{
		Anchor: "decision-" + strconv.FormatUint(x.ID, 10), Name: d.Name, Question: d.Question, Say: st.Say, State: decision.Open,
		Expires: p.at(x.Adoption.Expires()), Yours: slices.Contains(st.Wanted, s.person.ID),
	}
	v.Href = p.Path + "#" + v.Anchor
	v.Refusal = p.Path + "?choice=" + decision.Refuse + "#" + v.Anchor
	v.Content = content{Sentence: m.Summary, Facts: []row{
		{Label: "Your answer", Text: map[string]string{decision.Approve: "yes (approve)", decision.Refuse: "no (refuse)"}[choice]},
		{Label: "Newer plan", Text: groups(x.Hash.Hex()), Code: true},
		{Label: "In force now", Text: groups(m.Plan.Hex()), Code: true},
		{Label: "Valid until", Text: x.Adoption.Expires().Format("2006-01-02 15:04:05") + " UTC"},
		{Label: "Digest", Text: groups(m.Digest().Hex()), Code: true},
	}}
	v.Content.Typed, v.Content.Hashes = typedData(m.Typed())
	last := ""
	for _, a := range x.Adoption.Answers {
		at := p.at(a.At)
		b := box{State: "done", Line: "Yes", At: &at, Who: p.name(a.Person)}
		b.Small, b.Code = signedWith(p.Plan, a.Person, a.Signer)
		if a.Choice == decision.Refuse {
			b.State, b.Line = "no", "No"
		}
		if a.Person == s.person.ID {
			last = a.Choice
		}
		v.Boxes = append(v.Boxes, b)
	}
	for _, n := range st.Needed {
		if !n.Met {
			v.Boxes = append(v.Boxes, box{State: "open", For: n.Name, Small: n.Never, Who: p.names(st.Wanted), Yours: v.Yours})
		}
	}
	switch {
	case last == choice:
		v.Why = "You have signed."
	case !slices.Contains(st.Candidates, s.person.ID) && last == "":
		v.Why = "The plan does not ask you to decide on this."
	case s.may(access.Approve) == nil:
		v.Sign = p.signing(s, x, choice, fs)
	}
	return v
}

func (p *planPage) signing(s *session, x *engine.Proposed, choice string, fs *forms) *signing {
	out := &signing{
		Form: fs.form("adopt-"+strconv.FormatUint(x.ID, 10), p.Path+"/adopt"), Choice: choice,
		Command: "tocsin sign --adoption " + x.Hash.Hex(),
	}
	if choice == decision.Refuse {
		out.Command += " --refuse"
	}
	out.Signers = accountsOf(decision.Keys(&s.person), nil) // what a contract signs proves nothing far from its chain
	out.Passkeys = passkeysOf(&s.person, x.Adoption.Message.With(choice).Digest())
	if p.Stage != nil {
		out.Demo = s.person.Name
	}
	return out
}

// adopt takes a signed answer to a proposed plan.
func (c *Console) adopt(w http.ResponseWriter, r *http.Request, s *session) {
	c.onPlan(w, r, s, func(form url.Values) (string, error) {
		if err := s.may(access.Approve); err != nil {
			return "", err
		}
		id, err := strconv.ParseUint(form.Get("decision"), 10, 64)
		if err != nil {
			return "", fault.New(fault.NotFound, "There is no such proposal.")
		}
		sig, err := c.adoptionSignature(r.Context(), s, id, form)
		if err != nil {
			return "", err
		}
		if _, err := c.Engine.Answer(r.Context(), s.protocol, id, form.Get("choice"), sig); err != nil {
			return "", err
		}
		return "decision-" + strconv.FormatUint(id, 10), nil
	})
}

// adoptionSignature is the signature that a form carries, or that the demo's key makes.
func (c *Console) adoptionSignature(ctx context.Context, s *session, id uint64, form url.Values) ([]byte, error) {
	if form.Get("with") != "demo" || c.Stage == nil {
		return formSignature(form)
	}
	h, err := c.Engine.History(ctx, s.protocol)
	if err != nil {
		return nil, err
	}
	for _, x := range h.Open(c.now()) {
		if x.ID == id {
			return c.Stage.Sign(ctx, s.person.ID, x.Adoption.Message.With(form.Get("choice")).Digest())
		}
	}
	return nil, fault.New(fault.Conflict, "This proposal is not open any more.")
}

// formSignature is the signature that was pasted into a form.
func formSignature(form url.Values) ([]byte, error) {
	text := strings.TrimPrefix(strings.Join(strings.Fields(form.Get("signature")), ""), "0x")
	sig, err := hex.DecodeString(text)
	if err != nil || len(sig) == 0 {
		return nil, fault.New(fault.Invalid, "This is not a signature.").Instead("Paste what your wallet or `tocsin sign` gave you: 0x and hexadecimal digits, 130 of them for a key.")
	}
	return sig, nil
}

// readPlan records that the person has read the plan that their page showed.
func (c *Console) readPlan(w http.ResponseWriter, r *http.Request, s *session) {
	c.onPlan(w, r, s, func(form url.Values) (string, error) {
		var hash evm.Hash
		if err := hash.UnmarshalText([]byte(form.Get("hash"))); err != nil {
			return "", fault.New(fault.Invalid, "The form does not say which plan was read.")
		}
		return "read", c.Engine.ConfirmRead(r.Context(), s.protocol, s.actor(), hash)
	})
}

// onPlan does what a form of the plan's page asks for, and shows the page again: where the form stood, or with the reason.
func (c *Console) onPlan(w http.ResponseWriter, r *http.Request, s *session, do func(url.Values) (anchor string, err error)) {
	if err := r.ParseForm(); err != nil {
		c.fail(w, r, unreadable(err))
		return
	}
	anchor, err := do(r.PostForm)
	switch {
	case err == nil:
		http.Redirect(w, r, s.at("/plan")+"#"+anchor, http.StatusSeeOther)
	case fault.CodeOf(err) == fault.Internal:
		c.fail(w, r, err)
	default:
		c.showPlan(w, r, s, statusOf(err), &forms{failed: r.PostForm.Get("form"), fault: fault.Sentence(err), kept: r.PostForm})
	}
}

// planProof answers with what proves which plan is in force, for machines that sign without the server.
func (c *Console) planProof(w http.ResponseWriter, r *http.Request, s *session) {
	if err := s.may(access.Export); err != nil {
		c.fail(w, r, err)
		return
	}
	if err := c.unsaid(r.Context(), s); err != nil {
		c.fail(w, r, err)
		return
	}
	a, err := c.Engine.Adoptions(r.Context(), s.protocol)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	var buf bytes.Buffer
	if err := a.Write(&buf); err != nil {
		c.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="adoptions-`+url.PathEscape(s.protocol)+`.json"`)
	_, _ = w.Write(buf.Bytes())
}
