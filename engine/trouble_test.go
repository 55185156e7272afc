package engine_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
	"tocsin/store/memory"
)

// TestOutcomeIsNotLost has the database take no events while a page goes out: what became of it is written once it does,
// and nobody is called twice for that.
func TestOutcomeIsNotLost(t *testing.T) {
	for name, trouble := range map[string]error{
		"disk full": fault.New(fault.Unavailable, "The disk that holds the database is full; nothing was stored."),
		"other":     errors.New("the disk is on fire"),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				st := &broken{Store: memory.New(nil)}
				e := start(t, st, "a", nil)
				office := &post{answer: func(context.Context, engine.Parcel) engine.Outcome {
					st.fail(trouble)
					return engine.Outcome{State: engine.Landed, Say: "Handed over."}
				}}
				stop := run(t, e, office)
				defer stop()
				id := report(t, e).State.ID
				time.Sleep(20 * time.Second)
				st.fail(nil)
				office.answer = nil
				time.Sleep(20 * time.Second)
				synctest.Wait()
				v := view(t, e, id)
				for _, pg := range v.State.Pages {
					for _, c := range pg.Calls {
						if n := office.carried(c.Delivery); n != 1 || c.Outcome != store.Landed {
							t.Errorf("%s was carried %d times, outcome %q; want once, landed", c.Delivery, n, c.Outcome)
						}
					}
				}
				if n := states(t, st, id); n[store.Landed] != 2 || len(n) != 1 {
					t.Errorf("deliveries: %v", n)
				}
			})
		})
	}
}

// TestPanicOfOneParcel has a carrier fail at a page by a defect: the server goes on, and the page goes out the next time.
func TestPanicOfOneParcel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := start(t, memory.New(nil), "a", nil)
		var once sync.Once
		office := &post{answer: func(context.Context, engine.Parcel) engine.Outcome {
			once.Do(func() { panic("a defect") })
			return engine.Outcome{State: engine.Landed, Say: "Handed over."}
		}}
		stop := run(t, e, office)
		defer stop()
		id := report(t, e).State.ID
		time.Sleep(10 * time.Second)
		synctest.Wait()
		for _, pg := range view(t, e, id).State.Pages {
			if len(pg.Calls) == 0 || pg.Calls[0].Outcome != store.Landed {
				t.Errorf("%s: %+v", pg.ID, pg.Calls)
			}
		}
	})
}

// TestNobodySpeaksForTocsin has a person give their command the name of a report, and of another person's command: neither
// is kept from being carried out by that.
func TestNobodySpeaksForTocsin(t *testing.T) {
	e := start(t, memory.New(nil), "a", nil)
	id := report(t, e).State.ID
	name := "outcome/" + id + "/page-1/1"
	answer := func(person string) {
		t.Helper()
		if _, err := e.Do(t.Context(), id, incident.Command{ID: name, Actor: as(person), Op: incident.OpAnswer{Answer: incident.Coming}}); err != nil {
			t.Fatal(err)
		}
		if view(t, e, id).State.Answer(person) == nil {
			t.Errorf("%s has answered, and it is not there", person)
		}
	}
	answer("ben")
	answer("cyd")
	before := count(view(t, e, id), "answered")
	answer("ben") // a double click
	if n := count(view(t, e, id), "answered"); n != before {
		t.Errorf("a repeated command was carried out again")
	}
	op := incident.OpOutcome{Delivery: id + "/page-1/1", Outcome: "failed"}
	if _, err := e.Do(t.Context(), id, incident.Command{ID: name, Actor: journal.Actor{Kind: journal.Deliverer}, Op: op}); err != nil {
		t.Fatal(err)
	}
	if got := view(t, e, id).State.Outcome(op.Delivery); got != "failed" {
		t.Errorf("the outcome is %q, want failed", got)
	}
}

// TestClockGoesBack has somebody set the clock back by an hour: calls are still made when they are due.
func TestClockGoesBack(t *testing.T) {
	st, clock := memory.New(nil), newClock()
	e := start(t, st, "a", clock.now)
	id := report(t, e).State.ID
	clock.pass(10 * time.Second)
	if err := e.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	clock.pass(-time.Hour)
	for range 180 {
		clock.pass(time.Second)
		if err := e.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(view(t, e, id), "page-rung"); n != 4 {
		t.Errorf("%d calls three minutes later, want 4", n)
	}
	last := time.Time{}
	for _, h := range happened(t, view(t, e, id)) {
		if h.At.Before(last) {
			t.Errorf("%s at %v comes before %v", h.Event.Kind(), h.At, last)
		}
		last = h.At
	}
}

// TestActionsDoNotQueueBehindPages has the mail server keep every page waiting: what halts the theft goes out at once.
func TestActionsDoNotQueueBehindPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := memory.New(nil)
		e := start(t, st, "a", nil)
		acted := make(chan time.Time, 1)
		office := &post{answer: func(ctx context.Context, p engine.Parcel) engine.Outcome {
			if p.Dispatch.Kind == incident.DispatchAction {
				acted <- time.Now()
				return engine.Outcome{State: engine.Landed}
			}
			select {
			case <-time.After(20 * time.Second):
			case <-ctx.Done():
			}
			return engine.Outcome{State: engine.Failed, Say: "The mail server does not answer."}
		}}
		stop := run(t, e, office)
		defer stop()
		id := report(t, e).State.ID
		for range 99 {
			report(t, e)
		}
		time.Sleep(3 * time.Second) // everybody who carries is waiting now
		say(t, e, id, "ada", incident.OpValidate{Note: "It is real"})
		for _, d := range view(t, e, id).State.Decisions {
			for _, person := range []string{"ben", "cyd"} {
				if view(t, e, id).State.Decision(d.ID).State == incident.Open {
					approve(t, e, id, person, &d)
				}
			}
		}
		asked := time.Now()
		if count(view(t, e, id), "action-ordered") != 1 {
			t.Fatal("no action was ordered")
		}
		select {
		case at := <-acted:
			if late := at.Sub(asked); late > time.Second {
				t.Errorf("the action was carried %v after it was ordered", late)
			}
		case <-time.After(10 * time.Second):
			t.Error("the action waits behind the pages")
		}
	})
}

// lines keeps what is logged.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// TestTimersThatFailAreLogged holds that an incident whose timers cannot be looked at does not fall silent.
func TestTimersThatFailAreLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := &broken{Store: memory.New(nil)}
		log := &lines{}
		e := engine.New(engine.Options{Store: st, Node: "a", Logger: slog.New(slog.NewTextHandler(log, nil))})
		p, files := small(t)
		if _, err := e.Pin(t.Context(), p, files); err != nil {
			t.Fatal(err)
		}
		id := report(t, e).State.ID
		st.fail(errors.New("the disk is on fire"))
		stop := run(t, e, &post{})
		defer stop()
		time.Sleep(3 * time.Minute) // something was due
		if got := log.String(); !strings.Contains(got, "tick "+id) || !strings.Contains(got, "the disk is on fire") {
			t.Errorf("logged: %s", got)
		}
	})
}
