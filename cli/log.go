package cli

import (
	"context"
	"errors"
	"log/slog"

	"tocsin/fault"
)

// logger writes what is logged to where errors go, from the level on that was asked for. What ctx broke off when it ended is
// work that was told to stop, not work that failed: it is a word for those who look for mistakes, not a warning.
func (t *terminal) logger(ctx context.Context) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(t.log)); err != nil {
		return nil, fault.New(fault.Invalid, "%q is not a level of the log.", t.log).Instead("Write debug, info, warn or error.")
	}
	return slog.New(brokenOff{slog.NewTextHandler(t.err, &slog.HandlerOptions{Level: l}), ctx}), nil
}

// brokenOff logs as debug what failed for no other reason than that ctx ended.
type brokenOff struct {
	slog.Handler
	ctx context.Context
}

func (h brokenOff) Handle(ctx context.Context, r slog.Record) error {
	if h.ctx.Err() == nil || !ofCancel(r) {
		return h.Handler.Handle(ctx, r)
	}
	if !h.Enabled(ctx, slog.LevelDebug) {
		return nil
	}
	r.Level = slog.LevelDebug
	return h.Handler.Handle(ctx, r)
}

// ofCancel says whether a record tells of an error that is a cancellation.
func ofCancel(r slog.Record) bool {
	cancelled := false
	r.Attrs(func(a slog.Attr) bool {
		err, ok := a.Value.Any().(error)
		cancelled = cancelled || ok && errors.Is(err, context.Canceled)
		return !cancelled
	})
	return cancelled
}

func (h brokenOff) WithAttrs(list []slog.Attr) slog.Handler {
	return brokenOff{h.Handler.WithAttrs(list), h.ctx}
}

func (h brokenOff) WithGroup(name string) slog.Handler {
	return brokenOff{h.Handler.WithGroup(name), h.ctx}
}
