package email

import (
	"maps"
	"net"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tocsin/fault"
)

// server is a mail server and how to talk to it.
type server struct {
	host     string
	port     string
	user     string
	password string
	from     mail.Address
	cover    cover
}

// cover is how a connection is encrypted.
type cover int

const (
	opportunistic cover = iota // STARTTLS if the server offers it
	required                   // STARTTLS or nothing
	none                       // never
	implicit                   // TLS from the first byte
)

const form = "Write smtp://user:password@mail.example.com:587?from=tocsin@example.com, or smtps:// for TLS from the start; " +
	"starttls=required, opportunistic or none may follow."

// parse reads the URL of a mail server:
//
//	smtp://user:password@host:587?from=tocsin@example.com&starttls=required
//	smtps://user:password@host:465?from=tocsin@example.com
//
// Account, port and starttls (required, opportunistic, none; opportunistic if not given) may be left out, and so may from
// if the user is an address. Its errors say what is wrong without repeating the URL.
func parse(raw string) (server, error) {
	bad := func(say string) (server, error) {
		return server{}, fault.New(fault.Invalid, "The URL of the mail server cannot be used: %s.", say).Instead(form)
	}
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil {
		return bad("it is not a URL") // the error would repeat the URL
	}
	s := server{host: u.Hostname(), port: u.Port()}
	switch {
	case u.Scheme != "smtp" && u.Scheme != "smtps":
		return bad("it begins with neither smtp:// nor smtps://")
	case s.host == "":
		return bad("it names no server")
	case u.Path != "" && u.Path != "/" || u.Fragment != "":
		return bad("something follows the server's name that does not belong there")
	}
	if n, err := strconv.ParseUint(s.port, 10, 16); s.port != "" && (err != nil || n == 0) {
		return bad("its port is not between 1 and 65535")
	}
	if u.User != nil {
		s.user = u.User.Username()
		s.password, _ = u.User.Password()
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return bad("what follows the question mark cannot be read")
	}
	for _, k := range slices.Sorted(maps.Keys(q)) {
		if k != "from" && k != "starttls" {
			return bad("it holds a setting other than from and starttls")
		}
		if len(q[k]) > 1 {
			return bad("it says " + k + " twice")
		}
	}
	if say := s.secure(u.Scheme, q.Get("starttls")); say != "" {
		return bad(say)
	}
	from := q.Get("from")
	if from == "" {
		from = s.user
	}
	a, err := mail.ParseAddress(from)
	if err != nil {
		return bad("it does not say whom messages come from")
	}
	s.from = *a
	return s, nil
}

// secure chooses cover and port; it answers what is wrong, or nothing.
func (s *server) secure(scheme, starttls string) string {
	if scheme == "smtps" {
		s.cover = implicit
		if starttls != "" {
			return "smtps:// is encrypted from the start, so starttls does not go with it"
		}
		if s.port == "" {
			s.port = "465"
		}
		return ""
	}
	switch starttls {
	case "", "opportunistic":
		s.cover = opportunistic
	case "required":
		s.cover = required
	case "none":
		s.cover = none
		if s.user != "" && !s.loopback() {
			return "starttls=none would send the password in the clear over the network"
		}
	default:
		return "starttls is neither required, opportunistic nor none"
	}
	if s.port == "" {
		s.port = "587"
	}
	return ""
}

// loopback reports whether the server is on this machine.
func (s *server) loopback() bool {
	ip := net.ParseIP(s.host)
	return s.host == "localhost" || ip != nil && ip.IsLoopback()
}

func (s server) address() string { return net.JoinHostPort(s.host, s.port) }

func (s server) String() string {
	if s.cover == implicit {
		return "smtps://" + s.address()
	}
	return "smtp://" + s.address()
}
