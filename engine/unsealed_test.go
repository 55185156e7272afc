package engine

import (
	"bytes"
	"testing"
	"time"

	"tocsin/evm"
	"tocsin/incident"
	"tocsin/journal"
)

// An owner's signature of a Safe's transaction stands in no copy of the record before a transaction with it has been signed, and the copy
// verifies all the same. Afterwards it stands there.
func TestSafeSignaturesAreKeptBack(t *testing.T) {
	secret := incident.Sealed(bytes.Repeat([]byte{0xa7}, 65))
	state := &incident.State{}
	var records []journal.Record
	var prev [32]byte
	for i, e := range []incident.Event{
		incident.EventDecisionOpened{ID: "d"},
		incident.EventApproval{Decision: "d", Approval: incident.Approval{Person: "ada", Form: incident.FormSafe, Sealed: secret}},
		incident.EventActionOrdered{ID: "a", Decision: "d", Send: &incident.Send{To: evm.Address{1}, Safe: secret}},
		incident.EventNoted{By: "ada", Text: "Look here"},
	} {
		env := journal.Envelope{Stream: "incident/i", Seq: uint64(i) + 1, Kind: e.Kind(), KindV: incident.KindVersion, At: time.Unix(1, 0).UTC(), Actor: journal.Actor{Kind: journal.System}}
		r, err := journal.Seal(prev, env, e, func() [16]byte { return [16]byte{byte(i)} })
		if err != nil {
			t.Fatal(err)
		}
		records, prev = append(records, r), r.Hash
		state.Apply(incident.Happened{Event: e})
	}
	holds := func(list []journal.Record, text string) (n int) {
		for _, r := range list {
			n += bytes.Count(r.Bytes, []byte(text)) + bytes.Count(r.Openings, []byte(text))
		}
		return n
	}
	if n := holds(records, secret.Text()); n != 2 {
		t.Fatalf("the record itself holds it %d times beside its commitments", n)
	}
	out, err := sealing{state}.records(append([]journal.Record(nil), records...))
	if err != nil || holds(out, secret.Text()) != 0 || holds(out, "Look here") != 1 {
		t.Fatalf("the copy holds the signature %d times: %v", holds(out, secret.Text()), err)
	}
	if err := journal.Verify(out); err != nil {
		t.Errorf("the copy does not verify: %v", err)
	}
	state.Apply(incident.Happened{Event: incident.EventActionSigned{ID: "a", Tx: incident.Transaction{Hash: evm.Hash{1}}}})
	out, err = sealing{state}.records(append([]journal.Record(nil), records...))
	if err != nil || holds(out, secret.Text()) != 2 {
		t.Errorf("once it is sent the copy holds it %d times: %v", holds(out, secret.Text()), err)
	}
	if b, err := state.Pack(); err != nil || !bytes.Contains(b, []byte(secret.Text())) {
		t.Errorf("the state does not keep it: %v", err)
	}
	if b, err := state.MarshalJSON(); err != nil || bytes.Contains(b, []byte(secret.Text())) {
		t.Errorf("the state shows it: %v", err)
	}
}
