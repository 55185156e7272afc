package watch

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
)

func payer(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("payer")))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// blinking is a chain that can be made invisible.
type blinking struct {
	chain.Client
	mu     sync.Mutex
	dark   bool
	gap    uint64 // seconds from block to block; 0: one
	blocks []*evm.Block
	more   chan struct{}
}

var errDark = errors.New("no route")

func (b *blinking) set(dark bool, blocks int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.dark = dark
	for range blocks {
		n := uint64(len(b.blocks))
		blk := &evm.Block{}
		blk.Number, blk.Hash, blk.Time = n, evm.Hash{1, byte(n)}, 1000+n*max(b.gap, 1)
		if n > 0 {
			blk.ParentHash = b.blocks[n-1].Hash
		}
		b.blocks = append(b.blocks, blk)
	}
	close(b.more)
	b.more = make(chan struct{})
}

func (b *blinking) ChainID() uint64 { return chainID }

func (b *blinking) Head(context.Context) (evm.Header, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.dark {
		return evm.Header{}, errDark
	}
	return b.blocks[len(b.blocks)-1].Header, nil
}

func (b *blinking) Follow(ctx context.Context, from chain.Cursor, f func(chain.Step) error) error {
	next := 0
	if len(from.Recent) > 0 {
		next = int(from.Last().Number) + 1
	}
	for {
		b.mu.Lock()
		dark, blocks, more := b.dark, b.blocks, b.more
		b.mu.Unlock()
		if dark {
			return errDark
		}
		if next > 0 && len(from.Recent) > 0 && blocks[next-1].Hash != from.Last().Hash {
			return fault.New(fault.Conflict, "Reorganised deeper than is remembered.")
		}
		for ; next < len(blocks); next++ {
			step := chain.Step{Ref: chain.Ref{Number: uint64(next), Hash: blocks[next].Hash}, Block: blocks[next]}
			if err := f(step); err != nil {
				return err
			}
			from = from.Advance(step, 128)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-more:
		}
	}
}

func TestBlindnessIsFoundOncePerOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, d, p := &blinking{more: make(chan struct{})}, newDesk(), testPlan("")
		b.set(false, 3)
		kill := start(t.Context(), Options{Engine: d, Client: b, Plan: p, Index: testIndex(t, p), Blind: time.Minute})
		found := func() int {
			d.mu.Lock()
			defer d.mu.Unlock()
			return len(d.live)
		}
		time.Sleep(time.Hour) // a chain without new blocks is not one unseen
		if found() != 0 {
			t.Fatal("found although the head was seen")
		}
		b.set(true, 0)
		time.Sleep(45 * time.Second)
		if found() != 0 {
			t.Error("found before its time")
		}
		time.Sleep(20 * time.Second)
		if found() != 1 {
			t.Errorf("%d findings after the outage's time", found())
		}
		d.mu.Lock()
		last := d.last
		d.mu.Unlock()
		if f := last.Findings[0]; f.Detector != "blind" || f.Mode != "page" || f.Block != 2 || !strings.Contains(f.Say, "after block 2") {
			t.Errorf("finding %+v", f)
		}
		if last.Block != 2 {
			t.Errorf("the watch went to block %d while blind", last.Block)
		}
		time.Sleep(time.Hour)
		if found() != 1 {
			t.Errorf("%d findings of one outage", found())
		}
		kill()
		defer start(t.Context(), Options{Engine: d, Client: b, Plan: p, Index: testIndex(t, p), Blind: time.Minute})()
		time.Sleep(time.Hour)
		if found() != 1 {
			t.Errorf("%d findings of one outage over a restart", found())
		}
		b.set(false, 2)
		time.Sleep(time.Minute)
		d.mu.Lock()
		block, why := d.last.Block, d.over
		d.mu.Unlock()
		if block != 4 {
			t.Errorf("the watch stands at block %d after the outage", block)
		}
		if found() != 0 || len(why) != 1 || !strings.HasPrefix(why[0], "The chain is seen again since ") {
			t.Errorf("%d findings stand after the outage, over because %q", found(), why)
		}
		b.set(true, 0)
		time.Sleep(2 * time.Minute)
		if found() != 1 {
			t.Errorf("%d findings in a second outage", found())
		}
	})
}

func TestOneFollowsAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, d, p := &blinking{more: make(chan struct{})}, newDesk(), testPlan("")
		b.set(false, 3)
		d.owner = "another"
		defer start(t.Context(), Options{Engine: d, Client: b, Plan: p, Index: testIndex(t, p)})()
		commits := func() int {
			d.mu.Lock()
			defer d.mu.Unlock()
			return d.commits
		}
		time.Sleep(time.Minute)
		if commits() != 0 {
			t.Fatal("it follows without the lease")
		}
		own := func(who string) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.owner = who
			d.epoch++
		}
		own("")
		time.Sleep(2 * time.Second)
		if commits() != 1 {
			t.Fatalf("%d commits with the lease", commits())
		}
		own("another")
		time.Sleep(2 * time.Second)
		b.set(false, 1)
		time.Sleep(time.Minute)
		if commits() != 1 {
			t.Errorf("%d commits without the lease", commits())
		}
	})
}

// A reorganisation deeper than is remembered takes back everything remembered, says so, and the watch goes on.
func TestDeepReorganisation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, d, p := &blinking{more: make(chan struct{})}, newDesk(), testPlan("")
		b.set(false, 30)
		for _, blk := range b.blocks {
			blk.Transactions = []evm.Transaction{{Hash: blk.Hash, To: &target}}
		}
		first := uint64(1)
		defer start(t.Context(), Options{Engine: d, Client: b, Plan: p, Index: testIndex(t, p), From: &first})()
		time.Sleep(time.Second)
		d.mu.Lock()
		found, at := len(d.live), d.last.Block
		d.mu.Unlock()
		if found != 29 || at != 29 {
			t.Fatalf("%d findings, at block %d", found, at)
		}
		b.replace(10)
		time.Sleep(time.Minute)
		d.mu.Lock()
		defer d.mu.Unlock()
		said, stale := 0, 0
		for id, tx := range d.live {
			if strings.HasPrefix(id, "reorg-") {
				said++
			} else if h := evm.Hash(common.HexToHash(tx)); h[0] == 1 && h[1] >= 14 { // sixteen blocks are remembered
				stale++
			}
		}
		if said != 1 || stale != 0 || d.last.Block != 31 || len(d.doubled) > 0 {
			t.Errorf("said %d times, %d findings of orphaned blocks stand, at block %d, doubled %v", said, stale, d.last.Block, d.doubled)
		}
	})
}

// replace puts other blocks in the place of those from a height on, and two more on top.
func (b *blinking) replace(from int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := len(b.blocks) + 2
	b.blocks = append([]*evm.Block(nil), b.blocks[:from]...)
	for i := from; i < n; i++ {
		blk := &evm.Block{}
		blk.Number, blk.Hash, blk.Time = uint64(i), evm.Hash{2, byte(i)}, 2000+uint64(i)
		blk.Transactions = []evm.Transaction{{Hash: blk.Hash, To: &target}}
		b.blocks = append(b.blocks, blk)
	}
	close(b.more)
	b.more = make(chan struct{})
}

func (b *blinking) Block(_ context.Context, number uint64) (*evm.Block, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if number >= uint64(len(b.blocks)) {
		return nil, fault.New(fault.NotFound, "There is no such block.")
	}
	return b.blocks[number], nil
}

// A chain that was never seen at all, as when the endpoint is away from the start, is an outage like any other.
func TestBlindFromTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, d, p := &blinking{more: make(chan struct{})}, newDesk(), testPlan("")
		b.set(true, 0)
		defer start(t.Context(), Options{Engine: d, Client: b, Plan: p, Index: testIndex(t, p), Blind: time.Minute})()
		time.Sleep(time.Minute + time.Second)
		d.mu.Lock()
		last, found := d.last, len(d.live)
		d.mu.Unlock()
		if found != 1 || !strings.Contains(last.Findings[0].Say, "never before") || strings.Contains(last.Findings[0].Say, "block 0") {
			t.Fatalf("%d findings: %+v", found, last.Findings)
		}
		b.set(false, 3)
		time.Sleep(time.Minute)
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.last.Block == 0 {
			t.Error("the chain is not watched although it is there now")
		}
	})
}
