package sqlite_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"tocsin/journal"
	"tocsin/store"
	"tocsin/store/sqlite"
)

// event is one sealed record of a usual size.
func event(b *testing.B, stream string, prev journal.Record) journal.Record {
	r, err := journal.Seal(prev.Hash, journal.Envelope{
		Stream: stream, Seq: prev.Seq + 1, Kind: "answered", KindV: 1, At: time.Now(),
		Actor: journal.Actor{Kind: journal.Person, ID: "alice", Via: "session", Node: "one"},
	}, map[string]any{"page": "page-17", "answer": "coming", "note": journal.Personal("on the train, ten minutes")},
		func() [16]byte { return [16]byte{1} })
	if err != nil {
		b.Fatal(err)
	}
	return r
}

func appending(stream string, prev, r journal.Record) store.Append {
	return store.Append{
		Stream: stream, Expect: prev.Seq, Records: []journal.Record{r}, Kind: "incident", Protocol: "vault", Open: true,
		DueAt: r.At.Add(time.Minute), Summary: []byte(`{"title":"Something is wrong with the vault"}`),
	}
}

// BenchmarkCommand measures commands a second, each an event, a new head, a delivery and its job, synchronised to disk:
// 2,000 of them from eight writers, and from one.
func BenchmarkCommand(b *testing.B) {
	for _, writers := range []int{1, 8} {
		b.Run(fmt.Sprint(writers, "-writers"), func(b *testing.B) {
			const commands = 2000
			for b.Loop() {
				b.StopTimer()
				s := open(b, b.TempDir())
				b.StartTimer()
				began := time.Now()
				var wg sync.WaitGroup
				for w := range writers {
					wg.Go(func() {
						stream := fmt.Sprint("incident-", w)
						var prev journal.Record
						for range commands / writers {
							r := event(b, stream, prev)
							d := store.Delivery{ID: fmt.Sprint(stream, "/", r.Seq), Stream: stream, Kind: "page", Payload: r.Bytes, Created: r.At}
							c := store.Commit{Appends: []store.Append{appending(stream, prev, r)}, Deliveries: []store.Delivery{d}}
							if err := s.Commit(b.Context(), c); err != nil {
								b.Error(err)
								return
							}
							prev = r
						}
					})
				}
				wg.Wait()
				b.ReportMetric(commands/time.Since(began).Seconds(), "commands/s")
			}
		})
	}
}

// BenchmarkPickup measures the time from the commit of a delivery to its handler, of 200 one after the other, committed
// by the process that works and by another handle as another process would have it. Idle is what waiting costs.
func BenchmarkPickup(b *testing.B) {
	for _, across := range []bool{false, true} {
		name := "here"
		if across {
			name = "across"
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				dir := b.TempDir()
				worker := open(b, dir)
				committer := worker
				if across {
					committer = open(b, dir)
				}
				handed := make(chan time.Time)
				ctx, cancel := context.WithCancel(b.Context())
				ended := make(chan error, 1)
				go func() {
					ended <- worker.Work(ctx, 8, func(context.Context, string) error {
						handed <- time.Now()
						return nil
					})
				}()
				var took []time.Duration
				for i := range 200 {
					now := time.Now()
					d := store.Delivery{ID: fmt.Sprint("d", i), Stream: "a", Kind: "page", Created: now}
					if err := committer.Commit(ctx, store.Commit{Deliveries: []store.Delivery{d}}); err != nil {
						b.Fatal(err)
					}
					took = append(took, (<-handed).Sub(now))
					time.Sleep(10 * time.Millisecond) // not a burst: the worker is idle when the next one comes
				}
				slices.Sort(took)
				b.ReportMetric(took[len(took)/2].Seconds()*1e3, "p50-ms")
				b.ReportMetric(took[len(took)*99/100].Seconds()*1e3, "p99-ms")
				idle := cpu(b)
				time.Sleep(2 * time.Second)
				b.ReportMetric((cpu(b)-idle).Seconds()/2*100, "idle-%cpu")
				cancel()
				if err := <-ended; err != nil {
					b.Error(err)
				}
			}
		})
	}
}

// cpu is the processor time that this process has used.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkBurst measures 1,000 deliveries from one commit until all are handed over.
func BenchmarkBurst(b *testing.B) {
	for b.Loop() {
		s := open(b, b.TempDir())
		var c store.Commit
		for i := range 1000 {
			c.Deliveries = append(c.Deliveries, store.Delivery{ID: fmt.Sprint("d", i), Stream: "a", Kind: "page", Created: time.Now()})
		}
		ctx, cancel := context.WithCancel(b.Context())
		var wg sync.WaitGroup
		wg.Add(len(c.Deliveries))
		ended := make(chan error, 1)
		began := time.Now()
		go func() {
			ended <- s.Work(ctx, 16, func(context.Context, string) error {
				wg.Done()
				return nil
			})
		}()
		if err := s.Commit(ctx, c); err != nil {
			b.Fatal(err)
		}
		wg.Wait()
		b.ReportMetric(time.Since(began).Seconds(), "handed-over-s")
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	}
}

// BenchmarkOpen measures the opening of a database that is there.
func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "tocsin.db")
	for b.Loop() {
		s, err := sqlite.Open(b.Context(), sqlite.Options{Path: path})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoad measures the loading of a stream of 100,000 events.
func BenchmarkLoad(b *testing.B) {
	s := open(b, b.TempDir())
	var prev journal.Record
	for range 100 {
		first := prev
		var records []journal.Record
		for range 1000 {
			prev = event(b, "a", prev)
			records = append(records, prev)
		}
		a := appending("a", first, prev)
		a.Records = records
		if err := s.Commit(b.Context(), store.Commit{Appends: []store.Append{a}}); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		records, err := s.Load(b.Context(), "a", 0)
		if err != nil || len(records) != 100_000 {
			b.Fatal(len(records), err)
		}
	}
}
