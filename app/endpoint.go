package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"tocsin/chain/rpc"
	"tocsin/fault"
	"tocsin/plan"
)

// chains are those that the plans name, each once and in their order: where several name one, with the longest reorganisation that
// any of them expects and the shortest time between blocks.
func (s *server) chains() []plan.Chain {
	var list []plan.Chain
	for _, x := range s.protocols {
		for _, c := range x.first.plan.Chains {
			i := slices.IndexFunc(list, func(d plan.Chain) bool { return d.ID == c.ID })
			if i < 0 {
				list = append(list, c)
				continue
			}
			d := &list[i]
			if reorganisation(c) > reorganisation(*d) {
				d.Reorg = c.Reorg
			}
			if c.BlockTime > 0 && (d.BlockTime == 0 || c.BlockTime < d.BlockTime) {
				d.BlockTime = c.BlockTime
			}
		}
	}
	return list
}

// dial makes a client of each chain that has endpoints; the protocols on the chain share it.
func (s *server) dial() error {
	chains := s.chains()
	for _, id := range slices.Sorted(maps.Keys(s.o.Endpoints)) {
		if !slices.ContainsFunc(chains, func(c plan.Chain) bool { return c.ID == id }) {
			who := "the plan does"
			if len(s.protocols) > 1 {
				who = "the plans do"
			}
			return fault.New(fault.Invalid, "An endpoint is given for chain %d, which %s not name.", id, who).Instead("Name the chain in the plan, or leave the endpoint out.")
		}
	}
	for _, c := range chains {
		urls := s.o.Endpoints[c.ID]
		if len(urls) == 0 {
			continue // the outlook says so
		}
		client, err := rpc.NewPool(rpc.PoolOptions{URLs: urls, Options: rpc.Options{ChainID: c.ID, Depth: reorganisation(c), BlockTime: time.Duration(c.BlockTime), Logger: s.o.Logger}})
		if err != nil {
			return err
		}
		s.clients[c.ID] = client
	}
	return nil
}

// reorganisation is the deepest one, in blocks, that is followed on a chain.
func reorganisation(c plan.Chain) int {
	if c.Reorg == 0 {
		return 64
	}
	return int(min(c.Reorg, 4096))
}

// firstLook is how long the start waits for endpoints that do not answer, where nothing else is said.
const firstLook = time.Second

// look asks every endpoint for the head, and says which chains cannot be seen. An endpoint that cannot be used at all, such
// as that of another chain, is an error.
func (s *server) look(ctx context.Context) (say []string, err error) {
	patience := s.o.patience
	if patience == 0 {
		patience = firstLook
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var wg sync.WaitGroup
	chains := s.chains()
	heads := make([]error, len(chains))
	for i, c := range chains {
		if client := s.clients[c.ID]; client != nil {
			wg.Go(func() { _, heads[i] = client.Head(ctx) })
		}
	}
	wg.Wait()
	for i, c := range chains {
		switch {
		case heads[i] == nil:
		case fault.Is(heads[i], fault.Invalid):
			return nil, heads[i]
		default:
			why := fault.Sentence(heads[i])
			if ctx.Err() != nil {
				why = fmt.Sprintf("Its endpoint has not answered within %s.", patience)
			}
			say = append(say, fmt.Sprintf("Chain %d (%s) cannot be seen just now; it is tried again and again. %s", c.ID, c.Name, why))
		}
	}
	return say, nil
}
