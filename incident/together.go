package incident

import (
	"slices"
	"strings"

	"tocsin/action"
	"tocsin/journal"
	"tocsin/plan"
)

// parts are the actions of the plan that an action of it comes to: those that it starts at the same time, or itself.
func parts(p *plan.Plan, id string) []string {
	if a, ok := p.Action(id); ok && a.Kind == action.Together {
		return a.Together
	}
	return []string{id}
}

// asked are the subjects under which an action is decided. What starts together is decided as one, by the hash of all; but each transaction
// of a Safe among it by itself, for its owners sign that transaction.
func asked(p *plan.Plan, sub Subject) []Subject {
	a, ok := p.Action(sub.Ref)
	if sub.Kind != SubjectAction || !ok || a.Kind != action.Together {
		return []Subject{sub}
	}
	whole, list := false, []Subject(nil)
	for _, id := range a.Together {
		if b, ok := p.Action(id); !ok || b.Kind != action.Safe {
			whole = true
			continue
		}
		one := sub
		one.Ref = id
		list = append(list, one)
	}
	if whole {
		list = append([]Subject{sub}, list...)
	}
	return list
}

// partly reports whether a decision authorises an action only with others that start at the same time.
func partly(p *plan.Plan, pd *plan.Decision, id string) bool {
	return !slices.Contains(pd.Actions, id) && slices.ContainsFunc(p.Actions, func(a plan.Action) bool { return slices.Contains(a.Together, id) })
}

// mandate is what a decision has carried out: the plan's action of each, and what is sent for it.
type mandate struct {
	action   string
	prepared *action.Prepared
	send     *Send
}

// mandates lists what a decision that is met has carried out. The error says that a Safe's owners have not signed enough.
func (s *State) mandates(x *Decision) ([]mandate, error) {
	if len(x.Prepared.Together) == 0 {
		send, err := s.sendOf(x)
		return []mandate{{x.Subject.ordered(), x.Prepared, send}}, err
	}
	var list []mandate
	for i := range x.Prepared.Together {
		part := &x.Prepared.Together[i]
		switch {
		case part.Safe != nil: // decided by itself
		case !part.Outward() && part.Transaction == nil:
			list = append(list, mandate{part.Action, part, sendCall(part)})
		default:
			list = append(list, mandate{part.Action, part, nil})
		}
	}
	return list, nil
}

// carrying is the last carrying out of an action of the plan for a step; nil if there is none.
func (s *State) carrying(step, id string) *Action {
	for i := len(s.Actions) - 1; i >= 0; i-- {
		if a := &s.Actions[i]; a.Step == step && a.Action == id {
			return a
		}
	}
	return nil
}

// actionOf is the action of a step that people should look at: one that is carried out, else one that failed, else the last.
func (s *State) actionOf(p *plan.Plan, st plan.Step) *Action {
	var best *Action
	rank := func(a *Action) int {
		switch {
		case a.underWay() && a.State != Ordered:
			return 3
		case a.underWay():
			return 2
		case a.State == Gone:
			return 1
		}
		return 0
	}
	for i := range s.Actions {
		a := &s.Actions[i]
		if a.Step != st.ID || slices.Contains(parts(p, st.Action), a.Action) && s.carrying(st.ID, a.Action) != a {
			continue
		}
		if best == nil || len(parts(p, st.Action)) == 1 || rank(a) >= rank(best) {
			best = a
		}
	}
	return best
}

// decisionOf is the decision of a step that people should look at: one that is open, else the last.
func (s *State) decisionOf(step string) *Decision {
	var last *Decision
	for i := range s.Decisions {
		if d := &s.Decisions[i]; d.Subject.Step == step && (last == nil || last.State != Open || d.State == Open && last.Subject == d.Subject) {
			last = d
		}
	}
	return last
}

// settleTogether ends a step whose actions started together: once all have taken effect; or, as failed, once nothing more becomes of those
// that have not.
func (d *decider) settleTogether(step string, ids []string) {
	st := d.s.Step(step).State
	if st == Done || st == Skipped {
		return
	}
	var says []string
	done, over, failed := true, true, false
	for _, id := range ids {
		a := d.s.carrying(step, id)
		if a == nil {
			done, over = false, false
			continue
		}
		says = append(says, a.title()+": "+sayAction(a))
		switch {
		case a.State == Gone:
			done, failed = false, true
		case a.underWay():
			done, over = false, false
		}
	}
	switch note := journal.Personal(strings.Join(says, " ")); {
	case done:
		d.emit(EventStepEnded{Step: step, State: Done, By: tocsin, Note: note})
	case failed && st == UnderWay && (over || !d.s.undecided(step)) && !d.s.running(step):
		d.emit(EventStepEnded{Step: step, State: Failed, By: tocsin, Note: note})
	}
}

// undecided reports whether a decision of a step is open, or met and not carried out yet.
func (s *State) undecided(step string) bool {
	return slices.ContainsFunc(s.Decisions, func(x Decision) bool { return x.Subject.Step == step && (x.State == Open || s.waits(x)) })
}

// running reports whether an action of a step is being carried out.
func (s *State) running(step string) bool {
	return find(s.Actions, func(a *Action) bool { return a.Step == step && a.underWay() }) != nil
}
