// Package rpc owns the client of a chain's JSON-RPC endpoint, over HTTP or WebSocket: what it answers is checked before it
// is believed, and what it is called with (keys in its URL) appears in no error.
package rpc

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	gethrpc "github.com/ethereum/go-ethereum/rpc"

	"tocsin/chain"
	"tocsin/fault"
)

var _ chain.Client = (*Client)(nil)

// Options say which endpoint to speak to and how. Zero values mean the defaults.
type Options struct {
	URL          string        // http, https, ws or wss; "#rate=10" at its end allows ten requests a second
	ChainID      uint64        // what the endpoint must serve; 0: whatever it serves
	PollEvery    time.Duration // how often to ask for the head where it is not told; default: four times a block, each 100 ms to 2 s
	BlockTime    time.Duration // from one block to the next; 0: not known, and found out
	Timeout      time.Duration // for one request; default 15 s
	MaxResponse  int64         // bytes of one answer; default 64 MiB
	Depth        int           // blocks that Follow remembers, hence the deepest reorganisation it can follow; default 128
	Patience     time.Duration // how long Follow bears an endpoint that fails before it gives up; default 30 s
	Backoff      time.Duration // first pause after a failure, doubled up to 32-fold; default 250 ms
	TrustSenders bool          // believe the senders of transactions instead of recovering them (0.1 ms each)
	Logger       *slog.Logger  // nil: silent
}

func (o Options) withDefaults() Options {
	if o.Timeout <= 0 {
		o.Timeout = 15 * time.Second
	}
	if o.MaxResponse <= 0 {
		o.MaxResponse = 64 << 20
	}
	if o.Depth <= 0 {
		o.Depth = 128
	}
	if o.Patience <= 0 {
		o.Patience = 30 * time.Second
	}
	if o.Backoff <= 0 {
		o.Backoff = 250 * time.Millisecond
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Client speaks to one endpoint. It implements chain.Client; besides the contract, Follow also returns when the endpoint
// lies, when it has failed for longer than Patience, and when a reorganisation goes deeper than the cursor.
type Client struct {
	opts     Options
	endpoint endpoint
	line     line
	http     *http.Client // nil where the transport is not HTTP
	pace     *pace
	chainID  uint64
	// Endpoints that lack eth_getBlockReceipts are asked for each receipt.
	noBlockReceipts atomic.Bool
	tracer          tracer
}

// Dial connects to the endpoint and asks for its chain id.
func Dial(ctx context.Context, o Options) (*Client, error) {
	c, err := build(o)
	if err != nil {
		return nil, err
	}
	if _, err := c.connect(ctx); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// New returns a client that connects when it is first asked something, and again for as long as the endpoint cannot be
// reached. Options.ChainID must be given: an endpoint that serves another chain is never used.
func New(o Options) (*Client, error) {
	if o.ChainID == 0 {
		return nil, fault.New(fault.Invalid, "An endpoint that may be away needs a chain id.")
	}
	return build(o)
}

// Attach speaks over a connection that exists already, such as one inside the process. It closes it in the end.
func Attach(ctx context.Context, conn *gethrpc.Client, o Options) (*Client, error) {
	c := &Client{opts: o.withDefaults(), endpoint: endpoint{name: "of this process"}, chainID: o.ChainID, line: newLine(), pace: &pace{}}
	if err := c.identify(ctx, conn); err != nil {
		conn.Close()
		return nil, err
	}
	c.line.geth.Store(conn)
	return c, nil
}

func build(o Options) (*Client, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" {
		return nil, fault.New(fault.Invalid, "The endpoint's URL cannot be read.").
			Instead("Write it as https://host/path or wss://host/path.")
	}
	p, err := newPace(u.Fragment)
	if err != nil {
		return nil, err
	}
	u.Fragment, u.RawFragment = "", ""
	o = o.withDefaults()
	o.URL = u.String()
	c := &Client{opts: o, endpoint: newEndpoint(u), chainID: o.ChainID, line: newLine(), pace: p}
	switch u.Scheme {
	case "http", "https":
		c.http = newHTTPClient(o.MaxResponse, p)
	case "ws", "wss":
	default:
		return nil, fault.New(fault.Invalid, "The endpoint %s is of a kind that is not supported.", c.endpoint.name).
			Instead("Use an address that begins with http://, https://, ws:// or wss://.")
	}
	return c, nil
}

// ChainID is the id of the chain that the endpoint serves.
func (c *Client) ChainID() uint64 { return c.chainID }

// Close ends the connection. Requests under way fail.
func (c *Client) Close() {
	c.line.close()
	if c.http != nil {
		c.http.CloseIdleConnections()
	}
}

// call asks the endpoint and returns the result as it came.
func (c *Client) call(ctx context.Context, method string, args ...any) (json.RawMessage, error) {
	within, cancel := context.WithTimeout(ctx, c.opts.Timeout)
	defer cancel()
	geth, err := c.connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.wait(within, ctx, method, 1); err != nil {
		return nil, err
	}
	var result json.RawMessage
	if err := geth.CallContext(within, &result, method, args...); err != nil {
		return nil, c.explain(ctx, method, err)
	}
	return result, nil
}

// ask asks the endpoint for a value that must be there.
func (c *Client) ask(ctx context.Context, into any, method string, args ...any) error {
	raw, err := c.call(ctx, method, args...)
	if err != nil {
		return err
	}
	if isNull(raw) {
		return c.nonsense(method, fmt.Errorf("the answer is null"))
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return c.nonsense(method, err)
	}
	return nil
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }
