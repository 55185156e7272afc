package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"tocsin/fault"
	"tocsin/store"
)

// to is a commit that appends to some streams.
func to(streams ...string) store.Commit {
	var c store.Commit
	for _, s := range streams {
		c.Appends = append(c.Appends, store.Append{Stream: s})
	}
	return c
}

// busy is a joint all of whose lanes are in use until release is called; writes then go to the function.
func busy(t *testing.T, j *joint) (release func()) {
	t.Helper()
	held := make(chan struct{})
	var wg sync.WaitGroup
	for n := range lanes {
		wg.Go(func() {
			err := j.commit(t.Context(), to(fmt.Sprint("held ", n)), func(context.Context, store.Commit) error {
				<-held
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	synctest.Wait()
	return func() { close(held); wg.Wait() }
}

// names are the streams that a commit appends to.
func names(c store.Commit) []string {
	var list []string
	for _, a := range c.Appends {
		list = append(list, a.Stream)
	}
	return list
}

// TestJoint has commits come while others are under way: they share one transaction, but for those to the same stream.
func TestJoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJoint()
		release := busy(t, j)
		var mu sync.Mutex
		var written [][]string
		write := func(_ context.Context, c store.Commit) error {
			mu.Lock()
			defer mu.Unlock()
			written = append(written, names(c))
			return nil
		}
		gone, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for _, s := range []string{"a", "b", "gone", "a", "c"} {
			ctx := t.Context()
			if s == "gone" {
				ctx = gone
			}
			wg.Go(func() {
				if err := j.commit(ctx, to(s), write); (s == "gone") != errors.Is(err, context.Canceled) || s != "gone" && err != nil {
					t.Errorf("%s: %v", s, err)
				}
			})
			synctest.Wait()
		}
		leave()
		synctest.Wait()
		release()
		wg.Wait()
		slices.SortFunc(written, func(a, b []string) int { return len(b) - len(a) }) // they go by different lanes
		if len(written) != 2 || !slices.Equal(written[0], []string{"a", "b", "c"}) || !slices.Equal(written[1], []string{"a"}) {
			t.Errorf("written: %v", written)
		}
	})
}

// TestJointSpoiled has one of several commits fail: it fails alone. What no commit is to blame for, all are told.
func TestJointSpoiled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, away := range []bool{false, true} {
			j := newJoint()
			release := busy(t, j)
			writes := 0
			write := func(_ context.Context, c store.Commit) error {
				writes++
				switch {
				case away:
					return fault.New(fault.Unavailable, "It does not answer.")
				case slices.Contains(names(c), "bad"):
					return store.ErrConflict
				}
				return nil
			}
			var wg sync.WaitGroup
			for _, s := range []string{"a", "bad", "c"} {
				wg.Go(func() {
					err := j.commit(t.Context(), to(s), write)
					if away && !fault.Is(err, fault.Unavailable) || !away && (s == "bad") != errors.Is(err, store.ErrConflict) {
						t.Errorf("%s: %v", s, err)
					}
				})
				synctest.Wait()
			}
			release()
			wg.Wait()
			if want := map[bool]int{false: 4, true: 1}[away]; writes != want {
				t.Errorf("%d writes, want %d", writes, want)
			}
		}
	})
}
