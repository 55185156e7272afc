package engine_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store/memory"
)

// What is kept up is read by every node from the record, and each node's own words follow the other's.
func TestUpkeepOfTwoNodes(t *testing.T) {
	p, src, err := plan.Load(os.DirFS("../examples/vault"))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 12, 6, 3, 0, 0, 0, time.UTC)
	store := memory.New(nil)
	one := engine.New(engine.Options{Store: store, Now: func() time.Time { return now }})
	two := engine.New(engine.Options{Store: store, Now: func() time.Time { return now.Add(-time.Minute) }}) // its clock is behind
	if _, err := one.Pin(t.Context(), p, src.Files); err != nil {
		t.Fatal(err)
	}
	ctx, oscar := t.Context(), journal.Actor{Kind: journal.Person, ID: "oscar"}
	if err := one.Away(ctx, p.Protocol, now.Add(time.Hour), oscar); err != nil {
		t.Fatal(err)
	}
	if err := two.Away(ctx, p.Protocol, now.Add(2*time.Hour), journal.Actor{Kind: journal.Person, ID: "carmen"}); err != nil {
		t.Fatal(err)
	}
	if err := two.Away(ctx, p.Protocol, time.Time{}, oscar); err != nil {
		t.Fatal(err)
	}
	if err := two.RecordFacts(ctx, p.Protocol, p.Hash(), json.RawMessage(`{"a":1}`), false, journal.Actor{Kind: journal.Clock}); err != nil {
		t.Fatal(err)
	}
	if err := one.RecordFacts(ctx, p.Protocol, p.Hash(), json.RawMessage(`{"a":2}`), false, journal.Actor{Kind: journal.Clock}); err != nil {
		t.Fatal(err)
	}
	for _, e := range []*engine.Engine{one, two} {
		s, err := e.Upkeep(ctx, p.Protocol)
		if err != nil {
			t.Fatal(err)
		}
		away := s.Away(now)
		if len(away) != 1 || !away["carmen"].Equal(now.Add(2*time.Hour)) || s.Version != 4 || string(s.Facts) != `{"a":1}` || s.Plan != p.Hash() {
			t.Errorf("%+v", s)
		}
	}
	if err := one.Away(ctx, p.Protocol, now, oscar); !fault.Is(err, fault.Invalid) {
		t.Errorf("away until now: %v", err)
	}
}
