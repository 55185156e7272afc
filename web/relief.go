package web

import (
	"strings"

	"tocsin/access"
	"tocsin/incident"
)

// relief is a role whose holder nothing is heard of, with the ways to put somebody else in it: by one tap each.
type relief struct {
	Role  string // id
	Name  string
	Say   string
	Since moment
	Asked string // who is asked already; empty if nobody
	Take  *form  // the viewer takes it
	Offer []nextOne
}

// nextOne is somebody who could be asked to take a role.
type nextOne struct {
	Form     form
	ID, Name string
	Comes    bool
}

// Label is what the button says.
func (n nextOne) Label() string {
	if n.Comes {
		return "Ask " + n.Name
	}
	return "Call " + n.Name + " for it"
}

// nextShown is how many people can be asked by one tap: at four in the morning three are a choice and ten are none.
const nextShown = 3

func (l *look) reliefs() []relief {
	if !l.going() {
		return nil
	}
	var list []relief
	for _, x := range incident.Reliefs(l.plan, l.state, l.Now) {
		role, _ := l.plan.Role(x.Role)
		r := relief{Role: x.Role, Name: role.Name, Since: l.at(x.Since)}
		if x.Holder != "" {
			r.Say = "Nothing is heard of " + l.name(x.Holder) + ", " + strings.ToLower(role.Name) + ", who is asked whether they are still there. Last heard of at"
		} else {
			var names []string
			for _, who := range x.Quiet {
				names = append(names, l.name(who))
			}
			r.Say = "Nobody is " + strings.ToLower(role.Name) + ". Gone quiet: " + strings.Join(names, ", ") + ", since"
		}
		if x.Asked != "" {
			r.Asked = l.name(x.Asked)
		}
		if l.may(access.Respond) {
			l.replacements(&r, x)
		}
		list = append(list, r)
	}
	return list
}

// replacements adds who could take the role: the viewer, and a few to ask.
func (l *look) replacements(r *relief, x incident.Relief) {
	for _, who := range x.Next {
		switch {
		case who == l.person:
			f := l.form("relieve-"+x.Role, "role")
			r.Take = &f
		case who != x.Asked && len(r.Offer) < nextShown:
			a := l.state.Answer(who)
			r.Offer = append(r.Offer, nextOne{Form: l.form("relieve-"+x.Role+"-"+who, "hand-over"), ID: who, Name: l.name(who), Comes: a != nil && a.Comes()})
		}
	}
}
