package engine_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/engine"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
	"tocsin/store/memory"
)

// post is an office that notes each parcel and answers as it is told to.
type post struct {
	mu     sync.Mutex
	calls  []engine.Parcel
	answer func(ctx context.Context, p engine.Parcel) engine.Outcome
}

func (o *post) Carry(ctx context.Context, p engine.Parcel) engine.Outcome {
	o.mu.Lock()
	o.calls = append(o.calls, p)
	answer := o.answer
	o.mu.Unlock()
	if answer == nil {
		return engine.Outcome{State: engine.Landed, Say: "Handed over."}
	}
	return answer(ctx, p)
}

func (o *post) carried(id string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := 0
	for _, p := range o.calls {
		if p.ID == id {
			n++
		}
	}
	return n
}

// run runs an engine with an office for everything until stop is called.
func run(t *testing.T, e *engine.Engine, o engine.Carrier) (stop func()) {
	for _, kind := range []string{incident.DispatchPage, incident.DispatchReminder, incident.DispatchUpdate, incident.DispatchAction} {
		e.Carry(kind, o)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- e.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// states counts the deliveries of an incident by their state.
func states(t *testing.T, st store.Store, id string) map[string]int {
	t.Helper()
	all, err := st.Deliveries(t.Context(), "incident/"+id)
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]int{}
	for _, d := range all {
		n[d.State]++
	}
	return n
}

func TestCarry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := memory.New(nil)
		e := start(t, st, "a", nil)
		office := &post{}
		stop := run(t, e, office)
		defer stop()
		id := report(t, e).State.ID
		synctest.Wait()
		v := view(t, e, id)
		if count(v, "page-rung") != 2 || count(v, "call-outcome") != 2 { // Ben and Cyd must sign; Ada opened it
			t.Fatalf("%d rung, %d outcomes", count(v, "page-rung"), count(v, "call-outcome"))
		}
		if n := states(t, st, id); n[store.Landed] != 2 || len(n) != 1 {
			t.Errorf("deliveries: %v", n)
		}
		// Each page carries the secret of a link that answers for that person and incident only.
		for _, p := range office.calls {
			l, err := st.Link(t.Context(), engine.LinkHash(p.Dispatch.Secret))
			if err != nil || l.Person != p.Dispatch.Person || l.Stream != id || l.Ref != p.Dispatch.Page || l.Kind != "page" {
				t.Errorf("the link of %s is %+v, %v", p.ID, l, err)
			}
			if seen, err := p.View(t.Context()); err != nil || seen.State.ID != id {
				t.Errorf("the parcel shows %v, %v", seen, err)
			}
		}
		// Time passes: the pages ring again when they are due, not before, and at most a second after.
		time.Sleep(2*time.Minute - time.Second)
		synctest.Wait()
		if n := count(view(t, e, id), "page-rung"); n != 2 {
			t.Errorf("%d rung before it was time", n)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if n := count(view(t, e, id), "page-rung"); n != 4 {
			t.Errorf("%d rung when it was time", n)
		}
	})
}

// TestCarriersWords holds deliveries to what carriers say of them.
func TestCarriersWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := memory.New(nil)
		e := start(t, st, "a", nil)
		office := &post{answer: func(_ context.Context, p engine.Parcel) engine.Outcome {
			switch {
			case p.Dispatch.Person == "cyd" && p.Attempt < 3:
				return engine.Outcome{State: engine.Again, Say: "The line is busy.", After: 5 * time.Second}
			case p.Dispatch.Person == "cyd":
				return engine.Outcome{State: engine.Unknown}
			}
			return engine.Outcome{State: "well"} // which is no outcome
		}}
		stop := run(t, e, office)
		defer stop()
		id := report(t, e).State.ID
		synctest.Wait()
		if n := states(t, st, id); n[store.Queued] != 1 || n[store.Unknown] != 1 {
			t.Errorf("at once: %v", n)
		}
		time.Sleep(12 * time.Second)
		synctest.Wait()
		if n := states(t, st, id); n[store.Unknown] != 2 {
			t.Errorf("after some time: %v", n)
		}
		v := view(t, e, id)
		if v.State.Outcome(id+"/page-2/1") != "unknown" || office.carried(id+"/page-2/1") != 3 {
			t.Errorf("Cyd was called %d times: %q", office.carried(id+"/page-2/1"), v.State.Outcome(id+"/page-2/1"))
		}
	})
}

// TestLostClaim has a carrier hang so that its claim cannot be kept; another node takes over, and only that one reports.
func TestLostClaim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := memory.New(nil)
		deaf := &deaf{Store: shared}
		a, b := start(t, deaf, "a", nil), start(t, shared, "b", nil)
		hung := &post{answer: func(ctx context.Context, _ engine.Parcel) engine.Outcome {
			<-ctx.Done()
			time.Sleep(30 * time.Second) // and long after
			return engine.Outcome{State: engine.Failed, Say: "Timed out."}
		}}
		stopA := run(t, a, hung)
		deaf.now(true) // a cannot renew
		id := report(t, a).State.ID
		synctest.Wait()
		other := &post{answer: func(context.Context, engine.Parcel) engine.Outcome {
			time.Sleep(50 * time.Second) // so that the other would be the first to report
			return engine.Outcome{State: engine.Landed}
		}}
		stopB := run(t, b, other)
		time.Sleep(6 * time.Second)
		synctest.Wait()
		delivery := id + "/page-1/1"
		if hung.carried(delivery) != 1 || other.carried(delivery) != 1 {
			t.Errorf("carried %d and %d times", hung.carried(delivery), other.carried(delivery))
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := view(t, b, id).State.Outcome(delivery); got != "landed" {
			t.Errorf("the outcome is %q", got)
		}
		stopA()
		stopB()
	})
}

