package execute

import (
	"context"
	"errors"
	"time"

	"tocsin/chain"
	"tocsin/decision"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/trial"
)

// Confirm asks the contracts that a signature may be of, one after the other, until one says that it is its own. It returns what that one
// answered, or the last. d is the decision that was signed for; nil if it was for none. Faults: unavailable if one cannot be asked; invalid
// for none.
func Confirm(ctx context.Context, clients map[uint64]chain.Client, d *incident.Decision, list []incident.Vouched, now time.Time) (*decision.ContractFact, error) {
	if len(list) == 0 {
		return nil, fault.New(fault.Invalid, "There is no contract to be asked.")
	}
	var last decision.ContractFact
	for _, v := range list {
		f, err := confirm(ctx, clients, d, v, now)
		if err != nil {
			return nil, err
		}
		if f.Valid {
			return &f, nil
		}
		last = f
	}
	return &last, nil
}

func confirm(ctx context.Context, clients map[uint64]chain.Client, d *incident.Decision, v incident.Vouched, now time.Time) (decision.ContractFact, error) {
	client := clients[v.Chain]
	if client == nil {
		return decision.ContractFact{}, fault.New(fault.Unavailable, "The contract %s cannot be asked whether a signature is its own: no endpoint for chain %d was given.", v.Account.Hex(), v.Chain).
			Instead("Give one with --endpoint %d=URL.", v.Chain)
	}
	q := trial.Question{Account: v.Account, Digest: v.Digest, Signature: v.Signature}
	if v.Safe && d != nil && d.Safe != nil {
		var err error
		if q, err = trial.SafeQuestion(d.Safe.Tx, v.Account, v.Signature); err != nil {
			return decision.ContractFact{}, err
		}
	}
	return trial.Vouch(ctx, client, q, now)
}

// vouched asks the contracts that confirmed what was signed for the action once more, right before it is carried out. Where one changed its
// mind the incident hears of it: what was ordered is not sent, and whoever gave the signature is called.
func (w *work) vouched(ctx context.Context) error {
	d := w.view.State.Decision(w.action.Decision)
	if d == nil || len(w.action.Sends) > 0 {
		return nil
	}
	for _, v := range w.view.State.VouchedFor(d) {
		if w.clients[v.Chain] == nil {
			return refuse("No endpoint for chain %d was given to this server, so that the contract %s cannot be asked whether it still confirms what was signed.", v.Chain, v.Account.Hex())
		}
		f, err := confirm(ctx, w.clients, d, v, w.view.State.Now(w.now()))
		if err != nil {
			return err
		}
		if f.Valid {
			continue
		}
		err = w.do(ctx, incident.OpContractFact{Decision: d.ID, Person: v.Person, Override: v.Override, Fact: f})
		switch {
		case errors.Is(err, errMoved): // it has not been taken, so that this has to end what was ordered, unless another has
			return refuse("The contract %s no longer confirms what %s signed.", v.Account.Hex(), incident.NameOf(w.view.Plan, v.Person))
		case err != nil:
			return err
		}
		return errMoved
	}
	return nil
}
