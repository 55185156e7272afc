package storetest

import (
	"errors"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/store"
)

func testPlans(t *testing.T, s store.Store) {
	ctx := t.Context()
	p := store.Plan{Hash: "0xaa", Protocol: "vault", Canonical: []byte(`{"protocol":"vault"}`), Files: []byte("PK"), Stored: start}
	if err := s.PutPlan(ctx, p); err != nil {
		t.Fatal(err)
	}
	again := p
	again.Stored = start.Add(time.Hour)
	if err := s.PutPlan(ctx, again); err != nil {
		t.Fatal(err)
	}
	if got := must(s.Plan(ctx, "0xaa"))(t); !reflect.DeepEqual(got, p) {
		t.Errorf("plan is %+v, want %+v", got, p)
	}
	_, err := s.Plan(ctx, "0xbb")
	wantErr(t, err, store.ErrNotFound)
}

func testLinks(t *testing.T, s store.Store) {
	ctx := t.Context()
	l := store.Link{Hash: "aa", Kind: "sign-in", Person: "alice", Stream: "i", Ref: "page-1", Expires: start.Add(time.Hour)}
	other := store.Link{Hash: "bb", Kind: "page"}
	if err := s.PutLink(ctx, l); err != nil {
		t.Fatal(err)
	}
	wantErr(t, s.PutLink(ctx, l), store.ErrConflict)
	commit(t, s, store.Commit{Links: []store.Link{other}})
	for _, want := range []store.Link{l, other} {
		if got := must(s.Link(ctx, want.Hash))(t); !reflect.DeepEqual(got, want) {
			t.Errorf("link is %+v, want %+v", got, want)
		}
	}
	_, err := s.Link(ctx, "cc")
	wantErr(t, err, store.ErrNotFound)
	_, err = s.UseLink(ctx, "cc", start)
	wantErr(t, err, store.ErrNotFound)

	// However many use it at the same time, one does.
	var used atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			got, err := s.UseLink(ctx, "aa", start.Add(time.Minute))
			want := l
			want.Used = start.Add(time.Minute)
			switch {
			case err == nil && reflect.DeepEqual(got, want):
				used.Add(1)
			case !errors.Is(err, store.ErrConflict):
				t.Errorf("used %+v: %v", got, err)
			}
		})
	}
	wg.Wait()
	if used.Load() != 1 {
		t.Errorf("the link was used %d times", used.Load())
	}
	if got := must(s.Link(ctx, "aa"))(t); !got.Used.Equal(start.Add(time.Minute)) {
		t.Errorf("link was used at %s", got.Used)
	}
}

func testSessions(t *testing.T, s store.Store) {
	ctx := t.Context()
	put := func(token, data string, expires time.Duration) {
		t.Helper()
		if err := s.PutSession(ctx, token, []byte(data), start.Add(expires)); err != nil {
			t.Fatal(err)
		}
	}
	get := func(token string, now time.Duration, want string) {
		t.Helper()
		b, err := s.Session(ctx, token, start.Add(now))
		if want == "" {
			wantErr(t, err, store.ErrNotFound)
		} else if err != nil || string(b) != want {
			t.Fatalf("session is %q, %v; want %q", b, err, want)
		}
	}
	put("one", "alice", time.Minute)
	put("two", "bob", time.Hour)
	get("one", time.Minute-time.Microsecond, "alice")
	get("none", 0, "")
	get("one", time.Minute, "")
	get("two", time.Minute, "bob")
	put("two", "bob again", 2*time.Hour)
	get("two", time.Hour, "bob again")
	if err := errors.Join(s.DeleteSession(ctx, "two"), s.DeleteSession(ctx, "none")); err != nil {
		t.Fatal(err)
	}
	get("two", 0, "")
}
