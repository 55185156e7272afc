// Package notifytest holds the checks that every channel passes.
package notifytest

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"tocsin/calendar"
	"tocsin/notify"
)

// Received is a message as it arrived at the far end.
type Received struct {
	Key   string   // what the far end can tell two messages apart by; the same for two tries of one message
	To    []string // addresses that got it; nil for a channel without addresses
	Title string
	Text  string // all that a reader reads, the link included
	Entry []byte // for the recipient's calendar; nil if none arrived, as with a channel that cannot carry one
}

// World is a channel with a far end that can be looked at and disturbed.
type World struct {
	Channel  notify.Channel
	To       string                          // an address that works
	Received func(t *testing.T) []Received   // what has arrived, in order
	Secrets  []string                        // of the channel's settings; must be in no outcome
	Refuse   func(t *testing.T, secret bool) // from now on nothing is taken; if secret, the far end repeats what it was sent
	Hang     func(t *testing.T)              // from now on the far end does not answer; nil if it cannot hang
	Bad      []string                        // addresses that cannot work
}

// secret is the end of a page's link.
const secret = "q7fG2kzP9wSecretOfThePage"

func message(w *World) notify.Message {
	return notify.Message{
		Key: "delivery-1", To: w.To, ToName: "Janet R", Subject: "Funds leave the vault",
		Body: "Money is leaving the vault.\n\nThe first sign was at 14:02 UTC.", Link: "https://tocsin.example.com/page/" + secret,
		LinkText: "Say whether you are coming", Urgent: true, At: time.Date(2026, 12, 6, 14, 2, 10, 0, time.UTC),
	}
}

// Run checks the channel of each world that open makes; each check has a world of its own.
func Run(t *testing.T, open func(t *testing.T) *World) {
	for _, c := range []struct {
		name  string
		check func(*testing.T, *World)
	}{
		{"a message arrives whole", arrives},
		{"an exercise is marked", exercise},
		{"a calendar entry takes nothing away", entered},
		{"a retry keeps its key", keepsKey},
		{"strange texts stay texts", strange},
		{"strange addresses are refused", addresses},
		{"a refusal is a failure without secrets", refusal},
		{"an ended context ends the sending", ended},
		{"a silent far end ends with the context", silent},
		{"many at once all arrive", many},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, open(t)) })
	}
}

// send sends, and checks what holds for every outcome.
func send(ctx context.Context, t *testing.T, w *World, m notify.Message) notify.Outcome {
	t.Helper()
	out := w.Channel.Send(ctx, m)
	switch out.State {
	case notify.Landed, notify.Unknown:
		if out.Retry {
			t.Errorf("outcome %+v asks for another try of what may have arrived", out)
		}
	case notify.Failed:
	default:
		t.Errorf("outcome %+v is none of landed, failed, unknown", out)
	}
	if out.Say == "" || strings.ContainsAny(out.Say, "\r\n\x1b") || !utf8.ValidString(out.Say) {
		t.Errorf("outcome says %q, want one clean line", out.Say)
	}
	for _, s := range append([]string{secret}, w.Secrets...) {
		if strings.Contains(out.Say+out.ID, s) {
			t.Errorf("outcome %+v holds the secret %q", out, s)
		}
	}
	return out
}

func landed(t *testing.T, w *World, m notify.Message) notify.Outcome {
	t.Helper()
	out := send(t.Context(), t, w, m)
	if out.State != notify.Landed {
		t.Fatalf("outcome %+v, want landed", out)
	}
	return out
}

// only returns what arrived if it is n messages.
func only(t *testing.T, w *World, n int) []Received {
	t.Helper()
	got := w.Received(t)
	if len(got) != n {
		t.Fatalf("%d messages arrived, want %d: %+v", len(got), n, got)
	}
	return got
}

