package rpc

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	gethrpc "github.com/ethereum/go-ethereum/rpc"

	"tocsin/chain"
	"tocsin/fault"
)

// line is the connection to an endpoint, made when it is first needed.
type line struct {
	geth   atomic.Pointer[gethrpc.Client] // nil until it is there
	closed atomic.Bool

	turn   chan struct{} // held by whoever dials
	failed error         // why the last try failed, as long as until has not come
	until  time.Time
}

func newLine() line { return line{turn: make(chan struct{}, 1)} }

// redialAfter is how long a try that failed speaks for those that come after it.
const redialAfter = time.Second

func (l *line) close() {
	l.closed.Store(true)
	if g := l.geth.Load(); g != nil {
		g.Close()
	}
}

// hangUp ends the connection; the next request makes another, and asks for the chain id again.
func (c *Client) hangUp() {
	if g := c.line.geth.Swap(nil); g != nil {
		g.Close()
	}
}

// connect returns the connection, and makes it if there is none yet.
func (c *Client) connect(ctx context.Context) (*gethrpc.Client, error) {
	l := &c.line
	if g := l.geth.Load(); g != nil {
		return g, nil
	}
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return nil, c.explain(ctx, "connect", ctx.Err())
	}
	if g := l.geth.Load(); g != nil {
		return g, nil
	}
	if l.failed != nil && time.Now().Before(l.until) {
		return nil, l.failed
	}
	g, err := c.dial(ctx)
	if err != nil {
		if ctx.Err() == nil {
			l.failed, l.until = err, time.Now().Add(redialAfter)
		}
		return nil, err
	}
	l.geth.Store(g)
	if l.closed.Load() {
		g.Close() // whoever closed may not have seen it
	}
	return g, nil
}

func (c *Client) dial(ctx context.Context) (*gethrpc.Client, error) {
	options := []gethrpc.ClientOption{gethrpc.WithWebsocketMessageSizeLimit(c.opts.MaxResponse)}
	if c.http != nil {
		options = append(options, gethrpc.WithHTTPClient(c.http))
	}
	within, cancel := context.WithTimeout(ctx, c.opts.Timeout)
	defer cancel()
	g, err := gethrpc.DialOptions(within, c.opts.URL, options...)
	if err != nil {
		return nil, c.explain(ctx, "connect", err)
	}
	if err := c.identify(ctx, g); err != nil {
		g.Close()
		return nil, err
	}
	return g, nil
}

// reidentify asks again which chain the endpoint serves.
func (c *Client) reidentify(ctx context.Context) error {
	g, err := c.connect(ctx)
	if err != nil {
		return err
	}
	return c.identify(ctx, g)
}

// identify asks for the chain id and compares it with the one wanted.
func (c *Client) identify(ctx context.Context, g *gethrpc.Client) error {
	const method = "eth_chainId"
	within, cancel := context.WithTimeout(ctx, c.opts.Timeout)
	defer cancel()
	var raw json.RawMessage
	if err := g.CallContext(within, &raw, method); err != nil {
		return c.explain(ctx, method, err)
	}
	var id *hexutil.Uint64
	if err := json.Unmarshal(raw, &id); err != nil || id == nil {
		return c.nonsense(method, fmt.Errorf("%q is no chain id", raw))
	}
	if c.opts.ChainID == 0 {
		c.chainID = uint64(*id) // nobody else knows this client yet
		return nil
	}
	if c.opts.ChainID != uint64(*id) {
		return &symptom{chain.WrongChain, fault.New(fault.Invalid, "The endpoint %s serves chain %d, not chain %d.", c.endpoint.name, uint64(*id), c.opts.ChainID).
			Instead("Give the endpoint of chain %d.", c.opts.ChainID)}
	}
	return nil
}
