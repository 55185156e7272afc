package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/plan"
)

// session is who is signed in, and as whom they act: themselves, or in the demo whomever they play.
type session struct {
	person   plan.Person
	protocol string
	plan     *plan.Plan
	via      string                   // how it was proven, for the journal
	may      func(access.Right) error // nil, or a fault that says who may instead
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

// signedIn registers a page for those who are signed in; others are told how to sign in.
func (c *Console) signedIn(mux *http.ServeMux, pattern string, serve func(http.ResponseWriter, *http.Request, *session)) {
	mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		s, err := c.session(r)
		switch {
		case fault.Is(err, fault.Unauthenticated) && r.Method == http.MethodGet && wantsPage(r):
			http.Redirect(w, r, "/signin", http.StatusSeeOther)
		case err != nil:
			c.fail(w, r, err)
		default:
			serve(w, r, s)
		}
	})
}

// session is whoever sent a request: an unauthenticated fault if nobody is signed in.
func (c *Console) session(r *http.Request) (*session, error) {
	token := ""
	if k, err := r.Cookie(c.cookie()); err == nil {
		token = k.Value
	}
	who, err := c.Access.Session(r.Context(), token)
	if err != nil {
		return nil, err
	}
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

// shell is the frame of a page for somebody signed in.
func (c *Console) shell(s *session, title, path string) *shell {
	sh := &shell{
		Assets: c.assets, Title: title, Here: path, Path: path, Protocol: s.plan.Name, Now: c.now(), Live: true, Version: c.Version,
		Viewer: &viewer{Person: s.person, Zone: zoneOf(s.person)}, Reports: len(publicForms(s.plan)) > 0,
	}
	if c.Stage != nil {
		sh.Stage = &stagePanel{Playing: s.person.ID, People: players(s.plan)}
	}
	return sh
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
	token, expires, err := c.Access.SignIn(r.Context(), r.PathValue("secret"))
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
