package app

import (
	"context"
	"log/slog"

	"tocsin/chain"
	"tocsin/chain/rpc"
)

// History connects to an endpoint in order to read what has happened on a chain. Blocks are verified but for the senders
// of transactions, which no root proves and which cost more to recover than all the rest: history is read to try
// detectors, not to act on.
func History(ctx context.Context, chainID uint64, url string, log *slog.Logger) (chain.Client, error) {
	return rpc.Dial(ctx, rpc.Options{URL: url, ChainID: chainID, TrustSenders: true, Logger: log})
}
