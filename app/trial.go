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
	"tocsin/fault"
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
	sender  evm.Address // the executor's account; zero without one
	now     func() time.Time

	mu   sync.Mutex
	last map[evm.Hash]tried // by the action's hash
}

type tried struct {
	say []string
	at  time.Time
}

// try says what an action would do if it were sent now, in sentences; nil for one that cannot be tried.
func (t *trials) try(p *plan.Plan, pr action.Prepared) []string {
	client := t.clients[pr.Chain]
	if client == nil || pr.Kind != action.Call && pr.Kind != action.Safe {
		return nil
	}
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock() // others who look at the same page wait for the same answer
	if x, ok := t.last[pr.Hash]; ok && now.Sub(x.at) < triedFor {
		return x.say
	}
	ctx, cancel := context.WithTimeout(context.Background(), triedWithin)
	defer cancel()
	s, err := trial.Try{Client: client, Plan: p, Action: pr, From: t.sender}.Simulate(ctx)
	var say []string
	if err != nil {
		say = []string{"Whether it would work is not known: " + strings.TrimSuffix(chain.Why(err), ".") + "."}
		if fault.Is(err, fault.Invalid) {
			say = nil
		}
	} else {
		say = append([]string{fmt.Sprintf("%s Tried at block %d.", s.Say, s.Block)}, s.Changes...)
	}
	if len(t.last) > 100 {
		clear(t.last)
	}
	t.last[pr.Hash] = tried{say, now}
	return say
}
