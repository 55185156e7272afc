package watch

import (
	"context"
	"encoding/json"
	"fmt"

	"tocsin/chain"
	"tocsin/detect"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
)

// state is what a watch leaves in the database.
type state struct {
	V       int          `json:"v"`
	Warm    uint64       `json:"warm,omitempty"`    // blocks up to this one only fill baselines
	Warming []string     `json:"warming,omitempty"` // detectors whose baseline may not be believed yet
	Detect  detect.State `json:"detect"`
	Doubts  []string     `json:"doubts,omitempty"` // why blocks could not be verified, as told
	Alarms  []alarm      `json:"alarms,omitempty"` // about the watch itself, that stand
	Pace    *pace        `json:"pace,omitempty"`   // of the chain
}

const stateVersion = 1

// load returns the state committed last.
func (w *Watcher) load(ctx context.Context) (*state, error) {
	b, err := w.o.Engine.WatchState(ctx, w.key)
	if err != nil {
		return nil, fmt.Errorf("load state of the watch: %w", err)
	}
	s := &state{V: stateVersion}
	if len(b) == 0 || string(b) == "null" {
		return s, nil
	}
	if err := json.Unmarshal(b, s); err != nil {
		return nil, fmt.Errorf("read state of the watch: %w", err)
	}
	if s.V != stateVersion {
		return nil, fault.New(fault.Unavailable, "The state of the watch of chain %d is of version %d, which this release does not know.", w.chain, s.V).
			Instead("Update this node.")
	}
	return s, nil
}

// cursor is where following goes on.
func (s *state) cursor() chain.Cursor {
	c := chain.Cursor{Recent: make([]chain.Ref, 0, len(s.Detect.Recent))}
	for _, p := range s.Detect.Recent {
		c.Recent = append(c.Recent, chain.Ref{Number: p.Number, Hash: p.Hash})
	}
	return c
}

// begin finds the block before the first one of a new watch. Where that is none, following begins at the head.
func (w *Watcher) begin(ctx context.Context, s *state) error {
	first := uint64(0)
	switch back := w.o.Index.Backfill(w.chain); {
	case w.o.From != nil:
		first = *w.o.From
	case back > 0:
		head, err := w.o.Client.Head(ctx)
		if err != nil {
			return fmt.Errorf("begin to watch: %w", err)
		}
		first = head.Number - min(head.Number, uint64(back))
		s.Warm = max(head.Number, 1) - 1 // the head itself is watched
	default:
		return nil
	}
	return w.anchor(ctx, s, max(first, 1)-1)
}

// anchor makes a block the last one seen, so that following begins with its child.
func (w *Watcher) anchor(ctx context.Context, s *state, number uint64) error {
	b, err := w.o.Client.Block(ctx, number)
	if err != nil {
		return fmt.Errorf("begin to watch after block %d: %w", number, err)
	}
	s.Detect.Recent = []detect.Past{{Number: b.Number, Hash: b.Hash, Time: b.Time}}
	return nil
}

// restart takes back all that is remembered of a chain that was reorganised deeper, and goes on where its memory begins.
func (w *Watcher) restart(ctx context.Context, epoch uint64, s *state) (*state, error) {
	head, err := w.o.Client.Head(ctx)
	if err != nil {
		return nil, fmt.Errorf("begin again: %w", err)
	}
	last, ok := s.Detect.Last()
	if !ok {
		return s, nil
	}
	oldest := s.Detect.Recent[0]
	var gone []string
	for {
		p, ok := s.Detect.Last()
		if !ok {
			break
		}
		gone = append(gone, s.Detect.Rollback(p.Hash)...)
	}
	if err := w.anchor(ctx, s, max(min(oldest.Number, head.Number), 1)-1); err != nil {
		return nil, err
	}
	o, err := w.observation(epoch, s)
	if err != nil {
		return nil, err
	}
	o.Retracted, o.RetractedWhy = gone, whyRetracted
	o.Findings = []incident.Finding{w.deeper(last.Number, last.Hash, oldest.Number)}
	if err := w.o.Engine.Observe(ctx, o); err != nil {
		return nil, fmt.Errorf("record a deep reorganisation: %w", err)
	}
	return s, nil
}

// deeper is the finding that the chain was reorganised deeper than is remembered. It goes by a block that went; what was
// seen before the block at since may not have happened.
func (w *Watcher) deeper(number uint64, hash evm.Hash, since uint64) incident.Finding {
	return incident.Finding{
		ID:       fmt.Sprintf("reorg-%d-%d-%x", w.chain, number, hash[:8]),
		Detector: "reorg", Mode: detect.Page, Issues: w.o.Plan.IssuesOf("reorg"), Chain: w.chain, Block: number, BlockHash: hash, At: w.o.Now().UTC(),
		Say: fmt.Sprintf("Chain %d was reorganised deeper than is remembered: what happened before block %d may not have happened.", w.chain, since),
	}
}
