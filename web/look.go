package web

import (
	"time"

	"tocsin/access"
	"tocsin/action"
	"tocsin/engine"
	"tocsin/incident"
	"tocsin/plan"
)

// look is one incident as one person sees it at one time; the parts of its page are made from it.
type look struct {
	*shell
	forms    *forms
	view     *engine.View
	happened []incident.Happened // only where a post-mortem is written
	plan     *plan.Plan
	state    *incident.State
	person   string
	of       string // the protocol's name, where the person belongs to several
	planAt   string // address of the plan's page
	tasks    []incident.Task
	tried    Tried
	rights   func(access.Right) error
	beside   beside // where it was looked at
}

// may reports whether the person may do something.
func (l *look) may(r access.Right) bool { return l.rights(r) == nil }

// base is the address of the incident's page.
func (l *look) base() string { return "/incidents/" + l.state.ID }

// path is an address below the incident's page.
func (l *look) path(more string) string { return l.base() + "/" + more }

// form makes a form that posts to a verb of the incident.
func (l *look) form(key, verb string) form { return l.forms.form(key, l.path(verb)) }

// name is how the plan calls a person.
func (l *look) name(person string) string { return together(incident.NameOf(l.plan, person)) }

// yours reports whether something is among the person's own tasks.
func (l *look) yours(kind, ref string) bool {
	for _, t := range l.tasks {
		if t.Kind == kind && t.Ref == ref {
			return true
		}
	}
	return false
}

// going reports whether the incident can still be acted upon: it is not over, this release understands all of it, and its exercise goes on.
func (l *look) going() bool {
	return l.view.ReadOnly == nil && !l.state.Phase.Over() && l.state.Halt() == nil
}

// unless shows a time unless it has not come.
func (l *look) unless(t time.Time) *moment {
	if t.IsZero() {
		return nil
	}
	m := l.at(t)
	return &m
}

// Tried says what an action would do if it were sent now, in sentences, the first of which says whether it would work; none where that
// cannot be told.
type Tried func(p *plan.Plan, pr action.Prepared) []string
