package devchain

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/txpool"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/miner"
	"github.com/ethereum/go-ethereum/rlp"

	"tocsin/evm"
	"tocsin/fault"
)

// mine starts the loop that the options ask for.
func (c *Chain) mine() {
	ctx, stop := context.WithCancel(context.Background())
	c.stop = stop
	if c.opts.Period < 0 {
		return
	}
	if c.opts.Period > 0 {
		c.mining.Go(func() { c.mineEachPeriod(ctx) })
		return
	}
	// Listening begins before anybody can send: a transaction that came earlier would wait for the next one.
	arrived := make(chan core.NewTxsEvent, 64)
	sub := c.eth.TxPool().SubscribeTransactions(arrived, true)
	c.mining.Go(func() {
		defer sub.Unsubscribe()
		c.mineWhenPending(ctx, arrived)
	})
}

func (c *Chain) mineEachPeriod(ctx context.Context) {
	tick := time.NewTicker(c.opts.Period)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if c.ahead() {
				continue
			}
			if err := c.Mine(1); err != nil {
				c.log.Error("no block was mined", "err", err)
			}
		}
	}
}

// ahead says whether the next block has to wait for the clock. Blocks mined in quick succession may have run ahead of real time, which a
// slow chain lets catch up; by a clock of its own no block comes before the clock has reached the next second.
func (c *Chain) ahead() bool {
	head, now := c.eth.BlockChain().CurrentBlock().Time, c.unix()
	if c.opts.Clock != nil {
		return head >= now
	}
	return c.opts.Period >= time.Second && head > now
}

// unix is the clock's time as blocks carry it, in whole seconds.
func (c *Chain) unix() uint64 { return uint64(max(c.now().Unix(), 0)) }

func (c *Chain) mineWhenPending(ctx context.Context, arrived <-chan core.NewTxsEvent) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-arrived:
		}
		for ctx.Err() == nil && c.pending() {
			n, err := c.mineOne()
			if err != nil {
				c.log.Error("no block was mined", "err", err)
			}
			if err != nil || n == 0 {
				break // what is pending cannot be mined now: wait for the next arrival
			}
		}
	}
}

// pending says whether a transaction could be mined now.
func (c *Chain) pending() bool {
	c.sealing.Lock() // the pool loses one of two that wait for its reset at once
	defer c.sealing.Unlock()
	if err := c.settle(); err != nil {
		return false
	}
	txs, _ := c.eth.TxPool().Pending(txpool.PendingFilter{})
	return len(txs) > 0
}

// Mine mines n blocks now, the first with everything that was sent before.
func (c *Chain) Mine(n int) error {
	for range n {
		if _, err := c.mineOne(); err != nil {
			return err
		}
	}
	return nil
}

// mineOne mines a block with what is pending and returns how many transactions it holds.
func (c *Chain) mineOne() (int, error) {
	c.sealing.Lock()
	defer c.sealing.Unlock()
	if err := c.settle(); err != nil {
		return 0, fmt.Errorf("mine block: %w", err)
	}
	parent := c.eth.BlockChain().CurrentBlock()
	b, err := c.build(parent, nil, false)
	if err != nil {
		return 0, err
	}
	if err := c.keep(headBlock, b); err != nil {
		return 0, err
	}
	if err := c.makeHead(b); err != nil {
		return 0, err
	}
	// The pool follows before anybody is told, so that what they send next does not meet it resetting itself.
	if err := c.eth.TxPool().Sync(); err != nil {
		return 0, fmt.Errorf("mine block %d: %w", b.NumberU64(), err)
	}
	return len(b.Transactions()), nil
}

// settle waits until the pool has made up its mind about everything that it was sent. It resets itself in the background
// after a block; without waiting for it the next block would miss transactions or repeat them. And it looks at what comes
// in the background too: what it has not looked at when it resets itself, it may hold back until the next block. It looks
// at everything that came before a transaction when it is asked to wait for that one, even if it refuses it.
func (c *Chain) settle() error {
	if err := c.eth.TxPool().Add([]*types.Transaction{c.refused}, true)[0]; !errors.Is(err, core.ErrInsufficientFunds) {
		return fmt.Errorf("ask the pool for what was sent: %w", err)
	}
	return c.eth.TxPool().Sync()
}

// refusable is a transaction that the pool looks at and does not take: its account has nothing to pay with.
func refusable(chain *big.Int) (*types.Transaction, error) {
	key, err := crypto.GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("draw a key: %w", err)
	}
	return types.SignNewTx(key, types.LatestSignerForChainID(chain), &types.DynamicFeeTx{
		ChainID: chain, GasTipCap: big.NewInt(1e9), GasFeeCap: big.NewInt(1e12), Gas: 21_000, To: &common.Address{}, Value: big.NewInt(1),
	})
}

