package web

import (
	"fmt"
	"strings"

	"tocsin/incident"
)

// sheet is the yellow sheet: what is this person's to do, most consequential first.
type sheet struct {
	Name  string // whose it is
	Href  string // the page itself, to reload
	Now   moment
	Tasks []task
	Quiet string // what to say if nothing is theirs
}

// task is one thing on the sheet.
type task struct {
	Key   string
	Title string
	Say   string
	Of    string // incident, where the sheet holds several
	Due   *clock
	Href  string // where it is done
	Label string // on the button
	First bool   // the one yellow button
	Call  *form  // for the answer to a page: its buttons stand on the sheet itself
}

// Count says how many things are theirs.
func (s sheet) Count() string {
	switch n := len(s.Tasks); n {
	case 1:
		return "one thing is yours."
	case 2:
		return "two things are yours."
	case 3:
		return "three things are yours."
	default:
		return fmt.Sprintf("%d things are yours.", n)
	}
}

// tasksOf turns what is to do into rows that lead to where it is done.
func (l *look) tasksOf(list []incident.Task) []task {
	var rows []task
	for _, t := range list {
		row := task{Key: t.Kind + "-" + t.Ref, Title: t.Title, Say: t.Say, First: len(rows) == 0}
		if !t.Due.IsZero() {
			c := l.due(t.Due)
			row.Due = &c
		}
		anchor, label := "", ""
		switch t.Kind {
		case incident.TaskAnswer:
			f := l.forms.form("answer", l.path("answer"))
			row.Call = &f
		case incident.TaskValidate:
			anchor, label = "validate", "Look and decide"
		case incident.TaskSign:
			anchor, label = "decision-"+t.Ref, "Read and sign"
		case incident.TaskStep:
			anchor, label = "step-"+t.Ref, "Go to the step"
			row.Say = firstSentence(t.Say)
		case incident.TaskUpdate:
			anchor, label = "update-"+t.Ref, "Read the draft"
			if l.postmortemOwed(t.Ref) {
				row.Href, row.Label = l.path("postmortem"), "Write it"
			}
		case incident.TaskSecond:
			if c, ok := strings.CutPrefix(t.Ref, "waive-"); ok {
				anchor, label = "communication-"+c, "Read and confirm"
				break
			}
			anchor, _, _ = strings.Cut(t.Ref, " ") // the form stands where the first person found it
			if anchor == "trust" || anchor == "reveal" {
				anchor = "distrusted"
			}
			label = "Read and confirm"
		case incident.TaskAccept:
			anchor, label = "role-"+t.Ref, "Read and answer"
		case incident.TaskContain:
			anchor, label = "contain", "Say that it has stopped"
		case incident.TaskResolve:
			anchor, label = "resolve", "Say that it is resolved"
		case incident.TaskClose:
			anchor, label = "close", "Close the incident"
		case incident.TaskRetry:
			anchor, label = "action-"+t.Ref, "See what failed"
		}
		if row.Href == "" {
			row.Href, row.Label = l.base()+"#"+anchor, label
		}
		rows = append(rows, row)
	}
	return rows
}

// postmortemOwed reports whether an update is a post-mortem, which has a page of its own.
func (l *look) postmortemOwed(id string) bool {
	u := l.state.Update(id)
	if u == nil {
		return false
	}
	c, ok := l.plan.Communication(u.Communication)
	return ok && c.Postmortem
}

// firstSentence is enough to know a step by; the step itself says the rest.
func firstSentence(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	if head, _, more := strings.Cut(s, ". "); more {
		return head + "."
	}
	return s
}
