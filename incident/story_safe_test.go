package incident_test

import (
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/action/safe"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/internal/vouch"
)

// safe reads a command about a decision on a Safe.
func (s *story) safe(verb, id string, w *said) incident.Op {
	s.t.Helper()
	switch verb {
	case "facts":
		op := incident.OpSafeFacts{Decision: id, Facts: safe.Facts{
			Chain: 31337, Safe: evm.Address{0x5a, 0xfe, 19: 1}, Version: safe.Version(w.take("version", "1.4.1")), Nonce: w.number("nonce"),
			Threshold: max(w.number("threshold"), 1), Block: w.number("block"), BlockHash: hash(1000 + w.number("block")),
		}}
		for _, who := range w.list("owners") {
			op.Facts.Owners = append(op.Facts.Owners, s.account(who))
		}
		for _, who := range w.list("approved") {
			op.Approved = append(op.Approved, s.account(who))
		}
		if w.take("guard", "") != "" {
			op.Facts.Guard = evm.Address{0x99}
		}
		return op
	case "unread":
		return incident.OpSafeUnread{Decision: id, Why: w.text()}
	case "send-anyway":
		return incident.OpSendAnyway{Decision: id, Why: w.text()}
	case "withdraw":
		return incident.OpWithdraw{Decision: id, Why: w.text()}
	case "confirm":
		op := incident.OpConfirm{Decision: id}
		for _, who := range w.list("of") {
			kind := safe.Account
			if w.take("kind", "") == "approved" {
				kind = safe.Approved
			}
			h := hash(1)
			if d := s.state.Decision(id); d != nil && d.Safe != nil && w.take("other", "") == "" {
				h = d.Safe.Hashes.Hash
			}
			op.Signatures = append(op.Signatures, safe.Signature{Kind: kind, Signer: s.account(who), Bytes: signHash(s.t, who, h)})
		}
		return op
	case "reject":
		return incident.OpReject{Decision: id, Why: w.text()}
	case "attest":
		choice := decision.Approve
		if w.take("no", "") != "" {
			choice = decision.Refuse
		}
		return incident.OpAttest{Decision: id, Person: w.take("of", ""), Choice: choice, Came: w.take("came", ""), How: w.take("how", ""), Words: w.text()}
	case "deny":
		return incident.OpDeny{Decision: id}
	case "unvouched":
		return s.unvouched(id, w)
	case "override":
		op := incident.OpOverride{Decision: id, Why: w.text()}
		if d := s.state.Decision(id); d != nil && w.take("vouch", "") != "" {
			op.Signature = []byte("override")
			op.Fact = s.fact(incident.OverrideOf(d, op.Why).Digest(), op.Signature, w)
			return op
		} else if d != nil {
			op.Signature = sign(s.t, w.take("key", s.actor), incident.OverrideOf(d, w.take("why", op.Why)))
		}
		return op
	}
	return nil
}

// account is the address of somebody's demo key.
func (s *story) account(who string) evm.Address {
	if who == vouch.Keeper {
		return vouch.Address(who)
	}
	return account(s.t, who)
}

func account(t testing.TB, who string) evm.Address {
	return crypto.PubkeyToAddress(key(t, who).PublicKey)
}

// safeSignature is the signature of the Safe's transaction, where a person signs that; nil else.
func safeSignature(t testing.TB, person string, d *incident.Decision) []byte {
	t.Helper()
	if d.Safe == nil || !slices.Contains(d.Safe.Facts.Owners, account(t, person)) {
		return nil
	}
	return signHash(t, person, d.Safe.Hashes.Hash)
}

func signHash(t testing.TB, person string, h evm.Hash) []byte {
	t.Helper()
	sig, err := crypto.Sign(h[:], key(t, person))
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

func (s *story) safeSignature(person string, d *incident.Decision, choice string, w *said) []byte {
	s.t.Helper()
	if choice != decision.Approve || w.take("message", "") != "" || d.Safe == nil {
		return nil
	}
	signer := w.take("key", person)
	switch {
	case w.take("eth-sign", "") != "":
		return signHash(s.t, signer, crypto.Keccak256Hash([]byte("\x19Ethereum Signed Message:\n32"), d.Safe.Hashes.Hash[:]))
	case w.take("nonce", "") != "": // of an asking before
		tx := d.Safe.Tx
		tx.Nonce = w.number("nonce")
		h, err := tx.Hashes()
		if err != nil {
			s.t.Fatal(err)
		}
		return signHash(s.t, signer, h.Hash)
	}
	return safeSignature(s.t, signer, d)
}
