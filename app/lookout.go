package app

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"tocsin/chain"
	"tocsin/chain/rpc"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/readiness"
	"tocsin/trial"
)

// The times of a lookout.
const (
	firstLookout = 15 * time.Second // after the start: what is urgent comes first
	eachLookout  = time.Hour
	eachGlance   = time.Minute     // at what another node saw, and whether it is time
	lookoutFor   = 2 * time.Minute // at most, for one look
)

// lookout looks at the chains of the protocols each hour, and whenever somebody asks: would it work now? One node looks, and all show what
// it saw; what the chains said when the plan was reviewed is in the record.
type lookout struct {
	engine    *engine.Engine
	clients   map[uint64]chain.Client
	endpoints []readiness.Endpoint
	executor  evm.Address
	open      trial.Opener        // of transactions signed in advance; nil: none can be opened
	secret    func(string) string // of requests, by environment variable
	exercise  *incident.Exercise  // all is a drill: the demo
	log       *slog.Logger

	looking sync.Mutex // one look at a time
	mu      sync.Mutex
	latest  map[string]readiness.Report // by protocol
	again   map[string]chan struct{}
}

func (s *server) lookout() *lookout {
	l := &lookout{engine: s.desk.Engine, clients: s.clients, open: s.prepared(), secret: s.hookSecret, exercise: s.o.exercise, log: s.o.Logger, latest: map[string]readiness.Report{}, again: map[string]chan struct{}{}}
	if s.o.Signer != nil {
		l.executor = s.o.Signer.Address()
	}
	for id := range s.clients {
		for _, url := range s.o.Endpoints[id] {
			one, err := rpc.New(rpc.Options{URL: url, ChainID: id, Logger: s.o.Logger})
			x := readiness.Endpoint{Chain: id, URL: url, Err: err}
			if err == nil {
				x.Client = one
			}
			l.endpoints = append(l.endpoints, x)
		}
	}
	for _, x := range s.protocols {
		l.again[x.id] = make(chan struct{}, 1)
	}
	return l
}

// close closes what only the lookout speaks to.
func (l *lookout) close() {
	for _, x := range l.endpoints {
		if x.Client != nil {
			x.Client.Close()
		}
	}
}

// run looks at a protocol's chains until ctx ends.
func (l *lookout) run(ctx context.Context, protocol string) {
	timer := time.NewTimer(firstLookout)
	defer timer.Stop()
	for {
		asked := false
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-l.again[protocol]:
			asked = true
		}
		if err := l.round(ctx, protocol, asked); err != nil && ctx.Err() == nil {
			l.log.Warn("look whether all is ready", "protocol", protocol, "err", err)
		}
		timer.Reset(eachGlance)
	}
}

// Live is what was seen last.
func (l *lookout) Live(protocol string) (readiness.Report, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r, ok := l.latest[protocol]
	return r, ok
}

// Again has the chains looked at soon.
func (l *lookout) Again(protocol string) {
	select {
	case l.again[protocol] <- struct{}{}:
	default: // it will be, or nobody looks at this protocol here
	}
}

// look looks once, and records what the chains say if nothing is recorded for the plan in force. What it saw is kept for all nodes, as
// whoever holds the lease of an epoch may, with what is told of it.
func (l *lookout) look(ctx context.Context, protocol string, epoch uint64, last kept) error {
	ctx, cancel := context.WithTimeout(ctx, lookoutFor)
	defer cancel()
	p, err := l.engine.InForce(ctx, protocol)
	if err != nil {
		return err
	}
	upkeep, err := l.engine.Upkeep(ctx, protocol)
	if err != nil {
		return err
	}
	now := l.engine.Now()
	live := readiness.Live{Plan: p, Clients: l.clients, Endpoints: l.endpoints, Executor: l.executor, Away: upkeep.Away(now), Now: now, Open: l.open}
	if l.exercise == nil {
		live.Reach, live.Secret, live.Page = Reach, l.secret, Page
		if live.Status, err = l.engine.Status(ctx, protocol); err != nil {
			return err
		}
	}
	if upkeep.Facts != nil && upkeep.Plan == p.Hash() {
		var before readiness.Facts
		if err := json.Unmarshal(upkeep.Facts, &before); err != nil {
			return fmt.Errorf("read recorded facts: %w", err)
		}
		live.Before = &before
	}
	r := readiness.LookLive(ctx, live)
	if err := ctx.Err(); err != nil {
		return fault.New(fault.Unavailable, "The look at the chains took too long.").Because(err)
	}
	if err := l.keep(ctx, p, epoch, last, r); err != nil {
		return err
	}
	if live.Before != nil || !whole(r) {
		return nil
	}
	facts, err := json.Marshal(r.Facts)
	if err != nil {
		return fmt.Errorf("encode facts: %w", err)
	}
	return l.engine.RecordFacts(ctx, protocol, p.Hash(), facts, false, journal.Actor{Kind: journal.Clock})
}

// whole reports whether a look saw all there is to be seen: what is compared with later must not lack anything.
func whole(r readiness.Report) bool {
	return len(r.Facts.Contracts) > 0 && !slices.ContainsFunc(r.Gaps, func(g readiness.Gap) bool {
		return g.Code == readiness.NotLooked || g.Code == readiness.ChainUnseen
	})
}
