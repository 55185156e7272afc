package email

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/textproto"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"tocsin/notify"
)

// stage is how far the conversation with the server had come.
type stage int

const (
	connecting stage = iota
	greeting
	encrypting
	signingIn
	sender
	recipients
	opening // DATA, before its content
	content // the message, before the dot that ends it
	ending  // from the dot on, the server may have taken it over
)

// failure is why a message was not handed over.
type failure struct {
	stage stage
	err   error
}

var (
	errNoTLS  = errors.New("the server offers no encryption")
	errNoAuth = errors.New("the server offers no way of signing in that would not show the password")
)

// transmit hands a message over; nil means that the server has taken it. When ctx ends, the connection is cut.
func (c *Channel) transmit(ctx context.Context, to string, raw []byte) *failure {
	conn, err := c.dial(ctx)
	if err != nil {
		return &failure{connecting, err}
	}
	cut := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer func() {
		cut()
		_ = conn.Close()
	}()
	if end, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(end)
	}
	client, err := smtp.NewClient(conn, c.server.host)
	if err != nil {
		return &failure{greeting, err}
	}
	if err := client.Hello("localhost"); err != nil {
		return &failure{greeting, err}
	}
	if err := c.encrypt(client); err != nil {
		return &failure{encrypting, err}
	}
	if err := c.signIn(client); err != nil {
		return &failure{signingIn, err}
	}
	if err := client.Mail(bracketed(c.server.from.Address)); err != nil {
		return &failure{sender, err}
	}
	if err := client.Rcpt(bracketed(to)); err != nil {
		return &failure{recipients, err}
	}
	w, err := client.Data()
	if err != nil {
		return &failure{opening, err}
	}
	if _, err := w.Write(raw); err != nil {
		return &failure{content, err}
	}
	if err := w.Close(); err != nil {
		return &failure{ending, err}
	}
	_ = client.Quit() // the message is over there; how the goodbye goes changes nothing
	return nil
}

func (c *Channel) dial(ctx context.Context) (net.Conn, error) {
	d := &net.Dialer{Timeout: timeout}
	if c.server.cover == implicit {
		return (&tls.Dialer{NetDialer: d, Config: c.tls}).DialContext(ctx, "tcp", c.server.address())
	}
	return d.DialContext(ctx, "tcp", c.server.address())
}

func (c *Channel) encrypt(client *smtp.Client) error {
	if c.server.cover == none || c.server.cover == implicit {
		return nil
	}
	offered, _ := client.Extension("STARTTLS")
	switch {
	case offered:
		return client.StartTLS(c.tls)
	case c.server.cover == required:
		return errNoTLS
	}
	return nil
}

// signIn proves the account by the strongest way that the server offers. PLAIN and LOGIN show the password, so they are for
// encrypted connections and for this machine only.
func (c *Channel) signIn(client *smtp.Client) error {
	s := c.server
	if s.user == "" {
		return nil
	}
	_, list := client.Extension("AUTH")
	offered := map[string]bool{}
	for _, mechanism := range strings.Fields(strings.ToUpper(list)) {
		offered[mechanism] = true
	}
	_, encrypted := client.TLSConnectionState()
	open := encrypted || s.loopback()
	switch {
	case offered["SCRAM-SHA-256"]:
		return client.Auth(smtp.ScramSHA256Auth(s.user, s.password))
	case offered["PLAIN"] && open:
		return client.Auth(smtp.PlainAuth("", s.user, s.password, s.host, true))
	case offered["LOGIN"] && open:
		return client.Auth(smtp.LoginAuth(s.user, s.password, s.host, true))
	case offered["CRAM-MD5"]:
		return client.Auth(smtp.CRAMMD5Auth(s.user, s.password))
	}
	return errNoAuth
}

func bracketed(address string) string { return (&mail.Address{Address: address}).String() }

// outcome puts a failure into our own words. Of what the server said only its number is kept: a reply may repeat anything
// it was sent, also the link.
func (f *failure) outcome(ctx context.Context, host string) notify.Outcome {
	var reply *textproto.Error
	answered := errors.As(f.err, &reply) && reply.Code >= 400 && reply.Code < 600
	switch {
	case answered:
		return notify.Outcome{
			State: notify.Failed, Retry: reply.Code < 500,
			Say: fmt.Sprintf("The mail server %s %s (reply %d).", host, f.refused(), reply.Code),
		}
	case f.stage == ending:
		return notify.Outcome{
			State: notify.Unknown,
			Say:   "The connection to the mail server " + host + " ended before it said whether it took the message over.",
		}
	case errors.Is(f.err, errNoTLS):
		return notify.Outcome{State: notify.Failed, Say: "The mail server " + host + " offers no encryption, and the settings require it."}
	case errors.Is(f.err, errNoAuth):
		return notify.Outcome{State: notify.Failed, Say: "The mail server " + host + " offers no safe way of signing in."}
	case untrusted(f.err):
		return notify.Outcome{State: notify.Failed, Say: "The certificate of the mail server " + host + " is not trusted."}
	case errors.Is(context.Cause(ctx), context.Canceled):
		return notify.Outcome{State: notify.Failed, Retry: true, Say: "Sending was broken off before the mail server " + host + " had the message."}
	case ctx.Err() != nil || timedOut(f.err):
		return notify.Outcome{State: notify.Failed, Retry: true, Say: "The mail server " + host + " did not answer in time."}
	case f.stage == connecting:
		return notify.Outcome{State: notify.Failed, Retry: true, Say: "The mail server " + host + " cannot be reached."}
	}
	return notify.Outcome{State: notify.Failed, Retry: true, Say: "The mail server " + host + " broke off before it had the message."}
}

func (f *failure) refused() string {
	switch f.stage {
	case signingIn:
		return "refused the account"
	case sender:
		return "refused the sender"
	case recipients:
		return "refused the recipient"
	case opening, content, ending:
		return "refused the message"
	default:
		return "refused the connection"
	}
}

func untrusted(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &name)
}

func timedOut(err error) bool {
	var n net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &n) && n.Timeout()
}

// date is the message's own time, or now.
func (c *Channel) date(m notify.Message) time.Time {
	if m.At.IsZero() {
		return c.now()
	}
	return m.At
}
