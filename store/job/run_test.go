package job

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// hung is a queue that hangs.
type hung struct {
	start   func(ctx context.Context) error
	stopped chan struct{}
}

func (h *hung) Start(ctx context.Context) error { return h.start(ctx) }

func (h *hung) Stopped() <-chan struct{} { return h.stopped }

// A queue that hangs while it starts, or does not stop, keeps nobody: whoever runs it is told in the first case, and is free in both.
func TestAQueueThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		released := make(chan struct{})
		defer close(released)
		log := slog.New(slog.DiscardHandler)
		never := &hung{start: func(context.Context) error { <-released; return nil }, stopped: make(chan struct{})}
		if err := run(t.Context(), never, log); !errors.Is(err, errStuck) {
			t.Errorf("one that does not start: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if err := run(ctx, never, log); err != nil {
			t.Errorf("one that does not start before it is to stop: %v", err)
		}
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		open := &hung{start: func(context.Context) error { return nil }, stopped: make(chan struct{})}
		begun := time.Now()
		if err := run(ctx, open, log); err != nil || time.Since(begun) < time.Minute {
			t.Errorf("one that does not stop: %v after %v", err, time.Since(begun))
		}
	})
}

// A queue has its time to stop: its context ends with that of whoever runs it, and it is waited for.
func TestAQueueStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		q := &hung{stopped: make(chan struct{})}
		q.start = func(ctx context.Context) error {
			context.AfterFunc(ctx, func() { time.AfterFunc(stopGrace, func() { close(q.stopped) }) })
			return nil
		}
		begun := time.Now()
		if err := run(ctx, q, slog.New(slog.DiscardHandler)); err != nil || time.Since(begun) != time.Minute+stopGrace {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
		want := errors.New("no database")
		if err := run(t.Context(), &hung{start: func(context.Context) error { return want }}, slog.New(slog.DiscardHandler)); !errors.Is(err, want) {
			t.Errorf("one that cannot start: %v", err)
		}
	})
}
