package engine_test

import (
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/incident"
	"tocsin/store"
)

// BenchmarkOpenIncident opens an incident of 100,000 events by an engine that has never seen it: all that the console's page of it
// needs. ms-open is with as many events after the last snapshot as there may be.
func BenchmarkOpenIncident(b *testing.B) {
	for _, db := range []struct {
		name string
		open func() store.Store
	}{
		{"sqlite", func() store.Store { return open(b) }},
		{"postgres", func() store.Store { return dial(b, shared(b)) }},
	} {
		b.Run("db="+db.name, func(b *testing.B) {
			st := db.open()
			e := start(b, st, "a", nil)
			id := fill(b, st, e, 97_000)
			if err := e.KeepSnapshot(b.Context(), id); err != nil {
				b.Fatal(err)
			}
			extend(b, st, id, 100_000)
			var taken time.Duration
			for b.Loop() {
				cold := engine.New(engine.Options{Store: st, Node: "cold"})
				begin := time.Now()
				v, err := cold.View(b.Context(), id)
				if err != nil {
					b.Fatal(err)
				}
				list, err := v.Latest(b.Context(), 0, 61)
				if err != nil || len(list) != 61 || v.Events != 100_000 {
					b.Fatalf("%d of %d events: %v", len(list), v.Events, err)
				}
				incident.MusterOf(v.Plan, v.State, begin)
				incident.Todo(v.Plan, v.State, "ben", begin)
				incident.StepsOf(v.Plan, v.State)
				taken += time.Since(begin)
			}
			b.ReportMetric(float64(taken.Milliseconds())/float64(b.N), "ms-open")
		})
	}
}
