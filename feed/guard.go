package feed

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"sync/atomic"
	"syscall"
	"time"
)

// errInside says that somebody outside sends us to a machine that only we can reach.
var errInside = errors.New("it leads to a machine that is not on the public net")

// guard lets the plan's own address lead anywhere, and what others name (redirections, scripts) only to the public net, so
// that no page makes us ask our own machines. Where the plan's own address is not on the public net, others may be there too.
type guard struct {
	own    string // host:port of the plan's address
	dial   func(ctx context.Context, network, address string) (net.Conn, error)
	inside atomic.Bool // the plan's own address is not on the public net
}

func newGuard(o Options, u *url.URL) *guard {
	return &guard{own: hostPort(u), dial: o.Dial}
}

// DialContext connects.
func (g *guard) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	own := address == g.own
	d := net.Dialer{Timeout: dialFor, KeepAlive: -1}
	if !own {
		d.Control = g.control
	}
	dial := d.DialContext
	if g.dial != nil {
		dial = g.dial
	}
	c, err := dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	switch remote := remoteOf(c); {
	case own && !public(remote):
		g.inside.Store(true)
	case !own && !public(remote) && !g.inside.Load():
		_ = c.Close()
		return nil, errInside
	}
	return c, nil
}

// control looks at the number that a name led to, before anything is sent there.
func (g *guard) control(_, address string, _ syscall.RawConn) error {
	if at, err := netip.ParseAddrPort(address); err == nil && !public(at.Addr()) && !g.inside.Load() {
		return errInside
	}
	return nil
}

func remoteOf(c net.Conn) netip.Addr {
	at, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr()
}

// closed are the ranges besides private and local ones that lead to no machine of the public net.
var closed = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("fec0::/10"),
}

// public reports whether a number is of the public net.
func public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range closed {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		if port = "443"; u.Scheme == "http" {
			port = "80"
		}
	}
	return net.JoinHostPort(u.Hostname(), port)
}

const dialFor = 5 * time.Second
