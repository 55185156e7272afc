package web

import (
	"net/url"
	"strings"

	"tocsin/incident"
)

// roleForm takes a role or hands one over.
type roleForm struct {
	Take  form
	Hand  form
	Roles []held
	May   []option // who may be asked to take one
}

// held is a role with who holds it and what it asks of them.
type held struct {
	ID, Name, Holder string
	Duties           []string
	Asked            string // who has been asked to take it; empty if nobody
}

// offer is a role that the viewer is asked to take.
type offer struct {
	Accept, Decline form
	Role            string // id
	Name            string
	Say             string
	Duties          []string
}

func (l *look) roleForm() *roleForm {
	f := &roleForm{Take: l.form("role", "role"), Hand: l.form("hand-over", "hand-over")}
	for _, r := range l.plan.Roles {
		h := held{ID: r.ID, Name: r.Name, Duties: r.Duties}
		if who := l.state.Holder(r.ID); who != "" {
			h.Holder = l.name(who)
		}
		if o := l.state.Offered(r.ID); o != nil {
			h.Asked = l.name(o.To)
		}
		f.Roles = append(f.Roles, h)
	}
	for _, x := range l.plan.CoreTeam {
		if x.ID != l.person && !x.Body {
			f.May = append(f.May, option{x.ID, x.Name})
		}
	}
	return f
}

// offers are the roles that the viewer is asked to take.
func (l *look) offers() []offer {
	var list []offer
	for _, o := range l.state.Offers {
		if o.To != l.person {
			continue
		}
		r, _ := l.plan.Role(o.Role)
		x := offer{Accept: l.form("accept-"+o.Role, "accept"), Decline: l.form("decline-"+o.Role, "decline"), Role: o.Role, Name: r.Name, Duties: r.Duties}
		x.Say = l.name(o.By) + " asks you to be " + strings.ToLower(r.Name) + "."
		if o.From != "" {
			x.Say += " " + l.name(o.From) + " holds it until you accept."
		}
		if o.Note != "" {
			x.Say += " “" + o.Note + "”"
		}
		list = append(list, x)
	}
	return list
}

func handOverOp(v url.Values) incident.Op {
	return incident.OpHandOver{Role: v.Get("role"), To: v.Get("to"), Note: v.Get("note")}
}

func acceptOp(v url.Values) incident.Op { return incident.OpAccept{Role: v.Get("role")} }

func declineOp(v url.Values) incident.Op {
	return incident.OpDecline{Role: v.Get("role"), Why: v.Get("why")}
}

func leaveOp(v url.Values) incident.Op { return incident.OpLeave{Note: v.Get("note")} }
