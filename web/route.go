package web

import (
	"net/http"
	"strings"

	"tocsin/fault"
)

// handler serves a page to somebody signed in.
type handler func(http.ResponseWriter, *http.Request, *session)

// signedIn registers a page for those who are signed in; others are told how to sign in.
func (c *Console) signedIn(mux *http.ServeMux, pattern string, serve handler) {
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

// ofProtocol registers a page of one protocol, under its path for those who belong to one, and below the protocol's own address for those
// who belong to several. They choose where the address leaves it open: nothing is guessed.
func (c *Console) ofProtocol(mux *http.ServeMux, pattern string, serve handler) {
	method, path, _ := strings.Cut(pattern, " ")
	c.signedIn(mux, pattern, func(w http.ResponseWriter, r *http.Request, s *session) {
		if s.several() {
			c.choose(w, r, s)
			return
		}
		serve(w, r, s)
	})
	c.signedIn(mux, method+" /in/{protocol}"+path, serve)
}

// ofIncident registers a page of an incident: the session is that of its protocol. An incident of another does not exist.
func (c *Console) ofIncident(mux *http.ServeMux, pattern string, serve handler) {
	c.signedIn(mux, pattern, func(w http.ResponseWriter, r *http.Request, s *session) {
		if s.several() {
			v, err := c.Engine.View(r.Context(), r.PathValue("id"))
			if err != nil {
				c.fail(w, r, err)
				return
			}
			if s = s.of(v.State.Protocol); s == nil {
				c.fail(w, r, noIncident(r.PathValue("id")))
				return
			}
		}
		serve(w, r, s)
	})
}

// noIncident is the fault that there is no such incident, or none that the person may know of.
func noIncident(id string) error { return fault.New(fault.NotFound, "There is no incident %q.", id) }

// choicePage asks which protocol is meant.
type choicePage struct {
	*shell
	Title string
	Say   string
	List  []anchorLink
}

// choose asks which of the person's protocols is meant. What was posted without saying so was not done.
func (c *Console) choose(w http.ResponseWriter, r *http.Request, s *session) {
	p := &choicePage{shell: c.shellOfAll(s, "Which protocol?", "/"), Title: "Which protocol?", Say: "You are signed in for several."}
	status := http.StatusOK
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		status, p.Say = http.StatusConflict, "Nothing was done yet: this page was made while you were signed in for one protocol only. Choose, and do it there."
	}
	path := r.URL.Path
	if strings.HasSuffix(path, "/read") || strings.HasSuffix(path, "/adopt") || strings.HasSuffix(path, "/unmute") {
		path = path[:strings.LastIndexByte(path, '/')]
	}
	if strings.HasPrefix(path, "/automatic/") {
		path = "/automatic"
	}
	for _, x := range s.all {
		p.List = append(p.List, anchorLink{Href: x.at(path), Name: x.plan.Name})
	}
	c.render(w, r, status, choiceBody(p))
}
