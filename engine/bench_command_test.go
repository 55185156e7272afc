package engine_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/store"
)

// BenchmarkCommands has updates posted in as many incidents as there are people who do it: each command stores events, a delivery
// and its job at once. A run is so many of them; it reports how many there are to the second.
func BenchmarkCommands(b *testing.B) {
	const commands, people = 2000, 32
	databases(b, func(b *testing.B, st store.Store) {
		e := start(b, st, "a", nil)
		var ids []string
		for range people {
			id := report(b, e).State.ID
			say(b, e, id, "ada", incident.OpValidate{}) // from then on updates are owed
			ids = append(ids, id)
		}
		posted := make([]int, people)
		begin, n := time.Now(), 0
		for b.Loop() {
			var begun atomic.Int64
			var wg sync.WaitGroup
			for i, id := range ids {
				wg.Go(func() {
					for begun.Add(1) <= commands {
						posted[i]++
						op := incident.OpPost{Update: fmt.Sprint("team-", posted[i]), Text: "We know the cause and are about to halt it."}
						if _, err := e.Do(b.Context(), id, incident.Command{Actor: as("ada"), Op: op}); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			n += commands
		}
		b.ReportMetric(float64(n)/time.Since(begin).Seconds(), "commands/s")
	})
}
