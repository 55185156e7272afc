package comms

import (
	"fmt"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// exerciseMark is the first line of every text of an exercise.
const exerciseMark = "EXERCISE. This is a drill; nothing in it is real."

// DraftUpdate is the first draft of an update that is owed: by the template of its communication if that has one, as a
// post-mortem if it is one. happened is what the post-mortem's timeline is made of. A template that cannot be used is an
// invalid fault; the draft is then the one without template.
func DraftUpdate(p *plan.Plan, s *incident.State, u *incident.Update, happened []incident.Happened, now time.Time) (string, error) {
	c, ok := p.Communication(u.Communication)
	if !ok {
		c = plan.Communication{ID: u.Communication, Audience: "internal"}
	}
	switch {
	case c.Postmortem && inner(c.Audience):
		return Postmortem(p, s, happened, now), nil
	case c.Postmortem:
		return PublicPostmortem(p, s, happened, now), nil
	}
	return draft(p, s, c, now)
}

// Draft is the first draft of an update of a communication, in plain words for its audience. Where the communication's
// template cannot be used the draft does without it; CheckTemplate says why.
func Draft(p *plan.Plan, s *incident.State, c plan.Communication, now time.Time) string {
	if c.Postmortem {
		text, _ := DraftUpdate(p, s, &incident.Update{Communication: c.ID}, nil, now) // post-mortems have no template
		return text
	}
	text, _ := draft(p, s, c, now) // the draft without template comes with the error
	return text
}

func draft(p *plan.Plan, s *incident.State, c plan.Communication, now time.Time) (string, error) {
	f := fieldsOf(p, s, c, now)
	var text string
	var err error
	if c.Template != "" {
		text, err = fill(c.Template, f)
	}
	if text = strings.TrimSpace(text); text == "" || err != nil {
		if inner(c.Audience) {
			text = innerDraft(f)
		} else {
			text = outerDraft(f, c.Audience)
		}
	}
	if f.Exercise && !strings.Contains(text, "EXERCISE") {
		text = exerciseMark + "\n\n" + text
	}
	return strings.TrimSpace(text) + "\n", err
}

// innerDraft tells the team what it needs to know.
func innerDraft(f Fields) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s. Update %s, %s.\n\n", f.Name, f.Title, f.Number, f.Time)
	fmt.Fprintf(&b, "What happened: %s\n", f.Situation)
	fmt.Fprintf(&b, "What it means: It is %s. Severity: %s. Since %s.\n", f.Phase, f.Severity, f.Since)
	if f.Done != "" {
		fmt.Fprintf(&b, "What is done: %s\n", f.Done)
	}
	fmt.Fprintf(&b, "What we are doing: %s\n", f.Doing)
	if f.Lead != "" {
		fmt.Fprintf(&b, "%s leads.\n", f.Lead)
	}
	fmt.Fprintf(&b, "What you should do: %s\n\nNext update by %s.\n", f.Advice, f.Next)
	return b.String()
}

// outerDraft tells people outside what is certain, and what they should do.
func outerDraft(f Fields, audience string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s\n\n", f.Name, f.Time)
	fmt.Fprintf(&b, "What happened: %s\n", f.What)
	fmt.Fprintf(&b, "What it means for you: %s\n", f.Impact)
	fmt.Fprintf(&b, "What we are doing: %s\n", f.Doing)
	fmt.Fprintf(&b, "What you should do: %s\n", f.Advice)
	if audience != "users" && audience != "public" {
		fmt.Fprintf(&b, "Since: %s. We rank it as: %s.\n", f.Since, strings.ToLower(f.Severity))
	}
	fmt.Fprintf(&b, "\nWe will write again by %s.\n", f.Next)
	return b.String()
}
