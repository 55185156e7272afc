package rpc

import (
	"context"
	"errors"
	"time"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
)

type hash = evm.Hash

// member is one endpoint of a pool.
type member struct {
	p     *Pool
	c     *Client
	place int
	retry chan struct{} // something about it changed: look again

	// Guarded by p.mu.
	head    evm.Header      // as told last
	turns   uint64          // times that it was told
	known   bool            // head is
	heard   bool            // it has told a head, or failed to
	hashes  map[uint64]hash // of the chain that head is the end of, as far as seen
	strikes int             // failures in a row
	missing int             // times that it lacked what it must have
	since   time.Time       // of the first of them
	rest    time.Time       // others are asked before
	err     error           // what failed last
	latency time.Duration   // of answers, smoothed; 0: not known
	overdue int             // requests under way that others were asked instead of

	audited  time.Time
	out      *outage
	end      context.CancelFunc // ends what it is listened to by
	lagging  time.Time          // since when; zero: not
	apart    time.Time          // since when it is on another chain; zero: not
	suspect  chain.Ref          // block that it lied about
	dropped  int                // times in a row
	droppedA time.Time
}

// keep listens to the endpoint's heads, and tries it again while it is out.
func (m *member) keep(ctx context.Context) {
	pause := backoff{first: m.p.o.Backoff}
	for ctx.Err() == nil {
		if until, out := m.outUntil(); out {
			if m.sleep(ctx, time.Until(until)) {
				m.try(ctx)
			}
			continue
		}
		err := m.listen(ctx, &pause)
		if ctx.Err() != nil {
			return
		}
		if _, out := m.outUntil(); out {
			continue
		}
		m.p.log.Warn("the endpoint tells no heads, it will be asked again", "endpoint", m.c.endpoint.name, "err", err)
		m.blame(err)
		_ = pause.wait(ctx)
	}
}

// sleep waits; false if it was woken before.
func (m *member) sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(max(d, 0))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-m.retry:
		return false
	case <-t.C:
		return true
	}
}

func (m *member) outUntil() (time.Time, bool) {
	m.p.mu.Lock()
	defer m.p.mu.Unlock()
	if m.out == nil {
		return time.Time{}, false
	}
	return m.out.until, true
}

// listen takes in heads until something fails or the endpoint is dropped.
func (m *member) listen(ctx context.Context, pause *backoff) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m.p.mu.Lock()
	m.end = cancel
	m.p.mu.Unlock()
	h := heads{c: m.c, rhythm: newRhythm(m.c.opts), f: func(h evm.Header) error { m.tell(h, m.turn()); return nil }}
	return h.watch(ctx, pause)
}

// turn counts what the endpoint has told.
func (m *member) turn() uint64 {
	m.p.mu.Lock()
	defer m.p.mu.Unlock()
	return m.turns
}

// tell takes in what the endpoint says is its head, unless it has told another one since that turn: an answer that was under
// way while a new head was told is older than that.
func (m *member) tell(h evm.Header, turn uint64) {
	p := m.p
	p.mu.Lock()
	defer p.mu.Unlock()
	m.heard = true
	if m.out != nil || m.turns != turn {
		return
	}
	m.turns++
	if m.known && m.head.Hash == h.Hash {
		return
	}
	if h.Number > 0 {
		if was, ok := m.hashes[h.Number-1]; !ok || was != h.ParentHash {
			clear(m.hashes) // a gap or another chain: what was known may not be so any more
			m.hashes[h.Number-1] = h.ParentHash
		}
	}
	for n := h.Number + 1; len(m.hashes) > 0 && m.hashes[n] != (hash{}); n++ {
		delete(m.hashes, n)
	}
	m.hashes[h.Number] = h.Hash
	delete(m.hashes, h.Number-min(h.Number, 64))
	m.head, m.known = h, true
	wake(p.stir)
}

// fine takes note of an answer.
func (m *member) fine(took time.Duration) {
	m.p.mu.Lock()
	defer m.p.mu.Unlock()
	m.strikes, m.err, m.rest = 0, nil, time.Time{}
	if m.latency == 0 {
		m.latency = took
	}
	m.latency += (took - m.latency) / 8
}

// blame takes note of a failure, and drops the endpoint if it is one too many or of a kind that must not happen.
func (m *member) blame(err error) {
	p := m.p
	p.mu.Lock()
	defer p.mu.Unlock()
	m.heard = true
	wake(p.stir)
	if m.out != nil {
		return
	}
	kind := chain.Fails
	if s := (*symptom)(nil); errors.As(err, &s) {
		kind = s.kind
	}
	now := time.Now()
	if kind == chain.Limits {
		p.limited = now
	}
	if m.strikes == 0 {
		m.since = now
	}
	m.strikes++
	m.err = err
	m.rest = now.Add(p.o.Backoff << min(m.strikes, 6))
	switch kind {
	case chain.Fails, chain.Stalls, chain.Limits:
		if m.strikes >= p.o.StrikesToDrop {
			m.drop(kind, m.since, err)
		}
	default:
		m.drop(kind, now, err)
	}
}

// lacks takes note that the endpoint does not have what it must have if its own head is real.
func (m *member) lacks(what string) {
	p := m.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if m.out != nil {
		return
	}
	m.missing++
	if m.missing >= 2*p.o.StrikesToDrop {
		m.drop(chain.Lies, time.Now(), fault.New(fault.Unavailable, "The endpoint %s says that its head is block %d, but does not have %s.", m.c.endpoint.name, m.head.Number, what))
	}
}
