package rpc_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/chain"
	"tocsin/chain/devchain"
	"tocsin/chain/rpc"
	"tocsin/evm"
	"tocsin/fault"
)

func newChain(t *testing.T) *devchain.Chain {
	t.Helper()
	c, err := devchain.Start(t.Context(), devchain.Options{ChainID: 31337, Period: devchain.Manual})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func mine(t *testing.T, c *devchain.Chain, n int) {
	t.Helper()
	if err := c.Mine(n); err != nil {
		t.Fatal(err)
	}
}

func dial(t *testing.T, o rpc.Options) *rpc.Client {
	t.Helper()
	if o.PollEvery == 0 {
		o.PollEvery = 5 * time.Millisecond
	}
	if o.Backoff == 0 {
		o.Backoff = time.Millisecond
	}
	c, err := rpc.Dial(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// journey is what a follower was told.
type journey struct {
	cursor chain.Cursor
	steps  []string // "+5" for a block, "-5" for an orphan
}

func (j *journey) take(t *testing.T, s chain.Step) {
	t.Helper()
	last := j.cursor.Last()
	if s.Orphaned {
		if s.Ref != last || s.Block != nil {
			t.Errorf("orphaned %v, the block before was %v", s.Ref, last)
		}
		j.steps = append(j.steps, fmt.Sprintf("-%d", s.Ref.Number))
	} else {
		if s.Block == nil || s.Block.Hash != s.Ref.Hash || (len(j.cursor.Recent) > 0 && s.Block.ParentHash != last.Hash) {
			t.Errorf("step %v does not continue %v", s.Ref, last)
		}
		j.steps = append(j.steps, fmt.Sprintf("+%d", s.Ref.Number))
	}
	j.cursor = j.cursor.Advance(s, 64)
}

var errEnough = errors.New("enough")

// until follows until the block named has been seen.
func (j *journey) until(t *testing.T, c *rpc.Client, end func() chain.Ref, also func(chain.Step)) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	return c.Follow(ctx, j.cursor, func(s chain.Step) error {
		j.take(t, s)
		if also != nil {
			also(s)
		}
		if !s.Orphaned && s.Ref == end() {
			return errEnough
		}
		return nil
	})
}

func TestFollowSkipsNothingAcrossInterruptionsAndReorgs(t *testing.T) {
	c := newChain(t)
	mine(t, c, 3)
	for _, url := range []string{c.URL(), c.WSURL()} {
		client := dial(t, rpc.Options{URL: url})
		var j journey
		first := c.Head().Number
		if err := j.until(t, client, c.Head, nil); err != errEnough {
			t.Fatal(err)
		}
		mine(t, c, 4) // while nobody follows
		if err := j.until(t, client, c.Head, nil); err != errEnough {
			t.Fatal(err)
		}
		if err := c.Reorg(t.Context(), 2, false); err != nil { // still nobody
			t.Fatal(err)
		}
		mine(t, c, 1)
		if err := j.until(t, client, c.Head, nil); err != errEnough {
			t.Fatal(err)
		}
		want := []string{}
		for _, step := range []string{"+0", "+1", "+2", "+3", "+4", "-4", "-3", "+3", "+4", "+5"} {
			var n uint64
			if _, err := fmt.Sscanf(step[1:], "%d", &n); err != nil {
				t.Fatal(err)
			}
			want = append(want, fmt.Sprintf("%c%d", step[0], first+n))
		}
		if !slices.Equal(j.steps, want) {
			t.Errorf("%s: %v, want %v", url, j.steps, want)
		}
	}
}

func TestFollowSeesEveryReorg(t *testing.T) {
	c := newChain(t)
	mine(t, c, 3)
	for _, url := range []string{c.URL(), c.WSURL()} {
		client := dial(t, rpc.Options{URL: url})
		n := c.Head().Number
		var j journey
		if err := j.until(t, client, c.Head, nil); err != errEnough {
			t.Fatal(err)
		}
		mine(t, c, 2)
		reorged := false
		if err := j.until(t, client, c.Head, func(s chain.Step) {
			if s.Ref.Number == n+2 && !reorged {
				reorged = true
				if err := c.Reorg(t.Context(), 2, false); err != nil {
					t.Error(err)
				}
			}
		}); err != errEnough {
			t.Fatal(err)
		}
		want := []string{
			fmt.Sprintf("+%d", n), fmt.Sprintf("+%d", n+1), fmt.Sprintf("+%d", n+2),
			fmt.Sprintf("-%d", n+2), fmt.Sprintf("-%d", n+1), fmt.Sprintf("+%d", n+1), fmt.Sprintf("+%d", n+2),
		}
		if !slices.Equal(j.steps, want) {
			t.Errorf("%s: %v, want %v", url, j.steps, want)
		}
	}
}

func TestFollowOfAFreshCursorBearsAReorgOfItsOnlyBlock(t *testing.T) {
	c := newChain(t)
	mine(t, c, 3)
	client := dial(t, rpc.Options{URL: c.URL()})
	var j journey
	if err := j.until(t, client, c.Head, nil); err != errEnough {
		t.Fatal(err)
	}
	if err := c.Reorg(t.Context(), 1, false); err != nil {
		t.Fatal(err)
	}
	if err := j.until(t, client, c.Head, nil); err != errEnough {
		t.Fatal(err)
	}
	if want := []string{"+3", "-3", "+3"}; !slices.Equal(j.steps, want) {
		t.Errorf("%v, want %v", j.steps, want)
	}
}

func TestFollowSaysWhenAReorgIsTooDeep(t *testing.T) {
	c := newChain(t)
	mine(t, c, 5)
	client := dial(t, rpc.Options{URL: c.URL()})
	var j journey
	if err := j.until(t, client, c.Head, nil); err != errEnough {
		t.Fatal(err)
	}
	if err := c.Reorg(t.Context(), 3, false); err != nil {
		t.Fatal(err)
	}
	before := len(j.steps)
	if err := j.until(t, client, c.Head, nil); !fault.Is(err, fault.Conflict) {
		t.Errorf("%v, want a conflict", err)
	}
	if len(j.steps) != before {
		t.Errorf("it still told %v", j.steps[before:])
	}
}

func TestFollowAndHeadsEndWithWhatTheCallbackReturns(t *testing.T) {
	c := newChain(t)
	client := dial(t, rpc.Options{URL: c.WSURL()})
	if err := client.Heads(t.Context(), func(evm.Header) error { return errEnough }); err != errEnough {
		t.Error(err)
	}
	if err := client.Follow(t.Context(), chain.Cursor{}, func(chain.Step) error { return errEnough }); err != errEnough {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := client.Follow(ctx, chain.Cursor{}, func(chain.Step) error { cancel(); return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Most that fails once does not fail twice: nobody waits for the second try.
func TestFollowTriesAgainAtOnce(t *testing.T) {
	c := newChain(t)
	mine(t, c, 3)
	for lost := range int64(4) {
		var asked atomic.Int64
		flaky := through(t, c.URL(), func(method string, answer []byte) []byte {
			if method == "eth_getBlockByNumber" && asked.Add(1) == lost+1 {
				return []byte(`{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"try again"}}`)
			}
			return answer
		})
		var j journey
		if err := j.until(t, dial(t, rpc.Options{URL: flaky.URL, Backoff: time.Hour}), c.Head, nil); err != errEnough {
			t.Errorf("answer %d was lost: %v", lost, err)
		}
		mine(t, c, 1)
	}
}

// A chain that is much faster than it is asked for its head is followed without a gap, and the head is reached.
func TestFastChainIsFollowed(t *testing.T) {
	c := newChain(t)
	mine(t, c, 1)
	client, err := rpc.Dial(t.Context(), rpc.Options{URL: c.URL()})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	const blocks = 200
	var mining sync.WaitGroup
	var j journey
	if err := j.until(t, client, func() chain.Ref { return chain.Ref{Number: blocks + 1, Hash: c.Head().Hash} }, func(s chain.Step) {
		if len(j.steps) == 1 {
			mining.Go(func() { mine(t, c, blocks) })
		}
	}); err != errEnough {
		t.Error(err)
	}
	mining.Wait()
	if len(j.steps) != blocks+1 {
		t.Errorf("%d steps to block %d", len(j.steps), c.Head().Number)
	}
}
