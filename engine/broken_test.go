package engine_test

import (
	"context"
	"sync"

	"tocsin/journal"
	"tocsin/store"
)

type recordOf = journal.Record

// broken is a store whose commits can be made to fail.
type broken struct {
	store.Store
	mu  sync.Mutex
	err error
}

func (b *broken) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.err = err
}

func (b *broken) Commit(ctx context.Context, c store.Commit) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return b.err
	}
	return b.Store.Commit(ctx, c)
}
