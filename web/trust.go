package web

import (
	"net/url"
	"strings"

	"tocsin/access"
	"tocsin/incident"
)

// trust is what is distrusted in an incident and from whom it is hidden, with the ways to change that.
type trust struct {
	List     []doubt
	Distrust *form
	Kinds    []option
	Hide     *form
	People   []option // from whom it can be hidden
	Hidden   []doubt
}

// Doubted reports whether there is anything to warn of.
func (t trust) Doubted() bool { return len(t.List)+len(t.Hidden) > 0 }

// doubt is one thing that does not count, or one person who must not know.
type doubt struct {
	Kind, Ref string
	Say       string
	Back      *form
}

// kinds of what can be distrusted, in words.
var doubtKinds = map[string]string{
	incident.DistrustChannel: "Channel, or kind of contact", incident.DistrustAccount: "Account, address or number",
	incident.DistrustPerson: "Person", incident.DistrustKey: "Signing key", incident.DistrustHost: "Host",
}

func (l *look) trust() trust {
	var t trust
	may := l.going() && l.may(access.Respond)
	back := func(key, verb string) *form {
		if !may {
			return nil
		}
		f := l.form(key, verb)
		return &f
	}
	for _, x := range l.state.Distrusted {
		d := doubt{Kind: x.Kind, Ref: x.Ref, Back: back("trust-"+x.Kind+"-"+x.Ref, "trust")}
		d.Say = strings.TrimSpace(capital(incident.Doubted(l.plan, x.Kind, x.Ref)) + ", by " + l.name(x.By) + ", " + l.at(x.At).Second() + ". " + x.Why)
		t.List = append(t.List, d)
	}
	for _, who := range l.state.Hidden {
		t.Hidden = append(t.Hidden, doubt{Ref: who, Say: l.name(who), Back: back("reveal-"+who, "reveal")})
	}
	if !may {
		return t
	}
	t.Distrust, t.Hide = back("distrust", "distrust"), back("restrict", "restrict")
	for _, k := range incident.Distrusted {
		t.Kinds = append(t.Kinds, option{k, doubtKinds[k]})
	}
	for _, x := range l.plan.CoreTeam {
		if x.ID != l.person && l.state.Sees(x.ID) {
			t.People = append(t.People, option{x.ID, x.Name})
		}
	}
	for _, x := range l.plan.ExtendedTeam {
		if !x.Body && l.state.Sees(x.ID) {
			t.People = append(t.People, option{x.ID, x.Name})
		}
	}
	return t
}

func distrustOp(v url.Values) incident.Op {
	return incident.OpDistrust{Kind: v.Get("kind"), Ref: v.Get("ref"), Why: v.Get("why")}
}

func trustOp(v url.Values) incident.Op {
	return incident.OpTrust{Kind: v.Get("kind"), Ref: v.Get("ref"), Why: v.Get("why")}
}

func restrictOp(v url.Values) incident.Op {
	return incident.OpRestrict{Hide: v["hide"], Why: v.Get("why")}
}

func revealOp(v url.Values) incident.Op {
	return incident.OpReveal{Person: v.Get("person"), Why: v.Get("why")}
}
