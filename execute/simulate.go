package execute

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/holiman/uint256"

	"tocsin/action"
	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// Simulation is what an action would do if it were sent now.
type Simulation struct {
	Block   uint64   `json:"block"` // at whose end it was tried
	Hash    evm.Hash `json:"block_hash"`
	Works   bool     `json:"works"`
	Say     string   `json:"message"`           // a sentence
	Changes []string `json:"changes,omitempty"` // what changes, each in words: "paused(): false → true"
	Partly  bool     `json:"partly,omitzero"`   // the endpoints cannot tell what changes, only whether it would be refused
}

// Simulate tries an action at the head, without changing anything: a call as from would send it (the plan's sender if it names one), what a
// Safe does as the Safe does it, whoever may sign. Faults: invalid for an action that happens on no chain; unavailable if the chain does not
// answer.
func Simulate(ctx context.Context, client chain.Client, p *plan.Plan, pr action.Prepared, from evm.Address) (Simulation, error) {
	messages := trials(pr, from)
	if len(messages) == 0 {
		return Simulation{}, fault.New(fault.Invalid, "%s is of kind %q, which cannot be tried beforehand.", pr.Words.Title, pr.Kind)
	}
	head, err := client.Head(ctx)
	if err != nil {
		return Simulation{}, err
	}
	s := Simulation{Block: head.Number, Hash: head.Hash}
	t := trial{client: client, plan: p, action: pr, at: &head.Number}
	before, err := t.before(ctx)
	if err != nil {
		return s, err
	}
	list := messages
	if pr.Effect != nil {
		list = append(slices.Clone(messages), chain.Message{To: &pr.Effect.To, Data: pr.Effect.Data})
	}
	sim, can := client.(chain.Simulator)
	var results []chain.Simulated
	if can {
		results, err = sim.Simulate(ctx, list, t.at)
		can = err == nil && len(results) == len(list)
	}
	if !can {
		return t.oneByOne(ctx, s, messages)
	}
	for i := range messages {
		if r := results[i].Failed; r != nil {
			s.Say = fmt.Sprintf("It would fail: %s.", t.why(i, r))
			return s, nil
		}
	}
	s.Works, s.Say = true, "It would work."
	if pr.Effect != nil {
		after := t.answered(results[len(results)-1])
		switch holds, got, err := pr.Effect.Holds(results[len(results)-1].Return); {
		case results[len(results)-1].Failed != nil || err != nil || !holds:
			s.Works, s.Say = false, fmt.Sprintf("It would go through, and %s would read %s, not %s.", pr.Effect.Reads(), after, pr.Effect.Want)
		case before == got:
			s.Say = fmt.Sprintf("It is not needed: %s reads %s already.", pr.Effect.Reads(), got)
		}
		s.Changes = append(s.Changes, fmt.Sprintf("%s: %s → %s", pr.Effect.Reads(), before, after))
	}
	for _, r := range results[:len(messages)] {
		s.Changes = append(s.Changes, t.moves(r.Logs)...)
	}
	return s, nil
}

// trials are the calls that an action makes.
func trials(pr action.Prepared, from evm.Address) []chain.Message {
	switch pr.Kind {
	case action.Call:
		if pr.Sender != (evm.Address{}) {
			from = pr.Sender
		}
		return []chain.Message{{From: from, To: &pr.To, Value: pr.Value, Data: pr.Data}}
	case action.Safe:
		if pr.Safe == nil {
			return nil
		}
		var list []chain.Message
		for i := range pr.Safe.Calls {
			c := &pr.Safe.Calls[i]
			list = append(list, chain.Message{From: pr.Safe.Address, To: &c.To, Value: c.Value, Data: c.Data})
		}
		return list
	}
	return nil
}

// trial is one simulation.
type trial struct {
	client chain.Client
	plan   *plan.Plan
	action action.Prepared
	at     *uint64
}

// before is what the effect's reading answers now; empty without an effect.
func (t trial) before(ctx context.Context) (string, error) {
	e := t.action.Effect
	if e == nil {
		return "", nil
	}
	answer, err := t.client.Call(ctx, chain.Message{To: &e.To, Data: e.Data}, t.at)
	if r := (*chain.Revert)(nil); errors.As(err, &r) {
		return "nothing", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the effect: %w", err)
	}
	return t.answered(chain.Simulated{Return: answer}), nil
}

func (t trial) answered(r chain.Simulated) string {
	if r.Failed != nil {
		return "nothing"
	}
	_, got, err := t.action.Effect.Holds(r.Return)
	if err != nil {
		return "nothing that can be read"
	}
	return got
}

// oneByOne tries each call by itself, where the endpoints can do no more.
func (t trial) oneByOne(ctx context.Context, s Simulation, messages []chain.Message) (Simulation, error) {
	s.Partly = true
	for i, m := range messages {
		_, err := t.client.Call(ctx, m, t.at)
		if r := (*chain.Revert)(nil); errors.As(err, &r) {
			s.Say = fmt.Sprintf("It would fail: %s.", t.why(i, r))
			return s, nil
		}
		if err != nil {
			return s, err
		}
	}
	s.Works, s.Say = true, "It would work. The endpoints cannot tell what would change."
	if len(messages) > 1 {
		s.Say = "Each of its calls alone would work. The endpoints cannot try them together, or tell what would change."
	}
	return s, nil
}

// why says why one of the calls would fail.
func (t trial) why(i int, r *chain.Revert) string {
	if t.action.Safe == nil {
		return said(t.plan, t.action.Chain, t.action.To, r)
	}
	c := t.action.Safe.Calls[i]
	return fmt.Sprintf("%s: %s", c.Words, said(t.plan, t.action.Chain, c.To, r))
}

// transferTopic is the event by which tokens tell that they moved, and simulations that the chain's own currency did.
var transferTopic = evm.Keccak([]byte("Transfer(address,address,uint256)"))

// moves says in words what moved: "25 USDX from Vault (0x…) to 0x…".
func (t trial) moves(logs []evm.Log) []string {
	var list []string
	for _, l := range logs {
		if len(l.Topics) != 3 || l.Topics[0] != transferTopic || len(l.Data) != 32 {
			continue
		}
		n := new(uint256.Int).SetBytes(l.Data)
		from, to := evm.Address(l.Topics[1][12:]), evm.Address(l.Topics[2][12:])
		list = append(list, fmt.Sprintf("%s from %s to %s", t.amount(l.Address, n), t.name(from), t.name(to)))
	}
	return list
}

func (t trial) amount(token evm.Address, n *uint256.Int) string {
	if token == chain.Currency {
		return action.Scaled(n, 18) + " of the chain's currency"
	}
	for _, a := range t.plan.Assets {
		if a.Address != token || a.Chain != t.action.Chain {
			continue
		}
		if a.Decimals > 0 && a.Decimals <= 77 && a.Unit != "" {
			return action.Scaled(n, a.Decimals) + " " + a.Unit
		}
		return n.Dec() + " of " + t.name(token)
	}
	return n.Dec() + " of the token " + token.Hex()
}

func (t trial) name(a evm.Address) string {
	for _, x := range t.plan.Assets {
		if x.Address == a && x.Chain == t.action.Chain {
			return fmt.Sprintf("%s (%s)", strings.TrimSpace(x.Name), a.Hex())
		}
	}
	return a.Hex()
}
