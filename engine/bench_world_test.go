package engine_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/incident"
	"tocsin/internal/postgres"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store"
)

// databases runs a benchmark over the databases that a team can have, as they are installed: what is committed is on the disk.
func databases(b *testing.B, bench func(b *testing.B, st store.Store)) {
	b.Run("db=sqlite", func(b *testing.B) { bench(b, open(b)) })
	b.Run("db=postgres", func(b *testing.B) { bench(b, dial(b, postgres.Start(b).Database(b))) })
}

// operate runs an engine with an office for everything until the benchmark, or this part of it, ends.
func operate(b *testing.B, e *engine.Engine, o engine.Carrier) (stop func()) {
	for _, kind := range []string{incident.DispatchPage, incident.DispatchReminder, incident.DispatchUpdate, incident.DispatchAction} {
		e.Carry(kind, o)
	}
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error)
	go func() { done <- e.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
	}
}

// opened makes the append of an incident that somebody opened at a time, as the engine would have stored it; its calls have gone
// out already.
func opened(b *testing.B, p *plan.Plan, id string, at time.Time) store.Append {
	b.Helper()
	cmd := incident.Command{
		ID: "open-" + id, Actor: journal.Actor{Kind: journal.Person, ID: "ada", Via: "session"},
		Op: incident.OpOpen{ID: id, Protocol: p.Protocol, Plan: p.Hash(), Issue: "theft", Text: "Money is gone"},
	}
	s := &incident.State{}
	events, err := incident.Decide(p, s, cmd, at)
	if err != nil {
		b.Fatal(err)
	}
	a := store.Append{Stream: "incident/" + id, Kind: "incident", Protocol: p.Protocol, Open: true}
	var head [32]byte
	for i, ev := range events {
		r, err := journal.Seal(head, journal.Envelope{
			Stream: a.Stream, Seq: uint64(i + 1), Kind: ev.Kind(), KindV: incident.KindVersion, At: at, Actor: cmd.Actor, Command: cmd.ID,
		}, ev, func() [16]byte { return [16]byte{1} })
		if err != nil {
			b.Fatal(err)
		}
		s.Apply(incident.Happened{Event: ev, At: at, Actor: cmd.Actor})
		a.Records, head = append(a.Records, r), r.Hash
	}
	a.DueAt = incident.NextDue(p, s)
	if a.Summary, err = json.Marshal(incident.SummaryOf(p, s)); err != nil {
		b.Fatal(err)
	}
	return a
}

// percentile returns the value under which so many per cent of all lie.
func percentile(all []time.Duration, cent int) time.Duration {
	slices.Sort(all)
	return all[min(len(all)*cent/100, len(all)-1)]
}
