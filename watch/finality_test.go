package watch

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
)

// settling is a chain that calls blocks safe and final, or does not.
type settling struct {
	*blinking
	state     sync.Mutex
	finalized uint64
	err       error
	asked     int
}

func (s *settling) Finality(context.Context) (safe, finalized chain.Ref, err error) {
	s.state.Lock()
	defer s.state.Unlock()
	s.asked++
	return chain.Ref{Number: s.finalized + 1}, chain.Ref{Number: s.finalized}, s.err
}

// times is how often it was asked.
func (s *settling) times() int {
	s.state.Lock()
	defer s.state.Unlock()
	return s.asked
}

func (s *settling) call(finalized uint64, err error) {
	s.state.Lock()
	defer s.state.Unlock()
	s.finalized, s.err = finalized, err
}

// settle starts a watch of a chain whose third block holds a payment, by detectors that wait for it to be safe and final.
func settle(t *testing.T, s *settling, d *desk) (kill func()) {
	t.Helper()
	p := testPlan("")
	p.Detectors[0].Depth = "finalized"
	p.Detectors = append(p.Detectors, p.Detectors[0])
	p.Detectors[1].ID, p.Detectors[1].Depth = "soon", "safe"
	first := uint64(1)
	return start(t.Context(), Options{Engine: d, Client: s, Plan: p, Index: testIndex(t, p), From: &first})
}

func newSettling() *settling {
	s := &settling{blinking: &blinking{more: make(chan struct{})}}
	s.set(false, 5)
	s.blocks[3].Transactions = []evm.Transaction{{Hash: evm.Hash{9}, To: &target}}
	return s
}

func TestFindingsWaitForTheChainsOwnWord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, d := newSettling(), newDesk()
		s.call(1, nil)
		defer settle(t, s, d)()
		time.Sleep(10 * time.Second)
		if d.found() != 0 || s.times() == 0 {
			t.Fatalf("%d findings before the block was safe; asked %d times", d.found(), s.times())
		}
		s.call(2, nil)
		time.Sleep(5 * time.Second)
		if d.found() != 1 || d.said["soon"].Block != 3 {
			t.Fatalf("%d findings of a safe block", d.found())
		}
		s.call(9, fault.New(fault.Unavailable, "Nobody answers."))
		s.set(false, 3)
		time.Sleep(time.Minute)
		if d.found() != 1 || d.last.Block != 7 {
			t.Fatalf("%d findings while nobody tells what is final, at block %d", d.found(), d.last.Block)
		}
		s.call(3, nil)
		before := s.times()
		time.Sleep(time.Minute)
		if d.found() != 2 || len(d.doubled) > 0 || d.said["paid"].Mode != "page" {
			t.Errorf("%d findings of a final block, doubled %v", d.found(), d.doubled)
		}
		if n := s.times() - before; n > 16 {
			t.Errorf("asked %d times in a minute", n)
		}
	})
}

// What the chain calls final may be another block than the one that was seen, as long as nobody has seen that it was
// reorganised.
func TestAnotherBlockIsFinal(t *testing.T) {
	p := testPlan("")
	p.Detectors[0].Depth = "finalized"
	c, see := pen(t, p)
	first, second := paying(1, 1000, evm.Hash{}, 1), paying(2, 1012, evm.Hash{}, 0)
	see(first)
	see(second)
	told := func(r chain.Ref) int {
		c.findings = nil
		c.finish(depth{finalized: r})
		return len(c.findings)
	}
	if told(chain.Ref{Number: 2, Hash: evm.Hash{7}}) != 0 || told(chain.Ref{Number: 9, Hash: evm.Hash{9}}) != 0 {
		t.Error("a finding is told of a block that nobody called final")
	}
	c.orphan(chain.Ref{Number: 2, Hash: second.Hash})
	if other := paying(5, 1013, evm.Hash{}, 0); len(see(other)) != 0 || told(chain.Ref{Number: 5, Hash: other.Hash}) != 1 {
		t.Error("nothing is told of a block that is final")
	}
}

// A chain without finality is final where no reorganisation reaches by the plan, and that is said once.
func TestChainWithoutFinality(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, d := newSettling(), newDesk()
		s.call(0, fault.New(fault.NotFound, "There is no such block."))
		kill := settle(t, s, d)
		s.set(false, 14) // up to block 18
		time.Sleep(10 * time.Second)
		synctest.Wait()
		f := d.said[detectorFinality]
		if d.found() != 1 || f.Mode != "observe" || !strings.Contains(f.Say, "once 16 lie on top") {
			t.Fatalf("%d findings, of finality: %+v", d.found(), f)
		}
		kill()
		defer settle(t, s, d)()
		s.set(false, 1)
		time.Sleep(10 * time.Second)
		if d.found() != 3 || len(d.doubled) > 0 {
			t.Errorf("%d findings once it is deep enough, doubled %v", d.found(), d.doubled)
		}
	})
}

// What lies in a gap is final long since when it is seen: it does not wait until the chain is asked again, and nobody is told
// that it may yet be taken back.
func TestGapIsFinalLongSince(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, d := &settling{blinking: &blinking{more: make(chan struct{}), gap: 1800}}, newDesk()
		s.set(false, 1)
		s.call(9, nil)
		defer settle(t, s, d)()
		time.Sleep(10 * time.Second)
		s.mu.Lock()
		for n := uint64(1); n < 6; n++ {
			b := &evm.Block{}
			b.Number, b.Hash, b.ParentHash, b.Time = n, evm.Hash{1, byte(n)}, s.blocks[n-1].Hash, 1000+n*1800
			if n == 2 {
				b.Transactions = []evm.Transaction{{Hash: evm.Hash{9}, To: &target}}
			}
			s.blocks = append(s.blocks, b)
		}
		s.mu.Unlock()
		before := s.times()
		s.set(false, 1)
		synctest.Wait()
		if d.found() != 2 || strings.Contains(d.said["paid"].Say, "taken back") {
			t.Errorf("%d findings of a block that is final, asked %d times: %+v", d.found(), s.times()-before, d.said["paid"])
		}
	})
}
