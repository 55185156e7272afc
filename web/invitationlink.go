package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// invitationPage is what the link in a message about an exercise opens: whether the person comes, or what happened. It needs no sign-in and
// can do nothing else. It is made from the person's sheet.
type invitationPage struct {
	*shell
	Sheet  *exercise.Sheet
	Plan   *plan.Plan
	Name   string
	Report bool
	When   string
	Given  string
	Form   *form  // nil if there is nothing to answer any more
	Over   string // why not
	Href   string // of the exercise in the console
}

// invitation shows a link of an exercise. It changes nothing: mail scanners follow links.
func (c *Console) invitation(w http.ResponseWriter, r *http.Request) {
	c.showInvitation(w, r, http.StatusOK, &forms{})
}

// answerInvitation takes what whoever holds the link says, as that person, and only that.
func (c *Console) answerInvitation(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		c.fail(w, r, unreadable(err))
		return
	}
	secret, form := r.PathValue("secret"), r.PostForm
	link, v, _, err := c.invited(r.Context(), secret)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	var op exercise.Op = exercise.OpReply{Answer: form.Get("answer"), Why: lines(form.Get("why"))}
	if link.Report {
		op = exercise.OpSeen{}
	}
	_, err = c.Engine.Exercise(r.Context(), v.State.ID, exercise.Command{
		ID: commandID(form), Actor: journal.Actor{Kind: journal.Person, ID: link.Person, Via: "invitation"}, Op: op,
	})
	switch {
	case err == nil:
		http.Redirect(w, r, "/invitation/"+url.PathEscape(secret), http.StatusSeeOther)
	case fault.CodeOf(err) == fault.Internal:
		c.fail(w, r, err)
	default:
		c.showInvitation(w, r, statusOf(err), &forms{failed: "answer", fault: fault.Sentence(err), kept: form})
	}
}

// invited is what a link of an exercise leads to, as its person may see it.
func (c *Console) invited(ctx context.Context, secret string) (access.Invitation, *engine.ExerciseView, *exercise.Sheet, error) {
	link, err := c.Access.Invitation(ctx, secret)
	if err != nil {
		return link, nil, nil, err
	}
	v, err := c.Engine.Session(ctx, link.Session)
	if err != nil {
		return link, nil, nil, err
	}
	sheet := v.Sheet(link.Person)
	if sheet == nil || sheet.Protocol != link.Protocol {
		return link, nil, nil, fault.New(fault.Expired, "This link no longer counts.").Instead("Ask your team.")
	}
	return link, v, sheet, nil
}

func (c *Console) showInvitation(w http.ResponseWriter, r *http.Request, status int, fs *forms) {
	secret := r.PathValue("secret")
	link, v, x, err := c.invited(r.Context(), secret)
	if err != nil {
		c.fail(w, r, err)
		return
	}
	who, _ := v.Plan.Person(link.Person)
	here := "/invitation/" + url.PathEscape(secret)
	sh := &shell{Assets: c.assets, Title: x.Title, Kind: kindDrill, Path: here, Protocol: v.Plan.Name, Now: c.now(), Version: c.Version}
	p := &invitationPage{
		shell: sh, Sheet: x, Plan: v.Plan, Name: who.Called(), Report: link.Report, Href: "/exercises/" + url.PathEscape(x.ID),
		When: x.Scheduled.UTC().Format("Monday 2 January 2006, 15:04") + " UTC",
	}
	if zone := zoneOf(who); zone != nil && x.Scheduled.In(zone).Format("15:04") != x.Scheduled.UTC().Format("15:04") {
		p.When += " (" + x.Scheduled.In(zone).Format("Monday 15:04") + " on your clock)"
	}
	f := func() {
		made := fs.form("answer", here)
		p.Form = &made
	}
	switch {
	case link.Report && x.Phase != exercise.Ended:
		p.Over = "It is not over: what happened is told afterwards."
	case link.Report:
		if i := slices.IndexFunc(x.Invited, func(g exercise.Guest) bool { return g.Person == link.Person }); i >= 0 && !x.Invited[i].Seen.IsZero() {
			p.Given = "You have said that you have read it."
		} else if !who.Body {
			f()
		}
	default:
		p.reply(f)
	}
	sh.Fault = fs.homeless()
	c.render(w, r, status, invitationBody(p))
}

// reply says how the invitation stands, and makes the form that answers it while it can be answered.
func (p *invitationPage) reply(makeForm func()) {
	x := p.Sheet
	switch {
	case x.Phase == exercise.Cancelled:
		p.Over = "It was cancelled. Nothing is wanted of you."
	case x.Phase == exercise.Ended:
		p.Over = "It is over. Nothing is wanted of you."
	case x.Moderates:
		p.Over = "You moderate it now: there is nothing to answer."
	case !x.Asked:
		p.Over = "You are not invited any more."
	default:
		makeForm()
	}
	if p.Over == "" {
		p.Given = map[string]string{exercise.Coming: "You are coming.", exercise.Absent: "You cannot come."}[x.Answer]
	}
}

// leads says who moderates and who keeps the real watch.
func (p *invitationPage) leads() string {
	var say string
	if p.Sheet.Moderator != "" {
		say = p.Plan.NameOf(p.Sheet.Moderator) + " moderates. "
	}
	for i, id := range p.Sheet.Watch {
		switch {
		case i == 0:
		case i == len(p.Sheet.Watch)-1:
			say += " and "
		default:
			say += ", "
		}
		say += p.Plan.NameOf(id)
	}
	switch len(p.Sheet.Watch) {
	case 0:
		return say
	case 1:
		return say + " keeps the real watch meanwhile."
	}
	return say + " keep the real watch meanwhile."
}
