package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/store"
	"tocsin/store/memory"
)

// ill is a store that fails at one thing.
type ill struct {
	store.Store
	stuck  chan struct{} // Take waits for it to be closed, whatever its context says; nil: it does not
	grudge bool          // nobody may claim
	full   bool          // nothing is stored
}

func (i *ill) Take(ctx context.Context, now, until time.Time, limit int) ([]store.Head, error) {
	if i.stuck != nil {
		<-i.stuck
	}
	return i.Store.Take(ctx, now, until, limit)
}

func (i *ill) Claim(ctx context.Context, id, owner string, now, until time.Time) (store.Delivery, bool, error) {
	if i.grudge {
		return store.Delivery{}, false, nil
	}
	return i.Store.Claim(ctx, id, owner, now, until)
}

func (i *ill) Lease(ctx context.Context, name, owner string, now, until time.Time) (uint64, bool, error) {
	if i.full {
		return 0, false, errors.New("the disk is full")
	}
	return i.Store.Lease(ctx, name, owner, now, until)
}

// TestAuditedNode holds that a node which does not do its part says so, whatever the others do: one that hangs, one before whose
// eyes a call stays in the hands of the dead, and one whose database takes nothing.
func TestAuditedNode(t *testing.T) {
	for want, st := range map[string]*ill{
		"this node hangs: it last began to look at what is due": {stuck: make(chan struct{})},
		"Nobody has sent":  {grudge: true},
		"the disk is full": {full: true},
		"":                 {},
	} {
		t.Run(want, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				st := &ill{Store: memory.New(nil), grudge: st.grudge, full: st.full, stuck: st.stuck}
				if st.stuck != nil {
					st.stuck = make(chan struct{})
				}
				e := start(t, st, "a", nil)
				id := report(t, e).State.ID
				ahead := time.Now().Add(time.Hour)
				if _, ok, err := st.Store.Claim(t.Context(), id+"/page-1/1", "dead", time.Now(), ahead); err != nil || !ok {
					t.Fatal(ok, err)
				}
				stop := run(t, e, &post{})
				time.Sleep(5 * time.Minute)
				synctest.Wait()
				a, err := e.Audited()
				if err == nil {
					err = a.Err()
				}
				if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
					t.Errorf("it says %v, want %q", err, want)
				}
				if st.stuck != nil {
					close(st.stuck)
				}
				stop()
			})
		})
	}
}
