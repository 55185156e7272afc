package app

import (
	"context"
	"sync"

	"tocsin/engine"
	"tocsin/feed"
	"tocsin/plan"
)

// Viewer looks at what the watch of a protocol sees, by what it stored. It changes nothing, and is safe for concurrent use.
type Viewer struct {
	desk     *Desk
	protocol string

	mu      sync.Mutex
	lookers *lookers
}

// Viewer returns one for a protocol.
func (d *Desk) Viewer(protocol string) *Viewer { return &Viewer{desk: d, protocol: protocol} }

// vistaFindings is how many findings are looked at.
const vistaFindings = 200

// Vista says what is seen now, of the plan in force.
func (v *Viewer) Vista(ctx context.Context) (Vista, error) {
	e := v.desk.Engine
	p, err := e.InForce(ctx, v.protocol)
	if err != nil {
		return Vista{}, err
	}
	l, err := v.ready(ctx, p)
	if err != nil {
		return Vista{}, err
	}
	states := map[uint64][]byte{}
	for _, c := range p.Chains {
		if states[c.ID], err = e.WatchState(ctx, engine.WatchKey(v.protocol, c.ID)); err != nil {
			return Vista{}, err
		}
	}
	s, err := l.vista(states)
	if err != nil {
		return s, err
	}
	b, err := e.WatchState(ctx, feed.Key(v.protocol))
	if err != nil {
		return s, err
	}
	if err := s.outside(b, p); err != nil {
		return s, err
	}
	s.At = e.Now().UTC()
	page, err := e.Findings(ctx, v.protocol, engine.FindingQuery{Limit: vistaFindings})
	if err != nil {
		return s, err
	}
	for _, f := range page.Findings {
		s.Findings = append(s.Findings, f.Finding)
	}
	s.lastFound()
	return s, nil
}

// ready compiles the detectors of a plan, once.
func (v *Viewer) ready(ctx context.Context, p *plan.Plan) (*lookers, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.lookers != nil && (v.lookers.plan == p || v.lookers.plan.Hash() == p.Hash()) {
		return v.lookers, nil
	}
	files, err := v.desk.Engine.Files(ctx, v.protocol)
	if err != nil {
		return nil, err
	}
	v.lookers = newLookers(p, files)
	return v.lookers, nil
}
