package watch

import (
	"context"
	"time"

	"tocsin/evm"
)

// Heads tells the heads of a chain that can be made invisible.
func (b *blinking) Heads(ctx context.Context, f func(evm.Header) error) error {
	for {
		b.mu.Lock()
		dark, head, more := b.dark, evm.Header{}, b.more
		if n := len(b.blocks); n > 0 {
			head = b.blocks[n-1].Header
		}
		b.mu.Unlock()
		if !dark {
			if err := f(head); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-more:
		case <-time.After(time.Second):
		}
	}
}
