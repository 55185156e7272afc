package terminal_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/notify"
	"tocsin/notify/notifytest"
	"tocsin/notify/terminal"
)

// screen is a terminal; each Write is one message.
type screen struct {
	mu     sync.Mutex
	blocks []string
	err    error
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return 0, s.err
	}
	s.blocks = append(s.blocks, string(b))
	return len(b), nil
}

func TestChannel(t *testing.T) {
	notifytest.Run(t, func(t *testing.T) *notifytest.World {
		s := &screen{}
		return &notifytest.World{
			Channel: terminal.New(terminal.Options{Out: s}), To: "console",
			Received: s.read,
			Refuse:   func(*testing.T, bool) { s.err = errors.New("write /dev/tty: q7fG2kzP9wSecretOfThePage") },
		}
	})
}

func (s *screen) read(t *testing.T) []notifytest.Received {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var got []notifytest.Received
	for _, b := range s.blocks {
		head, _, _ := strings.Cut(strings.TrimPrefix(b, "\n── "), "\n")
		title, _, ok := strings.Cut(head, " ──")
		if !ok {
			t.Fatalf("block has no title:\n%s", b)
		}
		got = append(got, notifytest.Received{Title: title, Text: b})
	}
	return got
}

func TestBlock(t *testing.T) {
	s := &screen{}
	c := terminal.New(terminal.Options{Out: s, Bell: true})
	c.Send(t.Context(), notify.Message{
		Key: "1", To: "console", ToName: "Janet R", Subject: "Funds leave the vault", Urgent: true, Exercise: true,
		Body: "EXERCISE. Money is leaving the vault, and nobody has said yet whether that is meant to be so: look now.\n\nSeverity: critical.",
		Link: "http://127.0.0.1:8080/page/x", LinkText: "Are you coming?", At: time.Date(2026, 12, 6, 14, 2, 10, 0, time.UTC),
	})
	want := "\a" + `
── EXERCISE: Funds leave the vault ─────────────────────────── 14:02:10 UTC ──
   to Janet R

   EXERCISE. Money is leaving the vault, and nobody has said yet whether that
   is meant to be so: look now.

   Severity: critical.

   Are you coming?  http://127.0.0.1:8080/page/x
──────────────────────────────────────────────────────────────────────────────
`
	if got := strings.Join(s.blocks, ""); got != want {
		t.Errorf("wrote\n%s\nwant\n%s", got, want)
	}
}

func TestBellIsForUrgentMessages(t *testing.T) {
	for _, urgent := range []bool{true, false} {
		for _, bell := range []bool{true, false} {
			s := &screen{}
			terminal.New(terminal.Options{Out: s, Bell: bell}).Send(t.Context(), notify.Message{Key: "1", Subject: "Hello", Urgent: urgent})
			if got := strings.Contains(s.blocks[0], "\a"); got != (urgent && bell) {
				t.Errorf("urgent %v, bell %v: rang %v", urgent, bell, got)
			}
		}
	}
}

// short takes a part of each write.
type short struct{}

func (short) Write([]byte) (int, error) { return 3, errors.New("no space left on device") }

func TestHalfABlockIsUnknown(t *testing.T) {
	out := terminal.New(terminal.Options{Out: short{}}).Send(t.Context(), notify.Message{Key: "1", Subject: "Hello"})
	if out.State != notify.Unknown || out.Retry {
		t.Errorf("outcome %+v, want unknown", out)
	}
}
