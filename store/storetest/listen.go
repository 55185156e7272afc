package storetest

import (
	"context"
	"testing"

	"tocsin/store"
)

// testListen: whoever listens is told at the beginning and of what is stored from then on, until they want no more.
func testListen(t *testing.T, s store.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	heard, ended := make(chan struct{}, 1), make(chan error, 1)
	go func() {
		ended <- s.Listen(ctx, func() {
			select {
			case heard <- struct{}{}:
			default:
			}
		})
	}()
	wait := func(what string, is uint64) {
		t.Helper()
		for {
			select {
			case <-heard:
			case err := <-ended:
				t.Fatalf("waiting to hear of %s: it ended with %v", what, err)
			}
			if must(s.Position(ctx))(t) == is {
				return
			}
		}
	}
	wait("the beginning", 0)
	c := chain{stream: "a"}
	for n := range uint64(5) {
		commit(t, s, store.Commit{Appends: []store.Append{{Stream: "a", Expect: n, Records: c.next(t, 1), Kind: "incident"}}})
		wait("a record", n+1)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("it was told to end, and it says %v", err)
	}
}
