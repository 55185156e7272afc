// Package email carries messages by SMTP. A message counts as landed once the mail server has taken it over; what a server
// refuses for good is not tried again, and a connection that dies while the server has the message is "unknown".
package email

import (
	"context"
	"crypto/tls"
	"net/mail"
	"time"

	"tocsin/notify"
)

// Kind is what plans write for this channel.
const Kind = "email"

// timeout bounds one try where the caller's context sets no earlier end.
const timeout = 30 * time.Second

// Options says which mail server to use.
type Options struct {
	// URL names the server, the account and the sender; it is a secret. See the package's Parse for its form.
	URL string
	// TLS is the base of the TLS configuration; nil for the system's roots. The server's name is set by the channel.
	TLS *tls.Config
	// Now is the clock of the Date header of a message without a time; nil for the system's.
	Now func() time.Time
}

// Channel is an SMTP server to send through. It is safe for concurrent use; each message has its own connection.
type Channel struct {
	server server
	tls    *tls.Config
	now    func() time.Time
}

// New returns the channel for a mail server. It does not connect. Its errors never hold any part of the URL's secrets.
func New(o Options) (*Channel, error) {
	s, err := parse(o.URL)
	if err != nil {
		return nil, err
	}
	c := &Channel{server: s, tls: &tls.Config{MinVersion: tls.VersionTLS12}, now: o.Now}
	if o.TLS != nil {
		c.tls = o.TLS.Clone()
	}
	c.tls.ServerName = s.host
	if c.now == nil {
		c.now = time.Now
	}
	return c, nil
}

// Kind is "email".
func (c *Channel) Kind() string { return Kind }

// String names the server, without account and password.
func (c *Channel) String() string { return c.server.String() }

// GoString is String, so that no way of printing a channel shows its password.
func (c *Channel) GoString() string { return c.server.String() }

// Send hands one message to the mail server. To is one address, with or without a name.
func (c *Channel) Send(ctx context.Context, m notify.Message) notify.Outcome {
	to, err := recipient(m)
	if err != nil {
		return notify.Outcome{State: notify.Failed, Say: "The e-mail address cannot be used: it is not of the form name@example.com."}
	}
	id := messageID(m.Key, c.server.from.Address)
	raw, err := c.compose(m, id, to)
	if err != nil {
		return notify.Outcome{State: notify.Failed, Say: "The message could not be put into the form of an e-mail."}
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if f := c.transmit(ctx, to.Address, raw); f != nil {
		out := f.outcome(ctx, c.server.host)
		out.ID = id
		return out
	}
	return notify.Outcome{State: notify.Landed, ID: id, Say: "The mail server " + c.server.host + " has taken it over."}
}

// recipient reads where the message goes.
func recipient(m notify.Message) (*mail.Address, error) {
	to, err := mail.ParseAddress(m.To)
	if err != nil {
		return nil, err
	}
	if name := notify.Line(m.ToName); name != "" {
		to.Name = name
	}
	return to, nil
}
