// Package upkeep owns what a team keeps up between emergencies: who is away from their key, which keys were tried, and what the chains said
// when the plan was reviewed. It is pure: a command and a state go in, events come out, and events make the state.
package upkeep

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// The bounds.
const (
	Longest  = 90 * 24 * time.Hour // that somebody may be away at once
	maxFacts = 8 << 20             // bytes
)

// Command is a wish to change the state, with a proven actor.
type Command struct {
	Actor journal.Actor
	Op    Op
}

// Op is what a command wants; each is a struct of this file.
type Op interface{ op() }

// OpAway says that who acts is away from their key.
type OpAway struct{ Until time.Time }

// OpBack says that who acts is back.
type OpBack struct{}

// OpFacts records what the chains say, for a plan that has none recorded yet; or anew, which only a person of the core team may.
type OpFacts struct {
	Plan  evm.Hash
	Facts json.RawMessage // each part names the block that it was read at
	Anew  bool
}

func (OpAway) op()  {}
func (OpBack) op()  {}
func (OpFacts) op() {}

// State is how things stand after some events. Copy it by Next before applying more to it.
type State struct {
	Version uint64
	Last    time.Time            // when the last event happened
	Gone    map[string]time.Time // persons who said that they are away, until when
	Plan    evm.Hash             // for which the facts were recorded
	Facts   json.RawMessage      // nil: none
	Read    time.Time            // when they were recorded
	By      string               // person who had them recorded anew; empty if nobody

	Tried map[evm.Address]Tried // keys, as decision.SignerOf names them

	Reminded Reminded // that an exercise is due
}

// Next is a copy that further events may be applied to.
func (s *State) Next() *State {
	n := *s
	n.Gone, n.Tried = maps.Clone(s.Gone), maps.Clone(s.Tried)
	return &n
}

// Away are the persons who are away at a time, until when.
func (s *State) Away(now time.Time) map[string]time.Time {
	list := map[string]time.Time{}
	for id, until := range s.Gone {
		if now.Before(until) {
			list[id] = until
		}
	}
	return list
}

// Apply makes an event part of the state. It never fails: what does not fit changes nothing.
func (s *State) Apply(h Happened) {
	s.Version, s.Last = h.Seq, h.At
	if s.Gone == nil {
		s.Gone = map[string]time.Time{}
	}
	switch e := h.Event.(type) {
	case EventAway:
		s.Gone[e.Person] = e.Until
	case EventBack:
		delete(s.Gone, e.Person)
	case EventTried:
		if s.Tried == nil {
			s.Tried = map[evm.Address]Tried{}
		}
		s.Tried[e.Signer] = Tried{Person: e.Person, At: h.At, Of: e.Of}
	case EventReminded:
		s.Reminded = Reminded{Due: e.Due, Overdue: e.Overdue, At: h.At}
	case EventFacts:
		s.Plan, s.Facts, s.Read, s.By = e.Plan, e.Facts, h.At, e.By
	}
}

// Decide says what a command means: the events that follow, or a fault that says why not. It changes neither plan nor state. A now
// before the last event counts as that event's time.
func Decide(p *plan.Plan, s *State, cmd Command, now time.Time) ([]Event, error) {
	if now.Before(s.Last) {
		now = s.Last
	}
	switch op := cmd.Op.(type) {
	case OpAway:
		return away(p, s, cmd.Actor, op.Until, now)
	case OpBack:
		who, err := person(p, cmd.Actor)
		if err != nil {
			return nil, err
		}
		if until, ok := s.Gone[who]; !ok || !now.Before(until) {
			return nil, nil // nobody thought otherwise
		}
		return []Event{EventBack{Person: who}}, nil
	case OpTry:
		return try(p, cmd.Actor, op, now)
	case OpUsed:
		if cmd.Actor.Kind == journal.Person {
			return nil, fault.New(fault.Forbidden, "Only Tocsin itself can report this.")
		}
		return used(p, s, op, now)
	case OpRemind:
		if cmd.Actor.Kind == journal.Person {
			return nil, fault.New(fault.Forbidden, "Only Tocsin itself can report this.")
		}
		return remind(s, op, now), nil
	case OpFacts:
		return facts(p, s, cmd.Actor, op)
	}
	return nil, fault.New(fault.Invalid, "Tocsin does not know the command %T.", cmd.Op)
}

func away(p *plan.Plan, s *State, a journal.Actor, until, now time.Time) ([]Event, error) {
	who, err := person(p, a)
	if err != nil {
		return nil, err
	}
	until = until.UTC().Truncate(time.Microsecond)
	switch {
	case !until.After(now):
		return nil, fault.New(fault.Invalid, "%s is over already.", until.Format("2 January 15:04 UTC")).Instead("Name a time to come, such as 8h.")
	case until.After(now.Add(Longest)):
		return nil, fault.New(fault.Invalid, "Nobody is away for more than 90 days at once.").Instead("Whoever is gone for longer should be replaced in the plan.")
	case s.Gone[who].Equal(until):
		return nil, nil // a double click
	}
	return []Event{EventAway{Person: who, Until: until}}, nil
}

func facts(p *plan.Plan, s *State, a journal.Actor, op OpFacts) ([]Event, error) {
	e := EventFacts{Plan: op.Plan, Facts: op.Facts}
	switch {
	case !json.Valid(op.Facts) || len(op.Facts) > maxFacts:
		return nil, fault.New(fault.Invalid, "What the chains say cannot be recorded: it is no JSON, or too long.")
	case !op.Anew && s.Plan == op.Plan && s.Facts != nil:
		return nil, nil // another node was first
	case op.Anew:
		who, err := person(p, a)
		if err != nil {
			return nil, err
		}
		if !p.Core(who) {
			return nil, fault.New(fault.Forbidden, "%s is not of the core team.", p.NameOf(who)).Instead("Ask somebody of the core team.")
		}
		e.By = who
	}
	return []Event{e}, nil
}

// person is who acts: a human being of the plan.
func person(p *plan.Plan, a journal.Actor) (string, error) {
	x, ok := p.Person(a.ID)
	switch {
	case a.Kind != journal.Person:
		return "", fault.New(fault.Forbidden, "Only a person can say that.")
	case !ok:
		return "", fault.New(fault.Forbidden, "%q is not a person of the plan.", a.ID)
	case x.Body:
		return "", fault.New(fault.Forbidden, "%s is an organisation; a person has to act.", x.Name)
	}
	return x.ID, nil
}

// Signs reports whether anybody waits for a signature of a person: whether they have a key in the plan.
func Signs(p *plan.Plan, who string) bool {
	x, ok := p.Person(who)
	return ok && slices.ContainsFunc(x.Keys, plan.Key.Proves)
}
