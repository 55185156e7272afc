package library

import (
	"fmt"
	"slices"

	"tocsin/plan"
)

// Bind makes a scenario of a plan out of a script: it finds what the script speaks of in the plan, or takes what choices name, by
// part. What does not fit is among the misfits; the scenario is as whole as it can be all the same.
func Bind(p *plan.Plan, s Script, choices map[string]string) (plan.Scenario, []Misfit) {
	b := bind(p, s, choices)
	return b.scenario(), b.misfits
}

// Trap says, for the moderator alone, what a hasty team gets wrong in a script, in the words of a plan.
func Trap(p *plan.Plan, s Script, choices map[string]string) string {
	return bind(p, s, choices).text(s.Trap)
}

// Scenario is a scenario of a plan as it is played. One that plays a script of the library gets from there what it does not say
// itself: each key that the plan sets takes the place of the script's.
func Scenario(p *plan.Plan, own plan.Scenario) (plan.Scenario, []Misfit) {
	if own.Script != "" {
		return written(p, own)
	}
	if own.From == "" {
		return own, nil
	}
	s, ok := Find(own.From)
	if !ok {
		return own, []Misfit{{Error, "", fmt.Sprintf("The library has no scenario %q.", own.From), "Name one that it has: " + among(Names()) + "."}}
	}
	played, misfits := Bind(p, s, own.Bind)
	return over(played, own), misfits
}

// Scenarios are all scenarios of a plan as they are played. Of one whose script is sealed there is only what the plan itself says.
func Scenarios(p *plan.Plan) []plan.Scenario {
	if p == nil {
		return nil
	}
	all := make([]plan.Scenario, len(p.Exercises.Scenarios))
	for i, s := range p.Exercises.Scenarios {
		if all[i] = s; !s.Sealed {
			all[i], _ = Scenario(p, s)
		}
	}
	return all
}

// over lays what a plan says itself over what the script says.
func over(s, own plan.Scenario) plan.Scenario {
	s.ID, s.Name, s.From, s.Bind = own.ID, own.Name, own.From, own.Bind
	text(&s.Opening, own.Opening)
	text(&s.Brief, own.Brief)
	text(&s.Live, own.Live)
	text(&s.Complete, own.Complete)
	text(&s.Abort, own.Abort)
	list(&s.Issues, own.Issues)
	list(&s.Objectives, own.Objectives)
	list(&s.Injects, own.Injects)
	list(&s.Held, own.Held)
	list(&s.Steps, own.Steps)
	list(&s.Decisions, own.Decisions)
	list(&s.Updates, own.Updates)
	list(&s.Debrief, own.Debrief)
	return s
}

func text(to *string, own string) {
	if own != "" {
		*to = own
	}
}

func list[T any](to *[]T, own []T) {
	if len(own) > 0 {
		*to = own
	}
}

// binder binds one script to one plan.
type binder struct {
	plan    *plan.Plan
	script  Script
	bound   map[string]string // part → id in the plan; a step as "procedure/step"
	misfits []Misfit
}

func bind(p *plan.Plan, s Script, choices map[string]string) *binder {
	if p == nil {
		p = &plan.Plan{}
	}
	b := &binder{plan: p, script: s, bound: map[string]string{}}
	for _, sort := range []Sort{Issue, Asset, Step, Decision, Update, Channel, Person} { // each after what it belongs to
		for _, part := range s.Parts {
			if part.Is != sort {
				continue
			}
			if id, chosen := choices[part.ID]; chosen {
				b.choose(part, id)
			} else {
				b.find(part)
			}
		}
	}
	unknown := []string{}
	for id := range choices {
		if _, ok := s.part(id); !ok {
			unknown = append(unknown, id)
		}
	}
	slices.Sort(unknown)
	for _, id := range unknown {
		b.misfit(Warning, Part{ID: id}, fmt.Sprintf("The scenario %q has nothing that it calls %q.", s.ID, id), "Bind what it has: "+among(names(s.Parts))+".")
	}
	return b
}

// choose takes what somebody chose for a part.
func (b *binder) choose(part Part, id string) {
	if !b.holds(part.Is, id) {
		b.misfit(Error, Part{ID: part.ID}, fmt.Sprintf("%q, bound to %q, is not %s of the plan.", id, part.ID, article(string(part.Is))), "Name one that the plan has.")
		return
	}
	b.bound[part.ID] = id
}

// holds reports whether a plan has something of a sort by an id.
func (b *binder) holds(sort Sort, id string) bool {
	ok := false
	switch sort {
	case Issue:
		_, ok = b.plan.Issue(id)
	case Asset:
		_, ok = b.plan.Asset(id)
	case Step:
		procedure, step, _ := plan.SplitStep(id)
		_, ok = b.plan.Step(procedure, step)
	case Decision:
		_, ok = b.plan.Decision(id)
	case Update:
		_, ok = b.plan.Communication(id)
	case Channel:
		_, ok = b.plan.Channel(id)
	case Person:
		ok = b.plan.NameOf(id) != id
	}
	return ok
}

func (b *binder) find(part Part) {
	id := ""
	switch part.Is {
	case Issue:
		id = b.findIssue(part)
	case Asset:
		id = b.findAsset(part)
	case Step:
		id = b.findStep(part)
	case Decision:
		id = b.findDecision(part)
	case Update:
		id = b.findUpdate(part)
	case Channel:
		id = b.findChannel(part)
	case Person:
		id = b.findPerson(part)
	}
	if id != "" {
		b.bound[part.ID] = id
	}
}

// misfit notes what does not fit. Of a part that the script can do without it is only worth a note.
func (b *binder) misfit(level Level, part Part, say, do string) {
	if part.Optional && level != Note {
		level = Note
	}
	if part.Add != "" {
		do = part.Add
	}
	b.misfits = append(b.misfits, Misfit{level, part.ID, say, do})
}

// all reports whether every one of some parts is bound.
func (b *binder) all(parts []string) bool {
	return !slices.ContainsFunc(parts, func(id string) bool { return b.bound[id] == "" })
}
