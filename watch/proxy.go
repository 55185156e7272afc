package watch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tocsin/chain"
	"tocsin/detect"
	"tocsin/evm"
	"tocsin/incident"
)

// How the code behind proxies is looked at.
const (
	proxyEvery  = 30 * time.Second // besides whenever an upgrade is seen: a slot can be overwritten without a word
	proxyWithin = 20 * time.Second
	proxyChain  = 3 // minimal proxies behind each other that are followed
)

// attic is what a watch knows of the code behind the plan's proxies. Only one goroutine uses it, but for the nudge.
type attic struct {
	again chan struct{}          // an upgrade was seen
	seen  map[string]evm.Address // code last seen, by asset
	told  map[string]bool        // findings of this session; the engine knows those of others
	fault string                 // said last
}

func newAttic() attic {
	return attic{again: make(chan struct{}, 1), seen: map[string]evm.Address{}, told: map[string]bool{}}
}

// behind is what was seen behind a proxy.
type behind struct {
	proxy evm.Address
	code  evm.Address // where it lies; zero if nobody knows
	found []incident.Finding
}

// recall takes up what was seen before this session, by whichever node.
func (a *attic) recall(list []detect.Proxied, seen map[evm.Address]evm.Address) {
	for _, p := range list {
		if at, ok := seen[p.Address]; ok {
			a.seen[p.Asset] = at
		}
	}
}

// remember takes what was seen behind a proxy: what changes while nobody watches is to be noticed as well.
func (c *committer) remember(b behind) {
	c.loose = append(c.loose, b.found...)
	if b.code == (evm.Address{}) {
		return
	}
	if c.state.Behind == nil {
		c.state.Behind = map[evm.Address]evm.Address{}
	}
	c.state.Behind[b.proxy] = b.code
}

// nudge has the code looked at again at once.
func (a *attic) nudge() {
	select {
	case a.again <- struct{}{}:
	default:
	}
}

// proxies looks at the code behind the plan's proxies until ctx ends: at the start, when an upgrade is seen, and now and then.
func (w *Watcher) proxies(ctx context.Context, c *committer) {
	w.attic.told = map[string]bool{} // what a session before this one told may not have been committed
	list := w.o.Index.Proxies(w.chain)
	if len(list) == 0 || c.within(ctx, func(context.Context) error { w.attic.recall(list, c.state.Behind); return nil }) != nil {
		return
	}
	for {
		err := w.lookBehind(ctx, c, list)
		if ctx.Err() != nil {
			return
		}
		if said := fmt.Sprint(err); err != nil && said != w.attic.fault {
			w.log.Warn("the code behind a proxy cannot be looked at just now", "err", err)
			w.attic.fault = said
		} else if err == nil {
			w.attic.fault = ""
		}
		t := time.NewTimer(proxyEvery)
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-w.attic.again:
			t.Stop()
		case <-t.C:
		}
	}
}

// lookBehind looks at the code behind each proxy; one that cannot be read keeps none of the others from being.
func (w *Watcher) lookBehind(ctx context.Context, c *committer, list []detect.Proxied) error {
	ctx, cancel := context.WithTimeout(ctx, proxyWithin)
	defer cancel()
	head, err := w.o.Client.Head(ctx)
	if err != nil {
		return fmt.Errorf("read head: %w", err)
	}
	var failed []error
	for _, p := range list {
		at, code, err := w.codeBehind(ctx, p)
		if err != nil {
			failed = append(failed, fmt.Errorf("look behind %s: %w", p.Asset, err))
			continue
		}
		b := behind{proxy: p.Address, code: at}
		for _, f := range w.o.Index.Behind(p.Asset, at, w.attic.seen[p.Asset], code, head) {
			if !w.attic.told[f.ID] {
				b.found = append(b.found, convert(f))
			}
		}
		if len(b.found) == 0 && (at == w.attic.seen[p.Asset] || at == evm.Address{}) {
			continue
		}
		if err := c.put(ctx, item{behind: &b}); err != nil {
			return err
		}
		for _, f := range b.found {
			w.attic.told[f.ID] = true
		}
		if at != (evm.Address{}) {
			w.attic.seen[p.Asset] = at
		}
	}
	return errors.Join(failed...)
}

// codeBehind reads where the code of a proxy lies, and the code. The address is zero if none is kept where such a proxy keeps
// it.
func (w *Watcher) codeBehind(ctx context.Context, p detect.Proxied) (evm.Address, []byte, error) {
	if p.Slot == (evm.Hash{}) {
		return w.followMinimal(ctx, p.Address)
	}
	word, err := w.o.Client.Storage(ctx, p.Address, p.Slot, nil)
	if err != nil {
		return evm.Address{}, nil, fmt.Errorf("read slot: %w", err)
	}
	at := evm.Address(word[12:])
	if at == (evm.Address{}) {
		return at, nil, nil
	}
	if p.Beacon() {
		answer, err := w.o.Client.Call(ctx, chain.Message{To: &at, Data: detect.AskBeacon()}, nil)
		if revert := (*chain.Revert)(nil); errors.As(err, &revert) || err == nil && len(answer) < 32 {
			return evm.Address{}, nil, nil // it is no beacon
		} else if err != nil {
			return evm.Address{}, nil, fmt.Errorf("ask beacon: %w", err)
		}
		if at = evm.Address(answer[12:32]); at == (evm.Address{}) {
			return at, nil, nil
		}
	}
	code, err := w.o.Client.Code(ctx, at)
	if err != nil {
		return evm.Address{}, nil, fmt.Errorf("read code: %w", err)
	}
	if _, passes := detect.Minimal(code); !passes {
		return at, code, nil
	}
	_, code, err = w.followMinimal(ctx, at)
	return at, code, err
}

// followMinimal reads where a minimal proxy passes calls on to, and the code there.
func (w *Watcher) followMinimal(ctx context.Context, from evm.Address) (evm.Address, []byte, error) {
	code, err := w.o.Client.Code(ctx, from)
	if err != nil {
		return evm.Address{}, nil, fmt.Errorf("read code: %w", err)
	}
	var at evm.Address
	for range proxyChain {
		next, passes := detect.Minimal(code)
		if !passes {
			break
		}
		at = next
		if code, err = w.o.Client.Code(ctx, at); err != nil {
			return evm.Address{}, nil, fmt.Errorf("read code: %w", err)
		}
	}
	return at, code, nil
}
