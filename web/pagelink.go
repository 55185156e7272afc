package web

import (
	"context"
	"net/http"
	"net/url"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
)

// pageLinkPage is what the link of a page opens: what it is about, and the answers. It needs no sign-in and can do nothing
// else.
type pageLinkPage struct {
	*shell
	Name     string
	Title    string
	Say      string
	Detail   string
	Why      string // why this person was called
	Since    moment
	Form     *form   // nil if there is nothing to answer any more
	Over     string  // why not
	Given    string  // what they answered
	GivenAt  *moment // when
	Answered bool    // just now
	Pins     []incident.Pin
	Denials  []denial
}

// pageLink shows a page's link. It changes nothing: mail scanners follow links.
func (c *Console) pageLink(w http.ResponseWriter, r *http.Request) {
	c.showPageLink(w, r, http.StatusOK, &forms{}, false)
}

// answerPage takes the answer of whoever holds the link, as that person, and only the answer.
func (c *Console) answerPage(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		c.fail(w, r, unreadable(err))
		return
	}
	secret := r.PathValue("secret")
	link, err := c.Access.PageLink(r.Context(), secret)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	v, err := c.trusted(r.Context(), link)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	_, err = c.Engine.Do(r.Context(), v.State.ID, incident.Command{
		ID:    commandID(r.PostForm),
		Actor: journal.Actor{Kind: journal.Person, ID: link.Person, Via: "page-link"},
		Op:    linkOp(r.PostForm),
	})
	if err != nil {
		if fault.CodeOf(err) == fault.Internal {
			c.fail(w, r, err)
			return
		}
		c.showPageLink(w, r, statusOf(err), &forms{failed: failedForm(r.PostForm), fault: fault.Sentence(err), kept: r.PostForm}, false)
		return
	}
	http.Redirect(w, r, "/page/"+secret+"?answered", http.StatusSeeOther)
}

// linked is what a page's link that still counts leads to.
type linked struct {
	*engine.View        // the incident: where it goes on, if it was merged
	Why          string // the person was called
}

// trusted is the incident of a page's link that still counts: one that went over a way that is distrusted since does not.
func (c *Console) trusted(ctx context.Context, link access.Page) (linked, error) {
	called, err := c.Engine.View(ctx, link.Incident)
	if err != nil {
		return linked{}, err
	}
	v, err := c.Engine.GoesOn(ctx, link.Incident)
	if err != nil {
		return linked{}, err
	}
	if !called.State.Whole(called.Plan, link.Page, link.Person) || !v.State.WholeOf(v.Plan, called.State, link.Page, link.Person) {
		return linked{}, fault.New(fault.Expired, "This link no longer counts.").Instead("Sign in, or call your team.")
	}
	to := linked{View: v}
	for _, pg := range called.State.Pages {
		if pg.ID == link.Page {
			to.Why = pg.Why
		}
	}
	return to, nil
}

func (c *Console) showPageLink(w http.ResponseWriter, r *http.Request, status int, fs *forms, _ bool) {
	secret := r.PathValue("secret")
	link, err := c.Access.PageLink(r.Context(), secret)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	v, err := c.trusted(r.Context(), link)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	sh := &shell{
		Assets: c.assets, Title: v.State.Title, Kind: kindOf(v.State), Path: "/page/" + secret, Protocol: v.Plan.Name, Now: v.State.Now(c.now()),
		Version: c.Version,
	}
	sit := situationOf(v.Plan, v.State, sh.Now)
	p := &pageLinkPage{
		shell: sh, Name: incident.NameOf(v.Plan, link.Person), Title: v.State.Title, Say: sit.Say, Detail: sit.Detail,
		Since: sh.at(v.State.Opened), Answered: r.URL.Query().Has("answered"),
		Pins: v.State.Pins, Why: v.Why,
	}
	if a := v.State.Answer(link.Person); a != nil {
		at := sh.at(a.At)
		p.Given, p.GivenAt = a.Answer, &at
	}
	p.Denials = denialsOf(v.State, v.Plan, link.Person, fs, "/page/"+secret)
	switch {
	case v.State.Phase.Over():
		p.Over = "The incident is over: it was " + string(v.State.Phase) + ". Nothing is wanted of you."
	case v.ReadOnly != nil:
		p.Over = "This server cannot take your answer now. Call your team."
	default:
		f := fs.form("answer", "/page/"+secret)
		p.Form = &f
	}
	sh.Fault = fs.homeless()
	c.render(w, r, status, pageLinkBody(p))
}

// Said is what the person has answered, in words.
func (p *pageLinkPage) Said() string {
	switch p.Given {
	case incident.Coming:
		return "You are coming."
	case incident.ComingNoSign:
		return "You are coming, and cannot sign."
	case incident.Cannot:
		return "You cannot come."
	default:
		return ""
	}
}

// failedForm is the form of a page's link that was refused.
func failedForm(v url.Values) string {
	if v.Has("deny") {
		return "deny-" + v.Get("deny")
	}
	return "answer"
}
