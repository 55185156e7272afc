package readiness

import (
	"context"
	"fmt"

	"github.com/holiman/uint256"

	"tocsin/action"
	"tocsin/action/safe"
	"tocsin/chain"
	"tocsin/check"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
	"tocsin/trial"
)

// The outcomes of a trial.
const (
	Works    = "works"
	Fails    = "fails"
	InEffect = "in-effect" // what it would bring about is so already, so it was not tried
	Untried  = "untried"
)

// Trial is an action as it would go now.
type Trial struct {
	Action  string `json:"action"`
	Name    string `json:"name"`
	Outcome string `json:"outcome"` // works, fails, in-effect, untried
	Say     string `json:"message"`
	Chain   uint64 `json:"chain,omitzero"`
	Block   uint64 `json:"block,omitzero"`
}

// actions tries each action of the plan.
func (k *survey) actions(ctx context.Context) {
	for _, a := range k.Plan.Actions {
		pr, err := action.Prepare(k.Plan, a.ID)
		if err != nil {
			k.add(nil, Gap{
				Code: ActionUnfit, Level: check.Error, Of: a.ID, Say: fmt.Sprintf("%s cannot be made ready. %s", a.Name, fault.Sentence(err)),
				Why: "It could not be sent.", Mend: "Mend the action in the plan; tocsin check names the line.",
			})
			continue
		}
		if pr.Request != nil {
			k.ask(ctx, a, pr)
			continue
		}
		if pr.Status != nil {
			continue // all of them are looked at as one file
		}
		if len(pr.Together) > 0 {
			defer k.together(a) // once each of them was tried
			continue
		}
		s := k.scenes[pr.Chain]
		if s == nil {
			k.tried(nil, a, Untried, "Its chain cannot be seen.")
			continue
		}
		if err := k.try(ctx, s, a, pr); err != nil {
			k.tried(s, a, Untried, "It could not be tried.")
			k.unseen(s, a.ID, a.Name, err)
		}
	}
	k.statusFile(ctx)
}

func (k *survey) tried(s *scene, a plan.Action, outcome, say string) {
	t := Trial{Action: a.ID, Name: a.Name, Outcome: outcome, Say: say}
	if s != nil {
		t.Chain, t.Block = s.chain.ID, s.head.Number
	}
	k.report.Trials = append(k.report.Trials, t)
}

// try makes the calls of an action at the head without changing anything, from the account that would make them.
func (k *survey) try(ctx context.Context, s *scene, a plan.Action, pr action.Prepared) error {
	if pr.Effect != nil && pr.Effect.Chain == s.chain.ID {
		answer, refused, err := s.call(ctx, chain.Message{To: &pr.Effect.To, Data: pr.Effect.Data})
		if err != nil {
			return err
		}
		if refused == nil {
			if holds, got, err := pr.Effect.Holds(answer); err == nil && holds {
				k.inEffect(s, a, pr.Effect.Reads(), got)
				return nil
			}
		}
	}
	if pr.Transaction != nil {
		full, ok, err := k.advance(ctx, s, a)
		if err != nil || !ok {
			return err
		}
		pr = full
	}
	y := trial.Try{Client: s.client, Plan: k.Plan, Action: pr, From: k.Executor, At: &s.head}
	what, as := pr.Words.Title, ""
	switch {
	case pr.Safe != nil:
		c, ok := k.safes[a.Safe]
		if !ok {
			k.tried(s, a, Untried, "Its Safe could not be read.")
			return nil // said
		}
		k.costs = append(k.costs, cost{chain: s.chain.ID, action: a.Name, gas: safeGas, value: new(uint256.Int)})
		as = "the Safe " + c.name
		if len(pr.Safe.Calls) > 1 && c.facts.MultiSend == (evm.Address{}) {
			k.fails(s, a, what+" by "+as, "the chain has no MultiSendCallOnly for a Safe "+string(c.facts.Version))
			return nil
		}
		y.Safe = &c.facts
	case pr.Transaction != nil:
		as = k.called(s.chain.ID, pr.Transaction.From)
	default:
		if pr.Sender != (evm.Address{}) {
			y.From = pr.Sender
		}
		if y.From == (evm.Address{}) {
			k.senderless(s, a)
			return nil
		}
		as = k.called(s.chain.ID, y.From)
	}
	r, err := y.Simulate(ctx)
	switch {
	case err != nil:
		return err
	case !r.Works:
		k.fails(s, a, what+" by "+as, r.Why)
		return nil
	}
	k.tried(s, a, Works, "Tried as "+as+".")
	if pr.Kind != action.Call || pr.Sender != (evm.Address{}) && pr.Sender != k.Executor {
		return nil
	}
	gas, err := s.client.EstimateGas(ctx, chain.Message{From: y.From, To: &pr.To, Value: pr.Value, Data: pr.Data})
	if err != nil {
		return err
	}
	k.costs = append(k.costs, cost{chain: s.chain.ID, action: a.Name, gas: gas, value: pr.Value})
	return nil
}

// senderless says that nobody knows who would send an action.
func (k *survey) senderless(s *scene, a plan.Action) {
	k.tried(s, a, Untried, "Nobody said from which account it would be sent.")
	k.add(s, Gap{
		Code: ActionUntried, Level: check.Note, Of: a.ID, Say: fmt.Sprintf("%s was not tried: nobody said from which account Tocsin sends.", a.Name),
		Why: "Whether the contract would let it happen is not known.", Mend: "Start the server with --keystore or --signer; for tocsin check --live give --executor ADDRESS.",
	})
}

// safeGas is what a Safe's transaction costs at most, as a rule, in gas.
const safeGas = 500_000

func (k *survey) fails(s *scene, a plan.Action, what, why string) {
	k.tried(s, a, Fails, why+".")
	k.add(s, Gap{
		Code: ActionFails, Level: check.Error, Of: a.ID, Say: fmt.Sprintf("%s would fail now: %s.", a.Name, why),
		Why:      "In an emergency the transaction would not be sent, or would fail.",
		Mend:     "Grant what the account needs, or name another account or contract in the plan.",
		Evidence: []string{what + " is refused: " + why},
	})
}

// inEffect says that there is nothing to try. It is a gap for what a plan does to halt something: otherwise this is how things are.
func (k *survey) inEffect(s *scene, a plan.Action, reads, got string) {
	k.tried(s, a, InEffect, fmt.Sprintf("%s reads %s already.", reads, got))
	if !k.halts(a.ID) {
		return
	}
	k.add(s, Gap{
		Code: ActionInEffect, Level: check.Note, Of: a.ID, Say: fmt.Sprintf("What %s would bring about is so already: %s reads %s.", a.Name, reads, got),
		Why: "It was not tried, so nobody knows whether it would work.", Mend: "If that is not meant, find out who did it.",
		Evidence: []string{reads + " reads " + got},
	})
}

// halts reports whether a step that is to halt something does it by an action.
func (k *survey) halts(action string) bool {
	for _, p := range k.Plan.Procedures {
		for _, x := range p.Steps {
			if x.Action == action && x.Purpose == "halt" {
				return true
			}
		}
	}
	return false
}

// council is a Safe of the plan as the chain has it.
type council struct {
	asset plan.Asset
	name  string
	facts safe.Facts
}
