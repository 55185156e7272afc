package devchain

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/evm"
)

func TestBlocksFollowAClock(t *testing.T) {
	var clock atomic.Int64 // seconds
	const begin = genesisTime + 1000
	clock.Store(begin)
	c := start(t, Options{ChainID: 31337, Period: time.Millisecond, Clock: func() time.Time { return time.Unix(clock.Load(), 0) }})
	reach := func(want uint64) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		reached := errors.New("reached")
		err := c.Client().Heads(ctx, func(h evm.Header) error {
			if h.Time >= want {
				return reached
			}
			return nil
		})
		if err != reached {
			t.Fatalf("await a block of %d: %v", want, err)
		}
	}
	reach(begin)
	// The clock stands still: asked for by name a block comes all the same, a second later.
	if err := c.Mine(1); err != nil {
		t.Fatal(err)
	}
	clock.Add(4 * 3600)
	reach(begin + 4*3600)
	// One block when the clock was first seen, one by name, one when it was moved on; none while it stood still.
	h, err := c.Client().Head(t.Context())
	if err != nil || h.Number != 3 || h.Time != begin+4*3600 {
		t.Errorf("the head is %d at %d, %v", h.Number, h.Time, err)
	}
}
