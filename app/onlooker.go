package app

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"tocsin/chain"
	"tocsin/chain/rpc"
	"tocsin/detect"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/feed"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/watch"
)

// OnlookerOptions are what is looked at.
type OnlookerOptions struct {
	Plan      *plan.Plan
	Files     map[string][]byte // beside the plan
	Endpoints map[uint64][]string
	From      *uint64 // first block; nil: the head, after what baselines want before it
	Logger    *slog.Logger
}

// maxSeen is how many findings an onlooker remembers.
const maxSeen = 1000

// Onlooker watches chains and calls nobody: it has no database, opens no incident and keeps what it saw in memory.
type Onlooker struct {
	o       OnlookerOptions
	lookers *lookers
	clients map[uint64]chain.Client
	changed chan struct{}

	mu       sync.Mutex
	states   map[string][]byte // of watches, by key
	heads    map[uint64]uint64 // of the chains, when it began
	findings []incident.Finding
	known    map[string]bool
}

// NewOnlooker makes one. A chain without an endpoint is not watched; with no endpoint at all that is a fault.
func NewOnlooker(o OnlookerOptions) (*Onlooker, error) {
	l := &Onlooker{
		o: o, lookers: newLookers(o.Plan, o.Files), clients: map[uint64]chain.Client{}, changed: make(chan struct{}, 1),
		states: map[string][]byte{}, heads: map[uint64]uint64{}, known: map[string]bool{},
	}
	for id := range o.Endpoints {
		if _, ok := o.Plan.Chain(id); !ok {
			l.Close()
			return nil, fault.New(fault.Invalid, "An endpoint is given for chain %d, which the plan does not name.", id).Instead("Name the chain in the plan, or leave the endpoint out.")
		}
	}
	for _, c := range o.Plan.Chains {
		urls := o.Endpoints[c.ID]
		if len(urls) == 0 {
			continue
		}
		client, err := rpc.NewPool(rpc.PoolOptions{URLs: urls, Options: rpc.Options{ChainID: c.ID, Depth: reorganisation(c), Logger: o.Logger}})
		if err != nil {
			l.Close()
			return nil, err
		}
		l.clients[c.ID] = client
	}
	if len(l.clients) == 0 {
		return nil, fault.New(fault.Invalid, "No endpoint is given.").Instead("Give --endpoint CHAINID=URL.")
	}
	return l, nil
}

// Close closes the connections.
func (l *Onlooker) Close() {
	for _, c := range l.clients {
		c.Close()
	}
}

// Run watches until ctx ends. An endpoint that cannot be used at all, such as one of another chain, is an error.
func (l *Onlooker) Run(ctx context.Context) error {
	for id, c := range l.clients {
		head, err := c.Head(ctx)
		if err != nil {
			return fmt.Errorf("look at chain %d: %w", id, err)
		}
		l.mu.Lock()
		l.heads[id] = head.Number
		l.mu.Unlock()
	}
	var wg sync.WaitGroup
	for _, c := range l.clients {
		w := watch.New(watch.Options{Engine: l, Client: c, Plan: l.o.Plan, Index: l.lookers.index, From: l.o.From, Logger: l.o.Logger})
		wg.Go(func() { _ = w.Run(ctx) })
	}
	outside := feed.New(feed.Options{Engine: l, Plan: l.o.Plan, Logger: l.o.Logger})
	wg.Go(func() { _ = outside.Run(ctx) })
	wg.Wait()
	return nil
}

// Changed ticks when more has been seen. Ticks that nobody has taken yet are one.
func (l *Onlooker) Changed() <-chan struct{} { return l.changed }

// Caught reports whether each chain has been seen up to where its head was at the beginning, and read there.
func (l *Onlooker) Caught() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for id := range l.clients {
		head, known := l.heads[id]
		s, err := watch.Stored(l.states[engine.WatchKey(l.o.Plan.Protocol, id)])
		if !known || err != nil || s == nil {
			return false
		}
		if last, ok := s.Last(); !ok || last.Number < head {
			return false
		}
		if len(l.lookers.index.Wants(id)) > 0 && s.Looked == nil {
			return false
		}
	}
	return true
}

// Vista says what is seen now.
func (l *Onlooker) Vista() (Vista, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	chains := map[uint64][]byte{}
	for id := range l.clients {
		chains[id] = l.states[engine.WatchKey(l.o.Plan.Protocol, id)]
	}
	v, err := l.lookers.vista(chains)
	if err != nil {
		return v, err
	}
	if err := v.outside(l.states[feed.Key(l.o.Plan.Protocol)], l.o.Plan); err != nil {
		return v, err
	}
	v.At = time.Now().UTC()
	for i := range v.Chains {
		if l.clients[v.Chains[i].ID] == nil {
			v.Chains[i].Why = "no endpoint was given"
		}
	}
	for i := range v.Detectors {
		if g := &v.Detectors[i]; g.Chain != 0 && l.clients[g.Chain] == nil && g.State == detect.Unknown {
			g.State, g.Why = detect.Off, fmt.Sprintf("Chain %d is not watched", g.Chain)
		}
	}
	v.Findings = slices.Clone(l.findings)
	slices.Reverse(v.Findings)
	v.lastFound()
	return v, nil
}

// Observe keeps what a watch saw.
func (l *Onlooker) Observe(_ context.Context, o engine.Observation) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if o.Key != "" {
		l.states[o.Key] = o.State
	}
	for i := range l.findings {
		if slices.Contains(o.Retracted, l.findings[i].ID) {
			l.findings[i].Retracted = o.RetractedWhy
		}
	}
	for _, f := range o.Findings {
		if l.known[f.ID] {
			continue
		}
		l.known[f.ID] = true
		l.findings = append(l.findings, f)
	}
	if n := len(l.findings) - maxSeen; n > 0 {
		for _, f := range l.findings[:n] {
			delete(l.known, f.ID)
		}
		l.findings = slices.Clone(l.findings[n:])
	}
	select {
	case l.changed <- struct{}{}:
	default:
	}
	return nil
}

// WatchState returns what a watch left.
func (l *Onlooker) WatchState(_ context.Context, key string) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.states[key], nil
}

// Lease is always granted: nobody else watches by this memory.
func (l *Onlooker) Lease(context.Context, string, time.Time) (uint64, bool, error) {
	return 1, true, nil
}

// Release gives nothing up.
func (l *Onlooker) Release(context.Context, string) error { return nil }
