package incident

import (
	"maps"
	"slices"
	"time"

	"tocsin/journal"
	"tocsin/plan"
)

// SubjectAction, SubjectStep and SubjectUpdate are the kinds of subjects of decisions.
const (
	SubjectAction = "action"
	SubjectStep   = "step"
	SubjectUpdate = "update"
)

// Decision returns the incident's decision with the id, nil if there is none.
func (s *State) Decision(id string) *Decision {
	return find(s.Decisions, func(d *Decision) bool { return d.ID == id })
}

// Action returns the incident's action with the id, nil if there is none.
func (s *State) Action(id string) *Action {
	return find(s.Actions, func(a *Action) bool { return a.ID == id })
}

// Update returns the incident's update with the id, nil if there is none.
func (s *State) Update(id string) *Update {
	return find(s.Updates, func(u *Update) bool { return u.ID == id })
}

// Answer returns what a person answered last, nil if nothing.
func (s *State) Answer(person string) *Answer {
	return find(s.Answers, func(a *Answer) bool { return a.Person == person })
}

// Holder returns who holds a role, "" if nobody does.
func (s *State) Holder(role string) string {
	if h := find(s.Roles, func(h *Holding) bool { return h.Role == role }); h != nil {
		return h.Person
	}
	return ""
}

// Step returns how far a step has come; its State is empty if it is to come.
func (s *State) Step(id string) Step {
	if st := find(s.Steps, func(st *Step) bool { return st.Step == id }); st != nil {
		return *st
	}
	return Step{Step: id}
}

// step returns the step for changing it, added if it is not there.
func (s *State) step(id string) *Step {
	if st := find(s.Steps, func(st *Step) bool { return st.Step == id }); st != nil {
		return st
	}
	s.Steps = append(s.Steps, Step{Step: id})
	return &s.Steps[len(s.Steps)-1]
}

func (s *State) page(id string) *Page {
	return find(s.Pages, func(p *Page) bool { return p.ID == id })
}

// ringing returns the page that is calling a person, nil if none is.
func (s *State) ringing(person string) *Page {
	return find(s.Pages, func(p *Page) bool { return p.Person == person && p.State == Ringing })
}

// call returns the call or sent message with a delivery's id, nil if there is none.
func (s *State) call(delivery string) *Call {
	for i := range s.Pages {
		if c := find(s.Pages[i].Calls, func(c *Call) bool { return c.Delivery == delivery }); c != nil {
			return c
		}
	}
	if c := find(s.Alarms, func(c *Call) bool { return c.Delivery == delivery }); c != nil {
		return c
	}
	for i := range s.Updates {
		if c := find(s.Updates[i].Sent, func(c *Call) bool { return c.Delivery == delivery }); c != nil {
			return c
		}
	}
	return find(s.Warnings, func(c *Call) bool { return c.Delivery == delivery })
}

// Called reports whether the person was ever paged.
func (s *State) Called(person string) bool {
	return find(s.Pages, func(p *Page) bool { return p.Person == person }) != nil
}

// calledSince reports whether the person is being paged, or was paged since a time.
func (s *State) calledSince(person string, t time.Time) bool {
	return find(s.Pages, func(p *Page) bool { return p.Person == person && (p.State == Ringing || !p.Requested.Before(t)) }) != nil
}

// Outcome returns what became of a page's call or an update's message, empty if that is not known yet.
func (s *State) Outcome(delivery string) string {
	if c := s.call(delivery); c != nil {
		return c.Outcome
	}
	return ""
}

