package engine_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/engine"
	"tocsin/internal/postgres"
	"tocsin/store"
	"tocsin/store/memory"
)

// mortal is the store of a node that dies: from then on nothing that it does counts.
type mortal struct {
	store.Store
	dead atomic.Bool
}

var errDead = errors.New("the node is dead")

func alive[T any](m *mortal, f func() (T, error)) (T, error) {
	if m.dead.Load() {
		var none T
		return none, errDead
	}
	return f()
}

func (m *mortal) Commit(ctx context.Context, c store.Commit) error {
	_, err := alive(m, func() (bool, error) { return true, m.Store.Commit(ctx, c) })
	return err
}

func (m *mortal) Claim(ctx context.Context, id, owner string, now, until time.Time) (d store.Delivery, ok bool, err error) {
	d, err = alive(m, func() (d store.Delivery, err error) {
		d, ok, err = m.Store.Claim(ctx, id, owner, now, until)
		return d, err
	})
	return d, ok, err
}

func (m *mortal) Renew(ctx context.Context, id string, epoch uint64, until time.Time) error {
	_, err := alive(m, func() (bool, error) { return true, m.Store.Renew(ctx, id, epoch, until) })
	return err
}

func (m *mortal) Finish(ctx context.Context, id string, epoch uint64, state string, at time.Time, outcome []byte) error {
	_, err := alive(m, func() (bool, error) { return true, m.Store.Finish(ctx, id, epoch, state, at, outcome) })
	return err
}

func (m *mortal) Take(ctx context.Context, now, until time.Time, limit int) ([]store.Head, error) {
	return alive(m, func() ([]store.Head, error) { return m.Store.Take(ctx, now, until, limit) })
}

// ids lists what was carried.
func (o *post) ids() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var ids []string
	for _, p := range o.calls {
		ids = append(ids, p.ID)
	}
	return ids
}

// resent holds that what one node had in its hands when it died was sent once by the other, and that this is said.
func resent(t *testing.T, v *engine.View, died, other *post) {
	t.Helper()
	for _, pg := range v.State.Pages {
		for _, c := range pg.Calls {
			had, sent := died.carried(c.Delivery), other.carried(c.Delivery)
			if had > 1 || sent > 1 || had == 1 && (sent != 1 || c.Outcome != engine.Landed || !strings.Contains(c.Say, "twice")) {
				t.Errorf("%s: it was carried %d times by the node that died and %d times by the other, and became %q: %s", c.Delivery, had, sent, c.Outcome, c.Say)
			}
		}
	}
}

// off are clocks of nodes that differ from the others'.
var off = map[string]time.Duration{"an hour ahead": time.Hour, "an hour behind": -time.Hour}

func skewed(by time.Duration) func() time.Time {
	return func() time.Time { return time.Now().Add(by) }
}

// hands returns a carrier that keeps what it has until its claim is lost.
func hands() (*post, <-chan string) {
	has := make(chan string, 64)
	return &post{answer: func(ctx context.Context, p engine.Parcel) engine.Outcome {
		has <- p.ID
		<-ctx.Done()
		return engine.Outcome{State: engine.Failed, Say: "It was lost."}
	}}, has
}

// TestClocksDiffer has two nodes whose clocks are an hour apart. Nothing that one has in its hands is taken from it while it lives;
// when it has died the other has it within five seconds, and whoever is to be called next is called as if nothing had happened.
func TestClocksDiffer(t *testing.T) {
	for name, by := range off {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				st := memory.New(nil)
				dying := &mortal{Store: st}
				wrong, right := start(t, dying, "wrong", skewed(by)), start(t, st, "right", nil)
				slow, _ := hands()
				stopWrong := run(t, wrong, slow)
				id := report(t, wrong).State.ID
				synctest.Wait()
				office := &post{}
				stopRight := run(t, right, office)
				defer stopRight()
				time.Sleep(45 * time.Second)
				synctest.Wait()
				if say := audit(t, right); say != "" {
					t.Errorf("while both live the audit says %q", say)
				}
				for _, inHand := range slow.ids() {
					if office.carried(inHand) != 0 {
						t.Errorf("%s was taken out of the hands of a node that lives", inHand)
					}
				}
				dying.dead.Store(true)
				time.Sleep(5*time.Second + time.Millisecond)
				synctest.Wait()
				v := view(t, right, id)
				if len(slow.ids()) < 2 {
					t.Fatal("the node that died had nothing in its hands")
				}
				resent(t, v, slow, office)
				before := count(v, "page-rung")
				time.Sleep(3 * time.Minute)
				synctest.Wait()
				if v = view(t, right, id); count(v, "page-rung") < before+2 || count(v, "call-outcome") != count(v, "page-rung") {
					t.Errorf("%d calls and %d outcomes three minutes later, there had been %d", count(v, "page-rung"), count(v, "call-outcome"), before)
				}
				if say := audit(t, right); say != "" {
					t.Errorf("the audit says %q", say)
				}
				stopWrong()
			})
		})
	}
}

// TestLeasesOfOtherClocks has the holder of a lease live on another clock: nobody takes it while it is renewed, and another node has
// it five seconds after the holder died.
func TestLeasesOfOtherClocks(t *testing.T) {
	for name, by := range off {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				st := memory.New(nil)
				wrong, right := start(t, st, "wrong", skewed(by)), start(t, st, "right", nil)
				ask := func(e *engine.Engine) (uint64, bool) {
					t.Helper()
					epoch, ok, err := e.Lease(t.Context(), "chain", e.Now().Add(4*time.Second))
					if err != nil {
						t.Fatal(err)
					}
					return epoch, ok
				}
				for range 20 {
					if _, ok := ask(wrong); !ok {
						t.Fatal("the holder may not renew")
					}
					if _, ok := ask(right); ok {
						t.Fatal("a lease that is renewed is taken")
					}
					time.Sleep(time.Second)
				}
				for s := range 6 { // nobody renews
					if epoch, ok := ask(right); ok {
						if epoch != 2 {
							t.Errorf("its epoch is %d", epoch)
						}
						if _, ok := ask(wrong); ok {
							t.Error("both hold it")
						}
						return
					}
					if s == 5 {
						t.Error("five seconds after its holder died nobody has it")
					}
					time.Sleep(time.Second)
				}
			})
		})
	}
}

// TestClocksDifferOnPostgres does it with a real database, from which the node with the wrong clock is cut off.
func TestClocksDifferOnPostgres(t *testing.T) {
	pg := postgres.Start(t, "-c", "fsync=off")
	for name, by := range off {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := pg.Database(t)
			line := pg.Line(t, url)
			wrong, right := start(t, dial(t, line.URL), "wrong", skewed(by)), start(t, dial(t, url), "right", nil)
			slow, has := hands()
			stopWrong := run(t, wrong, slow)
			id := report(t, wrong).State.ID
			first, second := <-has, <-has
			line.Cut()
			office := &post{}
			defer run(t, right, office)()
			v := eventually(t, right, id, "the calls by the other node", func(v *engine.View) bool {
				return v.State.Outcome(first) != "" && v.State.Outcome(second) != ""
			})
			line.Heal()
			stopWrong()
			resent(t, v, slow, office)
			if at := v.State.Last.Sub(right.Now()); by < 0 && at > time.Minute || by > 0 && at < 50*time.Minute {
				t.Errorf("the record is %s ahead", at)
			}
			view(t, right, id) // verifies
		})
	}
}
