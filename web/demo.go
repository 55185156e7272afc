package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"tocsin/fault"
	"tocsin/plan"
)

// guide is what the overview of a demo says.
func (c *Console) guide(ctx context.Context, fs *forms) (*guide, error) {
	g := &guide{}
	for _, p := range strings.Split(c.Stage.Guide(), "\n") {
		if p = strings.TrimSpace(p); p != "" {
			g.Text = append(g.Text, p)
		}
	}
	begun, err := c.Stage.AttackBegun(ctx)
	if err != nil {
		return nil, err
	}
	if g.Begun = begun; !begun {
		f := fs.form("attack", "/attack")
		g.Attack = &f
	}
	return g, nil
}

// attack launches the demo's attack.
func (c *Console) attack(w http.ResponseWriter, r *http.Request, s *session) {
	if err := c.Stage.Attack(r.Context()); err != nil && !fault.Is(err, fault.Conflict) {
		c.fail(w, r, err)
		return
	}
	http.Redirect(w, r, "/#guide-h", http.StatusSeeOther)
}

// back is where to return to after a form that stands on every page; never another site's address.
func back(path string) string {
	// Browsers take a backslash for a slash, and leave tabs and line ends out.
	odd := strings.ContainsFunc(path, func(c rune) bool { return c <= ' ' || c == '\\' || c == 0x7f })
	if odd || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
		return "/"
	}
	return path
}

// playing is the cookie that holds whom the person at the screen of a demo plays.
const playing = "tocsin-play"

// play changes whom the person at the screen plays.
func (c *Console) play(w http.ResponseWriter, r *http.Request, _ *session) {
	if err := r.ParseForm(); err != nil {
		c.fail(w, r, unreadable(err))
		return
	}
	c.setCookie(w, playing, url.QueryEscape(r.PostForm.Get("person")), 0)
	http.Redirect(w, r, back(r.PostForm.Get("back")), http.StatusSeeOther)
}

// players are those whose part can be taken: people, not organisations.
func players(p *plan.Plan) []plan.Person {
	var list []plan.Person
	for _, team := range [][]plan.Person{p.CoreTeam, p.ExtendedTeam} {
		for _, x := range team {
			if !x.Body {
				list = append(list, x)
			}
		}
	}
	return list
}

// part is whose part the person at the screen of a demo has taken; empty if none that exists.
func part(r *http.Request, p *plan.Plan) string {
	k, err := r.Cookie(playing)
	if err != nil {
		return ""
	}
	want, err := url.QueryUnescape(k.Value)
	if err != nil {
		return ""
	}
	for _, x := range players(p) {
		if x.ID == want {
			return x.ID
		}
	}
	return ""
}
