package sim

import (
	"slices"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/plan"
)

// askedSafe holds what the Safe's owners are asked for to what the chain has said, and to what it comes to.
func (a *account) askedSafe(e incident.EventSafeAsked) error {
	a.voting.safes[e.Decision] = e
	if len(e.Void) > 0 {
		a.world.say("%s of %s is to be signed again", e.Decision, a.id)
	}
	asked := a.voting.asked[e.Decision]
	h, err := e.Tx.Hashes()
	switch {
	case err != nil || h != e.Hashes:
		return breaks("quorum", "the owners are asked to sign %s, which is not the transaction", e.Hashes.Hash.Hex())
	case asked.Nonce == nil && e.Tx.Nonce != e.Facts.Nonce || asked.Nonce != nil && e.Tx.Nonce != *asked.Nonce:
		return breaks("quorum", "the owners are asked to sign for the nonce %d", e.Tx.Nonce)
	case asked.Subject.Kind == incident.SubjectRejection && !e.Tx.Rejects():
		return breaks("quorum", "the owners are asked for a rejection that does something")
	case e.Tx.Safe != councilAt || !e.Tx.Rejects() && e.Tx.To == councilAt:
		return breaks("quorum", "the owners are asked to sign for %s, to %s", e.Tx.Safe.Hex(), e.Tx.To.Hex())
	}
	return nil
}

// owners counts as dumbly as can be who has signed what the Safe's owners were asked for last, and how many have to: none of what is no
// Safe's.
func (a *account) owners(id string) (by map[evm.Address]string, wanted int) {
	by = map[evm.Address]string{}
	ask, ok := a.voting.safes[id]
	if !ok {
		if pr := a.voting.asked[id].Prepared; pr != nil && pr.Safe != nil {
			return by, councilThreshold // nobody can have signed
		}
		return by, 0
	}
	for who, v := range a.voting.voices[id] {
		p, _ := a.plan().Person(who)
		sig := slices.Clone([]byte(v.Sealed))
		if v.Form != incident.FormSafe || v.Choice != decision.Approve || len(sig) != 65 || a.trust.out(who) || a.trust.things[incident.DistrustKey+" "+v.Signer.Hex()] {
			continue
		}
		sig[64] -= 27
		pub, err := crypto.SigToPub(ask.Hashes.Hash[:], sig)
		if err != nil || crypto.PubkeyToAddress(*pub) != v.Signer || !ask.Facts.Owner(v.Signer) {
			continue
		}
		if slices.ContainsFunc(p.Keys, func(k plan.Key) bool { return k.Address == v.Signer }) {
			by[v.Signer] = who
		}
	}
	return by, int(ask.Facts.Threshold)
}

// overridden reports whether enough of those whom the plan lets have decided without those who would have to agree.
func (a *account) overridden(id string, d plan.Decision) bool {
	if d.Override == nil {
		return false
	}
	n := 0
	for who, o := range a.voting.over[id] {
		m := a.voting.asked[id].Message.With(decision.Override)
		m.Summary = "OVERRIDE: " + m.Summary + " Reason: " + string(o.Why)
		p, _ := a.plan().Person(who)
		signer, err := m.Signer(o.Signature)
		if err == nil && !a.trust.out(who) && !a.trust.things[incident.DistrustKey+" "+signer.Hex()] && slices.Contains(d.Override.Who, who) &&
			slices.ContainsFunc(p.Keys, func(k plan.Key) bool { return k.Address == signer }) {
			n++
		}
	}
	return n >= 2
}
