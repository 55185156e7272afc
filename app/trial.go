package app

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"tocsin/action"
	"tocsin/chain"
	"tocsin/evm"
	"tocsin/plan"
	"tocsin/trial"
)

const (
	triedWithin = 1500 * time.Millisecond // a page does not wait longer for a chain
	triedFor    = 10 * time.Second        // so long what an action would do is not tried anew
)

// trials tries actions beforehand, for whoever is asked to sign them.
type trials struct {
	clients map[uint64]chain.Client
	drill   func(uint64) (chain.Client, evm.Address) // the chain of an exercise, and who sends there; nil: there are none
	sender  evm.Address                              // the executor's account; zero without one
	open    trial.Opener
	now     func() time.Time
	within  time.Duration // so long a chain is waited for

	mu   sync.Mutex
	last map[evm.Hash]tried // by the action's hash
}

type tried struct {
	say []string
	at  time.Time
}

// try says what an action would do if it were sent now, in sentences; nil for one that cannot be tried.
func (t *trials) try(p *plan.Plan, pr action.Prepared) []string {
	if len(pr.Together) > 0 {
		var say []string
		for _, part := range pr.Together {
			for i, s := range t.try(p, part) {
				if i == 0 {
					s = part.Words.Title + ": " + s
				}
				say = append(say, s)
			}
		}
		return say
	}
	client, sender := t.clients[pr.Chain], t.sender
	if client == nil && t.drill != nil {
		client, sender = t.drill(pr.Chain)
	}
	if client == nil || pr.Transaction == nil && !trial.Can(pr) {
		return nil
	}
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock() // others who look at the same page wait for the same answer
	if x, ok := t.last[pr.Hash]; ok && now.Sub(x.at) < triedFor {
		return x.say
	}
	ctx, cancel := context.WithTimeout(context.Background(), t.within)
	defer cancel()
	say, err := t.look(ctx, client, sender, p, pr)
	if err != nil {
		say = append(say, "Whether it would work is not known: "+strings.TrimSuffix(chain.Why(err), ".")+".")
	}
	if len(t.last) > 100 {
		clear(t.last)
	}
	t.last[pr.Hash] = tried{say, now}
	return say
}

// look tries it at the head.
func (t *trials) look(ctx context.Context, client chain.Client, sender evm.Address, p *plan.Plan, pr action.Prepared) (say []string, err error) {
	if pr.Transaction != nil {
		if pr, _, err = trial.Signed(ctx, t.open, p, pr.Action); err != nil {
			return nil, err
		}
		x := pr.Transaction
		say = append(say, fmt.Sprintf("%s signed it in advance, as %s, with the nonce %d.", x.From.Hex(), x.Hash.Hex(), x.Nonce), x.Fees)
		head, err := client.Head(ctx)
		if err != nil {
			return say, err
		}
		s, err := trial.StandingOf(ctx, client, x.From, head)
		if err != nil {
			return say, err
		}
		for _, w := range x.Wants(s) {
			say = append(say, w.Say)
		}
	}
	s, err := trial.Try{Client: client, Plan: p, Action: pr, From: sender}.Simulate(ctx)
	if err != nil {
		return say, err
	}
	return append(append(say, fmt.Sprintf("%s Tried at block %d.", s.Say, s.Block)), s.Changes...), nil
}
