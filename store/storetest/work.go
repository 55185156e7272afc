package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"tocsin/store"
)

// working runs Work until stop is called, which waits for its end.
func working(t *testing.T, s store.Store, workers int, handle func(context.Context, string) error) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Work(ctx, workers, handle) }()
	return sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("work: %v", err)
		}
	})
}

// testWork: whatever is committed before and during Work is handed over and lands once.
func testWork(t *testing.T, s store.Store) {
	committers, each := 4, 25
	if testing.Short() {
		each = 5
	}
	early := store.Commit{Deliveries: []store.Delivery{delivery("early", "a")}}
	early.Deliveries[0].NotBefore = time.Time{} // at any time
	timed := delivery("timed", "a")
	timed.NotBefore = timed.Created.Add(time.Hour)
	early.Deliveries = append(early.Deliveries, timed)
	commit(t, s, early)

	var mu sync.Mutex
	landed := map[string]int{}
	all := make(chan struct{})
	stop := working(t, s, 4, func(ctx context.Context, id string) error {
		d, ok, err := s.Claim(ctx, id, "node", start, start.Add(time.Minute))
		if err != nil || !ok {
			return err
		}
		if err := s.Finish(ctx, id, d.Epoch, store.Landed, time.Time{}, nil); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		landed[id]++
		if len(landed) == committers*each+1 {
			close(all)
		}
		return nil
	})
	defer stop()
	var wg sync.WaitGroup
	for i := range committers {
		wg.Go(func() {
			c := &chain{stream: fmt.Sprint("s", i)}
			for j := range each {
				commit := store.Commit{
					Appends:    []store.Append{c.appending(t, 1)},
					Deliveries: []store.Delivery{delivery(fmt.Sprint("d", i, "-", j), c.stream)},
				}
				if err := s.Commit(t.Context(), commit); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	<-all
	stop()
	for id, n := range landed {
		if n != 1 {
			t.Errorf("%s landed %d times", id, n)
		}
	}
	if stale := must(s.Stale(t.Context(), timed.NotBefore, 10))(t); !reflect.DeepEqual(stale, []string{"timed"}) {
		t.Errorf("left to the sweep are %v, want the one with a time", stale)
	}
}

// testWorkFails: what a handler fails at is left to the sweep.
func testWorkFails(t *testing.T, s store.Store) {
	handed := make(chan string, 10)
	stop := working(t, s, 1, func(ctx context.Context, id string) error {
		defer func() { handed <- id }()
		if _, _, err := s.Claim(ctx, id, "node", start, start.Add(time.Minute)); err != nil {
			return err
		}
		if id == "bad" {
			return errors.New("the mail server is down")
		}
		return s.Finish(ctx, id, 1, store.Landed, time.Time{}, nil)
	})
	defer stop()
	commit(t, s, store.Commit{Deliveries: []store.Delivery{delivery("bad", "a")}})
	if id := <-handed; id != "bad" {
		t.Fatal(id)
	}
	commit(t, s, store.Commit{Deliveries: []store.Delivery{delivery("good", "a")}})
	if id := <-handed; id != "good" {
		t.Fatalf("%s came again, where only the sweep should bring it", id)
	}
	stop()
	if stale := must(s.Stale(t.Context(), start.Add(time.Minute), 10))(t); !reflect.DeepEqual(stale, []string{"bad"}) {
		t.Errorf("stale are %v, want the bad one", stale)
	}
}

// testWorkStops: Work returns when what was begun is done, and takes up nothing new.
func testWorkStops(t *testing.T, s store.Store) {
	begun, finish := make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	var done bool
	go func() {
		ended <- s.Work(ctx, 1, func(ctx context.Context, id string) error {
			if id != "first" {
				t.Errorf("%s was taken up after the end", id)
				return nil
			}
			close(begun)
			<-finish
			done = ctx.Err() == nil
			return nil
		})
	}()
	commit(t, s, store.Commit{Deliveries: []store.Delivery{delivery("first", "a")}})
	<-begun
	cancel()
	commit(t, s, store.Commit{Deliveries: []store.Delivery{delivery("second", "a")}})
	close(finish)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if !done {
		t.Error("the handler could not finish")
	}
}
