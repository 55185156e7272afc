package app

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"tocsin/chain"
	"tocsin/chain/rpc"
	"tocsin/fault"
	"tocsin/plan"
	"tocsin/readiness"
)

// Sight connects to the chains that a plan names, all endpoints of a chain together and each alone, for one look at them. An endpoint that
// does not answer is part of what is seen. Fault: invalid for an endpoint of a chain that the plan does not name, or whose URL cannot be
// used.
func Sight(ctx context.Context, p *plan.Plan, endpoints map[uint64][]string, log *slog.Logger) (l readiness.Live, closed func(), err error) {
	l = readiness.Live{Plan: p, Clients: map[uint64]chain.Client{}}
	var open []chain.Client
	closed = func() {
		for _, c := range open {
			c.Close()
		}
	}
	for _, id := range slices.Sorted(maps.Keys(endpoints)) {
		c, ok := p.Chain(id)
		if !ok {
			closed()
			return l, nil, fault.New(fault.Invalid, "An endpoint is given for chain %d, which the plan does not name.", id).Instead("Name the chain in the plan, or leave the endpoint out.")
		}
		o := rpc.Options{ChainID: id, BlockTime: time.Duration(c.BlockTime), Logger: log}
		pool, err := rpc.NewPool(rpc.PoolOptions{URLs: endpoints[id], Options: o})
		if err != nil {
			closed()
			return l, nil, err
		}
		open = append(open, pool)
		l.Clients[id] = pool
		for _, url := range endpoints[id] {
			o.URL = url
			one, err := rpc.New(o)
			x := readiness.Endpoint{Chain: id, URL: url, Err: err}
			if err == nil {
				x.Client = one
				open = append(open, one)
			}
			l.Endpoints = append(l.Endpoints, x)
		}
	}
	return l, closed, nil
}
