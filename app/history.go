package app

import (
	"context"
	"log/slog"

	"tocsin/chain"
	"tocsin/chain/rpc"
)

// History connects to one or more endpoints of a chain in order to read what has happened on a chain. Blocks are verified but for the senders
// of transactions, which no root proves and which cost more to recover than all the rest: history is read to try
// detectors, not to act on.
func History(ctx context.Context, chainID uint64, urls []string, log *slog.Logger) (chain.Client, error) {
	o := rpc.Options{ChainID: chainID, TrustSenders: true, Logger: log}
	if len(urls) == 1 {
		o.URL = urls[0]
		return rpc.Dial(ctx, o)
	}
	return rpc.NewPool(rpc.PoolOptions{Options: o, URLs: urls})
}
