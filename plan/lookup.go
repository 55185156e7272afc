package plan

import "strings"

// The lookups below find one thing of the plan by its id. They answer the zero value and false for an id that the plan
// does not hold, and so does a nil plan.

// Chain finds a chain by its EIP-155 id.
func (p *Plan) Chain(id uint64) (Chain, bool) {
	if p != nil {
		for i := range p.Chains {
			if p.Chains[i].ID == id {
				return p.Chains[i], true
			}
		}
	}
	return Chain{}, false
}

// Asset finds an asset.
func (p *Plan) Asset(id string) (Asset, bool) {
	return find(p, func(p *Plan) []Asset { return p.Assets }, func(a *Asset) string { return a.ID }, id)
}

// Severity finds a severity.
func (p *Plan) Severity(id string) (Severity, bool) {
	return find(p, func(p *Plan) []Severity { return p.Severities }, func(s *Severity) string { return s.ID }, id)
}

// Category finds a category.
func (p *Plan) Category(id string) (Category, bool) {
	return find(p, func(p *Plan) []Category { return p.Categories }, func(c *Category) string { return c.ID }, id)
}

// Issue finds an issue.
func (p *Plan) Issue(id string) (Issue, bool) {
	return find(p, func(p *Plan) []Issue { return p.Issues }, func(i *Issue) string { return i.ID }, id)
}

// Detector finds a detector.
func (p *Plan) Detector(id string) (Detector, bool) {
	return find(p, func(p *Plan) []Detector { return p.Detectors }, func(d *Detector) string { return d.ID }, id)
}

// Procedure finds a procedure.
func (p *Plan) Procedure(id string) (Procedure, bool) {
	return find(p, func(p *Plan) []Procedure { return p.Procedures }, func(r *Procedure) string { return r.ID }, id)
}

// Step finds a step of a procedure.
func (p *Plan) Step(procedure, step string) (Step, bool) {
	r, ok := p.Procedure(procedure)
	if !ok {
		return Step{}, false
	}
	for i := range r.Steps {
		if r.Steps[i].ID == step {
			return r.Steps[i], true
		}
	}
	return Step{}, false
}

// NameOf is what people call whoever a reference leads to: a person, group, rota, role or somebody on no list; the
// reference itself if it leads nowhere.
func (p *Plan) NameOf(ref string) string {
	if r, ok := p.Person(ref); ok {
		return r.Called()
	}
	if g, ok := p.Group(ref); ok {
		return g.Name
	}
	if r, ok := p.Rota(ref); ok {
		return r.Name
	}
	if r, ok := p.Role(ref); ok {
		return r.Name
	}
	if u, ok := p.Unlist(ref); ok {
		return u.Name
	}
	return ref
}

// Called is what to call a person: by name, and as long as that is still open by id.
func (r *Person) Called() string {
	if r.Name == "" || Open(r.Name) {
		return r.ID
	}
	return r.Name
}

// Role finds a role.
func (p *Plan) Role(id string) (Role, bool) {
	return find(p, func(p *Plan) []Role { return p.Roles }, func(r *Role) string { return r.ID }, id)
}

// Person finds a person of the core or the extended team.
func (p *Plan) Person(id string) (Person, bool) {
	of := func(r *Person) string { return r.ID }
	if r, ok := find(p, func(p *Plan) []Person { return p.CoreTeam }, of, id); ok {
		return r, true
	}
	return find(p, func(p *Plan) []Person { return p.ExtendedTeam }, of, id)
}

// Core reports whether a person belongs to the core team.
func (p *Plan) Core(id string) bool {
	_, ok := find(p, func(p *Plan) []Person { return p.CoreTeam }, func(r *Person) string { return r.ID }, id)
	return ok
}

// Group finds a group.
func (p *Plan) Group(id string) (Group, bool) {
	return find(p, func(p *Plan) []Group { return p.Groups }, func(g *Group) string { return g.ID }, id)
}

// Unlist finds somebody whom the plan names and no list holds.
func (p *Plan) Unlist(id string) (Unlisted, bool) {
	return find(p, func(p *Plan) []Unlisted { return p.Unlisted }, func(u *Unlisted) string { return u.ID }, id)
}

// Rota finds a rota.
func (p *Plan) Rota(id string) (Rota, bool) {
	return find(p, func(p *Plan) []Rota { return p.Rotas }, func(r *Rota) string { return r.ID }, id)
}

// Channel finds a channel.
func (p *Plan) Channel(id string) (Channel, bool) {
	return find(p, func(p *Plan) []Channel { return p.Channels }, func(c *Channel) string { return c.ID }, id)
}

// Communication finds a message owed to an audience.
func (p *Plan) Communication(id string) (Communication, bool) {
	return find(p, func(p *Plan) []Communication { return p.Communications }, func(c *Communication) string { return c.ID }, id)
}

// Decision finds a decision.
func (p *Plan) Decision(id string) (Decision, bool) {
	return find(p, func(p *Plan) []Decision { return p.Decisions }, func(d *Decision) string { return d.ID }, id)
}

// Action finds an action.
func (p *Plan) Action(id string) (Action, bool) {
	return find(p, func(p *Plan) []Action { return p.Actions }, func(a *Action) string { return a.ID }, id)
}

// Scenario finds a scenario of the exercises.
func (p *Plan) Scenario(id string) (Scenario, bool) {
	return find(p, func(p *Plan) []Scenario { return p.Exercises.Scenarios }, func(s *Scenario) string { return s.ID }, id)
}

// IssuesOf lists the ids of the issues that a detector is a detection of, in the plan's order.
func (p *Plan) IssuesOf(detector string) []string {
	if p == nil {
		return nil
	}
	var ids []string
	for i := range p.Issues {
		for _, d := range p.Issues[i].Detection.Detectors {
			if d == detector {
				ids = append(ids, p.Issues[i].ID)
				break
			}
		}
	}
	return ids
}

// Worse reports whether severity a is worse than severity b. Plans list severities worst first; one that the plan does not
// hold is less than all it does.
func (p *Plan) Worse(a, b string) bool {
	if p == nil {
		return false
	}
	rank := func(id string) int {
		for i := range p.Severities {
			if p.Severities[i].ID == id {
				return i
			}
		}
		return len(p.Severities)
	}
	return rank(a) < rank(b)
}

// SecondPerson reports whether it takes two people to make less of an incident of a severity: to dismiss, lower, mute or
// resolve it. Where the plan ranks nothing, everything may be as bad as can be; a core team of one is not held up.
func (p *Plan) SecondPerson(severity string) bool {
	if s, ok := p.Severity(severity); ok {
		return s.SecondPerson
	}
	return p != nil && len(p.Severities) == 0 && len(p.CoreTeam) > 1
}

// StepRef writes the reference to a step of a procedure, "procedure/step".
func StepRef(procedure, step string) string { return procedure + "/" + step }

// SplitStep reads a reference to a step, "procedure/step".
func SplitStep(ref string) (procedure, step string, ok bool) {
	procedure, step, ok = strings.Cut(ref, "/")
	return procedure, step, ok && procedure != "" && step != ""
}

func find[T any](p *Plan, list func(*Plan) []T, id func(*T) string, want string) (T, bool) {
	if p != nil && want != "" {
		l := list(p)
		for i := range l {
			if id(&l[i]) == want {
				return l[i], true
			}
		}
	}
	var none T
	return none, false
}
