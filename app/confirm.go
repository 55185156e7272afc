package app

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"tocsin/chain"
	"tocsin/decision"
	"tocsin/execute"
	"tocsin/incident"
	"tocsin/plan"
)

// confirm asks contracts whether a signature is theirs, by the chains that the server follows.
func (s *server) confirm(ctx context.Context, d *incident.Decision, list []incident.Vouched, now time.Time) (*decision.ContractFact, error) {
	clients := s.clients
	if d != nil && d.Message.Exercise {
		clients = s.drills()
	}
	return execute.Confirm(ctx, clients, d, list, now)
}

// drills are the clients of chains that no plan calls live, those of exercises among them.
func (s *server) drills() map[uint64]chain.Client {
	list := s.house.clients()
	for id, c := range s.clients {
		live := slices.ContainsFunc(s.plans(), func(p *plan.Plan) bool {
			x, ok := p.Chain(id)
			return ok && x.Kind != "drill"
		})
		if !live {
			list[id] = c
		}
	}
	return list
}

// Confirm asks contracts whether a signature for a decision is theirs, by endpoints of their chains: as many of a chain as there are must
// agree. Faults: unavailable if one cannot be asked; invalid for endpoints that cannot be used.
func Confirm(ctx context.Context, endpoints map[uint64][]string, d *incident.Decision, list []incident.Vouched, now time.Time, log *slog.Logger) (*decision.ContractFact, error) {
	clients := map[uint64]chain.Client{}
	for _, v := range list {
		if urls := endpoints[v.Chain]; clients[v.Chain] == nil && len(urls) > 0 {
			c, err := Connect(ctx, v.Chain, urls, log)
			if err != nil {
				return nil, err
			}
			defer c.Close()
			clients[v.Chain] = c
		}
	}
	return execute.Confirm(ctx, clients, d, list, now)
}
