package email_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"tocsin/fault"
	"tocsin/notify"
	"tocsin/notify/email"
	"tocsin/notify/notifytest"
)

func channel(t *testing.T, b *box, format string, args ...any) *email.Channel {
	t.Helper()
	o := email.Options{URL: fmt.Sprintf(format, args...)}
	if b.pool != nil {
		o.TLS = &tls.Config{RootCAs: b.pool}
	}
	c, err := email.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func page(to string) notify.Message {
	return notify.Message{
		Key: "delivery-1", To: to, ToName: "Janet R", Subject: "Critical: funds leave the vault", Body: "Money is leaving the vault.",
		Link: "https://tocsin.example.com/page/topsecret", LinkText: "Say whether you are coming", Urgent: true,
		At: time.Date(2026, 12, 6, 14, 2, 10, 0, time.UTC),
	}
}

func TestChannel(t *testing.T) {
	notifytest.Run(t, func(t *testing.T) *notifytest.World {
		b := open(t, settings{account: true})
		return &notifytest.World{
			Channel:  channel(t, b, "smtp://%s:correct%%20horse%%20battery@%s?from=tocsin@example.com", user, b.addr),
			To:       "janet@example.com",
			Received: func(t *testing.T) []notifytest.Received { return received(t, b) },
			Secrets:  []string{password, user},
			Refuse: func(_ *testing.T, secret bool) {
				b.misbehave("rcpt", &smtp.SMTPError{Code: 550, Message: "no such user"})
				if secret {
					b.misbehave("end", &smtp.SMTPError{Code: 554, Message: user + " " + password + " sent https://tocsin.example.com/page/q7fG2kzP9wSecretOfThePage"})
				}
			},
			Hang: func(*testing.T) { b.misbehave("rcpt", errSilent) },
			Bad: []string{
				"", "TBD", "janet", "janet@", "@example.com", "janet@example.com, eve@example.com", "janet@example.com\r\nRCPT TO:<eve@example.com>",
				"janet@example.com>\r\nDATA", "<janet@example.com> SIZE=1", "janet@exa mple.com", strings.Repeat("<", 10_000),
			},
		}
	})
}

func TestMessage(t *testing.T) {
	b := open(t, settings{})
	c := channel(t, b, "smtp://%s?from=Tocsin+%%3Ctocsin@example.com%%3E&starttls=none", b.addr)
	m := page("janet@example.com")
	if out := c.Send(t.Context(), m); out.State != notify.Landed {
		t.Fatalf("outcome %+v", out)
	}
	l := b.letters()[0]
	p := unfold(t, l)
	for header, want := range map[string]string{
		"From": `"Tocsin" <tocsin@example.com>`, "To": `"Janet R" <janet@example.com>`, "Date": "Sun, 06 Dec 2026 14:02:10 +0000",
		"Importance": "high", "Auto-Submitted": "auto-generated",
	} {
		if got := p.header.Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	if l.from != "tocsin@example.com" {
		t.Errorf("envelope from %q", l.from)
	}
	if !strings.Contains(p.html, `<a href="https://tocsin.example.com/page/topsecret"`) || !strings.Contains(p.html, ">Say whether you are coming</a>") {
		t.Errorf("the HTML has no button:\n%s", p.html)
	}
	m.Urgent, m.Body, m.Link = false, "<script>alert(1)</script>", "javascript:alert(1)"
	if out := c.Send(t.Context(), m); out.State != notify.Landed {
		t.Fatalf("outcome %+v", out)
	}
	p = unfold(t, b.letters()[1])
	if strings.Contains(p.html, "<script") || strings.Contains(p.html, "javascript:") || strings.Contains(p.html, "<a ") {
		t.Errorf("the HTML lets through what a browser would run:\n%s", p.html)
	}
	if got := p.header.Get("Importance"); got != "" {
		t.Errorf("a message that is not urgent has importance %q", got)
	}
}

func TestEncryption(t *testing.T) {
	for _, c := range []struct {
		name   string
		box    settings
		query  string
		trust  bool
		landed bool
		secure bool
	}{
		{"offered and taken", settings{tls: true}, "", true, true, true},
		{"required and offered", settings{tls: true}, "&starttls=required", true, true, true},
		{"required and not offered", settings{}, "&starttls=required", true, false, false},
		{"not offered", settings{}, "", true, true, false},
		{"not wanted", settings{tls: true}, "&starttls=none", true, true, false},
		{"certificate of a stranger", settings{tls: true}, "", false, false, false},
		{"from the first byte", settings{implicit: true}, "", true, true, true},
		{"from the first byte, by a stranger", settings{implicit: true}, "", false, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, c.box)
			scheme := "smtp"
			if c.box.implicit {
				scheme = "smtps"
			}
			if !c.trust {
				b.pool = nil
			}
			out := channel(t, b, "%s://%s?from=tocsin@example.com%s", scheme, b.addr, c.query).Send(t.Context(), page("janet@example.com"))
			if (out.State == notify.Landed) != c.landed || out.Retry {
				t.Errorf("outcome %+v, want landed %v and no retry", out, c.landed)
			}
			if got := len(b.letters()) == 1; got != c.landed {
				t.Errorf("arrived %v, want %v", got, c.landed)
			}
			if b.secure != c.secure {
				t.Errorf("encrypted %v, want %v", b.secure, c.secure)
			}
		})
	}
}

