package action

import (
	"fmt"

	"github.com/holiman/uint256"

	"tocsin/action/safe"
	"tocsin/fault"
	"tocsin/plan"
)

// PrepareRejection makes ready what takes the place of a Safe's action that its owners have signed: the Safe calls itself with nothing and
// uses the same nonce, so that what they signed can never be carried out. With facts it is ready to be signed; without them only what the
// plan says is known of it. Faults as for PrepareSafe.
func PrepareRejection(p *plan.Plan, actionID string, nonce uint64, f *safe.Facts) (Prepared, error) {
	x, err := Prepare(p, actionID)
	if err != nil {
		return Prepared{}, err
	}
	if x.Safe == nil {
		return Prepared{}, fault.New(fault.Invalid, "Action %s is of kind %q, which no Safe carries out.", actionID, x.Kind)
	}
	title := x.Words.Title
	none := Step{To: x.Safe.Address, Value: new(uint256.Int), Words: "nothing"}
	r := Prepared{
		Action: x.Action, Kind: x.Kind, Chain: x.Chain, Sender: x.Sender, To: x.Safe.Address, Value: new(uint256.Int),
		Safe: &SafeCall{Address: x.Safe.Address, Name: x.Safe.Name, Calls: []Step{none}},
		Words: Words{
			Title:    "Reject: " + title,
			Sentence: fmt.Sprintf("Has the Safe %s do nothing under its nonce %d on %s, so that what its owners signed for it can never be carried out: %s.", x.Safe.Name, nonce, x.Words.Chain, title),
			Target:   x.Safe.Name, Chain: x.Words.Chain, Sender: x.Words.Sender,
			Changes: fmt.Sprintf("Nothing but the Safe's nonce, which is %d afterwards.", nonce+1),
		},
	}
	r.Hash = r.ComputeHash()
	if f == nil {
		return r, nil
	}
	return r.signable(*f, nonce)
}
