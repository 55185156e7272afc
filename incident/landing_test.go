package incident_test

import (
	"testing"
	"time"

	"tocsin/action"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
)

// sending is an incident whose action has been ordered, as two executors see it that do not know of each other.
type sending struct {
	t     *testing.T
	state *incident.State
	now   time.Time
}

func newSending(t *testing.T) *sending {
	s := &sending{t: t, state: &incident.State{}, now: time.Date(2026, 12, 6, 14, 2, 0, 0, time.UTC)}
	pr := action.Prepared{}
	for _, e := range []incident.Event{
		incident.EventOpened{ID: "i", Protocol: "vault", Title: "Theft", Severity: "high"},
		incident.EventDecisionOpened{ID: "d", Decision: "pay", Subject: incident.Subject{Kind: incident.SubjectAction, Ref: "pay"}, Prepared: &pr, Expires: s.now.Add(time.Hour)},
		incident.EventDecisionSettled{Decision: "d", State: incident.Met},
		incident.EventActionOrdered{ID: "a", Action: "pay", Decision: "d", Prepared: &pr, Delivery: "i/a/1"},
	} {
		s.state.Apply(incident.Happened{Event: e, At: s.now})
	}
	return s
}

// signed stores a transaction with a nonce, as an executor does that knows of so many before it.
func (s *sending) signed(hash byte, nonce uint64, void string, known int) error {
	op := incident.OpSigned{Action: "a", Tx: incident.Transaction{Hash: evm.Hash{hash}, Raw: []byte{hash}, From: evm.Address{1}, Nonce: nonce}, Void: void, Known: known}
	events, err := incident.Decide(&plan.Plan{Protocol: "vault"}, s.state, incident.Command{Actor: journal.Actor{Kind: journal.Executor}, Op: op}, s.now)
	for _, e := range events {
		s.state.Apply(incident.Happened{Event: e, At: s.now})
	}
	return err
}

func (s *sending) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// Two executors find that the nonce was used by somebody else. The one that was stopped in between must not store a third
// nonce beside the second: both could land.
func TestOneTransactionTakesThePlaceOfALostOne(t *testing.T) {
	s := newSending(t)
	s.must(s.signed(1, 7, "", 0))
	const void = "nonce 7 was used by another transaction"
	s.must(s.signed(2, 8, void, 1))
	if err := s.signed(3, 9, void, 1); !fault.Is(err, fault.Conflict) {
		t.Errorf("a third nonce, by an executor that knows of one transaction only: %v, want conflict", err)
	}
	if err := s.signed(4, 9, "", 2); !fault.Is(err, fault.Conflict) {
		t.Errorf("a third nonce without a reason: %v, want conflict", err)
	}
	if n := len(s.state.Action("a").Sends); n != 2 {
		t.Errorf("%d transactions are stored, want 2", n)
	}
}

// The fee of a transaction that took the place of a lost one can be raised, too.
func TestFeeIsRaisedAfterAReplacement(t *testing.T) {
	s := newSending(t)
	s.must(s.signed(1, 7, "", 0))
	s.must(s.signed(2, 8, "nonce 7 was used by another transaction", 1))
	if err := s.signed(3, 8, "", 2); err != nil {
		t.Errorf("the same nonce with a higher fee: %v", err)
	}
	if err := s.signed(4, 7, "", 3); !fault.Is(err, fault.Conflict) {
		t.Errorf("the nonce that was lost: %v, want conflict", err)
	}
}
