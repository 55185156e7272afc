package incident

import (
	"slices"
	"strings"

	"tocsin/action/safe"
	"tocsin/decision"
	"tocsin/fault"
)

// OpConfirm hands in owners' signatures of the Safe's transaction that were gathered elsewhere, as the Safe's own pages gather them. Each
// proves by itself whose it is; whoever carries them here need be none of them.
type OpConfirm struct {
	Decision   string
	Signatures []safe.Signature
}

func (OpConfirm) op() {}

// maxConfirmations is how many signatures are looked at: no Safe that anybody can use has more owners.
const maxConfirmations = 100

func (d *decider) confirm(op OpConfirm) error {
	if _, err := d.responder(); err != nil {
		return err
	}
	x, err := d.openDecisionOf(op.Decision)
	if err != nil {
		return err
	}
	switch {
	case x.Prepared == nil || x.Prepared.Safe == nil:
		return fault.New(fault.Conflict, "%s is no decision on a Safe's transaction.", x.Name(d.p))
	case x.Safe == nil:
		return fault.New(fault.Conflict, "%s cannot be signed yet: the Safe has not been read, so nobody knows its nonce.", x.Name(d.p)).Instead("Wait a moment.")
	case len(op.Signatures) == 0 || len(op.Signatures) > maxConfirmations:
		return fault.New(fault.Invalid, "There are no signatures in it, or more than %d.", maxConfirmations)
	}
	var not []string
	n := len(d.events)
	for _, sig := range op.Signatures {
		if why := d.confirmed(op.Decision, sig); why != "" {
			not = append(not, why)
		}
	}
	if len(d.events) == n {
		return fault.New(fault.Conflict, "None of the signatures counts anew. %s", strings.Join(not, " "))
	}
	return nil
}

// confirmed takes one signature; otherwise it says why not.
func (d *decider) confirmed(id string, sig safe.Signature) string {
	x := d.s.Decision(id)
	hash := x.Safe.Hashes.Hash
	read := safe.ByAccount
	switch sig.Kind {
	case safe.EthSign:
		read = safe.ByMessage
	case safe.Account:
	default:
		return "That of " + sig.Signer.Hex() + " is none by a key: only the chain can say whether it counts."
	}
	by, err := read(hash, sig.Bytes)
	if err != nil {
		return fault.Sentence(err)
	}
	pd, _ := d.p.Decision(x.Decision)
	who := ownerIs(d.p, x.Prepared.Chain, by.Signer)
	switch a := x.approvalOf(who); {
	case !x.Safe.Facts.Owner(by.Signer):
		return by.Signer.Hex() + " is no owner of the Safe."
	case who == "":
		return by.Signer.Hex() + " is an owner, and no key of anybody of the plan."
	case !d.s.Sees(who) || d.s.Distrusts(DistrustKey, by.Signer.Hex()):
		return "What " + NameOf(d.p, who) + " signs with " + by.Signer.Hex() + " does not count in this incident."
	case pd.ProposerMayNotApprove && who == x.Proposer:
		return NameOf(d.p, who) + " proposed this, and the plan wants somebody else to decide it."
	case a != nil && a.Choice == decision.Refuse && !d.s.void(*a):
		return NameOf(d.p, who) + " has refused it here since."
	case a != nil && !d.s.stale(d.p, x, a):
		return NameOf(d.p, who) + " has signed it already."
	}
	d.emit(EventApproval{Decision: id, Approval: Approval{
		Person: who, Choice: decision.Approve, Signer: by.Signer, At: d.now, Form: FormSafe, Kind: by.Kind, Hash: hash, Sealed: Sealed(slices.Clone(by.Bytes)),
	}})
	return ""
}
