package email_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"tocsin/notify/notifytest"
)

const (
	user     = "tocsin-account"
	password = "correct horse battery"
)

// box is a mail server of the test: a real one that keeps what it is sent, and that can be told to misbehave.
type box struct {
	addr string
	pool *x509.CertPool // of its certificate; nil if it has none

	mu       sync.Mutex
	mails    []letter
	at       string // stage at which it misbehaves: hello, auth, mail, rcpt, data, end
	how      error  // its reply there; errHangUp, errSilent
	silent   func() // called, if it is there, when it falls silent
	signedIn bool   // somebody signed in
	secure   bool   // the last message came over TLS
}

type letter struct {
	from string
	to   []string
	raw  []byte
}

var (
	errHangUp = errors.New("hang up")
	errSilent = errors.New("say nothing")
)

// settings of a box.
type settings struct {
	tls      bool // offers STARTTLS
	implicit bool // TLS from the first byte
	account  bool // wants one
}

func open(t *testing.T, o settings) *box {
	t.Helper()
	b := &box{}
	quit := make(chan struct{})
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		v := &visit{box: b, conn: c, quit: quit, account: o.account}
		return v, v.misbehave("hello")
	}))
	s.Domain, s.ErrorLog, s.AllowInsecureAuth, s.EnableSMTPUTF8 = "box.example.com", log.New(io.Discard, "", 0), true, true
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.addr = l.Addr().String()
	if o.tls || o.implicit {
		cert, pool := certificate(t)
		b.pool = pool
		s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
	}
	if o.implicit {
		l = tls.NewListener(l, s.TLSConfig)
	}
	served := make(chan struct{})
	go func() { defer close(served); _ = s.Serve(l) }()
	t.Cleanup(func() {
		close(quit)
		_ = l.Close() // the server may not know its listener yet
		_ = s.Close()
		<-served
	})
	return b
}

func (b *box) misbehave(at string, how error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at, b.how = at, how
}

func (b *box) letters() []letter {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.mails
}

// visit is one connection to a box.
type visit struct {
	box     *box
	conn    *smtp.Conn
	quit    chan struct{}
	account bool
	known   bool
	letter  letter
}

// misbehave does at a stage what the box was told.
func (v *visit) misbehave(at string) error {
	v.box.mu.Lock()
	stage, how, silent := v.box.at, v.box.how, v.box.silent
	v.box.mu.Unlock()
	if stage != at {
		return nil
	}
	switch {
	case errors.Is(how, errHangUp):
		_ = v.conn.Conn().Close()
	case errors.Is(how, errSilent):
		if silent != nil {
			silent()
		}
		<-v.quit
	}
	return how
}

func (v *visit) AuthMechanisms() []string {
	if v.account {
		return []string{sasl.Plain}
	}
	return nil
}

func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, u, p string) error {
		if err := v.misbehave("auth"); err != nil {
			return err
		}
		if u != user || p != password {
			return smtp.ErrAuthFailed
		}
		v.known = true
		v.box.mu.Lock()
		defer v.box.mu.Unlock()
		v.box.signedIn = true
		return nil
	}), nil
}

func (v *visit) Mail(from string, _ *smtp.MailOptions) error {
	if v.account && !v.known {
		return smtp.ErrAuthRequired
	}
	v.letter = letter{from: from}
	return v.misbehave("mail")
}

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.letter.to = append(v.letter.to, to)
	return v.misbehave("rcpt")
}

func (v *visit) Data(r io.Reader) error {
	if err := v.misbehave("data"); err != nil {
		return err
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := v.misbehave("end"); err != nil {
		return err
	}
	_, secure := v.conn.TLSConnectionState()
	v.letter.raw = raw
	v.box.mu.Lock()
	defer v.box.mu.Unlock()
	v.box.mails, v.box.secure = append(v.box.mails, v.letter), secure
	return nil
}

func (v *visit) Reset()        {}
func (v *visit) Logout() error { return nil }

// certificate makes one for the loopback address, and the pool that trusts it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func received(t *testing.T, b *box) []notifytest.Received {
	t.Helper()
	var all []notifytest.Received
	for _, l := range b.letters() {
		p := unfold(t, l)
		for name := range p.header {
			if strings.EqualFold(name, "Bcc") || strings.EqualFold(name, "Cc") {
				t.Errorf("a header %s was smuggled in", name)
			}
		}
		all = append(all, notifytest.Received{Key: p.header.Get("Message-Id"), To: l.to, Title: p.title, Text: p.plain, Entry: p.entry})
	}
	return all
}
