package engine

import (
	"context"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/upkeep"
)

// TryKey takes a person's signature that they hold a key of theirs; see upkeep.OpTry. Faults are those of upkeep.Decide.
func (e *Engine) TryKey(ctx context.Context, protocol, day string, signature []byte, fact *decision.ContractFact, actor journal.Actor) error {
	return e.keepUp(ctx, protocol, upkeep.Command{Actor: actor, Op: upkeep.OpTry{Day: day, Signature: signature, Fact: fact}})
}

// keyUsed notes that an answer to a decision, which has been stored, proves that its giver holds a key. The answer counts whether or not
// that could be noted.
func (e *Engine) keyUsed(ctx context.Context, v *View, cmd incident.Command) {
	op, ok := cmd.Op.(incident.OpApprove)
	if !ok || v == nil || v.State == nil || cmd.Actor.Kind != journal.Person {
		return
	}
	d := v.State.Decision(op.Decision)
	if d == nil {
		return
	}
	for _, a := range d.Approvals {
		if a.Person != cmd.Actor.ID || a.Signer == (evm.Address{}) || a.Form != "" && a.Form != incident.FormSafe {
			continue
		}
		x, _ := v.Plan.Person(a.Person)
		if _, held := decision.KeyOf(&x, a.Signer); !held {
			continue
		}
		used := upkeep.OpUsed{Person: a.Person, Signer: a.Signer, Of: v.State.ID}
		if err := e.keepUp(ctx, v.State.Protocol, upkeep.Command{Actor: journal.Actor{Kind: journal.System}, Op: used}); err != nil {
			e.log.Warn("that a key was used is not noted", "person", a.Person, "err", err)
		}
	}
}