func TestAccount(t *testing.T) {
	for _, c := range []struct {
		name   string
		box    settings
		who    string
		landed bool
	}{
		{"right", settings{account: true}, user + ":correct%20horse%20battery@", true},
		{"right, encrypted", settings{account: true, implicit: true}, user + ":correct%20horse%20battery@", true},
		{"wrong password", settings{account: true}, user + ":wrong@", false},
		{"none given", settings{account: true}, "", false},
		{"none wanted", settings{}, user + ":correct%20horse%20battery@", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, c.box)
			scheme := "smtp"
			if c.box.implicit {
				scheme = "smtps"
			}
			out := channel(t, b, "%s://%s%s?from=tocsin@example.com", scheme, c.who, b.addr).Send(t.Context(), page("janet@example.com"))
			if (out.State == notify.Landed) != c.landed || out.Retry {
				t.Errorf("outcome %+v, want landed %v and no retry", out, c.landed)
			}
			if b.signedIn != c.landed {
				t.Errorf("signed in %v, want %v", b.signedIn, c.landed)
			}
		})
	}
}

// What becomes of a message when the server misbehaves at each stage.
func TestMisbehaviour(t *testing.T) {
	refused := notify.Outcome{State: notify.Failed}
	again := notify.Outcome{State: notify.Failed, Retry: true}
	unknown := notify.Outcome{State: notify.Unknown}
	for _, stage := range []string{"hello", "auth", "mail", "rcpt", "data", "end"} {
		for _, c := range []struct {
			name string
			how  error
			want notify.Outcome
		}{
			{"for good", &smtp.SMTPError{Code: 550, Message: "no"}, refused},
			{"for now", &smtp.SMTPError{Code: 451, Message: "later"}, again},
			{"hangs up", errHangUp, again},
			{"says nothing", errSilent, again},
		} {
			if (errors.Is(c.how, errHangUp) || errors.Is(c.how, errSilent)) && stage == "end" {
				c.want = unknown // it had the whole message
			}
			if stage == "data" && (errors.Is(c.how, errHangUp) || errors.Is(c.how, errSilent)) {
				continue // what the client has written by then depends on buffers; TestHangUpWithinTheMessage is exact
			}
			t.Run(stage+" "+c.name, func(t *testing.T) {
				b := open(t, settings{account: true})
				ctx, end := context.WithCancelCause(t.Context())
				defer end(nil)
				b.silent = func() { end(context.DeadlineExceeded) } // it is waited for no longer
				b.misbehave(stage, c.how)
				out := channel(t, b, "smtp://%s:correct%%20horse%%20battery@%s?from=tocsin@example.com", user, b.addr).Send(ctx, page("janet@example.com"))
				if out.State != c.want.State || out.Retry != c.want.Retry {
					t.Errorf("outcome %+v, want %+v", out, c.want)
				}
				if len(b.letters()) != 0 {
					t.Errorf("it arrived")
				}
			})
		}
	}
}

// script is a mail server that says its lines, whatever it hears, and hangs up after the last.
func script(t *testing.T, lines ...string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		hear := make([]byte, 4096)
		for i, line := range lines {
			if i > 0 {
				if _, err := conn.Read(hear); err != nil {
					return
				}
			}
			if _, err := conn.Write([]byte(line)); err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String()
}

func TestHangUpBeforeTheGreeting(t *testing.T) {
	for name, lines := range map[string][]string{
		"without a word":       nil,
		"within the greeting":  {"220 box"},
		"no mail server":       {"HTTP/1.1 400 Bad Request\r\n\r\n"},
		"after the greeting":   {"220 box\r\n"},
		"not now":              {"421 too many connections\r\n"},
		"within the extension": {"220 box\r\n", "250-box\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			c := channel(t, &box{}, "smtp://%s?from=tocsin@example.com", script(t, lines...))
			if out := c.Send(t.Context(), page("janet@example.com")); out.State != notify.Failed || !out.Retry {
				t.Errorf("outcome %+v, want failed and worth another try", out)
			}
		})
	}
}

