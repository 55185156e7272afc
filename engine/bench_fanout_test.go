package engine_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/store"
)

// BenchmarkFanOut calls a thousand people at once. It reports how many seconds after the command the last call was handed over,
// and after how many what became of it was stored.
func BenchmarkFanOut(b *testing.B) {
	const people = 1000
	databases(b, func(b *testing.B, st store.Store) {
		p := &plan.Plan{
			Tocsin: plan.Format, Protocol: "crowd", Name: "Crowd", Severities: []plan.Severity{{ID: "critical", Name: "Critical"}},
			Escalation: plan.Escalation{Rules: []plan.EscalationRule{{Core: "detection"}}, RingEvery: plan.Duration(time.Hour)},
		}
		for n := range people + 1 {
			p.CoreTeam = append(p.CoreTeam, plan.Person{
				ID: fmt.Sprint("p", n), Name: fmt.Sprint("Person ", n), Contact: []plan.Contact{{Kind: "email", To: fmt.Sprintf("p%d@example.com", n)}},
			})
		}
		e := engine.New(engine.Options{Store: st, Node: "a"})
		if _, err := e.Pin(b.Context(), p, nil); err != nil {
			b.Fatal(err)
		}
		var handed atomic.Int64
		all := make(chan time.Time, 1)
		defer operate(b, e, &post{answer: func(context.Context, engine.Parcel) engine.Outcome {
			if handed.Add(1)%people == 0 {
				all <- time.Now()
			}
			return engine.Outcome{State: engine.Landed}
		}})()
		changed, stop := e.Subscribe()
		defer stop()
		var last, told time.Duration
		for b.Loop() {
			begin := time.Now()
			v, err := e.Open(b.Context(), incident.Command{Actor: as("p0"), Op: incident.OpOpen{Title: "The site looks wrong"}})
			if err != nil {
				b.Fatal(err)
			}
			last = (<-all).Sub(begin)
			for count(v, "call-outcome") < people {
				<-changed
				if v, err = e.View(b.Context(), v.State.ID); err != nil {
					b.Fatal(err)
				}
			}
			told = time.Since(begin)
		}
		b.ReportMetric(last.Seconds(), "s-to-last")
		b.ReportMetric(told.Seconds(), "s-to-outcomes")
	})
}