func arrives(t *testing.T, w *World) {
	m := message(w)
	landed(t, w, m)
	got := only(t, w, 1)[0]
	if got.Title != m.Subject {
		t.Errorf("title %q, want %q", got.Title, m.Subject)
	}
	for _, want := range []string{"Money is leaving the vault.", "The first sign was at 14:02 UTC.", m.Link, m.LinkText} {
		if !strings.Contains(got.Text, want) {
			t.Errorf("text lacks %q:\n%s", want, got.Text)
		}
	}
	if strings.Contains(got.Title+got.Text, "EXERCISE") {
		t.Errorf("a real message says EXERCISE:\n%s", got.Text)
	}
	if got.To != nil && (len(got.To) != 1 || got.To[0] != w.To) {
		t.Errorf("it went to %q, want %q", got.To, w.To)
	}
}

func exercise(t *testing.T, w *World) {
	m := message(w)
	m.Exercise = true
	landed(t, w, m)
	got := only(t, w, 1)[0]
	if !strings.HasPrefix(got.Title, "EXERCISE") || !strings.Contains(got.Text, "EXERCISE") {
		t.Errorf("title %q and text do not both say EXERCISE:\n%s", got.Title, got.Text)
	}
}

// entered sends a message with a calendar entry. Whoever cannot carry the entry carries the rest as ever.
func entered(t *testing.T, w *World) {
	m := message(w)
	m.Entry = &calendar.Entry{
		UID: "exercise-1@tocsin", Sequence: 3, Changed: m.At, Start: m.At.Add(time.Hour), End: m.At.Add(2 * time.Hour), Title: "EXERCISE: at noon", Text: "Come.",
	}
	landed(t, w, m)
	m.Entry.Cancelled = true
	landed(t, w, m)
	for i, got := range only(t, w, 2) {
		if got.Title != m.Subject || !strings.Contains(got.Text, "Money is leaving the vault.") || !strings.Contains(got.Text, m.Link) || strings.Contains(got.Text, "BEGIN:") {
			t.Errorf("with a calendar entry it reads %q: %s", got.Title, got.Text)
		}
		for _, want := range []string{"UID:exercise-1@tocsin\r\n", "SEQUENCE:3\r\n", []string{"METHOD:REQUEST\r\n", "METHOD:CANCEL\r\n"}[i]} {
			if got.Entry != nil && !strings.Contains(string(got.Entry), want) {
				t.Errorf("the entry lacks %q: %s", want, got.Entry)
			}
		}
	}
}

func keepsKey(t *testing.T, w *World) {
	m := message(w)
	first, second := landed(t, w, m), landed(t, w, m)
	m.Key = "delivery-2"
	other := landed(t, w, m)
	if first.ID == "" || first.ID != second.ID || first.ID == other.ID {
		t.Errorf("ids %q and %q for two tries of one message, %q for another message", first.ID, second.ID, other.ID)
	}
	got := only(t, w, 3)
	if got[0].Key != got[1].Key {
		t.Errorf("two tries arrived under keys %q and %q, want the same", got[0].Key, got[1].Key)
	}
	if got[2].Key == got[0].Key && got[0].Key != "" {
		t.Errorf("another message arrived under the same key %q", got[2].Key)
	}
}

