package decision

import (
	"slices"

	"tocsin/plan"
)

// ForAction lists the decisions that authorise an action, in the plan's order. Any one of them suffices. An action that
// none authorises may never be carried out.
func ForAction(p *plan.Plan, actionID string) []*plan.Decision {
	return that(p, func(d *plan.Decision) bool { return slices.Contains(d.Actions, actionID) })
}

// ForStep lists the decisions that authorise a step, named "procedure/step": those that name it, and the one it names.
func ForStep(p *plan.Plan, ref string) []*plan.Decision {
	var own string
	if procedure, step, ok := plan.SplitStep(ref); ok {
		if s, ok := p.Step(procedure, step); ok {
			own = s.Decision
		}
	}
	return that(p, func(d *plan.Decision) bool { return slices.Contains(d.Steps, ref) || (own != "" && d.ID == own) })
}

// ForUpdate lists the decisions that authorise the updates of a communication: those that name it, and the one it names.
func ForUpdate(p *plan.Plan, communication string) []*plan.Decision {
	c, _ := p.Communication(communication)
	return that(p, func(d *plan.Decision) bool {
		return slices.Contains(d.Updates, communication) || (c.Approval != "" && d.ID == c.Approval)
	})
}

func that(p *plan.Plan, want func(*plan.Decision) bool) []*plan.Decision {
	if p == nil {
		return nil
	}
	var list []*plan.Decision
	for i := range p.Decisions {
		if want(&p.Decisions[i]) {
			list = append(list, &p.Decisions[i])
		}
	}
	return list
}
