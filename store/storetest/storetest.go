// Package storetest owns the one suite that every store passes. Run is for all of them; Durable and Kill are for those
// that outlive their process.
package storetest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"
	"time"

	"tocsin/journal"
	"tocsin/store"
)

// start is when everything in the suite begins: a time with a fraction that a store must keep.
var start = time.Date(2026, 3, 4, 5, 6, 7, 890123000, time.UTC)

// Run checks the contract on stores that open makes, each new and empty. open also sees to it that they are closed.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	tests := []struct {
		name string
		run  func(*testing.T, store.Store)
	}{
		{"Load", testLoad},
		{"Heads", testHeads},
		{"Due", testDue},
		{"Take", testTake},
		{"TakeAhead", testTakeAhead},
		{"TakeRace", testTakeRace},
		{"Listen", testListen},
		{"Ahead", testAhead},
		{"Conflict", testConflict},
		{"Race", testRace},
		{"Together", testTogether},
		{"Nothing", testNothing},
		{"Unusable", testUnusable},
		{"Redact", testRedact},
		{"RedactAll", testRedactAll},
		{"Forget", testForget},
		{"Snapshot", testSnapshot},
		{"Files", testFiles},
		{"Claim", testClaim},
		{"Lost", testLost},
		{"ClaimRace", testClaimRace},
		{"Stale", testStale},
		{"Work", testWork},
		{"WorkFails", testWorkFails},
		{"WorkStops", testWorkStops},
		{"Lease", testLease},
		{"LeaseRace", testLeaseRace},
		{"Holds", testHolds},
		{"Watch", testWatch},
		{"Marks", testMarks},
		{"Plans", testPlans},
		{"Links", testLinks},
		{"Sessions", testSessions},
		{"Cancelled", testCancelled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, open(t)) })
	}
}

// note is the data of the suite's events.
type note struct {
	Text string           `json:"text"`
	Who  journal.Personal `json:"who"`
}

// chain seals records for one stream, each a second after the one before.
type chain struct {
	stream string
	head   journal.Record
}

func (c *chain) next(t testing.TB, n int) []journal.Record {
	t.Helper()
	var records []journal.Record
	for range n {
		seq := c.head.Seq + 1
		r, err := c.seal(seq)
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, r)
		c.head = r
	}
	return records
}

// seal makes the record after the head; what is in it follows from its place.
func (c *chain) seal(seq uint64) (journal.Record, error) {
	e := journal.Envelope{
		Stream: c.stream, Seq: seq, Kind: "noted", KindV: 1, At: start.Add(time.Duration(seq) * time.Second),
		Actor: journal.Actor{Kind: journal.Person, ID: "alice"},
	}
	salt := func() (s [16]byte) {
		binary.BigEndian.PutUint64(s[:], seq)
		return s
	}
	return journal.Seal(c.head.Hash, e, note{Text: fmt.Sprintf("<%s %d>", c.stream, seq), Who: "Alice, +1 555 0100"}, salt)
}

// appending is an append of the next n records with a plain head.
func (c *chain) appending(t testing.TB, n int) store.Append {
	expect := c.head.Seq
	return store.Append{
		Stream: c.stream, Expect: expect, Records: c.next(t, n), Kind: "incident", Protocol: "vault", Open: true,
		Summary: fmt.Appendf(nil, "%s at %d", c.stream, expect+uint64(n)),
	}
}

// delivery is a new one that is due at once.
func delivery(id, stream string) store.Delivery {
	return store.Delivery{
		ID: id, Stream: stream, Kind: "page", Payload: []byte("come: " + id), State: store.Queued, NotBefore: start, Created: start,
	}
}

func commit(t testing.TB, s store.Store, c store.Commit) {
	t.Helper()
	if err := s.Commit(t.Context(), c); err != nil {
		t.Fatalf("commit: %v", err)
	}
}

func wantErr(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error is %v, want %v", err, want)
	}
}

// must returns what a store answered, and ends the test if it answered with an error.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// testCancelled: nothing happens under a context that has ended.
func testCancelled(t *testing.T, s store.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := &chain{stream: "a"}
	if err := s.Commit(ctx, store.Commit{Appends: []store.Append{c.appending(t, 1)}}); !errors.Is(err, context.Canceled) {
		t.Fatalf("error is %v, want that of the context", err)
	}
	_, err := s.Head(t.Context(), "a")
	wantErr(t, err, store.ErrNotFound)
	if err := s.Work(ctx, 1, func(context.Context, string) error { return nil }); err != nil {
		t.Fatalf("work under an ended context: %v", err)
	}
}
