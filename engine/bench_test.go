package engine_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
)

// fill opens an incident and writes notes and findings into it until it has so many events.
func fill(b testing.TB, st store.Store, e *engine.Engine, events uint64) string {
	b.Helper()
	id := report(b, e).State.ID
	extend(b, st, id, events)
	return id
}

// extend writes notes and findings into an incident, a thousand to a commit, until it has so many events.
func extend(b testing.TB, st store.Store, id string, events uint64) {
	b.Helper()
	head, err := st.Head(b.Context(), "incident/"+id)
	if err != nil {
		b.Fatal(err)
	}
	newest, err := st.Before(b.Context(), head.Stream, 0, 1)
	if err != nil {
		b.Fatal(err)
	}
	last := newest[0]
	salt := func() [16]byte { return [16]byte{1} }
	for seq := last.Seq; seq < events; {
		a := store.Append{Stream: last.Stream, Expect: seq, Kind: head.Kind, Protocol: head.Protocol, Open: true, Summary: head.Summary}
		for range min(1000, events-seq) {
			seq++
			ev := incident.Event(incident.EventNoted{By: "ben", Text: "I am looking at the logs of the second node."})
			if seq%2 == 0 {
				ev = incident.EventFinding{Finding: found(fmt.Sprint("f", seq))}
			}
			last, err = journal.Seal(last.Hash, journal.Envelope{
				Stream: last.Stream, Seq: seq, Kind: ev.Kind(), KindV: 1, At: last.At, Actor: as("ben"), Command: fmt.Sprint("c", seq),
			}, ev, salt)
			if err != nil {
				b.Fatal(err)
			}
			a.Records = append(a.Records, last)
		}
		if err := st.Commit(b.Context(), store.Commit{Appends: []store.Append{a}}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkView opens an incident of 100,000 events: cold by an engine that has never seen it, warm after one more event.
func BenchmarkView(b *testing.B) {
	st := open(b)
	e := start(b, st, "a", nil)
	id := fill(b, st, e, 100_000)
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			if _, err := start(b, st, "cold", nil).View(b.Context(), id); err != nil {
				b.Fatal(err)
			}
		}
	})
	if _, err := e.View(b.Context(), id); err != nil {
		b.Fatal(err)
	}
	b.Run("warm", func(b *testing.B) {
		for b.Loop() {
			if _, err := e.View(b.Context(), id); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("command", func(b *testing.B) {
		for b.Loop() {
			say(b, e, id, "ben", incident.OpNote{Text: "More"})
		}
	})
}

// BenchmarkDo carries out commands on SQLite, fsync on, by as many people as there are incidents.
func BenchmarkDo(b *testing.B) {
	for _, incidents := range []int{1, 16} {
		b.Run(fmt.Sprint(incidents), func(b *testing.B) {
			e := start(b, open(b), "a", nil)
			var ids []string
			for range incidents {
				ids = append(ids, report(b, e).State.ID)
			}
			var n atomic.Int64
			begin := time.Now()
			var wg sync.WaitGroup
			for _, id := range ids {
				wg.Go(func() {
					for n.Add(1) <= int64(b.N) {
						say(b, e, id, "ben", incident.OpNote{Text: "Hm"})
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/time.Since(begin).Seconds(), "commands/s")
		})
	}
}

// BenchmarkOpen opens incidents on SQLite: each with its pages, their deliveries, links and jobs.
func BenchmarkOpen(b *testing.B) {
	e := start(b, open(b), "a", nil)
	begin := time.Now()
	for b.Loop() {
		report(b, e)
	}
	b.ReportMetric(float64(b.N)/time.Since(begin).Seconds(), "commands/s")
}