// Reorg replaces the newest depth blocks by as many others. With keep they hold the same transactions; otherwise they
// are empty and the transactions are forgotten.
func (c *Chain) Reorg(ctx context.Context, depth int, keep bool) error {
	c.sealing.Lock()
	defer c.sealing.Unlock()
	bc := c.eth.BlockChain()
	head := bc.CurrentBlock().Number.Uint64()
	if depth < 1 || uint64(depth) > head {
		return fault.New(fault.Invalid, "A reorganisation of %d blocks is not possible on a chain of %d.", depth, head)
	}
	parent := bc.GetHeaderByNumber(head - uint64(depth))
	var newest *types.Block
	for n := head - uint64(depth) + 1; n <= head; n++ {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("reorganise %d blocks: %w", depth, err)
		}
		var txs types.Transactions
		if keep {
			txs = bc.GetBlockByNumber(n).Transactions()
		}
		b, err := c.build(parent, txs, len(txs) == 0)
		if err != nil {
			return err
		}
		k := sideBlock
		if n == head {
			k = headBlock
		}
		if err := c.keep(k, b); err != nil {
			return err
		}
		parent, newest = b.Header(), b
	}
	if err := c.makeHead(newest); err != nil {
		return err
	}
	if keep {
		return nil
	}
	// The pool takes the orphaned transactions back by itself.
	if err := c.eth.TxPool().Sync(); err != nil {
		return fmt.Errorf("forget orphaned transactions: %w", err)
	}
	c.eth.TxPool().Clear()
	return nil
}

// build makes a block on parent: with txs, with nothing if empty, else with what is pending.
func (c *Chain) build(parent *types.Header, txs types.Transactions, empty bool) (*types.Block, error) {
	var random common.Hash
	_, _ = rand.Read(random[:]) // never fails
	b, _, err := c.eth.Miner().BuildTestingPayload(&miner.BuildPayloadArgs{
		Parent:      parent.Hash(),
		Timestamp:   max(c.unix(), parent.Time+1), // periods below a second run ahead of the clock
		Random:      random,                       // makes siblings differ
		Withdrawals: types.Withdrawals{},
		BeaconRoot:  &common.Hash{},
	}, txs, empty, nil)
	if err != nil {
		return nil, fmt.Errorf("build block %d: %w", parent.Number.Uint64()+1, err)
	}
	return b, nil
}

// keep executes a block and appends it to the file. No client sees it as the head yet.
func (c *Chain) keep(k kind, b *types.Block) error {
	if _, err := c.eth.BlockChain().InsertBlockWithoutSetHead(context.Background(), b, false); err != nil {
		return fmt.Errorf("execute block %d: %w", b.NumberU64(), err)
	}
	if c.file == nil {
		return nil
	}
	enc, err := rlp.EncodeToBytes(b)
	if err != nil {
		return fmt.Errorf("encode block %d: %w", b.NumberU64(), err)
	}
	return c.file.Append(k, enc)
}

func (c *Chain) makeHead(b *types.Block) error {
	if _, err := c.eth.BlockChain().SetCanonical(b); err != nil {
		return fmt.Errorf("make block %d the head: %w", b.NumberU64(), err)
	}
	return nil
}

// replay brings the chain to where the file at path ends and keeps the file open for more.
func (c *Chain) replay(path string) error {
	bc := c.eth.BlockChain()
	var head *types.Block
	file, err := openBlockFile(path, evm.Hash(bc.Genesis().Hash()), func(k kind, enc []byte) error {
		var b types.Block
		if err := rlp.DecodeBytes(enc, &b); err != nil {
			return fmt.Errorf("decode block: %w", err)
		}
		if _, err := bc.InsertBlockWithoutSetHead(context.Background(), &b, false); err != nil {
			return fmt.Errorf("execute block %d: %w", b.NumberU64(), err)
		}
		if k == headBlock {
			head = &b
		}
		return nil
	})
	if err != nil {
		return err
	}
	c.file = file
	if head == nil {
		return nil
	}
	if err := c.makeHead(head); err != nil {
		return err
	}
	if err := c.eth.TxPool().Sync(); err != nil {
		return fmt.Errorf("replay %s: %w", path, err)
	}
	return nil
}

// awaitIndex waits until transactions can be found by hash. Until go-ethereum's indexer has run after a head it answers
// "indexing is in progress" to whoever asks for a receipt. Its work is done already: every block is indexed as it becomes
// the head, from the first on.
func (c *Chain) awaitIndex(ctx context.Context) error {
	bc := c.eth.BlockChain()
	rawdb.WriteTxIndexTail(c.eth.ChainDb(), 0)
	if err := c.makeHead(bc.GetBlockByHash(bc.CurrentBlock().Hash())); err != nil { // wakes the indexer
		return err
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !bc.TxIndexDone() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("start chain: %w", context.Cause(ctx))
		case <-tick.C:
		}
	}
	return nil
}
