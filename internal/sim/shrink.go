package sim

import (
	"context"
	"slices"
)

// Shrink finds a small history that breaks the same rule as a history that does: it drops steps, then people, then faults,
// then waits, as long as anything can be dropped.
func (g *Ground) Shrink(ctx context.Context, h History, rule string) Outcome {
	s := &shrinking{ground: g, rule: rule, best: g.Replay(ctx, h)}
	if s.best.Broken == nil || s.best.Broken.Rule != rule {
		return s.best
	}
	for before := -1; before != s.size() && s.tries < mostTries; {
		before = s.size()
		s.steps(ctx)
		s.people(ctx)
		s.faults(ctx)
		s.waits(ctx)
	}
	return s.best
}

// mostTries is how many histories are tried at most.
const mostTries = 3000

// shrinking is a history on its way to a smaller one.
type shrinking struct {
	ground *Ground
	rule   string
	best   Outcome // breaks the rule
	tries  int
}

// size is what becomes smaller.
func (s *shrinking) size() int { return len(s.best.History.String()) }

// try takes a history for the best if it breaks the same rule.
func (s *shrinking) try(ctx context.Context, h History) bool {
	if s.tries++; s.tries > mostTries {
		return false
	}
	o := s.ground.Replay(ctx, h)
	if o.Broken == nil || o.Broken.Rule != s.rule {
		return false
	}
	s.best = o // its history ends where it broke
	return true
}

// without tries a history without some of its steps.
func (s *shrinking) without(ctx context.Context, drop func(n int, step Step) bool) bool {
	h := s.best.History
	var left []Step
	for n, step := range h.Steps {
		if !drop(n, step) {
			left = append(left, step)
		}
	}
	if len(left) == len(h.Steps) {
		return false
	}
	h.Steps = left
	return s.try(ctx, h)
}

// steps drops runs of steps: long ones first.
func (s *shrinking) steps(ctx context.Context) {
	for run := len(s.best.History.Steps); run > 0; run /= 2 {
		for from := 0; from < len(s.best.History.Steps); {
			if !s.without(ctx, func(n int, _ Step) bool { return n >= from && n < from+run }) {
				from += run
			}
		}
	}
}

// people drops all that one person does, and all that happens on one node.
func (s *shrinking) people(ctx context.Context) {
	var who []string
	for _, step := range s.best.History.Steps {
		if len(step.Words) > 1 && !slices.Contains(who, step.Words[1]) {
			who = append(who, step.Words[1])
		}
	}
	for _, name := range who {
		s.without(ctx, func(_ int, step Step) bool { return len(step.Words) > 1 && step.Words[1] == name })
	}
	for n := range maxNodes {
		s.without(ctx, func(_ int, step Step) bool { return step.Node == n+1 })
	}
}

// faults drops mishaps one by one; what was quicker comes by itself before, if that breaks the rule too.
func (s *shrinking) faults(ctx context.Context) {
	for n := 0; n < len(s.best.History.Steps); n++ {
		s.change(ctx, n, func(step *Step) bool { step.Death = nil; return true })
		s.change(ctx, n, func(step *Step) bool { step.Meanwhile, step.Stall = nil, 0; return true })
		s.change(ctx, n, func(step *Step) bool {
			if step.Meanwhile == nil {
				return false
			}
			*step = *step.Meanwhile
			return true
		})
	}
}

// waits drops waits.
func (s *shrinking) waits(ctx context.Context) {
	for n := 0; n < len(s.best.History.Steps); n++ {
		s.change(ctx, n, func(step *Step) bool { step.Wait = 0; return true })
	}
}

// change tries a history with one step changed.
func (s *shrinking) change(ctx context.Context, n int, change func(*Step) bool) {
	if n >= len(s.best.History.Steps) {
		return
	}
	h := s.best.History
	h.Steps = slices.Clone(h.Steps)
	before := h.Steps[n].String()
	if !change(&h.Steps[n]) || h.Steps[n].String() == before {
		return
	}
	s.try(ctx, h)
}
