package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tocsin/incident"
)

// WatchState returns what a follower last committed, nil if nothing.
func (e *Engine) WatchState(ctx context.Context, key string) ([]byte, error) {
	ws, err := e.watched(ctx, key)
	return ws.State, err
}

func (e *Engine) watched(ctx context.Context, key string) (watchState, error) {
	b, err := e.store.Watch(ctx, key)
	if err == nil && b == nil {
		b, err = e.inherited(ctx, key)
	}
	if err != nil || b == nil {
		return watchState{}, err
	}
	var ws watchState
	if err := json.Unmarshal(b, &ws); err != nil {
		return watchState{}, fmt.Errorf("read state of %s: %w", key, err)
	}
	return ws, nil
}

// Watched returns how far a chain has been watched for a protocol, by whichever node; a zero Block if not at all.
func (e *Engine) Watched(ctx context.Context, protocol string, chain uint64) (incident.Watched, error) {
	ws, err := e.watched(ctx, WatchKey(protocol, chain))
	return incident.Watched{Block: ws.Block, At: ws.At}, err
}

// Lease takes or renews a named lease until a time; false if another node holds it. Whether that one has left it is told by looking
// on, so it takes asking again and again.
func (e *Engine) Lease(ctx context.Context, name string, until time.Time) (epoch uint64, ok bool, err error) {
	if epoch, ok, err = e.store.Lease(ctx, name, e.node, noTime, until); err != nil || ok {
		return epoch, ok, err
	}
	holds, err := e.store.Leases(ctx)
	if err != nil {
		return 0, false, err
	}
	now := e.now()
	for _, h := range holds {
		if h.Name == name && e.leases.left(h, until.Sub(now), now, e.clock.read()) {
			return e.store.Lease(ctx, name, e.node, h.Until, until) // unless they have come back meanwhile
		}
	}
	return 0, false, nil
}

// Release gives a lease up.
func (e *Engine) Release(ctx context.Context, name string) error {
	return e.store.Release(ctx, name, e.node)
}

// watchState is what the store keeps of a follower: how far it is, for everybody, and its own bytes.
type watchState struct {
	Block uint64          `json:"block"`
	At    time.Time       `json:"at"`
	State json.RawMessage `json:"state"`
}
