package watch

import (
	"context"
	"crypto/sha256"
	"fmt"

	"tocsin/chain"
	"tocsin/detect"
	"tocsin/incident"
)

// listen reports what is wrong with single endpoints until ctx ends. Nobody is called as long as others show the chain; and
// where none does, being blind is a finding of its own, unless the last one went because of what it said.
func (w *Watcher) listen(ctx context.Context, c *committer) {
	from, ok := w.o.Client.(chain.Witness)
	if !ok {
		return
	}
	_ = from.Troubles(ctx, func(t chain.Trouble) error { // it ends with ctx, which is all that its error could say
		f := w.trouble(t)
		return c.put(ctx, item{blind: &f})
	})
}

// trouble is the finding that an endpoint is not used, or is used again. Told again, it is the same.
func (w *Watcher) trouble(t chain.Trouble) incident.Finding {
	mode := detect.Observe
	if t.Left == 0 && !t.Over && (t.Kind == chain.Lies || t.Kind == chain.Truncates || t.Kind == chain.WrongChain) {
		mode = detect.Page
	}
	last := w.sight.block()
	name := sha256.Sum256(fmt.Appendf(nil, "%s %s %d %t", t.Endpoint, t.Kind, t.At.UnixNano(), t.Over))
	return incident.Finding{
		ID:       fmt.Sprintf("endpoint-%d-%x", w.chain, name[:12]),
		Detector: "endpoint", Mode: mode, Issues: w.o.Plan.IssuesOf("endpoint"),
		Chain: w.chain, Block: last.Number, BlockHash: last.Hash, At: t.At.UTC(), Say: t.Say,
	}
}
