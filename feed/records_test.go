package feed

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"tocsin/feed/target"
	"tocsin/plan"
)

func zone() map[string][]string {
	return map[string][]string{
		"A app.example.org": {"192.0.2.2", "192.0.2.1", "192.0.2.1"}, "AAAA app.example.org": {"2001:db8::1"},
		"MX app.example.org": {"Mail.Example.org"}, "TXT app.example.org": {"v=spf1 -all", strings.Repeat("long ", 200)},
		"NS example.org": {"NS2.example.net", "ns1.example.net"}, "CAA example.org": {"ca.example"},
	}
}

// asked looks at the records of app.example.org.
func asked(t *testing.T, resolvers ...string) ([]target.Records, string) {
	t.Helper()
	return records(t.Context(), Options{}, one(t, plan.Detector{Kind: "web", URL: "https://app.example.org/", Resolvers: resolvers}))
}

func listed(list []target.Records) string {
	var b strings.Builder
	for _, r := range list {
		for _, v := range r.Views {
			text := strings.Join(v.Values, ",")
			if len(text) > 100 {
				text = text[:5] + "…"
			}
			b.WriteString(r.Type + " " + r.Name + "=" + text + "\n")
		}
	}
	return b.String()
}

const whole = `A app.example.org=192.0.2.1,192.0.2.2
AAAA app.example.org=2001:db8::1
CNAME app.example.org=
MX app.example.org=10 mail.example.org
TXT app.example.org=long …
NS example.org=ns1.example.net,ns2.example.net
CAA example.org=0 issue "ca.example"
`

func TestRecordsAreAskedOf(t *testing.T) {
	s := serveNames(t, zone())
	list, blind := asked(t, s.at)
	if got := listed(list); got != whole || blind != "" {
		t.Errorf("%s\n%s", got, blind)
	}
	if s.times("tcp") != 0 {
		t.Error("short answers were asked for twice")
	}
}

func TestWhatIsTooLongForOneMessageIsAskedForAgain(t *testing.T) {
	s := serveNames(t, zone())
	s.set(func(s *nameServer) { s.cut = true })
	if list, _ := asked(t, s.at); listed(list) != whole || s.times("tcp") == 0 {
		t.Errorf("%s", listed(list))
	}
}

func TestWhatAnotherNameHasIsNotOurs(t *testing.T) {
	s := serveNames(t, map[string][]string{
		"CNAME app.example.org": {"edge.cdn.example"}, "A edge.cdn.example": {"192.0.2.7"}, "NS edge.cdn.example": {"ns.cdn.example"},
		"TXT edge.cdn.example": {"theirs"}, "NS example.org": {"ns1.example.net"},
	})
	list, _ := asked(t, s.at)
	want := "A app.example.org=192.0.2.7\nAAAA app.example.org=\nCNAME app.example.org=edge.cdn.example\nMX app.example.org=\nTXT app.example.org=\nNS example.org=ns1.example.net\nCAA app.example.org=\n"
	if got := listed(list); got != want {
		t.Errorf("%s", got)
	}
}

func TestOneResolverThatFailsHidesNothing(t *testing.T) {
	good, bad := serveNames(t, zone()), serveNames(t, nil)
	bad.set(func(s *nameServer) { s.refuse = true })
	list, blind := asked(t, bad.at, good.at)
	if listed(list) != whole || blind != "" {
		t.Errorf("%s %s", listed(list), blind)
	}
	good.set(func(s *nameServer) { s.refuse = true })
	if list, blind := asked(t, bad.at, good.at); len(list) != 0 || !strings.Contains(blind, "no name server tells") || !strings.Contains(blind, "ServerFailure") {
		t.Errorf("%v %q", list, blind)
	}
}

func TestAResolverThatDoesNotAnswerIsAskedLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		silent := func(context.Context, string, string) (net.Conn, error) {
			asked++
			ours, theirs := net.Pipe()
			go func() { _, _ = io.Copy(io.Discard, theirs) }()
			return ours, nil
		}
		began := time.Now()
		list, blind := records(t.Context(), Options{Dial: silent}, one(t, plan.Detector{Kind: "web", URL: "https://app.example.org/", Resolvers: []string{"192.0.2.1"}}))
		if len(list) != 0 || !strings.Contains(blind, "the name server 192.0.2.1 does not tell its records: it does not answer") || asked != queryTries || time.Since(began) != queryTries*queryFor {
			t.Errorf("%v %q after %s and %d questions", list, blind, time.Since(began), asked)
		}
	})
}

func TestAnswersThatLieAreNoAnswers(t *testing.T) {
	for name, bend := range map[string]func([]byte) []byte{
		"another id":       func(m []byte) []byte { m[0] ^= 0xff; return m },
		"no answer at all": func(m []byte) []byte { return m[:5] },
		"a question":       func(m []byte) []byte { m[2] &^= 0x80; return m },
	} {
		if _, _, err := answer(bend(message(t)), 7, "a.example", dnsmessage.TypeA); err != errForeign {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, bend := range map[string]func([]byte) []byte{
		"counts more answers than there are": func(m []byte) []byte { m[7] = 200; return m },
		"cut short":                          func(m []byte) []byte { return m[:len(m)-2] },
		"a length beyond the end":            func(m []byte) []byte { m[len(m)-6], m[len(m)-5] = 0xff, 0xff; return m },
		"a length too small":                 func(m []byte) []byte { m[len(m)-5] = 1; return m },
	} {
		if values, _, err := answer(bend(message(t)), 7, "a.example", dnsmessage.TypeA); err == nil {
			t.Errorf("%s: %v", name, values)
		}
	}
	if v, _, err := answer(message(t), 7, "A.example.", dnsmessage.TypeA); err != nil || len(v) != 1 || v[0] != "192.0.2.9" {
		t.Errorf("a right one: %v %v", v, err)
	}
}

// message is an answer with the id 7 that gives a.example one address.
func message(t testing.TB) []byte {
	t.Helper()
	n := dnsmessage.MustNewName("a.example.")
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: 7, Response: true},
		Questions: []dnsmessage.Question{{Name: n, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}},
		Answers:   []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: n, Class: dnsmessage.ClassINET}, Body: &dnsmessage.AResource{A: [4]byte{192, 0, 2, 9}}}},
	}
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func FuzzAnswer(f *testing.F) {
	f.Add(message(f), uint16(1))
	f.Add(bytes.Replace(message(f), []byte{192, 0, 2, 9}, []byte{0, 9, 'x', 'y'}, 1), uint16(257))
	f.Fuzz(func(t *testing.T, msg []byte, typ uint16) {
		values, _, err := answer(msg, 7, "a.example", dnsmessage.Type(typ))
		if err == nil && len(values) > maxValues {
			t.Error("too many values")
		}
	})
}

func TestTheMachinesResolvers(t *testing.T) {
	got := parseResolvConf("# nameserver 192.0.2.9\nsearch example.org\nnameserver 192.0.2.1\nnameserver\nnameserver nonsense\nnameserver 192.0.2.1\nnameserver fe80::1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n")
	if strings.Join(got, " ") != "192.0.2.1 fe80::1 192.0.2.2" {
		t.Errorf("%v", got)
	}
}
