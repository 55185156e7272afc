package feed

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

const (
	queryFor    = 2 * time.Second // one try over UDP
	queryTries  = 2
	typeCAA     = dnsmessage.Type(257)
	maxValues   = 256 // of one answer
	maxDatagram = 4096
)

// errNoSuch says that a resolver answers and knows of no such name. It is an answer, not a failure.
var errNoSuch = errors.New("there is no such name")

// errSilent says that nothing comes back.
var errSilent = errors.New("it does not answer")

// resolver asks one name server.
type resolver struct {
	name string // as the plan or the machine calls it
	at   string // address:port
	dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// resolversOf are the ones that a target is asked of.
func resolversOf(o Options, named []string) ([]resolver, error) {
	if len(named) == 0 {
		named = o.Resolvers
	}
	if len(named) == 0 {
		text, err := os.ReadFile("/etc/resolv.conf")
		if err != nil {
			return nil, errors.New("this machine does not say which name servers it asks; write resolvers into the detector")
		}
		named = parseResolvConf(string(text))
	}
	dial := o.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	list := make([]resolver, 0, len(named))
	for _, n := range named {
		at := n
		if ip, err := netip.ParseAddr(n); err == nil {
			at = netip.AddrPortFrom(ip, 53).String()
		} else if _, err := netip.ParseAddrPort(n); err != nil {
			return nil, fmt.Errorf("%q is not the address of a name server", n)
		}
		list = append(list, resolver{name: n, at: at, dial: dial})
	}
	if len(list) == 0 {
		return nil, errors.New("no name server is known; write resolvers into the detector")
	}
	return list, nil
}

func parseResolvConf(text string) (named []string) {
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == "nameserver" && len(named) < 3 {
			if _, err := netip.ParseAddr(f[1]); err == nil && !slices.Contains(named, f[1]) {
				named = append(named, f[1])
			}
		}
	}
	return named
}

// ask returns the values of one type that a name has, sorted, each once. None is an answer too.
func (r *resolver) ask(ctx context.Context, name string, typ dnsmessage.Type) ([]string, error) {
	query, id, err := question(name, typ)
	if err != nil {
		return nil, err
	}
	var last error
	for range queryTries {
		values, cut, err := r.over(ctx, "udp", query, id, name, typ)
		if err == nil && cut {
			values, _, err = r.over(ctx, "tcp", query, id, name, typ)
		}
		if err == nil || errors.Is(err, errNoSuch) {
			return values, nil
		}
		if last = err; ctx.Err() != nil {
			break
		}
	}
	return nil, last
}

func question(name string, typ dnsmessage.Type) ([]byte, uint16, error) {
	n, err := dnsmessage.NewName(strings.TrimSuffix(name, ".") + ".")
	if err != nil {
		return nil, 0, errors.New("this name cannot be asked for")
	}
	id := uint16(rand.Uint32())
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: id, RecursionDesired: true})
	var opt dnsmessage.ResourceHeader
	if err := errors.Join(
		b.StartQuestions(), b.Question(dnsmessage.Question{Name: n, Type: typ, Class: dnsmessage.ClassINET}),
		b.StartAdditionals(), opt.SetEDNS0(1232, dnsmessage.RCodeSuccess, false), b.OPTResource(opt, dnsmessage.OPTResource{}),
	); err != nil {
		return nil, 0, fmt.Errorf("write question: %w", err)
	}
	query, err := b.Finish()
	return query, id, err
}

// over asks over one protocol; cut says that the answer was too long for it.
func (r *resolver) over(ctx context.Context, network string, query []byte, id uint16, name string, typ dnsmessage.Type) (values []string, cut bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, queryFor)
	defer cancel()
	c, err := r.dial(ctx, network, r.at)
	if err != nil {
		return nil, false, errSilent
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if network == "tcp" {
		query = append(binary.BigEndian.AppendUint16(nil, uint16(len(query))), query...)
	}
	if _, err := c.Write(query); err != nil {
		return nil, false, errSilent
	}
	for {
		msg, err := receive(c, network)
		if err != nil {
			return nil, false, errSilent
		}
		values, cut, err := answer(msg, id, name, typ)
		if errors.Is(err, errForeign) && network == "udp" {
			continue // somebody else's, or a guess at ours
		}
		return values, cut, err
	}
}

func receive(c io.Reader, network string) ([]byte, error) {
	if network == "udp" {
		msg := make([]byte, maxDatagram)
		n, err := c.Read(msg)
		return msg[:max(n, 0)], err
	}
	var length [2]byte
	if _, err := io.ReadFull(c, length[:]); err != nil {
		return nil, err
	}
	msg := make([]byte, binary.BigEndian.Uint16(length[:]))
	_, err := io.ReadFull(c, msg)
	return msg, err
}
