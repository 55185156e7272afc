package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

const (
	auditEvery = time.Minute
	auditFor   = 30 * time.Second // an audit that takes longer has failed
	hangs      = 3 * time.Minute  // longer than any round of what is done again and again, the audit too
)

// audited is what the last audit of this node found.
type audited struct {
	mu     sync.Mutex
	last   Audit
	err    error                // why it could not be made
	rounds map[string]time.Time // when what is done again and again was last begun; by the clock that is only read
}

// Audited returns the last audit that this node made while Run runs; an error if it could not be made, or not lately: then nobody
// knows whether promises are kept. Before the first one all is well.
func (e *Engine) Audited() (Audit, error) {
	e.audited.mu.Lock()
	defer e.audited.mu.Unlock()
	if e.audited.err != nil {
		return e.audited.last, e.audited.err
	}
	for _, what := range slices.Sorted(maps.Keys(e.audited.rounds)) {
		if since := e.clock.read().Sub(e.audited.rounds[what]); since > hangs {
			return e.audited.last, fmt.Errorf("this node hangs: it last began to %s %s ago", what, since.Round(time.Second))
		}
	}
	return e.audited.last, nil
}

// begin notes that a round of something begins that is done again and again, so that it is noticed when no other follows.
func (a *audited) begin(what string, read time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.rounds == nil {
		a.rounds = map[string]time.Time{}
	}
	a.rounds[what] = read
}

// end notes that something is not done any more.
func (a *audited) end(what string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.rounds, what)
}

// auditAlways audits each minute until ctx ends. What is wrong is logged once, and that it is well again.
func (e *Engine) auditAlways(ctx context.Context) {
	tick := time.NewTicker(auditEvery)
	defer tick.Stop()
	from, said := 0, ""
	const what = "check what was promised"
	defer e.audited.end(what)
	for {
		e.audited.begin(what, e.clock.read())
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		a, err := e.auditOnce(ctx, from)
		if ctx.Err() != nil {
			return
		}
		e.audited.mu.Lock()
		e.audited.last, e.audited.err = a, err
		e.audited.mu.Unlock()
		from += a.Looked
		say := ""
		switch {
		case err != nil:
			say = err.Error()
		case a.Err() != nil:
			say = a.Err().Error()
		}
		switch {
		case say == said:
		case say == "":
			e.log.Info("promises are kept again")
		default:
			e.log.Error("promises are not kept", "why", say)
		}
		said = say
	}
}

func (e *Engine) auditOnce(ctx context.Context, from int) (Audit, error) {
	ctx, cancel := context.WithTimeout(ctx, auditFor)
	defer cancel()
	if err := e.Probe(ctx); err != nil {
		return Audit{At: e.now()}, err
	}
	return e.Audit(ctx, from)
}
