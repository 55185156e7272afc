package rpc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tocsin/evm"
)

// Heads calls f with the present head and then with each new one: told by the endpoint over WebSocket, asked for over
// HTTP. A failing endpoint is asked again, ever more slowly, until ctx ends.
func (c *Client) Heads(ctx context.Context, f func(evm.Header) error) error {
	h := heads{c: c, f: f, rhythm: newRhythm(c.opts)}
	pause := backoff{first: c.opts.Backoff, eager: true}
	for {
		err := h.watch(ctx, &pause)
		if h.failed != nil {
			return h.failed
		}
		if ctx.Err() != nil {
			return fmt.Errorf("watch heads: %w", context.Cause(ctx))
		}
		c.opts.Logger.Warn("the endpoint tells no heads, it will be asked again", "endpoint", c.endpoint.name, "err", err)
		if err := pause.wait(ctx); err != nil {
			return err
		}
	}
}

// heads hands each head on once.
type heads struct {
	c      *Client
	f      func(evm.Header) error
	last   evm.Hash
	failed error // what f returned
	rhythm rhythm
	calm   time.Duration // times as long to wait where heads are told
}

func (h *heads) offer(head evm.Header) error {
	if head.Hash == h.last {
		return nil
	}
	h.rhythm.saw(head.Number, time.Now())
	if err := h.f(head); err != nil {
		h.failed = err
		return err
	}
	h.last = head.Hash
	return nil
}

// wait is how long until the endpoint is asked.
func (h *heads) wait() time.Duration { return h.calm * h.rhythm.next() }

// ask offers the head that the endpoint names when asked.
func (h *heads) ask(ctx context.Context) error {
	head, err := h.c.Head(ctx)
	if err != nil {
		return err
	}
	return h.offer(head)
}

// watch offers heads until something fails. Over WebSocket it also asks now and then: some endpoints stop telling
// without closing the connection.
func (h *heads) watch(ctx context.Context, pause *backoff) error {
	var (
		told  chan json.RawMessage
		ended <-chan error
	)
	h.calm = 1
	geth, err := h.c.connect(ctx)
	if err != nil {
		return err
	}
	if geth.SupportsSubscriptions() {
		told = make(chan json.RawMessage, 16)
		sub, err := geth.EthSubscribe(ctx, told, "newHeads")
		if err != nil {
			return h.c.explain(ctx, "eth_subscribe", err)
		}
		defer sub.Unsubscribe()
		ended, h.calm = sub.Err(), 15
	}
	if err := h.ask(ctx); err != nil {
		return err
	}
	pause.reset()
	due := time.NewTimer(h.wait())
	defer due.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-ended:
			if err == nil {
				err = errors.New("the endpoint closed the connection")
			}
			return h.c.explain(ctx, "eth_subscribe", err)
		case raw := <-told:
			if head, err := evm.DecodeHeader(raw); err != nil {
				// Some endpoints tell less of a head than they say when asked.
				if err := h.ask(ctx); err != nil {
					return err
				}
			} else if err := h.offer(head); err != nil {
				return err
			}
			due.Reset(h.wait())
		case <-due.C:
			if err := h.ask(ctx); err != nil {
				return err
			}
			due.Reset(h.wait())
		}
	}
}

// backoff is a pause that doubles with each failure in a row.
type backoff struct {
	first time.Duration
	eager bool // no pause after the first failure: most that fails once does not fail twice
	spent bool // that has been
	n     int
}

func (b *backoff) reset() { b.n, b.spent = 0, false }

func (b *backoff) wait(ctx context.Context) error {
	if b.eager && !b.spent {
		b.spent = true
		return nil
	}
	t := time.NewTimer(b.first << b.n)
	defer t.Stop()
	b.n = min(b.n+1, 5)
	select {
	case <-ctx.Done():
		return fmt.Errorf("wait for the endpoint: %w", context.Cause(ctx))
	case <-t.C:
		return nil
	}
}