// deaf is a store that does not answer to those who want to keep a claim, or look for another.
type deaf struct {
	store.Store
	mu sync.Mutex
	on bool
}

func (d *deaf) now(on bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.on = on
}

func (d *deaf) Renew(ctx context.Context, id string, epoch uint64, until time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.on {
		return context.DeadlineExceeded
	}
	return d.Store.Renew(ctx, id, epoch, until)
}

func (d *deaf) Stale(ctx context.Context, now time.Time, limit int) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.on {
		return nil, context.DeadlineExceeded
	}
	return d.Store.Stale(ctx, now, limit)
}

// TestKept has a carrier take its time while the claim is kept: nobody else takes over.
func TestKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := memory.New(nil)
		a, b := start(t, st, "a", nil), start(t, st, "b", nil)
		slow := &post{answer: func(context.Context, engine.Parcel) engine.Outcome {
			time.Sleep(time.Minute)
			return engine.Outcome{State: engine.Landed}
		}}
		stopA := run(t, a, slow)
		id := report(t, a).State.ID
		synctest.Wait()
		other := &post{}
		stopB := run(t, b, other)
		time.Sleep(61 * time.Second)
		synctest.Wait()
		if got := view(t, b, id).State.Outcome(id + "/page-1/1"); got != "landed" || other.carried(id+"/page-1/1") != 0 {
			t.Errorf("the outcome is %q, and the other node carried it %d times", got, other.carried(id+"/page-1/1"))
		}
		stopA()
		stopB()
	})
}

// TestRestart stops an engine while parcels are under way; the next one carries them.
func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := memory.New(nil)
		first := start(t, st, "a", nil)
		stuck := &post{answer: func(ctx context.Context, _ engine.Parcel) engine.Outcome {
			<-ctx.Done()
			return engine.Outcome{State: engine.Failed, Say: ctx.Err().Error()}
		}}
		stop := run(t, first, stuck)
		id := report(t, first).State.ID
		synctest.Wait()
		stop()
		if n := states(t, st, id); n[store.Failed] != 0 {
			t.Errorf("stopped: %v", n)
		}
		next := &post{}
		stop = run(t, start(t, st, "b", nil), next)
		defer stop()
		time.Sleep(6 * time.Second)
		synctest.Wait()
		if n := states(t, st, id); n[store.Landed] != 2 || len(n) != 1 {
			t.Errorf("after the restart: %v", n)
		}
	})
}

// TestReported has a node die between reporting an outcome and finishing the delivery: it is not carried twice.
func TestReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := memory.New(nil)
		dying := start(t, st, "a", nil)
		id := report(t, dying).State.ID
		delivery := id + "/page-1/1"
		if _, ok, err := st.Claim(t.Context(), delivery, "a", time.Now(), time.Now().Add(time.Second)); !ok || err != nil {
			t.Fatal(err)
		}
		op := incident.OpOutcome{Delivery: delivery, Outcome: "landed"}
		cmd := incident.Command{ID: "outcome/" + delivery, Actor: journal.Actor{Kind: journal.Deliverer}, Op: op}
		if _, err := dying.Do(t.Context(), id, cmd); err != nil {
			t.Fatal(err)
		}
		office := &post{}
		stop := run(t, start(t, st, "b", nil), office)
		defer stop()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if n := states(t, st, id); n[store.Landed] != 2 || office.carried(delivery) != 0 {
			t.Errorf("deliveries %v, carried %d times", n, office.carried(delivery))
		}
	})
}

// TestSweepGoesOn holds that one incident that cannot be looked at keeps no other waiting.
func TestSweepGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := memory.New(nil)
		e := start(t, st, "a", nil)
		bad, good := report(t, e).State.ID, report(t, e).State.ID
		append1(t, st, e, bad, "event-of-2031")
		spoil := &spoiled{Store: st, stream: "incident/" + bad}
		office := &post{answer: func(context.Context, engine.Parcel) engine.Outcome {
			return engine.Outcome{State: engine.Again, After: 3 * time.Second}
		}}
		stop := run(t, start(t, spoil, "b", nil), office)
		defer stop()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if n := office.carried(good + "/page-1/1"); n < 3 {
			t.Errorf("a page of the good incident was carried %d times", n)
		}
	})
}

// spoiled is a store that cannot read one stream.
type spoiled struct {
	store.Store
	stream string
}

func (s *spoiled) Load(ctx context.Context, stream string, after uint64) ([]journal.Record, error) {
	if stream == s.stream {
		return nil, context.DeadlineExceeded
	}
	return s.Store.Load(ctx, stream, after)
}

// TestTwoNodes has two nodes sweep and work the same database for an hour: every call is made once.
func TestTwoNodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := memory.New(nil)
		a, b := start(t, st, "a", nil), start(t, st, "b", nil)
		office := &post{}
		stopA, stopB := run(t, a, office), run(t, b, office)
		id := report(t, a).State.ID
		time.Sleep(time.Hour)
		synctest.Wait()
		stopA()
		stopB()
		v := view(t, b, id)
		if rung := count(v, "page-rung"); rung != len(office.calls) || rung != count(v, "call-outcome") || rung < 10 {
			t.Errorf("%d rung, %d carried, %d outcomes", rung, len(office.calls), count(v, "call-outcome"))
		}
	})
}
