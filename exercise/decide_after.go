package exercise

import (
	"slices"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/journal"
)

func (d *decider) lesson(op OpLesson) error {
	by, err := d.contributor()
	if err != nil {
		return err
	}
	text, err := words(op.Text, "lesson", true)
	if err != nil {
		return err
	}
	if op.Kind != Mistake && op.Kind != Flaw && op.Kind != Good {
		return fault.New(fault.Invalid, "%q is no kind of lesson.", op.Kind).Instead("Say %s, %s (of the plan) or %s.", Mistake, Flaw, Good)
	}
	if err := d.step(op.Step); err != nil {
		return err
	}
	if op.Person != "" {
		if _, err := d.personNamed(op.Person); err != nil {
			return err
		}
	}
	if err := full(len(d.s.Lessons), maxList, "lessons"); err != nil {
		return err
	}
	d.emit(EventLesson{
		Number: len(d.s.Lessons) + 1, Run: d.runNow(), Lesson: op.Kind, Text: journal.Personal(text), Step: op.Step, Person: op.Person, By: by,
	})
	return nil
}

// contributor is who acts, once there is something to be said about the session: the moderator, or anybody of the team.
func (d *decider) contributor() (string, error) {
	if err := d.in(Running, Ended); err != nil {
		return "", err
	}
	if d.moderates() {
		return d.actor(), nil
	}
	x, err := d.person()
	return x.ID, err
}

// runNow is the number of the run that was described last, 0 before any was.
func (d *decider) runNow() int {
	if r := d.lastPlayed(); r != nil {
		return r.Number
	}
	return 0
}

func (d *decider) followUp(op OpFollowUp) error {
	by, err := d.contributor()
	if err != nil {
		return err
	}
	text, err := words(op.Text, "text", true)
	if err != nil {
		return err
	}
	owner, err := d.personNamed(op.Owner)
	if err != nil {
		return err
	}
	until := op.By.UTC().Truncate(time.Microsecond)
	switch {
	case until.IsZero():
		return fault.New(fault.Invalid, "The follow-up has no date.").Instead("Say by when %s does it.", owner.Called())
	case !until.After(d.now):
		return fault.New(fault.Invalid, "%s is over already.", moment(until)).Instead("Name a time to come.")
	case until.After(d.now.Add(farthest)):
		return fault.New(fault.Invalid, "%s is more than a year away.", until.Format("2 January 2006")).Instead("Name a nearer date; a follow-up that far off is forgotten.")
	case op.Lesson < 0 || op.Lesson > len(d.s.Lessons):
		return fault.New(fault.NotFound, "There is no lesson %d.", op.Lesson)
	}
	if err := full(len(d.s.FollowUps), maxList, "follow-ups"); err != nil {
		return err
	}
	d.emit(EventFollowUp{
		Number: len(d.s.FollowUps) + 1, Text: journal.Personal(text), Owner: owner.ID, Until: until, Run: d.runNow(), Lesson: op.Lesson, By: by,
	})
	return nil
}

// followUpEnd is for its owner, for whoever asked for it, and for the moderator.
func (d *decider) followUpEnd(op OpFollowUpEnd) error {
	if err := d.in(Running, Ended); err != nil {
		return err
	}
	f := d.s.FollowUp(op.Number)
	if f == nil {
		return fault.New(fault.NotFound, "There is no follow-up %d.", op.Number)
	}
	by := d.actor()
	if !d.moderates() && (by == "" || by != f.Owner && by != f.Asked) {
		return fault.New(fault.Forbidden, "Only %s can say what became of it, whoever asked for it, or the moderator.", d.p.NameOf(f.Owner))
	}
	why, err := words(op.Why, "reason", op.Declined)
	switch {
	case err != nil:
		return err
	case f.State != FollowUpOpen:
		return fault.New(fault.Conflict, "The follow-up is %s already.", f.State)
	}
	d.emit(EventFollowUpEnded{Number: op.Number, Declined: op.Declined, Why: journal.Personal(why), By: by})
	return nil
}

// linkKinds are what a link may lead to.
var linkKinds = []string{"video", "notes", "other"}

func (d *decider) link(op OpLink) error {
	by, err := d.contributor()
	if err != nil {
		return err
	}
	text := strings.TrimSpace(clean(op.URL))
	switch {
	case !slices.Contains(linkKinds, op.Kind):
		return fault.New(fault.Invalid, "%q is no kind of link.", op.Kind).Instead("Say %s.", strings.Join(linkKinds, ", "))
	case len(text) > maxURL:
		return fault.New(fault.Invalid, "The link is longer than %d KiB.", maxURL>>10)
	case !webAddress(text):
		return fault.New(fault.Invalid, "That is no link.").Instead("Write one that begins with https://.")
	}
	if slices.ContainsFunc(d.s.Links, func(l Link) bool { return l.URL == text }) {
		return nil
	}
	if err := full(len(d.s.Links), maxList, "links"); err != nil {
		return err
	}
	d.emit(EventLink{Link: op.Kind, URL: journal.Personal(text), By: by})
	return nil
}

func (d *decider) seen() error {
	x, err := d.person()
	if err == nil {
		err = d.in(Ended)
	}
	if err != nil {
		return err
	}
	if was := d.s.Person(x.ID); was == nil || was.Seen.IsZero() {
		d.emit(EventSeen{Person: x.ID})
	}
	return nil
}

// redact is for the moderator, for whoever planned the session, and for the plan's own rules, once nothing needs the texts any more.
func (d *decider) redact(op OpRedact) error {
	by := ""
	if d.cmd.Actor.Kind != journal.System {
		var err error
		if by, err = d.leader(); err != nil {
			return err
		}
	}
	if !d.s.Phase.Over() {
		return fault.New(fault.Conflict, "The exercise is not over, and its texts are needed.").Instead("Wait until it has ended.")
	}
	why, err := words(op.Why, "reason", true)
	switch {
	case err != nil:
		return err
	case op.Texts < 1:
		return fault.New(fault.Invalid, "There is nothing to be removed.")
	}
	d.emit(EventRedacted{Texts: op.Texts, Why: why, Rule: clean(op.Rule), By: by})
	return nil
}

// webAddress reports whether a text is an address on the web.
func webAddress(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		rest, ok = strings.CutPrefix(s, "http://")
	}
	host, _, _ := strings.Cut(rest, "/")
	return ok && host != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`"<>\\^{}|`+"`", r) })
}
