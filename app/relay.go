package app

import (
	"maps"
	"slices"

	"tocsin/chain/rpc"
	"tocsin/execute"
	"tocsin/fault"
)

// relays makes a client of each private relay. One that cannot be reached keeps nothing back: then everybody gets what was for it.
func (s *server) relays() (map[uint64]execute.Relay, error) {
	relays := map[uint64]execute.Relay{}
	for _, id := range slices.Sorted(maps.Keys(s.o.Relays)) {
		if s.clients[id] == nil {
			return nil, fault.New(fault.Invalid, "A relay is given for chain %d, which has no endpoint.", id).Instead("Give the chain an endpoint, too, or leave the relay out.")
		}
		if len(s.o.Relays[id]) > 1 {
			return nil, fault.New(fault.Invalid, "Several relays are given for chain %d.", id).Instead("Give one.")
		}
		c, err := rpc.New(rpc.Options{URL: s.o.Relays[id][0], ChainID: id, Logger: s.o.Logger})
		if err != nil {
			return nil, err
		}
		relays[id] = c
	}
	return relays, nil
}
