package rpc_test

import (
	"context"
	"errors"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/chain"
	"tocsin/chain/devchain"
	"tocsin/chain/rpc"
	"tocsin/fault"
	"tocsin/internal/chaos"
)

// speaker is a chain whose every block holds a payment and an event.
type speaker struct {
	*devchain.Chain
	t *testing.T
}

var speakers = []string{"first", "second"}

func newSpeaker(t *testing.T) *speaker {
	t.Helper()
	return &speaker{Chain: paidChain(t), t: t}
}

// genesis is where following begins that is to bear any reorganisation.
func (s *speaker) genesis() chain.Cursor {
	s.t.Helper()
	b, err := s.Client().Block(s.t.Context(), 0)
	if err != nil {
		s.t.Fatal(err)
	}
	return chain.Cursor{Recent: []chain.Ref{{Number: 0, Hash: b.Hash}}}
}

// say mines blocks in which something happened.
func (s *speaker) say(n int) {
	s.t.Helper()
	for range n {
		for i, name := range speakers {
			key, err := crypto.ToECDSA(crypto.Keccak256([]byte("rpc test: " + name)))
			if err != nil {
				s.t.Fatal(err)
			}
			nonce, err := s.Client().Nonce(s.t.Context(), crypto.PubkeyToAddress(key.PublicKey), false)
			if err != nil {
				s.t.Fatal(err)
			}
			tx := &types.DynamicFeeTx{
				ChainID: big.NewInt(31337), Nonce: nonce, GasTipCap: big.NewInt(1e9), GasFeeCap: big.NewInt(1e10), Gas: 100_000, Value: big.NewInt(int64(i)),
				Data: []byte{0x60, 0, 0x60, 0, 0xa0}, // a contract that only emits an empty event
			}
			if i == 1 {
				tx.To, tx.Data = &rich, nil
			}
			signed, err := types.SignNewTx(key, types.LatestSignerForChainID(big.NewInt(31337)), tx)
			if err != nil {
				s.t.Fatal(err)
			}
			raw, err := signed.MarshalBinary()
			if err != nil {
				s.t.Fatal(err)
			}
			if _, err := s.Client().Send(s.t.Context(), raw); err != nil {
				s.t.Fatal(err)
			}
		}
		mine(s.t, s.Chain, 1)
	}
}

// quick makes a pool impatient, so that a test need not be patient; but not with answers, which a busy machine may take long to give.
func quick(urls ...string) rpc.PoolOptions {
	return rpc.PoolOptions{
		Options: rpc.Options{ChainID: 31337, PollEvery: 4 * time.Millisecond, Backoff: time.Millisecond, Timeout: 5 * time.Second, Patience: time.Minute},
		URLs:    urls, HedgeAfter: 20 * time.Millisecond, LagFor: 40 * time.Millisecond, DisagreeFor: 40 * time.Millisecond, DropFor: 5 * time.Millisecond, ReportAfter: 1, AuditEvery: 1,
	}
}

func newPool(t *testing.T, o rpc.PoolOptions) *rpc.Pool {
	t.Helper()
	p, err := rpc.NewPool(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// diary collects what happens and lets tests wait for it.
type diary struct {
	mu       sync.Mutex
	changed  chan struct{}
	journey  journey
	chain    []chain.Ref // canonical, as followed
	troubles []chain.Trouble
}

func (d *diary) note(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f()
	close(d.changed)
	d.changed = make(chan struct{})
}

// keep follows the pool and its troubles until the test ends.
func keep(t *testing.T, p *rpc.Pool, from chain.Cursor) *diary {
	t.Helper()
	d := &diary{changed: make(chan struct{}), journey: journey{cursor: from}, chain: from.Recent}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		err := p.Follow(ctx, from, func(s chain.Step) error {
			d.note(func() {
				d.journey.take(t, s)
				if s.Orphaned {
					d.chain = d.chain[:len(d.chain)-1]
				} else {
					d.chain = append(d.chain, s.Ref)
				}
			})
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("following ended with %v", err)
		}
	})
	wg.Go(func() {
		_ = p.Troubles(ctx, func(x chain.Trouble) error { d.note(func() { d.troubles = append(d.troubles, x) }); return nil })
	})
	t.Cleanup(func() { cancel(); wg.Wait() })
	return d
}

// await waits until something holds.
func (d *diary) await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	limit := time.NewTimer(5 * time.Minute)
	defer limit.Stop()
	for {
		d.mu.Lock()
		done, changed := ok(), d.changed
		d.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case <-limit.C:
			d.mu.Lock()
			defer d.mu.Unlock()
			t.Fatalf("never: %s; steps %v, troubles %+v", what, d.journey.steps, d.troubles)
		}
	}
}

