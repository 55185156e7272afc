package app

import (
	"context"
	"log/slog"

	"tocsin/chain"
	"tocsin/chain/rpc"
)

// Connect connects to the endpoints of a chain in order to act on it: of several, what most say counts, and one that lies or lags is left
// out.
func Connect(ctx context.Context, chainID uint64, urls []string, log *slog.Logger) (chain.Client, error) {
	o := rpc.Options{ChainID: chainID, Logger: log}
	if len(urls) == 1 {
		o.URL = urls[0]
		return rpc.Dial(ctx, o)
	}
	return rpc.NewPool(rpc.PoolOptions{Options: o, URLs: urls})
}
