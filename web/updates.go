package web

import (
	"strings"

	"tocsin/access"
	"tocsin/comms"
	"tocsin/incident"
	"tocsin/plan"
)

// update is one message owed to an audience, or posted, with its draft.
type update struct {
	Anchor   string
	Name     string
	Audience string
	Yours    bool
	Due      *clock // while it is owed
	Drill    bool   // nothing of it may reach anybody outside the team
	Waits    string // its approval is asked for
	Posted   *moment
	By       string
	Text     string // as posted
	Where    string // channels
	Timing   string
	Draft    string
	ByHand   []plan.Channel // where Tocsin cannot post
	Approval string         // decision that it needs first
	Post     *form
	Write    string         // the page on which it is written, for a post-mortem
	Owes     string         // by whom it is owed
	Late     string         // how late it is, if it was missed
	Room     bool           // it opens the responders' room
	Lost     []plan.Channel // accounts that might be lost
	Backup   *plan.Channel  // that takes their place
	PassOn   *form          // it was posted and did not get through
}

// Owed says where it goes and when it is owed.
func (u update) Owed() string {
	if u.Timing == "" {
		return u.Where + "."
	}
	return u.Where + ". Owed: " + u.Timing + "."
}

func (l *look) updates() (owed, posted []update) {
	for i := range l.state.Updates {
		u := &l.state.Updates[i]
		switch u.State {
		case incident.Owed, incident.Asked:
			owed = append(owed, l.update(u))
		case incident.Posted:
			posted = append([]update{l.update(u)}, posted...) // newest first
		}
	}
	return owed, posted
}

func (l *look) update(u *incident.Update) update {
	c, _ := l.plan.Communication(u.Communication)
	v := update{
		Anchor: "update-" + u.ID, Name: c.Name, Audience: c.Audience, Yours: l.yours(incident.TaskUpdate, u.ID),
		Text: u.Text, Timing: c.Timing.String(), Where: l.channels(c), Posted: l.unless(u.Posted), Drill: l.state.Exercise != nil,
	}
	if v.Name == "" {
		v.Name = u.Communication
	}
	if u.By != "" {
		v.By = l.name(u.By)
	}
	if u.State == incident.Posted {
		if len(u.Waiting) > 0 && l.going() && l.may(access.Post) {
			f := l.form("post-"+u.ID, "post")
			v.PassOn, v.ByHand = &f, incident.ByHand(l.plan, l.state, u)
		}
		return v
	}
	v.Room = c.Timing.Open
	if who := incident.Responsible(l.plan, l.state, u, l.Now); who != "" {
		v.Owes = l.name(who)
	}
	if !u.Missed.IsZero() {
		v.Late = "Missed: " + length(l.Now.Sub(u.Due)) + " late."
	}
	due := clock{Until: u.Due, Now: l.Now, Runs: runs(l.Clock)}
	if v.Yours {
		due.Zone = l.zone()
	}
	v.Due = &due
	if u.State == incident.Asked {
		v.Waits = "Its approval has been asked for; it is posted once it is approved."
		return v
	}
	if d, ok := l.plan.Decision(c.Approval); ok {
		v.Approval = d.Name
	} else {
		v.ByHand = incident.ByHand(l.plan, l.state, u)
		v.Lost, v.Backup = l.lostAccounts(u)
	}
	if !l.going() || !l.may(access.Post) {
		return v
	}
	if c.Postmortem {
		v.Write = l.path("postmortem")
		return v
	}
	v.Draft = l.draft(u)
	f := l.form("post-"+u.ID, "post")
	v.Post = &f
	return v
}

// draft is the first draft of an update; where the plan's template cannot be used, the one without it.
func (l *look) draft(u *incident.Update) string {
	text, _ := comms.DraftUpdate(l.plan, l.state, u, l.happened, l.Now)
	return text
}

func (l *look) channels(c plan.Communication) string {
	var names []string
	for _, id := range append([]string{c.Channel}, c.Also...) {
		if ch, ok := l.plan.Channel(id); ok {
			names = append(names, ch.Name)
		}
	}
	return strings.Join(names, ", ")
}
