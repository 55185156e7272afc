package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	gethrpc "github.com/ethereum/go-ethereum/rpc"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
)

var (
	_ chain.Tracer = (*Client)(nil)
	_ chain.Tracer = (*Pool)(nil)
)

// The methods that tell what transactions called. The first names the block for certain.
const (
	traceByHash   = "debug_traceBlockByHash"
	traceByNumber = "debug_traceBlockByNumber"
)

// traceAgain is how long an endpoint that cannot trace is taken at its word.
const traceAgain = 10 * time.Minute

// tracer is what is known of an endpoint's tracing.
type tracer struct {
	cannot   atomic.Int64 // Unix nanoseconds; it is not asked before
	byNumber atomic.Bool  // it knows only this method
}

// asked reports whether the endpoint is to be asked at all.
func (t *tracer) asked() bool { return time.Now().UnixNano() >= t.cannot.Load() }

// lacks notes that the endpoint cannot trace.
func (t *tracer) lacks() {
	t.byNumber.Store(false)
	t.cannot.Store(time.Now().Add(traceAgain).UnixNano())
}

// traceConfig asks for whole trees of calls. The endpoint's own time for one transaction is bounded by ours.
type traceConfig struct {
	Tracer  string `json:"tracer"`
	Timeout string `json:"timeout"`
}

// Trace returns the calls of a block's transactions. It is the endpoint's word where it does not contradict the transactions
// and their receipts; if it does, evm.ErrLie is in the error's chain. An endpoint that cannot trace is not asked again for a
// while. That tracing fails says nothing about the blocks that the endpoint gives, and is not held against it.
func (c *Client) Trace(ctx context.Context, b *evm.Block) ([]evm.Frame, error) {
	if len(b.Transactions) == 0 {
		return []evm.Frame{}, nil
	}
	if !c.tracer.asked() {
		return nil, c.cannotTrace()
	}
	if !c.tracer.byNumber.Load() {
		raw, err := c.askTrace(ctx, traceByHash, b.Hash)
		if r := (*refusal)(nil); !errors.As(err, &r) || !r.lacksMethod() {
			return c.traces(traceByHash, b, raw, err)
		}
	}
	raw, err := c.askTrace(ctx, traceByNumber, hexutil.EncodeUint64(b.Number))
	if r := (*refusal)(nil); errors.As(err, &r) && r.lacksMethod() {
		c.tracer.lacks()
		c.opts.Logger.Info("the endpoint cannot trace", "endpoint", c.endpoint.name, "err", err)
		return nil, c.cannotTrace()
	}
	c.tracer.byNumber.Store(err == nil)
	return c.traces(traceByNumber, b, raw, err)
}

// traces reads what the endpoint answered.
func (c *Client) traces(method string, b *evm.Block, raw json.RawMessage, err error) ([]evm.Frame, error) {
	if err != nil {
		return nil, err
	}
	if isNull(raw) {
		return nil, fault.New(fault.Unavailable, "The endpoint %s does not have the calls of block %d.", c.endpoint.name, b.Number)
	}
	traces, err := evm.DecodeTraces(raw)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "The endpoint %s tells the calls of block %d in a form that is not known.", c.endpoint.name, b.Number).Because(err)
	}
	frames, err := evm.CheckTraces(b, traces)
	switch {
	case err == nil:
		return frames, nil
	case method == traceByNumber: // there may be another block at that height by now
		return nil, fault.New(fault.Unavailable, "The endpoint %s tells the calls of another block %d.", c.endpoint.name, b.Number).
			Because(errors.New(err.Error())) // it is no lie
	}
	return nil, c.nonsense(method, err)
}

// askTrace asks for traces. Unless the endpoint serves another chain, its errors are no symptoms: tracing is dear, and many
// endpoints do not do it well.
func (c *Client) askTrace(ctx context.Context, method string, which any) (json.RawMessage, error) {
	within, cancel := context.WithTimeout(ctx, c.opts.Timeout)
	defer cancel()
	geth, err := c.connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.wait(within, ctx, method, 1); err != nil {
		return nil, mild(err)
	}
	var raw json.RawMessage
	err = geth.CallContext(within, &raw, method, which, traceConfig{Tracer: "callTracer", Timeout: c.opts.Timeout.String()})
	if status := (gethrpc.HTTPError{}); errors.As(err, &status) {
		switch status.StatusCode {
		case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
			return nil, &refusal{code: -32601, message: "HTTP status " + status.Status} // to be asked other things, as blocks show
		}
	}
	if err != nil {
		return nil, mild(c.explain(ctx, method, err))
	}
	return raw, nil
}

// mild makes an error no symptom of the endpoint.
func mild(err error) error {
	if s := (*symptom)(nil); errors.As(err, &s) {
		return s.fault
	}
	return err
}

func (c *Client) cannotTrace() error {
	return fault.New(fault.Unavailable, "The endpoint %s does not tell which calls transactions make.", c.endpoint.name).
		Instead("Use one that offers debug_traceBlockByHash with the callTracer.").Because(chain.ErrNoTraces)
}
