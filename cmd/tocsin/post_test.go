package main

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// post is a real mail server that keeps what it gets.
type post struct {
	address string

	mu      sync.Mutex
	letters []letter
	hung    []letter      // that came whole, and whose sender was left waiting
	held    chan struct{} // closed when senders are no longer left waiting; nil if they are not
	came    chan struct{} // holds a tick when something has come
}

type letter struct {
	To, Subject, Text string
	At                time.Time
}

func openPost(t testing.TB) *post {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &post{address: l.Addr().String(), came: make(chan struct{}, 1)}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &postman{post: p}, nil }))
	s.Domain = "localhost"
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(l)
	}()
	t.Cleanup(func() { s.Close(); <-done })
	return p
}

func (p *post) url() string { return "smtp://" + p.address + "?starttls=none&from=tocsin@example.com" }

// hold leaves whoever sends a letter waiting for the word that it came, until release is called.
func (p *post) hold() (release func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	held := make(chan struct{})
	p.held = held
	return sync.OnceFunc(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.held = nil
		close(held)
	})
}

// hanging lists the letters whose senders were left waiting.
func (p *post) hanging() []letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]letter(nil), p.hung...)
}

// wait waits for a letter that fits.
func (p *post) wait(t testing.TB, what string, fits func(letter) bool) letter {
	t.Helper()
	end := time.NewTimer(patience)
	defer end.Stop()
	for {
		for _, l := range p.all() {
			if fits(l) {
				return l
			}
		}
		select {
		case <-p.came:
		case <-end.C:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func (p *post) all() []letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]letter(nil), p.letters...)
}

var pageLink = regexp.MustCompile(`https?://\S+/page/[0-9A-Za-z_-]{16,}`)

// page waits for a person's mail with a page's link and returns the link.
func (p *post) page(t testing.TB, to string) string {
	t.Helper()
	l := p.wait(t, "a page to "+to, func(l letter) bool { return l.To == to && pageLink.MatchString(l.Text) })
	return pageLink.FindString(l.Text)
}

type postman struct {
	post *post
	to   []string
}

func (s *postman) Reset()                                    { s.to = nil }
func (s *postman) Logout() error                             { return nil }
func (s *postman) Mail(string, *smtp.MailOptions) error      { return nil }
func (s *postman) Rcpt(to string, _ *smtp.RcptOptions) error { s.to = append(s.to, to); return nil }

func (s *postman) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	at := time.Now() // all of it is here
	if err != nil {
		return err
	}
	m, err := mail.ReadMessage(bytes.NewReader(b))
	if err != nil {
		return err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		return err
	}
	text := plain(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
	s.post.mu.Lock()
	held, kept := s.post.held, &s.post.letters
	if held != nil {
		kept = &s.post.hung
	}
	for _, to := range s.to {
		*kept = append(*kept, letter{to, subject, text, at})
	}
	s.post.mu.Unlock()
	if held != nil {
		<-held
		return &smtp.SMTPError{Code: 451, Message: "Try again."}
	}
	select {
	case s.post.came <- struct{}{}:
	default:
	}
	return nil
}

// plain is the first plain text within a body.
func plain(kind, encoding string, body io.Reader) string {
	media, params, err := mime.ParseMediaType(kind)
	if err == nil && strings.HasPrefix(media, "multipart/") {
		for r := multipart.NewReader(body, params["boundary"]); ; {
			part, err := r.NextRawPart()
			if err != nil {
				return ""
			}
			if s := plain(part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"), part); s != "" {
				return s
			}
		}
	}
	if err == nil && media != "text/plain" {
		return ""
	}
	if strings.EqualFold(encoding, "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	b, err := io.ReadAll(body)
	if err != nil {
		return ""
	}
	return string(b)
}