// Chains lists the chains that the incident's findings and actions are on.
func (s *State) Chains() []uint64 {
	var ids []uint64
	add := func(id uint64) {
		if id != 0 && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for i := range s.Findings {
		add(s.Findings[i].Chain)
	}
	for i := range s.Actions {
		if s.Actions[i].Prepared != nil {
			add(s.Actions[i].Prepared.Chain)
		}
	}
	return ids
}

// latest returns the latest finding that was not retracted, nil if there is none.
func (s *State) latest() *Finding {
	for i := range slices.Backward(s.Findings) {
		if s.Findings[i].Retracted == "" {
			return &s.Findings[i]
		}
	}
	return nil
}

// standing returns the findings that were not retracted.
func (s *State) standing() []Finding {
	return slices.DeleteFunc(slices.Clone(s.Findings), func(f Finding) bool { return f.Retracted != "" })
}

// here reports whether a person has said that they come.
func (s *State) here(person string) bool {
	a := s.Answer(person)
	return a != nil && a.Comes()
}

// clone copies all that Apply may change.
func (s *State) clone() *State {
	c := *s
	c.Candidates = slices.Clone(s.Candidates)
	c.Findings = slices.Clip(s.Findings) // only ever appended to, and copied by whoever changes one
	c.Pages = slices.Clone(s.Pages)
	for i := range c.Pages {
		c.Pages[i].Calls = slices.Clone(c.Pages[i].Calls)
	}
	c.Answers = slices.Clone(s.Answers)
	c.Alarms = slices.Clone(s.Alarms)
	c.Roles = slices.Clone(s.Roles)
	c.Steps = slices.Clone(s.Steps)
	c.Warnings = slices.Clone(s.Warnings)
	c.Overrides, c.Pins = slices.Clone(s.Overrides), slices.Clone(s.Pins)
	c.Added, c.Evidence = slices.Clone(s.Added), slices.Clip(s.Evidence)
	c.TakenIn = slices.Clip(s.TakenIn)
	c.NotActed = slices.Clone(s.NotActed)
	c.Decisions = slices.Clone(s.Decisions)
	for i := range c.Decisions {
		c.Decisions[i].Approvals = slices.Clone(c.Decisions[i].Approvals)
		c.Decisions[i].Overrides = slices.Clone(c.Decisions[i].Overrides)
	}
	c.Actions = slices.Clone(s.Actions)
	for i := range c.Actions {
		c.Actions[i].Sends, c.Actions[i].Fills = slices.Clone(c.Actions[i].Sends), slices.Clone(c.Actions[i].Fills)
	}
	c.Updates = slices.Clone(s.Updates)
	for i := range c.Updates {
		c.Updates[i].Sent = slices.Clone(c.Updates[i].Sent)
	}
	c.Notes = slices.Clip(s.Notes)
	c.Seconds = slices.Clone(s.Seconds)
	c.Escalated = slices.Clone(s.Escalated)
	c.Offers = slices.Clone(s.Offers)
	c.Distrusted = slices.Clone(s.Distrusted)
	c.Hidden, c.HiddenBy = slices.Clone(s.Hidden), slices.Clone(s.HiddenBy)
	c.Corrections = slices.Clone(s.Corrections)
	c.Absorbed, c.Adopted = slices.Clone(s.Absorbed), slices.Clone(s.Adopted)
	c.commands = nil // asked of the original only
	return &c
}

// Next returns a copy for applying what happens next; s stays as it is. Only the newest copy may be decided upon, and of
// several made of the same state only the last may be used: what grows long is shared, and appended to behind what s shows.
func (s *State) Next() *State {
	c := s.clone()
	c.commands, c.Findings, c.Notes, c.Evidence = s.commands, s.Findings, s.Notes, s.Evidence
	return c
}

// Still returns a copy that can be packed while what comes after s is decided. It must not be made while that happens.
func (s *State) Still() *State {
	c := *s
	c.commands = maps.Clone(s.commands)
	return &c
}

// Replay makes a state of what happened.
func Replay(happened []Happened) *State {
	s := &State{}
	for _, h := range happened {
		s.Apply(h)
	}
	return s
}

// NameOf is what to call whoever a reference leads to; see plan.Plan.NameOf.
func NameOf(p *plan.Plan, person string) string { return p.NameOf(person) }

// actorName says who acted, in words.
func actorName(p *plan.Plan, a journal.Actor) string {
	if a.Kind == journal.Person {
		return NameOf(p, a.ID)
	}
	return "Tocsin"
}

func find[T any](list []T, is func(*T) bool) *T {
	for i := range list {
		if is(&list[i]) {
			return &list[i]
		}
	}
	return nil
}
