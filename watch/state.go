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
	V       int                `json:"v"`
	Began   uint64             `json:"began,omitempty"`   // block that the watch began with, of which nothing before was ever found; 0: not known
	Warm    uint64             `json:"warm,omitempty"`    // blocks up to this one only fill baselines
	Warming []string           `json:"warming,omitempty"` // detectors whose baseline may not be believed yet
	Detect  detect.State       `json:"detect"`
	Ahead   []run              `json:"ahead,omitempty"`   // seen at the head before the gap below it was filled, oldest first
	Unfinal bool               `json:"unfinal,omitempty"` // it has been told that the chain knows no finality
	Doubts  []string           `json:"doubts,omitempty"`  // why blocks could not be verified, as told
	Alarms  []alarm            `json:"alarms,omitempty"`  // about the watch itself, that stand
	Pace    *pace              `json:"pace,omitempty"`    // of the chain
	Erring  map[string]*erring `json:"erring,omitempty"`  // detectors that could not judge of late

	Behind map[evm.Address]evm.Address `json:"behind,omitempty"` // code seen last behind each proxy
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

// deeper is the finding that the chain was reorganised deeper than is remembered. It goes by a block that went; what was
// seen before the block at since may not have happened. A watch that began there has found nothing that is in doubt.
func (c *committer) deeper(number uint64, hash evm.Hash, since uint64) incident.Finding {
	w := c.w
	f := incident.Finding{
		ID:       fmt.Sprintf("reorg-%d-%d-%x", w.chain, number, hash[:8]),
		Detector: "reorg", Mode: detect.Page, Issues: w.o.Plan.IssuesOf("reorg"), Chain: w.chain, Block: number, BlockHash: hash, At: w.o.Clock().UTC(),
		Say: fmt.Sprintf("Chain %d was reorganised deeper than is remembered: what happened before block %d may not have happened.", w.chain, since),
	}
	if since <= c.state.Began {
		f.Mode = detect.Observe
		f.Say = fmt.Sprintf("Chain %d was reorganised to before block %d, with which the watch began: nothing that was found is in doubt.", w.chain, c.state.Began)
	}
	return f
}