func TestHangUpWithinTheMessage(t *testing.T) {
	before := []string{"220 box\r\n", "250 box\r\n", "250 ok\r\n", "250 ok\r\n"}
	for _, c := range []struct {
		name  string
		lines []string
		state string
		retry bool
	}{
		{"instead of taking it", nil, notify.Failed, true},
		{"once it has it", []string{"354 go on\r\n"}, notify.Unknown, false},
		{"within the answer", []string{"354 go on\r\n", "25"}, notify.Unknown, false},
		{"an answer of no meaning", []string{"354 go on\r\n", "hello\r\n"}, notify.Unknown, false},
		{"right after taking it", []string{"354 go on\r\n", "250 taken\r\n"}, notify.Landed, false},
		{"full", []string{"354 go on\r\n", "452 no room\r\n"}, notify.Failed, true},
		{"too large", []string{"354 go on\r\n", "552 too large\r\n"}, notify.Failed, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			ch := channel(t, &box{}, "smtp://%s?from=tocsin@example.com", script(t, append(before, c.lines...)...))
			if out := ch.Send(t.Context(), page("janet@example.com")); out.State != c.state || out.Retry != c.retry {
				t.Errorf("outcome %+v, want %s, retry %v", out, c.state, c.retry)
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	out := channel(t, &box{}, "smtp://%s?from=tocsin@example.com", l.Addr()).Send(t.Context(), page("janet@example.com"))
	if out.State != notify.Failed || !out.Retry {
		t.Errorf("outcome %+v, want failed and worth another try", out)
	}
}

func TestURL(t *testing.T) {
	for url, want := range map[string]string{
		"smtp://u:s3cr3t@mail.example.com:2525?from=a@example.com": "smtp://mail.example.com:2525",
		"smtp://u:s3cr3t@mail.example.com?from=a@example.com":      "smtp://mail.example.com:587",
		"smtps://a%40example.com:s3cr3t@mail.example.com":          "smtps://mail.example.com:465",
		"smtp://u:s3cr3t@[::1]:25?from=a@example.com":              "smtp://[::1]:25",
		" smtp://127.0.0.1?from=a@example.com&starttls=none\n":     "smtp://127.0.0.1:587",
	} {
		c, err := email.New(email.Options{URL: url})
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		for _, verb := range []string{"%v", "%+v", "%s", "%#v"} {
			if got := fmt.Sprintf(verb, c); got != want {
				t.Errorf("%s as %s is %q, want %q", url, verb, got, want)
			}
		}
	}
	for _, url := range []string{
		"", "s3cr3t", "http://s3cr3t@mail.example.com?from=a@example.com", "smtp://u:s3cr3t@?from=a@example.com", "smtp://u:s3cr3t@mail.example.com",
		"smtp://u:s3cr3t@mail.example.com:0?from=a@example.com", "smtp://u:s3cr3t@mail.example.com:99999?from=a@example.com",
		"smtp://u:s3cr3t@mail.example.com:x?from=a@example.com", "smtp://u:s3cr3t%zz@mail.example.com?from=a@example.com",
		"smtp://u:s3cr3t@mail.example.com?from=s3cr3t", "smtp://u:s3cr3t@mail.example.com?from=a@example.com&starttls=s3cr3t",
		"smtp://u:s3cr3t@mail.example.com?from=a@example.com&s3cr3t=1", "smtp://u:s3cr3t@mail.example.com?from=a@example.com&from=s3cr3t@example.com",
		"smtp://u:s3cr3t@mail.example.com/s3cr3t?from=a@example.com", "smtp://u:s3cr3t@mail.example.com?from=a@example.com;%zz",
		"smtps://u:s3cr3t@mail.example.com?from=a@example.com&starttls=required", "smtp://u:s3cr3t@mail.example.com?from=a@example.com&starttls=none",
		"smtp://u:s3cr3t@mail.example.com?from=a@example.com%0d%0aBcc:eve@example.com",
	} {
		_, err := email.New(email.Options{URL: url})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: error %v, want invalid", url, err)
			continue
		}
		if strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: the error holds the secret: %v", url, err)
		}
	}
}

func FuzzURL(f *testing.F) {
	f.Add("smtp://u:s3cr3t@mail.example.com:2525?from=a@example.com")
	f.Add("smtps://a@b?starttls=")
	f.Fuzz(func(t *testing.T, url string) {
		if c, err := email.New(email.Options{URL: url}); (err == nil) == (c == nil) {
			t.Errorf("New(%q) = %v, %v", url, c, err)
		}
	})
}
