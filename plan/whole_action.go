package plan

import (
	"fmt"
	"time"

	"tocsin/evm"
)

// checkAction checks that an action has what its kind needs, and nothing that its kind would pass over in silence.
func (l *loader) checkAction(a *Action) {
	what := "action of kind " + a.Kind
	path := "actions[" + a.ID + "]"
	switch a.Kind {
	case "call":
		l.demand("actions", a.ID, what, want{"asset", a.Asset != ""}, want{"function", a.Function != ""})
	case "safe":
		l.demand("actions", a.ID, what, want{"safe", a.Safe != ""})
		if len(a.Batch) == 0 {
			l.demand("actions", a.ID, what, want{"asset", a.Asset != ""}, want{"function", a.Function != ""})
		} else if a.Asset != "" || a.Function != "" || len(a.Args) > 0 || a.Value != "" {
			l.broken(path+".batch", "an action is either one call or a batch of calls", "move asset, function, args and value into the batch, or leave the batch out")
		}
	case "signed-transaction":
		l.demand("actions", a.ID, what, want{"transaction", a.Transaction != ""})
	case "maintenance-page", "hook":
		l.demand("actions", a.ID, what, want{"url", a.URL != ""})
		if a.Status != nil {
			l.checkStatus(a)
		}
	case "together":
		l.demand("actions", a.ID, what, want{"together", len(a.Together) > 0})
	}
	for _, k := range []struct {
		key, kind string
		set       bool
	}{{"batch", "safe", len(a.Batch) > 0}, {"together", "together", len(a.Together) > 0}, {"status", "maintenance-page", a.Status != nil}} {
		if k.set && a.Kind != k.kind && a.Kind != "" {
			l.broken(path+"."+k.key, fmt.Sprintf("only an action of kind %s has %q", k.kind, k.key), fmt.Sprintf("write kind: %s, or leave %s out", k.kind, k.key))
		}
	}
	for i, id := range a.Together {
		if b, ok := l.plan.Action(id); ok && b.Kind == "together" {
			l.broken(fmt.Sprintf("%s.together[%d]", path, i), fmt.Sprintf("%q is itself of kind together", clip(id)), "name the actions that it holds")
		}
	}
	for i, b := range a.Batch {
		l.inABI("function", fmt.Sprintf("%s.batch[%d].function", path, i), b.Asset, b.Function)
	}
	l.inABI("function", path+".function", a.Asset, a.Function)
}

// checkStatus checks an action that has the signed status file say something. There is one such file: all of a plan name the same.
func (l *loader) checkStatus(a *Action) {
	path := "actions[" + a.ID + "]"
	l.demand("actions", a.ID, "action with a status", want{"sender", a.Sender != evm.Address{}})
	if a.Method != "" || a.Body != "" || a.Secret != "" || a.Proof != nil || a.Effect != nil {
		l.broken(path+".status", "an action either has the status file say something or makes a request", "leave out method, body, secret, proof and effect: that the file says it is read from outside")
	}
	if v := time.Duration(a.Status.Valid); v != 0 && (v < StatusShortest || v > StatusLongest) {
		l.broken(path+".status.valid", fmt.Sprintf("a status file counts for %s to %s", Duration(StatusShortest), Duration(StatusLongest)), "choose something between; 15m if it is left out")
	}
	for i := range l.plan.Actions {
		b := &l.plan.Actions[i]
		if b.ID == a.ID {
			return
		}
		if b.Status == nil {
			continue
		}
		if b.URL != a.URL || b.Sender != a.Sender || b.Status.Valid != a.Status.Valid {
			l.broken(path+".status", fmt.Sprintf("the status file of the action %q has another url, sender or time for which it counts", clip(b.ID)), "there is one file: write the same in both")
		}
		return
	}
}

// How long a status file may count before it is signed anew.
const (
	StatusShortest = time.Minute
	StatusLongest  = 24 * time.Hour
	statusValid    = 15 * time.Minute
)

// For is how long a file counts before it is signed anew.
func (s *Status) For() time.Duration {
	if s.Valid == 0 {
		return statusValid
	}
	return time.Duration(s.Valid)
}

// StatusFile is the first action that has the status file say something, which tells of the file what all of them do; ok is false if none does.
func (p *Plan) StatusFile() (a Action, ok bool) {
	for _, a := range p.Actions {
		if a.Status != nil && a.Kind == "maintenance-page" {
			return a, true
		}
	}
	return Action{}, false
}
