package backtest

import (
	"context"
	"errors"
	"os"
	"sync/atomic"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
)

// Tracer is a source that may also tell which calls transactions made.
type Tracer interface {
	Source
	// Trace has blocks come with their traces. An error says why the source cannot tell.
	Trace(ctx context.Context) error
}

// peeked is how many blocks of a file are looked at for traces before the replay begins.
const peeked = 64

// errUntraced says that a source has no traces.
var errUntraced = fault.New(fault.NotFound, `None of the first blocks comes with "traces", as debug_traceBlockByNumber gives them with the callTracer.`)

// Trace looks whether any of the first blocks has traces.
func (f *Files) Trace(ctx context.Context) error {
	for _, name := range f.names {
		if at, err := os.Stat(name); err == nil && !at.Mode().IsRegular() || f.tracesIn(name) {
			f.traces = true // what is no file can be read only once
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return errUntraced
}

// tracesIn reports whether any of the first blocks of a file has traces. What is wrong with the file, the replay says.
func (f *Files) tracesIn(name string) bool {
	l, err := openLines(name, new(atomic.Int64))
	if err != nil {
		return false
	}
	defer l.Close()
	for range peeked {
		line, err := l.Next()
		if err != nil {
			return false
		}
		if parts, err := split(line); err == nil && parts.traces != nil && string(parts.traces) != "[]" {
			return true
		}
	}
	return false
}

// Trace asks for the calls of the first block: an endpoint without a tracer, or one that has forgotten how things stood, cannot
// tell.
func (e *Endpoint) Trace(ctx context.Context) error {
	t, ok := e.client.(chain.Tracer)
	if !ok {
		return fault.New(fault.NotFound, "The endpoint does not tell which calls transactions make.")
	}
	b, err := e.fetch(ctx, e.from)
	if err != nil {
		return nil // the replay says why
	}
	if _, err := e.trace(ctx, t, b); err != nil {
		return err
	}
	e.tracer = t
	return nil
}

// trace asks for a block's calls until the endpoint tells them, with growing pauses.
func (e *Endpoint) trace(ctx context.Context, t chain.Tracer, b *evm.Block) ([]evm.Frame, error) {
	return patiently(ctx, e.limit, func() ([]evm.Frame, error) {
		frames, err := t.Trace(ctx, b)
		if errors.Is(err, chain.ErrNoTraces) {
			err = fault.New(fault.NotFound, "%s", fault.Sentence(err)) // not to be asked again
		}
		return frames, err
	})
}

// trace has the source tell which calls transactions made, where detectors look for them; those that it cannot tell are left
// out.
func (r *replay) trace(ctx context.Context) error {
	if !r.index.Traces(r.chain) {
		return nil
	}
	err := error(fault.New(fault.NotFound, "The blocks come without traces."))
	if src, ok := r.o.Source.(Tracer); ok {
		err = src.Trace(ctx)
	}
	if err == nil || ctx.Err() != nil {
		return context.Cause(ctx)
	}
	r.untraced = "it looks for calls within transactions, which cannot be told (" + chain.Why(err) + ")"
	return r.compile()
}

// traceLine gives a block of a file its traces.
func traceLine(b *evm.Block, data []byte) error {
	if data == nil {
		return nil
	}
	traces, err := evm.DecodeTraces(data)
	if err != nil {
		return err
	}
	b.Traces, err = evm.CheckTraces(b, traces)
	return err
}

// traceLoose gives a block whose transactions may be in another order, or missing, those traces that can be told to be theirs;
// txs are the transactions in the order that they were given in.
func traceLoose(b *evm.Block, txs []evm.Transaction, data []byte) {
	traces, err := evm.DecodeTraces(data)
	if data == nil || err != nil {
		return
	}
	of := make(map[evm.Hash]evm.Trace, len(traces))
	for i, t := range traces {
		if t.TxHash == (evm.Hash{}) && len(traces) == len(txs) {
			t.TxHash = txs[i].Hash
		}
		of[t.TxHash] = t
	}
	var ordered []evm.Trace
	for i := range b.Transactions {
		if t, ok := of[b.Transactions[i].Hash]; ok {
			t.TxHash = b.Transactions[i].Hash
			ordered = append(ordered, t)
		}
	}
	kept := b.Unverified
	b.Unverified = "taken as it is"
	b.Traces, _ = evm.CheckTraces(b, ordered)
	b.Unverified = kept
	for i := len(b.Transactions); i < len(b.Receipts); i++ { // of a transaction that is not given itself
		b.Traces = append(b.Traces, of[b.Receipts[i].TxHash].Frame)
	}
}

// unseen reports whether the calls of some transaction in a block are not known.
func unseen(b *evm.Block) bool {
	for i := range max(len(b.Transactions), len(b.Receipts)) {
		if i >= len(b.Traces) || b.Traces[i].Type == evm.UnknownFrame {
			return true
		}
	}
	return false
}
