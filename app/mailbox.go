package app

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// mailbox is the demo's mail server: a real SMTP server on loopback that keeps each letter in a file before it says that it
// has it, so that a demo killed at any moment finds its mail again.
type mailbox struct {
	folder string
	server *smtp.Server
	addr   string
	notify func(letter)

	mu      sync.Mutex
	letters []letter
}

// letter is one message as it came.
type letter struct {
	To      string
	Subject string
	Secret  string // of the page's link in it; empty if there is none
}

func openMailbox(folder string, notify func(letter)) (*mailbox, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make mailbox: %w", err)
	}
	m := &mailbox{folder: folder, notify: notify}
	names, err := filepath.Glob(filepath.Join(folder, "*.eml"))
	if err != nil {
		return nil, fmt.Errorf("read mailbox: %w", err)
	}
	slices.Sort(names)
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			return nil, fmt.Errorf("read mailbox: %w", err)
		}
		_, to, _ := strings.Cut(strings.TrimSuffix(filepath.Base(n), ".eml"), "-")
		m.letters = append(m.letters, readLetter(to, b))
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open mailbox: %w", err)
	}
	m.addr = l.Addr().String()
	m.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &mailSession{box: m}, nil }))
	m.server.Domain = "localhost"
	m.server.ReadTimeout, m.server.WriteTimeout = 10*time.Second, 10*time.Second
	m.server.MaxMessageBytes = 4 << 20
	go func() { _ = m.server.Serve(l) }() // ends when the server is closed
	return m, nil
}

// URL is where mail for it is sent.
func (m *mailbox) URL() string {
	return "smtp://" + m.addr + "?starttls=none&from=tocsin@example.com"
}

func (m *mailbox) close() error { return m.server.Close() }

// latest returns the newest letter to an address that carries a page's link.
func (m *mailbox) latest(to string) (letter, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := len(m.letters) - 1; i >= 0; i-- {
		if m.letters[i].To == to && m.letters[i].Secret != "" {
			return m.letters[i], true
		}
	}
	return letter{}, false
}

func (m *mailbox) take(to string, b []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	name := filepath.Join(m.folder, fmt.Sprintf("%06d-%s.eml", len(m.letters)+1, filepath.Base(to)))
	if err := os.WriteFile(name+".new", b, 0o600); err != nil {
		return err
	}
	if err := os.Rename(name+".new", name); err != nil {
		return err
	}
	x := readLetter(to, b)
	m.letters = append(m.letters, x)
	if m.notify != nil {
		m.notify(x)
	}
	return nil
}

var pageLink = regexp.MustCompile(`/page/([0-9A-Za-z_-]{16,})`)

// readLetter reads what the demo needs of a letter; what cannot be read is left empty.
func readLetter(to string, b []byte) letter {
	x := letter{To: to}
	msg, err := mail.ReadMessage(bytes.NewReader(b))
	if err != nil {
		return x
	}
	if s, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject")); err == nil {
		x.Subject = s
	}
	if f := pageLink.FindStringSubmatch(plainText(msg.Header.Get("Content-Type"), msg.Header.Get("Content-Transfer-Encoding"), msg.Body)); f != nil {
		x.Secret = f[1]
	}
	return x
}

// plainText returns the first plain text within a body.
func plainText(kind, encoding string, body io.Reader) string {
	media, params, err := mime.ParseMediaType(kind)
	if err != nil {
		media = "text/plain"
	}
	if strings.HasPrefix(media, "multipart/") {
		for r := multipart.NewReader(body, params["boundary"]); ; {
			part, err := r.NextRawPart()
			if err != nil {
				return ""
			}
			if s := plainText(part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"), part); s != "" {
				return s
			}
		}
	}
	if media != "text/plain" {
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

// mailSession is one conversation.
type mailSession struct {
	box *mailbox
	to  []string
}

func (s *mailSession) Reset()                               { s.to = nil }
func (s *mailSession) Logout() error                        { return nil }
func (s *mailSession) Mail(string, *smtp.MailOptions) error { return nil }
func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if strings.ContainsAny(to, "/\\") {
		return &smtp.SMTPError{Code: 553, Message: "no such mailbox"}
	}
	s.to = append(s.to, to)
	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if len(s.to) == 0 {
		return errors.New("nobody to deliver to")
	}
	for _, to := range s.to {
		if err := s.box.take(to, b); err != nil {
			return err
		}
	}
	return nil
}
