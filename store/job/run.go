package job

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// queue is a client of River.
type queue interface {
	Start(ctx context.Context) error
	Stopped() <-chan struct{}
}

var errStuck = errors.New("the queue of jobs hangs while it starts")

// run starts a queue and returns once it has stopped after ctx ended. One that hangs is left behind: what it holds is in the database,
// and leases end by themselves.
func run(ctx context.Context, q queue, log *slog.Logger) error {
	if ctx.Err() != nil {
		return nil
	}
	// River may wait for ever for its own parts if its context ends while it starts.
	within, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	up := make(chan struct{})
	defer context.AfterFunc(ctx, func() {
		select {
		case <-up:
		case <-time.After(stopGrace):
		}
		cancel()
	})()
	begun := make(chan error, 1)
	go func() { begun <- q.Start(within) }()
	err := errStuck
	select {
	case err = <-begun:
	case <-time.After(startPatience):
	case <-ctx.Done():
		select {
		case err = <-begun:
		case <-time.After(stopPatience):
		}
	}
	close(up)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	select {
	case <-q.Stopped():
		return nil
	case <-ctx.Done():
	}
	select {
	case <-q.Stopped():
	case <-time.After(stopPatience):
		log.WarnContext(ctx, "the queue of jobs does not stop; it is left behind")
	}
	return nil
}