// reached waits until the head of the chain was followed.
func (d *diary) reached(t *testing.T, c *devchain.Chain) {
	t.Helper()
	d.await(t, "the head is reached", func() bool { return len(d.chain) > 0 && d.chain[len(d.chain)-1] == c.Head() })
}

// exact checks that what was followed is the chain, from where following began.
func (d *diary) exact(t *testing.T, c *devchain.Chain) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	first := d.chain[0].Number
	for i, r := range d.chain {
		b, err := c.Client().Block(t.Context(), first+uint64(i))
		if err != nil {
			t.Fatal(err)
		}
		if r.Number != b.Number || r.Hash != b.Hash {
			t.Errorf("block %d %s was followed, the chain has %d %s", r.Number, r.Hash, b.Number, b.Hash)
		}
	}
}

func TestTroubleIsSeenAndEnds(t *testing.T) {
	for how, kind := range map[chaos.Way]string{
		chaos.Lags: chain.Lags, chaos.LiesHeader: chain.Lies, chaos.LiesRoots: chain.Lies, chaos.Masks: chain.Lies, chaos.LiesStatus: chain.Lies, chaos.LiesLogs: chain.Lies,
		chaos.Truncates: chain.Truncates, chaos.OmitsLogs: chain.Truncates, chaos.OtherChain: chain.WrongChain, chaos.Limits: chain.Limits, chaos.Fails: chain.Fails,
		chaos.Stalls: chain.Stalls, chaos.HangsUp: chain.Fails, chaos.Garbles: chain.Fails, chaos.Cuts: chain.Fails, chaos.Forgets: chain.Lies,
	} {
		for _, others := range []int{1, 2} {
			if others == 2 && kind == chain.Fails {
				continue
			}
			t.Run(string(how)+map[int]string{1: " beside one", 2: " beside two"}[others], func(t *testing.T) {
				t.Parallel()
				c := newSpeaker(t)
				bad := newCrooked(t, c.Chain)
				urls := []string{bad.url(), c.WSURL()}
				if others == 2 {
					urls = append(urls, c.URL())
				}
				o := quick(urls...)
				if kind == chain.Stalls {
					o.LagFor = time.Minute // else that is what is seen first
				}
				d := keep(t, newPool(t, o), chain.Cursor{})
				c.say(2)
				d.reached(t, c.Chain)
				bad.be(how, c.Head().Number)
				told := func(over bool) func() bool {
					return func() bool {
						for _, x := range d.troubles {
							if x.Kind == kind && x.Over == over && x.Endpoint == bad.name() {
								return true
							}
						}
						return false
					}
				}
				for range 60 { // whatever goes on, blocks come
					c.say(1)
					d.reached(t, c.Chain)
					d.mu.Lock()
					done := told(false)()
					d.mu.Unlock()
					if done {
						break
					}
				}
				d.await(t, "the trouble is told", told(false))
				c.say(2)
				d.reached(t, c.Chain)
				bad.Be(chaos.Fine)
				d.await(t, "the end of the trouble is told", told(true))
				c.say(1)
				d.reached(t, c.Chain)
				d.exact(t, c.Chain)
				d.mu.Lock()
				defer d.mu.Unlock()
				for _, x := range d.troubles {
					// A machine under load may be slow to answer; nobody else may be accused of more.
					if x.Endpoint != bad.name() && x.Kind != chain.Stalls && x.Kind != chain.Lags || strings.Contains(x.Say, "secret-key") || x.At.IsZero() || !strings.Contains(x.Say, x.Endpoint) {
						t.Errorf("trouble %+v", x)
					}
				}
			})
		}
	}
}

func TestPoolNeedsEndpoints(t *testing.T) {
	for _, o := range []rpc.PoolOptions{
		{Options: rpc.Options{ChainID: 1}},
		{URLs: []string{"http://127.0.0.1:1"}},
		{Options: rpc.Options{ChainID: 1}, URLs: []string{"http://127.0.0.1:1", "gopher://127.0.0.1/secret"}},
		{Options: rpc.Options{ChainID: 1}, URLs: []string{"http://127.0.0.1:1/secret#rate=no"}},
		{Options: rpc.Options{ChainID: 1}, URLs: []string{"http://127.0.0.1:1/secret#rate=0"}},
		{Options: rpc.Options{ChainID: 1}, URLs: []string{"http://127.0.0.1:1/secret#speed=1"}},
	} {
		p, err := rpc.NewPool(o)
		if err == nil {
			p.Close()
		}
		if !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v: %v, want invalid", o.URLs, err)
		}
	}
}
