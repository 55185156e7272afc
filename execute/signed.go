package execute

import (
	"context"
	"errors"
	"strings"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"

	"tocsin/action"
	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/trial"
)

// prepared sends what was signed in advance, if it is exactly what the plan says and can still land. Nothing is ever signed in its place.
func (w *work) prepared(ctx context.Context, void string) error {
	if void != "" {
		return refuse("What was signed in advance can never land: %s. Have a new one signed, and put it into the plan.", void)
	}
	pr, raw, err := trial.Signed(ctx, w.open, w.view.Plan, w.action.Action)
	if err != nil {
		return final(err)
	}
	if pr.Hash != w.action.Prepared.Hash {
		return refuse("The transaction that lies in %s is not the one that was decided about.", pr.Transaction.File)
	}
	t := pr.Transaction
	if wants, err := w.hindered(ctx, *t); err != nil {
		return err
	} else if len(wants) > 0 {
		return refuse("What was signed in advance cannot land. %s", strings.Join(wants, " "))
	}
	if _, err := w.client.Call(ctx, chain.Message{From: t.From, To: &pr.To, Value: pr.Value, Data: pr.Data, Gas: t.Gas}, nil); err != nil {
		return final(w.reverted(ctx, err, nil))
	}
	return w.store(ctx, incident.Transaction{Hash: t.Hash, Raw: raw, From: t.From, Nonce: t.Nonce, At: w.view.State.Now(w.now()).UTC()}, "")
}

// hindered says what keeps a transaction that was signed in advance from landing. That blocks take more for gas than it offers may pass.
func (w *work) hindered(ctx context.Context, t action.Transaction) ([]string, error) {
	head, err := w.client.Head(ctx)
	if err != nil {
		return nil, err
	}
	s, err := trial.StandingOf(ctx, w.client, t.From, head)
	if err != nil {
		return nil, err
	}
	var says []string
	for _, x := range t.Wants(s) {
		if x.Kind != action.Cheap {
			says = append(says, x.Say)
		}
	}
	return says, nil
}

// final is an error of what the plan, or this server, holds: trying again would not help.
func final(err error) error {
	if no := (*refusal)(nil); errors.As(err, &no) {
		return err
	}
	if fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Internal) {
		return err
	}
	return refuse("%s", fault.Sentence(err))
}

// sentAs is the message that a signed transaction makes; To is nil if it cannot be read.
func sentAs(t incident.Transaction) chain.Message {
	m := chain.Message{From: t.From}
	var tx types.Transaction
	if err := tx.UnmarshalBinary(t.Raw); err != nil || tx.To() == nil {
		return m
	}
	to := evm.Address(*tx.To())
	value, _ := uint256.FromBig(tx.Value())
	return chain.Message{From: t.From, To: &to, Value: value, Data: tx.Data(), Gas: tx.Gas()}
}
