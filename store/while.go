package store

import (
	"context"
	"sync/atomic"
)

// WhileAny is a context for work that several wait for: it ends when the contexts of all of them have ended, so that whoever
// goes away spoils nothing for the others. There is at least one. The function that it returns gives back what it holds.
func WhileAny(list []context.Context) (context.Context, context.CancelFunc) {
	if len(list) == 1 {
		return list[0], func() {}
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(list[0]))
	var left atomic.Int64
	left.Store(int64(len(list)))
	stops := make([]func() bool, len(list))
	for i, one := range list {
		stops[i] = context.AfterFunc(one, func() {
			if left.Add(-1) == 0 {
				cancel()
			}
		})
	}
	return ctx, func() {
		for _, stop := range stops {
			stop()
		}
		cancel()
	}
}
