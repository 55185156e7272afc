package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/plan"
)

// session is who is signed in, and as whom they act: themselves, or in the demo whomever they play. It is of one protocol; who is
// signed in for several has one of each.
type session struct {
	person   plan.Person
	protocol string
	plan     *plan.Plan
	via      string                   // how it was proven, for the journal
	may      func(access.Right) error // nil, or a fault that says who may instead
	all      []*session               // of the person at the screen, by the protocols' names; itself among them
}

// several reports whether the person is signed in for more than one protocol.
func (s *session) several() bool { return len(s.all) > 1 }

// at is the address of a page of the session's protocol. It names the protocol where the person could mistake it.
func (s *session) at(path string) string {
	if !s.several() {
		return path
	}
	return "/in/" + url.PathEscape(s.protocol) + path
}

// home is the address of the overview of the session's protocol.
func (s *session) home() string {
	if !s.several() {
		return "/"
	}
	return s.at("")
}

// of is the person's session of a protocol; nil if they do not belong to it.
func (s *session) of(protocol string) *session {
	for _, x := range s.all {
		if x.protocol == protocol {
			return x
		}
	}
	return nil
}

// cookie is the name of the session's cookie. With HTTPS the name itself keeps it from being set by anybody else.
func (c *Console) cookie() string {
	if c.Secure {
		return "__Host-tocsin"
	}
	return "tocsin"
}

// setCookie gives the browser a cookie that no script can read and no other site can use.
func (c *Console) setCookie(w http.ResponseWriter, name, value string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: age, Secure: c.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// session is whoever sent a request: an unauthenticated fault if nobody is signed in. It is of the protocol that the address names, if it
// names one, and else of the person's first.
func (c *Console) session(r *http.Request) (*session, error) {
	token := ""
	if k, err := r.Cookie(c.cookie()); err == nil {
		token = k.Value
	}
	ids, err := c.Access.Session(r.Context(), token)
	if err != nil {
		return nil, err
	}
	var all []*session
	for _, who := range ids {
		s, err := c.sessionOf(r, who)
		if fault.Is(err, fault.Unauthenticated) && len(ids) > 1 {
			continue // that plan no longer names them; the others do
		}
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	if len(all) == 0 {
		return nil, fault.New(fault.Unauthenticated, "The plans in force no longer name you.").Instead("Ask whoever keeps the plans.")
	}
	slices.SortFunc(all, func(a, b *session) int {
		return cmp.Or(cmp.Compare(a.plan.Name, b.plan.Name), cmp.Compare(a.protocol, b.protocol))
	})
	for _, s := range all {
		s.all = all
	}
	named := r.PathValue("protocol")
	if named == "" {
		return all[0], nil
	}
	s := all[0].of(named)
	if s == nil {
		return nil, fault.New(fault.NotFound, "There is nothing here.").Instead("The address may be old, or of a protocol that you are not signed in for.")
	}
	return s, nil
}

// sessionOf is the session of one identity.
func (c *Console) sessionOf(r *http.Request, who access.Identity) (*session, error) {
	p, err := c.Engine.InForce(r.Context(), who.Protocol)
	if err != nil {
		return nil, err
	}
	s := &session{protocol: who.Protocol, plan: p, via: "session"}
	if c.Stage != nil {
		if played := part(r, p); played != "" && played != who.Person {
			who.Person, s.via = played, "demo"
		}
	}
	x, ok := p.Person(who.Person)
	if !ok {
		return nil, fault.New(fault.Unauthenticated, "The plan in force no longer names you.").Instead("Ask whoever keeps the plan.")
	}
	s.person = x
	s.may = func(right access.Right) error { return access.May(p, x.ID, right) }
	return s, nil
}

// wantsPage reports whether somebody looks at a page, rather than a script at a stream.
func wantsPage(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }

// signInHelp says how to get a link.
func (c *Console) signInHelp(w http.ResponseWriter, r *http.Request) {
	c.render(w, r, http.StatusOK, signInHelpBody(c.bare("Sign in"), c.Stage != nil))
}

// signInAsk shows a button: programs that follow links must not use one up.
func (c *Console) signInAsk(w http.ResponseWriter, r *http.Request) {
	if _, err := c.Access.CheckSignIn(r.Context(), r.PathValue("secret")); err != nil {
		c.fail(w, r, err)
		return
	}
	c.render(w, r, http.StatusOK, signInAskBody(c.bare("Sign in"), "/signin/"+url.PathEscape(r.PathValue("secret"))))
}

// bare is the shell of a page that nobody need be signed in for.
func (c *Console) bare(title string) *shell {
	return &shell{Assets: c.assets, Title: title, Path: "/signin", Now: c.now(), Version: c.Version}
}

// standings are the standings of the plans that this server was started with.
func (c *Console) standings() []engine.Standing {
	if c.Standings == nil {
		return nil
	}
	return c.Standings()
}

// now is the time that pages are true for.
func (c *Console) now() time.Time { return c.Now().UTC() }

// signIn uses a link up and starts a session.
func (c *Console) signIn(w http.ResponseWriter, r *http.Request) {
	going := "" // who is signed in for other protocols in this browser stays so
	if k, err := r.Cookie(c.cookie()); err == nil {
		going = k.Value
	}
	token, expires, err := c.Access.SignIn(r.Context(), r.PathValue("secret"), going)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	c.setCookie(w, c.cookie(), token, int(expires.Sub(c.now())/time.Second))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// signOut ends a session.
func (c *Console) signOut(w http.ResponseWriter, r *http.Request) {
	if k, err := r.Cookie(c.cookie()); err == nil {
		if err := c.Access.SignOut(r.Context(), k.Value); err != nil {
			c.fail(w, r, err)
			return
		}
	}
	c.setCookie(w, c.cookie(), "", -1)
	http.Redirect(w, r, "/signin", http.StatusSeeOther)
}
