package execute

import (
	"context"
	"errors"

	"tocsin/incident"
	"tocsin/trial"
)

// vouched asks the contracts that confirmed what was signed for the action once more, right before it is carried out. Where one changed its
// mind the incident hears of it: what was ordered is not sent, and whoever gave the signature is called.
func (w *work) vouched(ctx context.Context) error {
	d := w.view.State.Decision(w.action.Decision)
	if d == nil || len(w.action.Sends) > 0 {
		return nil
	}
	for _, v := range w.view.State.VouchedFor(d) {
		client := w.clients[v.Chain]
		if client == nil {
			return refuse("No endpoint for chain %d was given to this server, so that the contract %s cannot be asked whether it still confirms what was signed.", v.Chain, v.Account.Hex())
		}
		q := trial.Question{Account: v.Account, Digest: v.Digest, Signature: v.Signature}
		if v.Safe {
			if d.Safe == nil {
				return refuse("What its Safe's owners signed is not known.")
			}
			var err error
			if q, err = trial.SafeQuestion(d.Safe.Tx, v.Account, v.Signature); err != nil {
				return err
			}
		}
		f, err := trial.Vouch(ctx, client, q, w.view.State.Now(w.now()))
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
