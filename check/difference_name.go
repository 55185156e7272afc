package check

import (
	"strconv"

	"tocsin/plan"
)

// names finds what the things of a plan are called.
type names struct{ plan *plan.Plan }

// of is the name of the thing of a kind with an id; empty if the plan does not hold it.
func (n names) of(kind, id string) string {
	p := n.plan
	quoted := func(name string, ok bool) string {
		if !ok || name == "" {
			return ""
		}
		return strconv.Quote(name)
	}
	switch kind {
	case "person", "group", "rota", "role":
		if name := p.NameOf(id); name != id {
			return name
		}
	case "chain":
		number, _ := strconv.ParseUint(id, 10, 64)
		x, ok := p.Chain(number)
		return quoted(x.Name, ok)
	case "asset":
		x, ok := p.Asset(id)
		return quoted(x.Name, ok)
	case "severity":
		x, ok := p.Severity(id)
		return quoted(x.Name, ok)
	case "category":
		x, ok := p.Category(id)
		return quoted(x.Name, ok)
	case "issue":
		x, ok := p.Issue(id)
		return quoted(x.Name, ok)
	case "detector":
		x, ok := p.Detector(id)
		return quoted(x.Name, ok)
	case "procedure":
		x, ok := p.Procedure(id)
		return quoted(x.Name, ok)
	case "step":
		procedure, step, _ := plan.SplitStep(id)
		x, ok := p.Step(procedure, step)
		return quoted(x.Name, ok)
	case "channel":
		x, ok := p.Channel(id)
		return quoted(x.Name, ok)
	case "communication":
		x, ok := p.Communication(id)
		return quoted(x.Name, ok)
	case "decision":
		x, ok := p.Decision(id)
		return quoted(x.Name, ok)
	case "action":
		x, ok := p.Action(id)
		return quoted(x.Name, ok)
	case "scenario":
		x, ok := p.Scenario(id)
		return quoted(x.Name, ok)
	}
	return ""
}
