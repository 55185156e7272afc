package web

import (
	"net/url"
	"strconv"

	"tocsin/access"
	"tocsin/incident"
	"tocsin/plan"
)

// owing is how a communication of the plan stands that is not on the list of what is owed: to come, or waived.
type owing struct {
	ID        string
	Name      string
	Audience  string
	Say       string
	By        string // who waived it; empty if the plan did
	Waived    bool
	Second    string // what has been asked for and a second person has to confirm
	Waive     *form
	Reinstate *form
}

// owings lists what stands besides what is owed now and what was posted, with what can be done about it.
func (l *look) owings() (toCome, waived []owing) {
	for _, c := range incident.CommunicationsOf(l.plan, l.state) {
		o := owing{ID: c.ID, Name: c.Name, Audience: c.Audience, Say: c.Say, By: c.By, Waived: c.State == incident.Waived}
		if c.Second != nil {
			o.Second = l.name(c.Second.By) + " wants it waived: " + c.Second.Why
		}
		can := l.going() && l.may(access.Post)
		switch {
		case o.Waived:
			if can {
				f := l.form("reinstate-"+c.ID, "reinstate")
				o.Reinstate = &f
			}
			waived = append(waived, o)
		case c.State != incident.Posted:
			if can {
				f := l.form("waive-"+c.ID, "waive")
				o.Waive = &f
			}
			toCome = append(toCome, o)
		}
	}
	return toCome, waived
}

// pins are the links that everybody sees who is called, and the form that pins one.
type pins struct {
	List []incident.Pin
	Form *form
}

// Any reports whether there is anything to show.
func (p pins) Any() bool { return len(p.List) > 0 || p.Form != nil }

func (l *look) pins() pins {
	p := pins{List: l.state.Pins}
	if l.going() && l.may(access.Respond) {
		f := l.form("pin", "pin")
		p.Form = &f
	}
	return p
}

// lostAccounts are the channels of an update that a person might find lost, with the one that takes their place.
func (l *look) lostAccounts(u *incident.Update) ([]plan.Channel, *plan.Channel) {
	b, ok := incident.Backup(l.plan, u)
	if !ok || u.State != incident.Owed {
		return nil, nil
	}
	var list []plan.Channel
	c, _ := l.plan.Communication(u.Communication)
	for _, id := range append([]string{c.Channel}, c.Also...) {
		if ch, ok := l.plan.Channel(id); ok && ch.ID != b.ID && !incident.Posts(ch.Kind) {
			list = append(list, ch)
		}
	}
	return list, &b
}

// tried reports whether one of the forms comes back from a refused post.
func tried(list []owing) bool {
	for _, o := range list {
		if o.Waive != nil && o.Waive.Tried() || o.Reinstate != nil && o.Reinstate.Tried() || o.Second != "" {
			return true
		}
	}
	return false
}

func waivedCount(n int) string {
	if n == 1 {
		return "One message is waived"
	}
	return strconv.Itoa(n) + " messages are waived"
}

func waiveOp(v url.Values) incident.Op {
	return incident.OpWaive{Communication: v.Get("communication"), Why: v.Get("why")}
}

func reinstateOp(v url.Values) incident.Op {
	return incident.OpReinstate{Communication: v.Get("communication"), Why: v.Get("why")}
}

func pinOp(v url.Values) incident.Op {
	return incident.OpPin{Name: v.Get("name"), Link: v.Get("link")}
}
