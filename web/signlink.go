package web

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"rsc.io/qr"

	"tocsin/access"
	"tocsin/decision"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
)

// linkPage shows a signing link: as a QR code for another device's camera, and as links into wallets' own browsers.
type linkPage struct {
	*shell
	Band    band
	Name    string // of the decision
	Back    string
	URL     string
	Code    code
	Expires moment
	Apps    []anchorLink
	Lonely  bool // the address leads nowhere but to this machine
}

// code is a QR code as one path, a module being a square of 1.
type code struct {
	Path string
	Size int // of a side, with its margin
}

// margin is the quiet zone that readers want, in modules.
const margin = 4

// codeOf draws a QR code.
func codeOf(text string) (code, error) {
	q, err := qr.Encode(text, qr.M)
	if err != nil {
		return code{}, fault.New(fault.Invalid, "This address is too long for a QR code.").Because(err)
	}
	return draw(q), nil
}

// base is where people reach the console.
func (c *Console) base(r *http.Request) string {
	if c.BaseURL != nil {
		if s := c.BaseURL(); s != "" {
			return strings.TrimSuffix(s, "/")
		}
	}
	scheme := "http"
	if c.Secure {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

// lonely reports whether an address is of the machine itself, so that no other device reaches it.
func lonely(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	host := u.Hostname()
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && (ip.IsLoopback() || ip.IsUnspecified())
}

// apps are links that open an address in the browsers of wallets on a phone. They take public https addresses alone.
func apps(address string) []anchorLink {
	bare, ok := strings.CutPrefix(address, "https://")
	if !ok || lonely(address) {
		return nil
	}
	escaped := url.QueryEscape(address)
	return []anchorLink{
		{"https://metamask.app.link/dapp/" + bare, "MetaMask"},
		{"https://go.cb-w.com/dapp?cb_url=" + escaped, "Coinbase Wallet"},
		{"https://link.trustwallet.com/open_url?coin_id=60&url=" + escaped, "Trust Wallet"},
	}
}

// signLink makes a signing link of a decision for whoever asks.
func (c *Console) signLink(w http.ResponseWriter, r *http.Request, s *session) {
	v, err := c.viewOf(r.Context(), s, r.PathValue("id"))
	if err != nil {
		c.fail(w, r, err)
		return
	}
	if err := r.ParseForm(); err != nil {
		c.fail(w, r, unreadable(err))
		return
	}
	d := v.State.Decision(r.PathValue("decision"))
	if d == nil {
		c.fail(w, r, fault.New(fault.NotFound, "There is no such decision."))
		return
	}
	sh := c.incidentShell(s, v, "/decisions/"+d.ID)
	l := c.lookAt(sh, s, v)
	choice := choiceOf(r.PostForm.Get("choice"))
	x := l.verdict(d, choice)
	if x.Sign == nil {
		c.fail(w, r, fault.New(fault.Conflict, "There is nothing that you can sign here now. %s", x.Why).Instead("Go back to the decision."))
		return
	}
	secret, err := c.Access.SigningLink(r.Context(), access.Signing{
		Identity: access.Identity{Protocol: s.protocol, Person: s.person.ID}, Incident: v.State.ID, Decision: d.ID, Expires: d.Expires,
	})
	if err != nil {
		c.fail(w, r, err)
		return
	}
	p := &linkPage{shell: sh, Band: l.bandBack(), Name: x.Name, Back: x.Href, URL: c.base(r) + "/sign/" + secret}
	if choice == decision.Refuse {
		p.URL += "?choice=" + choice
		p.Back = x.Refusal
	}
	ends := c.now().Add(access.MaxSigning)
	if d.Expires.Before(ends) {
		ends = d.Expires
	}
	p.Expires, p.Apps, p.Lonely = sh.at(ends), apps(p.URL), lonely(p.URL)
	if p.Code, err = codeOf(p.URL); err != nil {
		c.fail(w, r, err)
		return
	}
	sh.Live = false // the link is on no other page
	c.render(w, r, http.StatusOK, linkBody(p))
}

// choiceOf is the choice that an address or a form names: yes, unless it says no.
func choiceOf(text string) string {
	if text == decision.Refuse {
		return decision.Refuse
	}
	return decision.Approve
}

// signPage is a decision for whoever holds a signing link: what it is, and the ways to sign it. It is no session.
type signPage struct {
	*shell
	Name    string // of the person
	Title   string
	Verdict *verdict
	Done    string // what was handed in; empty until then
}

// linkedSigning is what a signing link leads to: the incident, with the eyes of the person whom the link is for.
func (c *Console) linkedSigning(r *http.Request) (access.Signing, *session, *engine.View, error) {
	x, err := c.Access.Signing(r.Context(), r.PathValue("secret"))
	if err != nil {
		return x, nil, nil, err
	}
	p, err := c.Engine.InForce(r.Context(), x.Protocol)
	if err != nil {
		return x, nil, nil, err
	}
	person, ok := p.Person(x.Person)
	if !ok {
		return x, nil, nil, fault.New(fault.Expired, "The plan in force no longer names you.").Instead("Ask whoever keeps the plan.")
	}
	s := &session{person: person, protocol: x.Protocol, plan: p, via: "signing-link"}
	s.may = func(right access.Right) error {
		if right != access.Approve { // the link is for nothing else
			return fault.New(fault.Forbidden, "This link is for one signature alone.").Instead("Sign in to do more.")
		}
		return access.May(p, person.ID, right)
	}
	s.all = []*session{s}
	v, err := c.viewOf(r.Context(), s, x.Incident)
	return x, s, v, err
}

// signAsk shows what a signing link is for. It changes nothing: programs follow links.
func (c *Console) signAsk(w http.ResponseWriter, r *http.Request) {
	c.showSigning(w, r, http.StatusOK, &forms{}, choiceOf(r.URL.Query().Get("choice")))
}

func (c *Console) showSigning(w http.ResponseWriter, r *http.Request, status int, fs *forms, choice string) {
	x, s, v, err := c.linkedSigning(r)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	d := v.State.Decision(x.Decision)
	if d == nil {
		c.fail(w, r, fault.New(fault.NotFound, "There is no such decision."))
		return
	}
	sh := &shell{Assets: c.assets, Title: v.State.Title, Kind: kindOf(v.State), Path: "/sign", Protocol: v.Plan.Name, Now: v.State.Now(c.now()), Version: c.Version, Signs: true}
	l := c.lookAt(sh, s, v)
	l.forms = fs
	p := &signPage{shell: sh, Name: l.name(x.Person), Title: v.State.Title, Verdict: l.verdict(d, choice)}
	at := "/sign/" + url.PathEscape(r.PathValue("secret"))
	p.Verdict.Href, p.Verdict.Refusal = at, at+"?choice="+decision.Refuse
	if p.Verdict.Sign != nil {
		p.Verdict.Sign.Form.Action, p.Verdict.Sign.Link = at, nil
		p.Verdict.Sign.Demo = "" // the demo's keys sign in the console
	}
	c.render(w, r, status, signBody(p))
}

// signByLink takes the signature of whoever holds a signing link, as that person, and nothing else.
func (c *Console) signByLink(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		c.fail(w, r, unreadable(err))
		return
	}
	x, s, v, err := c.linkedSigning(r)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	form := r.PostForm
	form.Del("with")
	form.Set("decision", x.Decision)
	choice := choiceOf(form.Get("choice"))
	if err = s.may(access.Approve); err == nil {
		var op incident.Op
		if op, err = c.approval(r.Context(), s, v, form); err == nil {
			_, err = c.Engine.Do(r.Context(), x.Incident, incident.Command{ID: commandID(form), Actor: s.actor(), Op: op})
		}
	}
	if err != nil {
		if fault.CodeOf(err) == fault.Internal {
			c.fail(w, r, err)
			return
		}
		c.showSigning(w, r, statusOf(err), &forms{failed: form.Get("form"), fault: fault.Sentence(err), kept: form}, choice)
		return
	}
	if err := c.Access.UseSigning(r.Context(), r.PathValue("secret")); err != nil && !fault.Is(err, fault.Expired) {
		c.Logger.Warn("a signing link could not be used up", "incident", x.Incident, "error", err) // it takes no second signature all the same
	}
	sh := &shell{Assets: c.assets, Title: v.State.Title, Kind: kindOf(v.State), Path: "/sign", Protocol: v.Plan.Name, Now: v.State.Now(c.now()), Version: c.Version}
	done := "Your yes was handed in."
	if choice == decision.Refuse {
		done = "Your no was handed in."
	}
	c.render(w, r, http.StatusOK, signBody(&signPage{shell: sh, Name: incident.NameOf(v.Plan, x.Person), Title: v.State.Title, Done: done}))
}
