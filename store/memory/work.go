package memory

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// stopGrace is how long handlers may finish what they do before their context ends.
const stopGrace = 5 * time.Second

// Work runs handle for each delivery that was due when it was committed, until ctx ends. Then handlers have a few seconds
// to finish before their context ends too.
func (s *Store) Work(ctx context.Context, workers int, handle func(ctx context.Context, id string) error) error {
	working, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for {
				id, ok := s.next(ctx)
				if !ok {
					return
				}
				if err := handle(working, id); err != nil {
					s.log.LogAttrs(working, slog.LevelError, "delivery left to the sweep",
						slog.String("delivery", id), slog.Any("err", err))
				}
			}
		})
	}
	<-ctx.Done()
	defer time.AfterFunc(stopGrace, cancel).Stop()
	wg.Wait()
	return nil
}

// next waits for a delivery to hand to a worker; false when ctx has ended.
func (s *Store) next(ctx context.Context) (string, bool) {
	for {
		id, wake := s.take(ctx)
		if wake == nil {
			return id, true
		}
		select {
		case <-ctx.Done():
			return "", false
		case <-wake:
		}
	}
}

// take returns a delivery, or what to wait for.
func (s *Store) take(ctx context.Context) (string, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.ready) == 0 || ctx.Err() != nil {
		return "", s.wake
	}
	id := s.ready[0]
	s.ready = s.ready[1:]
	return id, nil
}

// wakeWorkers tells everyone who waits that there is work. The caller holds the lock.
func (s *Store) wakeWorkers() {
	close(s.wake)
	s.wake = make(chan struct{})
}
