package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
)

// A server that is told to stop does not complain of the work that this broke off, and of everything else as before.
func TestWhatAStopBreaksOffIsNoWarning(t *testing.T) {
	ctx, stop := signal.NotifyContext(t.Context(), syscall.SIGUSR1)
	defer stop()
	for _, c := range []struct {
		level  string
		before int // lines before the stop
		after  int // and after it
	}{{"warn", 2, 1}, {"debug", 2, 2}} {
		var out bytes.Buffer
		tell := func(ctx context.Context, log *terminal) {
			l, err := log.logger(ctx)
			if err != nil {
				t.Fatal(err)
			}
			l = l.With("protocol", "vault")
			l.Warn("carry out action", "err", fmt.Errorf("ask for the head: %w", context.Canceled))
			l.Warn("carry out action", "err", errors.New("the endpoint does not answer"))
		}
		over, end := context.WithCancel(t.Context())
		tell(over, &terminal{err: &out, log: c.level})
		if n := strings.Count(out.String(), "level=WARN"); n != c.before {
			t.Errorf("%s: %d warnings before the stop, want %d: %s", c.level, n, c.before, out.String())
		}
		end()
		out.Reset()
		tell(over, &terminal{err: &out, log: c.level})
		if n := strings.Count(out.String(), "\n"); n != c.after || strings.Count(out.String(), "level=WARN") != 1 {
			t.Errorf("%s: %d lines after the stop, want %d with one warning: %s", c.level, n, c.after, out.String())
		}
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	<-ctx.Done()
	var out bytes.Buffer
	l, err := (&terminal{err: &out, log: "warn"}).logger(ctx)
	if err != nil {
		t.Fatal(err)
	}
	l.Warn("carry out action", "err", fmt.Errorf("ask for the head: %w", context.Cause(ctx)))
	if out.Len() > 0 {
		t.Errorf("a stop by signal is complained of: %s", out.String())
	}
}
