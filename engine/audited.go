package engine

import (
	"context"
	"sync"
	"time"
)

const (
	auditEvery = time.Minute
	auditFor   = 30 * time.Second // an audit that takes longer has failed
)

// audited is what the last audit of this node found.
type audited struct {
	mu   sync.Mutex
	last Audit
	err  error // why it could not be made
}

// Audited returns the last audit that this node made while Run runs; an error if it could not be made, or not lately: then nobody
// knows whether promises are kept. Before the first one all is well.
func (e *Engine) Audited() (Audit, error) {
	e.audited.mu.Lock()
	defer e.audited.mu.Unlock()
	return e.audited.last, e.audited.err
}

// auditAlways audits each minute until ctx ends. What is wrong is logged once, and that it is well again.
func (e *Engine) auditAlways(ctx context.Context) {
	tick := time.NewTicker(auditEvery)
	defer tick.Stop()
	from, said := 0, ""
	for {
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
	return e.Audit(ctx, from)
}
