package feed

import (
	"encoding/binary"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"tocsin/engine"
	"tocsin/feed/target"
	"tocsin/plan"
	"tocsin/store/memory"
)

// one is the target of a plan of one detector.
func one(t *testing.T, d plan.Detector) *target.Target {
	t.Helper()
	list, broken := target.Compile(planOf(d))
	if len(broken) > 0 || len(list) != 1 {
		t.Fatalf("compile: %d targets, %v", len(list), broken)
	}
	return list[0]
}

// planOf is a plan of some detectors, which are named in their order if they have no names, and page.
func planOf(ds ...plan.Detector) *plan.Plan {
	p := &plan.Plan{
		Protocol: "acme", Version: "1", Severities: []plan.Severity{{ID: "critical", Name: "Critical"}},
		Issues: []plan.Issue{{ID: "down", Name: "Down", Severity: "critical"}},
	}
	for n, d := range ds {
		if d.ID == "" {
			d.ID = "d" + string(rune('1'+n))
		}
		if d.Mode == "" {
			d.Mode = "page"
		}
		d.Name = d.ID
		p.Detectors = append(p.Detectors, d)
		p.Issues[0].Detection.Detectors = append(p.Issues[0].Detection.Detectors, d.ID)
	}
	return p
}

// begin returns an engine over a database in memory with a plan in force.
func begin(t *testing.T, p *plan.Plan, node string, st *memory.Store, now func() time.Time) *engine.Engine {
	t.Helper()
	e := engine.New(engine.Options{Store: st, Node: node, Now: now})
	if _, err := e.Pin(t.Context(), p, nil); err != nil {
		t.Fatal(err)
	}
	return e
}

// nameServer is a name server on loopback. Its zone maps "TYPE name" to values; it can be told to misbehave.
type nameServer struct {
	at string

	mu     sync.Mutex
	zone   map[string][]string
	asked  map[string]int // by protocol
	refuse bool           // SERVFAIL to all
	cut    bool           // over UDP, says that the answer is too long
}

func serveNames(t *testing.T, zone map[string][]string) *nameServer {
	t.Helper()
	s := &nameServer{zone: zone, asked: map[string]int{}}
	udp, tcp := both(t)
	s.at = udp.LocalAddr().String()
	var wg sync.WaitGroup
	wg.Go(func() {
		buf := make([]byte, 4096)
		for {
			n, from, err := udp.ReadFrom(buf)
			if err != nil {
				return
			}
			for _, msg := range s.answer(buf[:n], "udp") {
				_, _ = udp.WriteTo(msg, from)
			}
		}
	})
	wg.Go(func() {
		for {
			c, err := tcp.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				var length [2]byte
				if _, err := io.ReadFull(c, length[:]); err != nil {
					return
				}
				msg := make([]byte, binary.BigEndian.Uint16(length[:]))
				if _, err := io.ReadFull(c, msg); err != nil {
					return
				}
				for _, a := range s.answer(msg, "tcp") {
					_, _ = c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(a))), a...))
				}
			})
		}
	})
	t.Cleanup(func() {
		udp.Close()
		tcp.Close()
		wg.Wait()
	})
	return s
}

// both listens on one port over both protocols.
func both(t *testing.T) (net.PacketConn, net.Listener) {
	t.Helper()
	for range 50 { // the port that one got may be taken for the other
		udp, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		tcp, err := net.Listen("tcp", udp.LocalAddr().String())
		if err == nil {
			return udp, tcp
		}
		udp.Close()
	}
	t.Fatal("no port is free for both protocols")
	return nil, nil
}

func (s *nameServer) set(change func(s *nameServer)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

// times is how often it was asked over a protocol.
func (s *nameServer) times(network string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[network]
}

func (s *nameServer) answer(msg []byte, network string) [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[network]++
	var p dnsmessage.Parser
	h, err := p.Start(msg)
	if err != nil {
		return nil
	}
	q, err := p.Question()
	if err != nil {
		return nil
	}
	h.Response, h.Authoritative = true, true
	if s.refuse {
		h.RCode = dnsmessage.RCodeServerFailure
	}
	if s.cut && network == "udp" {
		h.Truncated = true
	}
	name := strings.ToLower(strings.TrimSuffix(q.Name.String(), "."))
	b := dnsmessage.NewBuilder(nil, h)
	b.EnableCompression()
	_ = b.StartQuestions()
	_ = b.Question(q)
	_ = b.StartAnswers()
	if !h.Truncated && !s.refuse {
		owner := q.Name
		if to := s.zone["CNAME "+name]; len(to) > 0 && q.Type != dnsmessage.TypeCNAME {
			target := dnsmessage.MustNewName(to[0] + ".")
			_ = b.CNAMEResource(dnsmessage.ResourceHeader{Name: owner, Class: dnsmessage.ClassINET}, dnsmessage.CNAMEResource{CNAME: target})
			owner, name = target, to[0]
		}
		s.write(&b, owner, q.Type, name)
	}
	out, err := b.Finish()
	if err != nil {
		return nil
	}
	return [][]byte{out}
}

func (s *nameServer) write(b *dnsmessage.Builder, owner dnsmessage.Name, typ dnsmessage.Type, name string) {
	rh := dnsmessage.ResourceHeader{Name: owner, Class: dnsmessage.ClassINET}
	kind := strings.TrimPrefix(typ.String(), "Type")
	if typ == typeCAA {
		kind = "CAA"
	}
	for _, v := range s.zone[kind+" "+name] {
		switch typ {
		case dnsmessage.TypeA:
			_ = b.AResource(rh, dnsmessage.AResource{A: [4]byte(net.ParseIP(v).To4())})
		case dnsmessage.TypeAAAA:
			_ = b.AAAAResource(rh, dnsmessage.AAAAResource{AAAA: [16]byte(net.ParseIP(v).To16())})
		case dnsmessage.TypeCNAME:
			_ = b.CNAMEResource(rh, dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName(v + ".")})
		case dnsmessage.TypeNS:
			_ = b.NSResource(rh, dnsmessage.NSResource{NS: dnsmessage.MustNewName(v + ".")})
		case dnsmessage.TypeMX:
			_ = b.MXResource(rh, dnsmessage.MXResource{Pref: 10, MX: dnsmessage.MustNewName(v + ".")})
		case dnsmessage.TypeTXT:
			var parts []string
			for rest := v; rest != ""; rest = rest[min(len(rest), 255):] {
				parts = append(parts, rest[:min(len(rest), 255)])
			}
			_ = b.TXTResource(rh, dnsmessage.TXTResource{TXT: parts})
		case typeCAA:
			_ = b.UnknownResource(rh, dnsmessage.UnknownResource{Type: typeCAA, Data: append([]byte{0, 5, 'i', 's', 's', 'u', 'e'}, v...)})
		}
	}
}
