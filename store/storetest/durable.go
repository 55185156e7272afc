package storetest

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"tocsin/journal"
	"tocsin/store"
)

// Durable checks what holds for a store that keeps its content in dir: it outlives its handle, and several handles on the
// same content, as several processes have them, act as one store. open opens the store in dir; the suite closes it.
func Durable(t *testing.T, open func(t *testing.T, dir string) store.Store) {
	t.Run("Reopen", func(t *testing.T) { testReopen(t, open) })
	t.Run("WorkAfterReopen", func(t *testing.T) { testWorkAfterReopen(t, open) })
	t.Run("TwoHandles", func(t *testing.T) { testTwoHandles(t, open) })
	t.Run("WorkAcross", func(t *testing.T) { testWorkAcross(t, open) })
	t.Run("OpenTogether", func(t *testing.T) { testOpenTogether(t, open) })
}

func closing(t *testing.T, s store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

// everything is what the read side of a store shows of the content that fill makes.
type everything struct {
	Records    []journal.Record
	Heads      []store.Head
	Position   uint64
	Deliveries []store.Delivery
	Watch      []byte
	Seen       map[string]string
	Plan       store.Plan
	Link       store.Link
	Session    []byte
}

func fill(t *testing.T, s store.Store) {
	t.Helper()
	ctx := t.Context()
	epoch, _, err := s.Lease(ctx, "chain", "one", start, start.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	a := (&chain{stream: "a"}).appending(t, 3)
	a.DueAt = start.Add(time.Hour)
	commit(t, s, store.Commit{
		Appends: []store.Append{a}, Deliveries: []store.Delivery{delivery("d1", "a"), delivery("d2", "a")},
		Links: []store.Link{{Hash: "aa", Kind: "page", Person: "alice", Stream: "a", Ref: "p", Expires: start.Add(time.Hour)}},
		Watch: []store.Watch{{Key: "chain", Epoch: epoch, State: []byte("block 1")}}, Marks: map[string]string{"m": "a"},
	})
	if _, ok, err := s.Claim(ctx, "d1", "one", start, start.Add(time.Minute)); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := s.PutPlan(ctx, store.Plan{Hash: "0xaa", Protocol: "vault", Canonical: []byte("{}"), Stored: start}); err != nil {
		t.Fatal(err)
	}
	if err := s.PutSession(ctx, "token", []byte("alice"), start.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, s store.Store) everything {
	t.Helper()
	ctx := t.Context()
	return everything{
		Records: must(s.Load(ctx, "a", 0))(t), Heads: must(s.Heads(ctx, "incident", true))(t), Position: must(s.Position(ctx))(t),
		Deliveries: must(s.Deliveries(ctx, "a"))(t), Watch: must(s.Watch(ctx, "chain"))(t), Seen: must(s.Seen(ctx, []string{"m"}))(t),
		Plan: must(s.Plan(ctx, "0xaa"))(t), Link: must(s.Link(ctx, "aa"))(t), Session: must(s.Session(ctx, "token", start))(t),
	}
}

func testReopen(t *testing.T, open func(*testing.T, string) store.Store) {
	dir := t.TempDir()
	s := open(t, dir)
	fill(t, s)
	before := read(t, s)
	closing(t, s)
	s = open(t, dir)
	defer closing(t, s)
	if after := read(t, s); !reflect.DeepEqual(after, before) {
		t.Errorf("reopened, the store shows %+v\nbefore it showed %+v", after, before)
	}
	// Epochs go on: the lease that was held is still the newest, and the next is a new one.
	epoch, ok, err := s.Lease(t.Context(), "chain", "two", start.Add(time.Minute), start.Add(time.Hour))
	if err != nil || !ok || epoch != 2 {
		t.Errorf("epoch is %d, %t, %v", epoch, ok, err)
	}
}

// landing is a handler that claims and finishes, and tells landed about it.
func landing(s store.Store, landed chan<- string) func(context.Context, string) error {
	return func(ctx context.Context, id string) error {
		d, ok, err := s.Claim(ctx, id, "node", start, start.Add(time.Minute))
		if err != nil || !ok {
			return err
		}
		if err := s.Finish(ctx, id, d.Epoch, store.Landed, time.Time{}, nil); err != nil {
			return err
		}
		landed <- id
		return nil
	}
}

func testWorkAfterReopen(t *testing.T, open func(*testing.T, string) store.Store) {
	dir := t.TempDir()
	s := open(t, dir)
	commit(t, s, store.Commit{Deliveries: []store.Delivery{delivery("d", "a")}})
	closing(t, s)
	s = open(t, dir)
	defer closing(t, s)
	landed := make(chan string, 1)
	defer working(t, s, 1, landing(s, landed))()
	if id := <-landed; id != "d" {
		t.Error(id)
	}
}

func testTwoHandles(t *testing.T, open func(*testing.T, string) store.Store) {
	dir := t.TempDir()
	one, two := open(t, dir), open(t, dir)
	defer closing(t, one)
	defer closing(t, two)
	fill(t, one)
	if a, b := read(t, one), read(t, two); !reflect.DeepEqual(a, b) {
		t.Errorf("one shows %+v\nthe other %+v", a, b)
	}
	// Both write as fast as they can, to streams of their own and to one that they share.
	const each = 40
	var won [2]int
	var wg sync.WaitGroup
	for i, s := range []store.Store{one, two} {
		wg.Go(func() {
			own := &chain{stream: fmt.Sprint("own", i)}
			for range each {
				if err := s.Commit(t.Context(), store.Commit{Appends: []store.Append{own.appending(t, 1)}}); err != nil {
					t.Error(err)
				}
				shared := &chain{stream: "shared"}
				if records, err := s.Load(t.Context(), "shared", 0); err != nil {
					t.Error(err)
				} else if len(records) > 0 {
					shared.head = records[len(records)-1]
				}
				if s.Commit(t.Context(), store.Commit{Appends: []store.Append{shared.appending(t, 1)}}) == nil {
					won[i]++
				}
			}
		})
	}
	wg.Wait()
	shared := must(two.Load(t.Context(), "shared", 0))(t)
	if err := journal.Verify(shared); err != nil || len(shared) != won[0]+won[1] {
		t.Errorf("%d records after %v commits: %v", len(shared), won, err)
	}
	if p := must(one.Position(t.Context()))(t); p != uint64(3+2*each+len(shared)) {
		t.Errorf("position is %d", p)
	}
}

// testWorkAcross: what one process commits, a worker in another takes up.
func testWorkAcross(t *testing.T, open func(*testing.T, string) store.Store) {
	dir := t.TempDir()
	server, command := open(t, dir), open(t, dir)
	defer closing(t, server)
	defer closing(t, command)
	landed := make(chan string, 1)
	defer working(t, server, 2, landing(server, landed))()
	for i := range 5 {
		want := fmt.Sprint("d", i)
		commit(t, command, store.Commit{Deliveries: []store.Delivery{delivery(want, "a")}})
		if id := <-landed; id != want {
			t.Errorf("%s landed, want %s", id, want)
		}
	}
}

// testOpenTogether: processes that make the same new store at the same time all get it.
func testOpenTogether(t *testing.T, open func(*testing.T, string) store.Store) {
	dir := t.TempDir()
	stores := make([]store.Store, 4)
	var wg sync.WaitGroup
	for i := range stores {
		wg.Go(func() { stores[i] = open(t, dir) })
	}
	wg.Wait()
	for i, s := range stores {
		if s == nil {
			t.Fatal("one could not be opened")
		}
		commit(t, s, store.Commit{Appends: []store.Append{(&chain{stream: fmt.Sprint("s", i)}).appending(t, 1)}})
	}
	if heads := must(stores[0].Heads(t.Context(), "incident", false))(t); len(heads) != len(stores) {
		t.Errorf("%d streams of %d", len(heads), len(stores))
	}
	for _, s := range stores {
		closing(t, s)
	}
}