func strange(t *testing.T, w *World) {
	for name, change := range map[string]func(*notify.Message){
		"line breaks in the subject": func(m *notify.Message) {
			m.Subject = "Funds\r\nBcc: eve@example.com\r\n\r\nleave"
		},
		"line breaks in the name": func(m *notify.Message) { m.ToName = "Janet\r\nBcc: eve@example.com" },
		"quotes in the name":      func(m *notify.Message) { m.ToName = `Janet "<eve@example.com>, R\` },
		"line breaks in the key":  func(m *notify.Message) { m.Key = "a>\r\nBcc: eve@example.com" },
		"line breaks in the link": func(m *notify.Message) {
			m.Link, m.LinkText = "https://example.com/\r\nBcc: eve@example.com", "go\r\nBcc: eve@example.com"
		},
		"a script as link": func(m *notify.Message) { m.Link = "javascript:alert(1)" },
		"other scripts": func(m *notify.Message) {
			m.Subject, m.ToName = "資金が流出しています — ёлки", "山田 太郎"
		},
		"turned direction":  func(m *notify.Message) { m.Subject = "abc\u202edef" },
		"escape sequences":  func(m *notify.Message) { m.Subject, m.Body = "a\x1b]0;x\x07b", "a\x1b[2Jb\x00c" },
		"broken UTF-8":      func(m *notify.Message) { m.Subject, m.Body = "a\xff\xfeb", "a\xff\xfeb" },
		"markup":            func(m *notify.Message) { m.Body = "<script>alert(1)</script> & <b>" },
		"lone dots":         func(m *notify.Message) { m.Body = "a\n.\n..\n.\r\nb" },
		"a long line":       func(m *notify.Message) { m.Body = strings.Repeat("0123456789", 2000) },
		"a huge body":       func(m *notify.Message) { m.Body = strings.Repeat("All work and no play.\n", 50_000) },
		"a long subject":    func(m *notify.Message) { m.Subject = strings.Repeat("long ", 5_000) },
		"nothing but an id": func(m *notify.Message) { *m = notify.Message{Key: m.Key, To: m.To} },
	} {
		t.Run(name, func(t *testing.T) {
			m := message(w)
			change(&m)
			before := len(w.Received(t))
			landed(t, w, m)
			all := only(t, w, before+1)
			got := all[before]
			if got.Title == "" || strings.ContainsAny(got.Title, "\r\n\x1b\u202e") || !utf8.ValidString(got.Title) {
				t.Errorf("title %q is not one clean line", got.Title)
			}
			if strings.ContainsAny(got.Text, "\x1b\x00") || !utf8.ValidString(got.Text) {
				t.Errorf("text is not clean: %.200q", got.Text)
			}
			if got.To != nil && (len(got.To) != 1 || got.To[0] != w.To) {
				t.Errorf("it went to %q, want %q alone", got.To, w.To)
			}
			if body := strings.TrimSpace(notify.Lines(m.Body)); !strings.Contains(squeeze(got.Text), squeeze(body)) {
				t.Errorf("the body did not arrive whole: %.200q", got.Text)
			}
		})
	}
}

// squeeze takes out white space, which channels may change to wrap lines.
func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

func addresses(t *testing.T, w *World) {
	for _, to := range w.Bad {
		m := message(w)
		m.To = to
		if out := send(t.Context(), t, w, m); out.State != notify.Failed || out.Retry {
			t.Errorf("address %q: outcome %+v, want failed for good", to, out)
		}
	}
	only(t, w, 0)
}

func refusal(t *testing.T, w *World) {
	for _, repeat := range []bool{false, true} {
		w.Refuse(t, repeat)
		if out := send(t.Context(), t, w, message(w)); out.State != notify.Failed {
			t.Errorf("outcome %+v, want failed", out)
		}
	}
	only(t, w, 0)
}

func ended(t *testing.T, w *World) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if out := send(ctx, t, w, message(w)); out.State != notify.Failed || !out.Retry {
		t.Errorf("outcome %+v, want failed and worth another try", out)
	}
	only(t, w, 0)
}

func silent(t *testing.T, w *World) {
	if w.Hang == nil {
		return
	}
	w.Hang(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if out := send(ctx, t, w, message(w)); out.State == notify.Landed {
		t.Errorf("outcome %+v of a far end that never answered", out)
	}
}

func many(t *testing.T, w *World) {
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			m := message(w)
			m.Key += string(rune('a' + i))
			if out := w.Channel.Send(t.Context(), m); out.State != notify.Landed {
				t.Errorf("message %d: outcome %+v, want landed", i, out)
			}
		})
	}
	wg.Wait()
	got := only(t, w, 20)
	keys := map[string]bool{}
	for _, r := range got {
		keys[r.Key] = true
	}
	if got[0].Key != "" && len(keys) != 20 {
		t.Errorf("20 messages arrived under %d keys", len(keys))
	}
}
