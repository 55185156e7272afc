// Package devchain owns a chain of our own: go-ethereum in this process, reachable over HTTP and WebSocket on the loopback
// interface, that mines by itself and survives the death of the process at any instant.
//
// The chain lives in memory. Every block is appended to a file before any client can see it as the head, and a start
// replays the file:
//
//	build block → execute it → append to the file → make it the head
//
// go-ethereum's own data folder loses its last blocks when the process is killed; this one does not. Transactions that
// were waiting to be mined are not kept: whoever sent them sends them again.
package devchain

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"path/filepath"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/eth"
	"github.com/ethereum/go-ethereum/node"
	"github.com/gofrs/flock"

	"tocsin/chain"
	"tocsin/chain/rpc"
	"tocsin/evm"
	"tocsin/fault"
)

// Manual is the period of a chain that mines only when Mine is called.
const Manual time.Duration = -1

// Options say what chain to start.
type Options struct {
	ChainID uint64             // required
	Dir     string             // where the blocks are kept; empty: in memory only
	Port    int                // TCP port on 127.0.0.1; 0: any free one
	Period  time.Duration      // a block each period; 0: as soon as a transaction is pending; Manual: by Mine only
	Alloc   types.GenesisAlloc // accounts in the first block; must be the same at every start of a Dir
	Clock   func() time.Time   // which the times of blocks follow, and while it stands still none is mined by itself; nil: real time
	Logger  *slog.Logger       // nil: silent
}

// Chain is a running chain. Its methods are safe for concurrent use.
type Chain struct {
	opts   Options
	log    *slog.Logger
	now    func() time.Time
	lock   *flock.Flock // nil in memory
	file   *blockFile   // nil in memory
	stack  *node.Node
	eth    *eth.Ethereum
	served bool // the node has started, and stops its parts itself

	refused *types.Transaction // which the pool will not take; see settle
	client  *rpc.Client

	sealing sync.Mutex // one block at a time

	stop    context.CancelFunc
	mining  sync.WaitGroup
	closing sync.Once
	closed  error
}

// Start starts the chain, replaying what Dir holds. A Dir that another process has open is a conflict; one that holds
// another chain or is damaged is invalid.
func Start(ctx context.Context, o Options) (_ *Chain, err error) {
	if o.ChainID == 0 {
		return nil, fault.New(fault.Invalid, "A chain needs an id that is not zero.")
	}
	c := &Chain{opts: o, log: o.Logger}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	c.now = o.Clock
	if c.now == nil {
		c.now = time.Now
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Close())
		}
	}()
	if o.Dir != "" {
		if c.lock, err = lock(o.Dir); err != nil {
			return nil, err
		}
	}
	if c.stack, c.eth, err = newNode(o); err != nil {
		return nil, fmt.Errorf("start chain %d: %w", o.ChainID, err)
	}
	if c.refused, err = refusable(new(big.Int).SetUint64(o.ChainID)); err != nil {
		return nil, fmt.Errorf("start chain %d: %w", o.ChainID, err)
	}
	if o.Dir != "" {
		if err := c.replay(filepath.Join(o.Dir, "blocks")); err != nil {
			return nil, err
		}
	}
	if err := c.awaitIndex(ctx); err != nil {
		return nil, err
	}
	c.eth.SetSynced()
	c.mine()
	if err := c.stack.Start(); err != nil {
		return nil, fault.New(fault.Unavailable, "The chain cannot listen on port %d of 127.0.0.1.", o.Port).
			Instead("Name another port, or 0 for any free one.").Because(err)
	}
	c.served = true
	if c.client, err = rpc.Attach(ctx, c.stack.Attach(), rpc.Options{ChainID: o.ChainID, Logger: o.Logger}); err != nil {
		return nil, err
	}
	return c, nil
}

// URL is the HTTP endpoint.
func (c *Chain) URL() string { return c.stack.HTTPEndpoint() }

// WSURL is the WebSocket endpoint.
func (c *Chain) WSURL() string { return c.stack.WSEndpoint() }

// Client speaks to the chain inside the process. It is closed with the chain.
func (c *Chain) Client() chain.Client { return c.client }

// Head is the newest block.
func (c *Chain) Head() chain.Ref {
	h := c.eth.BlockChain().CurrentBlock()
	return chain.Ref{Number: h.Number.Uint64(), Hash: evm.Hash(h.Hash())}
}

// Close stops mining and serving, and makes the blocks durable. Calling it again returns the same result.
func (c *Chain) Close() error {
	c.closing.Do(func() {
		if c.stop != nil {
			c.stop()
		}
		c.mining.Wait()
		c.closed = c.release()
	})
	return c.closed
}

// release gives back whatever has been taken so far.
func (c *Chain) release() error {
	var errs []error
	if c.client != nil {
		c.client.Close()
	}
	if c.eth != nil && !c.served {
		c.eth.Downloader().Terminate()
		errs = append(errs, c.eth.TxPool().Close())
		c.eth.BlockChain().Stop()
	}
	if c.stack != nil {
		errs = append(errs, c.stack.Close())
	}
	if c.file != nil {
		errs = append(errs, c.file.Close())
	}
	if c.lock != nil {
		errs = append(errs, c.lock.Unlock())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close chain %d: %w", c.opts.ChainID, err)
	}
	return nil
}
