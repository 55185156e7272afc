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

// actions tries each action of the plan that happens on a chain.
func (k *survey) actions(ctx context.Context) {
	for _, a := range k.Plan.Actions {
		if a.Kind != action.Call && a.Kind != action.Safe {
			continue
		}
		pr, err := action.Prepare(k.Plan, a.ID)
		if err != nil {
			k.add(nil, Gap{
				Code: ActionUnfit, Level: check.Error, Of: a.ID, Say: fmt.Sprintf("%s cannot be made ready. %s", a.Name, fault.Sentence(err)),
				Why: "It could not be sent.", Mend: "Mend the action in the plan; tocsin check names the line.",
			})
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
	if pr.Safe != nil {
		return k.trySafe(ctx, s, a, pr)
	}
	from := pr.Sender
	if from == (evm.Address{}) {
		from = k.Executor
	}
	if from == (evm.Address{}) {
		k.tried(s, a, Untried, "Nobody said from which account it would be sent.")
		k.add(s, Gap{
			Code: ActionUntried, Level: check.Note, Of: a.ID, Say: fmt.Sprintf("%s was not tried: nobody said from which account Tocsin sends.", a.Name),
			Why: "Whether the contract would let it happen is not known.", Mend: "Give the executor's account with --executor ADDRESS.",
		})
		return nil
	}
	m := chain.Message{From: from, To: &pr.To, Value: pr.Value, Data: pr.Data}
	_, refused, err := s.call(ctx, m)
	if err != nil {
		return err
	}
	if refused != nil {
		k.fails(s, a, fmt.Sprintf("%s from %s", pr.Words.Title, k.called(s.chain.ID, from)), k.reason(s.chain.ID, pr.To, refused))
		return nil
	}
	k.tried(s, a, Works, "Tried from "+k.called(s.chain.ID, from)+".")
	if pr.Sender == (evm.Address{}) || pr.Sender == k.Executor {
		gas, err := s.client.EstimateGas(ctx, m)
		if err != nil {
			return err
		}
		k.costs = append(k.costs, cost{chain: s.chain.ID, action: a.Name, gas: gas, value: pr.Value})
	}
	return nil
}

// trySafe has the Safe make its calls: one as itself, several by its own simulation of the batch.
func (k *survey) trySafe(ctx context.Context, s *scene, a plan.Action, pr action.Prepared) error {
	c, ok := k.safes[a.Safe]
	if !ok {
		k.tried(s, a, Untried, "Its Safe could not be read.")
		return nil // said
	}
	k.costs = append(k.costs, cost{chain: s.chain.ID, action: a.Name, gas: safeGas, value: new(uint256.Int)})
	if len(pr.Safe.Calls) == 1 {
		call := pr.Safe.Calls[0]
		_, refused, err := s.call(ctx, chain.Message{From: c.facts.Safe, To: &call.To, Value: call.Value, Data: call.Data})
		switch {
		case err != nil:
			return err
		case refused != nil:
			k.fails(s, a, fmt.Sprintf("%s by the Safe %s", call.Words, c.name), k.reason(s.chain.ID, call.To, refused))
		default:
			k.tried(s, a, Works, "Tried as the Safe "+c.name+".")
		}
		return nil
	}
	if c.facts.MultiSend == (evm.Address{}) {
		k.fails(s, a, "The batch of the Safe "+c.name, "the chain has no MultiSendCallOnly for a Safe "+string(c.facts.Version))
		return nil
	}
	full, err := action.PrepareSafe(k.Plan, a.ID, c.facts, c.facts.Nonce)
	if err != nil {
		k.fails(s, a, "The batch of the Safe "+c.name, fault.Sentence(err))
		return nil
	}
	tx := full.Safe.Transaction
	data, err := evm.EncodeCall("simulateAndRevert(address,bytes)", []string{tx.To.Hex(), fmt.Sprintf("0x%x", []byte(tx.Data))})
	if err != nil {
		return fmt.Errorf("encode simulation: %w", err)
	}
	_, refused, err := s.call(ctx, chain.Message{From: c.facts.Safe, To: &c.facts.Safe, Data: data})
	switch {
	case err != nil:
		return err
	case refused == nil || len(refused.Data) < 64:
		k.tried(s, a, Untried, "The Safe does not simulate.")
	case refused.Data[31] == 1:
		k.tried(s, a, Works, "Tried as the Safe "+c.name+", all calls together.")
	default:
		k.fails(s, a, "The batch of the Safe "+c.name, "one of its calls is refused")
	}
	return nil
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

// reason says why a contract refused, by its own errors where its ABI in the plan names them.
func (k *survey) reason(chain uint64, to evm.Address, r *chain.Revert) string {
	if a, ok := k.assetOn(chain, to); ok {
		if abi, err := evm.ParseABI(a.ABI); err == nil {
			if say := abi.RevertReason(r.Data); say != "" {
				return "the contract says " + say
			}
		}
	}
	return r.Error()
}

// council is a Safe of the plan as the chain has it.
type council struct {
	asset plan.Asset
	name  string
	facts safe.Facts
}
