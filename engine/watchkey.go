package engine

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"tocsin/fault"
)

// watchKind begins the names of the followers of chains.
const watchKind = "watch/"

// WatchKey names the follower of a chain for a protocol: each protocol watches by its own plan, with a memory of its own.
func WatchKey(protocol string, chain uint64) string {
	return fmt.Sprintf("%s%s/%d", watchKind, protocol, chain)
}

// soleWatchKey names the follower of a chain as it was when a server held one plan only.
func soleWatchKey(chain uint64) string { return watchKind + strconv.FormatUint(chain, 10) }

// parseWatchKey undoes WatchKey.
func parseWatchKey(key string) (protocol string, chain uint64, ok bool) {
	rest, ok := strings.CutPrefix(key, watchKind)
	if !ok {
		return "", 0, false
	}
	protocol, id, ok := strings.Cut(rest, "/")
	if !ok {
		return "", 0, false
	}
	chain, err := strconv.ParseUint(id, 10, 64)
	return protocol, chain, err == nil
}

// inherited is the state that a follower takes over where it has none of its own: the one that stands under the chain alone, as
// earlier releases left it; nil if that is none of this protocol's. It does not say whose it is. Such a release held one plan, so
// that it belongs to the protocol that was pinned first of those that watch the chain; one that came later begins at the head.
func (e *Engine) inherited(ctx context.Context, key string) ([]byte, error) {
	protocol, chain, ok := parseWatchKey(key)
	if !ok {
		return nil, nil
	}
	b, err := e.store.Watch(ctx, soleWatchKey(chain))
	if err != nil || b == nil {
		return nil, err
	}
	first, err := e.firstOn(ctx, chain)
	if err != nil || first != protocol {
		return nil, err
	}
	return b, nil
}

// firstOn is the protocol that was pinned first of those whose plans have named a chain; empty if none has.
func (e *Engine) firstOn(ctx context.Context, chain uint64) (string, error) {
	heads, err := e.store.Heads(ctx, kindPlan, false) // the one created last first
	if err != nil {
		return "", fmt.Errorf("list plans: %w", err)
	}
	first := ""
	for _, h := range heads {
		p, err := e.InForce(ctx, h.Protocol)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return "", err
		}
		if _, ok := p.Chain(chain); ok {
			first = h.Protocol
		}
	}
	return first, nil
}
