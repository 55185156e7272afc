package plan

import "fmt"

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
	case "together":
		l.demand("actions", a.ID, what, want{"together", len(a.Together) > 0})
	}
	for _, k := range []struct {
		key, kind string
		set       bool
	}{{"batch", "safe", len(a.Batch) > 0}, {"together", "together", len(a.Together) > 0}} {
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
