package plan

import (
	"fmt"
	"strings"
)

// checkDecision checks what a decision allows beside signatures: attested approvals never move funds, and an override takes two.
func (l *loader) checkDecision(d *Decision) {
	path := "decisions[" + d.ID + "]"
	if o := d.Override; o != nil && o.Need != 0 && o.Need < 2 {
		l.broken(path+".override.need", "an override by one person would make every other rule of this decision void", "write need: 2 or more")
	}
	if d.Attested == nil {
		return
	}
	if d.Adopts {
		l.broken(path+".attested", "a plan comes into force by signatures alone, never by attested approvals", "leave attested out, or make another decision for what may be attested")
	}
	for _, id := range d.Actions {
		if why := l.plan.unattestable(id); why != "" {
			l.broken(path+".attested", fmt.Sprintf("it authorises the action %q, which %s: attested approvals are never enough for that", clip(id), why),
				"leave attested out, or make another decision for what may be attested")
		}
	}
}

// unattestable says why an action may never be authorised by what somebody attests; empty if it only halts.
func (p *Plan) unattestable(id string) string {
	a, ok := p.Action(id)
	if !ok {
		return ""
	}
	switch a.Kind {
	case "signed-transaction":
		return "sends a transaction whose content the plan does not show"
	case "together":
		for _, part := range a.Together {
			if b, ok := p.Action(part); ok && b.Kind != "together" {
				if why := p.unattestable(part); why != "" {
					return why
				}
			}
		}
		return ""
	case "call", "safe":
	default:
		return ""
	}
	calls := a.Batch
	if len(calls) == 0 {
		calls = []BatchCall{{Function: a.Function, Value: a.Value}}
	}
	for _, c := range calls {
		if strings.Trim(c.Value, "0") != "" {
			return "sends value"
		}
		if name, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(c.Function)), "("); moves(name) {
			return "may move funds"
		}
	}
	halts := false
	for i := range p.Procedures {
		for _, s := range p.Procedures[i].Steps {
			if s.Action != id {
				continue
			}
			if s.Purpose != "halt" {
				return "does more than halt, as the step " + clip(s.ID) + " says"
			}
			halts = true
		}
	}
	if !halts {
		return "no step says that it only halts"
	}
	return ""
}

// moves reports whether a function is called as those are that move funds or give the right to.
func moves(name string) bool {
	for _, part := range []string{"transfer", "send", "withdraw", "approve", "permit", "sweep", "rescue", "mint", "redeem", "pay", "exec", "multisend", "upgrade", "grant", "setowner"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}
