package engine

import (
	"context"
	"fmt"
)

// probe is the name of a lease that nobody needs.
const probe = "probe"

// Probe stores a word that means nothing, to see whether the database takes any: one whose disk is full still answers questions.
func (e *Engine) Probe(ctx context.Context) error {
	if _, _, err := e.store.Lease(ctx, probe, probe, noTime, e.now()); err != nil {
		return fmt.Errorf("see whether the database stores anything: %w", err)
	}
	return nil
}
