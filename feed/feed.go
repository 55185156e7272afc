// Package feed follows what is not on a chain: whether subsystems answer, the names, certificates and scripts of the app, and
// what feeds say. Of all nodes one asks at a time: the holder of the lease. What was seen goes through package target, and
// what that finds to the engine together with what is remembered, in one transaction.
//
//	lease ─▶ load state ─▶ each target in its own time: ask ─▶ State.See ─▶ Observe {state, findings, retractions}
//	  ▲                                                                       │ committed: nothing is lost or told twice
//	  └─────────── database or lease lost: wait, and again from what was committed
package feed

import (
	"context"
	"crypto/x509"
	"log/slog"
	"net"
	"time"

	"tocsin/engine"
	"tocsin/feed/target"
	"tocsin/incident"
	"tocsin/plan"
)

// Engine is what a follower needs of the engine.
type Engine interface {
	Observe(ctx context.Context, o engine.Observation) error
	WatchState(ctx context.Context, key string) ([]byte, error)
	Lease(ctx context.Context, name string, until time.Time) (epoch uint64, ok bool, err error)
	Release(ctx context.Context, name string) error
}

// Options are what a follower is made of.
type Options struct {
	Engine   Engine
	Plan     *plan.Plan
	Exercise *incident.Exercise // all is a drill
	Now      func() time.Time   // nil: time.Now
	Logger   *slog.Logger       // nil: none

	Roots     *x509.CertPool                                                       // whose certificates are believed; nil: those of the machine
	Resolvers []string                                                             // for detectors that name none; empty: those of the machine
	Dial      func(ctx context.Context, network, address string) (net.Conn, error) // nil: by the machine's network
}

// Follower follows what a plan names outside of chains.
type Follower struct {
	o       Options
	key     string
	targets []*target.Target
	log     *slog.Logger
}

// Key names the follower of a protocol and its lease.
func Key(protocol string) string { return "feed/" + protocol }

// New returns a follower. Detectors that cannot run are left out; target.Compile says why.
func New(o Options) *Follower {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	f := &Follower{o: o, key: Key(o.Plan.Protocol), log: o.Logger.With("protocol", o.Plan.Protocol)}
	f.targets, _ = target.Compile(o.Plan)
	return f
}
