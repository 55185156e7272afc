package rpc

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tocsin/chain"
	"tocsin/fault"
)

// troublesKept bounds how many troubles that are over are remembered for those who have not heard of them yet.
const troublesKept = 256

// report tells of an outage, once it has lasted long enough; p.mu is held.
func (m *member) report(now time.Time) {
	o := m.out
	switch o.kind {
	case chain.Fails, chain.Stalls, chain.Limits:
		if now.Sub(o.since) < m.p.o.ReportAfter {
			return
		}
	}
	if o.said {
		return
	}
	o.said = true
	why := fault.Sentence(o.err)
	if rest, ok := strings.CutPrefix(why, "The endpoint "+m.c.endpoint.name+" "); ok {
		why = "It " + rest
	}
	say := fmt.Sprintf("The endpoint %s of chain %d is not used for now: it %s. %s", m.c.endpoint.name, m.p.o.ChainID, verb(o.kind), why)
	m.p.tell(m, chain.Trouble{Kind: o.kind, At: o.since, Say: say})
}

func verb(kind string) string {
	switch kind {
	case chain.Stalls:
		return "does not answer in time"
	case chain.Limits:
		return "may not be asked as often as we must"
	case chain.Lags:
		return "lags behind"
	case chain.Lies:
		return "gave an answer that is not true"
	case chain.Truncates:
		return "leaves receipts or logs out"
	case chain.WrongChain:
		return "serves another chain"
	case chain.Disagrees:
		return "disagrees with the others"
	}
	return "fails"
}

// tell takes note of a trouble and tells those who listen; p.mu is held.
func (p *Pool) tell(m *member, t chain.Trouble) {
	t.Endpoint, t.Left = m.c.endpoint.name, len(p.inUse())
	p.history = append(p.history, t)
	if n := len(p.history) - troublesKept; n > 0 {
		p.history, p.told = append([]chain.Trouble(nil), p.history[n:]...), p.told+n
	}
	p.announce()
}

// Troubles calls f with each trouble that stands now, and then with each that begins or ends, until ctx ends or f fails.
func (p *Pool) Troubles(ctx context.Context, f func(chain.Trouble) error) error {
	news, end := p.subscribe()
	defer end()
	p.mu.Lock()
	var due []chain.Trouble
	for i, t := range p.history {
		if t.Over {
			continue
		}
		over := false
		for _, later := range p.history[i+1:] {
			over = over || later.Over && later.Endpoint == t.Endpoint
		}
		if !over {
			due = append(due, t)
		}
	}
	next := p.told + len(p.history)
	p.mu.Unlock()
	for {
		for _, t := range due {
			if err := f(t); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("listen for troubles: %w", context.Cause(ctx))
		case <-news:
		}
		p.mu.Lock()
		due = append([]chain.Trouble(nil), p.history[max(next-p.told, 0):]...)
		next = p.told + len(p.history)
		p.mu.Unlock()
	}
}
