package feed

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"tocsin/feed/target"
	"tocsin/plan"
)

// A domain is taken over in steps, and each of them is a finding: its name servers, its addresses, its certificate, its scripts.
func TestADomainThatIsTakenOver(t *testing.T) {
	var js atomic.Value
	js.Store("connect()")
	app := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/a.js" {
			fmt.Fprint(w, js.Load())
			return
		}
		fmt.Fprint(w, `<script src="/a.js"></script>`)
	}))
	defer app.Close()
	names := serveNames(t, map[string][]string{"A example.com": {"192.0.2.1"}, "NS example.com": {"ns1.example.net"}})
	roots := x509.NewCertPool()
	roots.AddCert(app.Certificate())
	o := Options{
		Plan:  planOf(plan.Detector{Kind: "web", URL: "https://example.com/", Message: "Our app differs", Resolvers: []string{names.at}}),
		Roots: roots,
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			if address == "example.com:443" {
				address = app.Listener.Addr().String()
			}
			return (&net.Dialer{}).DialContext(ctx, network, address)
		},
	}
	f := New(o)
	state := target.NewState()
	see := func() (says []string) {
		out := state.See(f.targets[0], look(t.Context(), f.o, f.targets[0], state.First(f.targets[0])))
		for _, g := range out.Findings {
			says = append(says, g.Mode+": "+g.Say)
		}
		return says
	}
	first := see()
	if len(first) != 1 || !strings.HasPrefix(first[0], "observe: d1: https://example.com/ is watched from now on") {
		t.Fatalf("%q", first)
	}
	for _, want := range []string{"A 192.0.2.1", "NS ns1.example.net", "certificate by Acme Co", "page with 1 script from example.com"} {
		if !strings.Contains(first[0], want) {
			t.Errorf("%s: it does not say %s", first[0], want)
		}
	}
	if got := see(); got != nil {
		t.Errorf("nothing changed: %q", got)
	}
	for _, c := range []struct {
		change func()
		want   string
	}{
		{func() { names.set(func(s *nameServer) { s.zone["NS example.com"] = []string{"ns1.evil.example"} }) }, "page: Our app differs: the name servers (NS) of example.com: ns1.example.net → ns1.evil.example."},
		{func() { names.set(func(s *nameServer) { s.zone["A example.com"] = []string{"203.0.113.66"} }) }, "192.0.2.1 → 203.0.113.66, of which none"},
		{func() { js.Store("drain()") }, "the script https://example.com/a.js changed"},
	} {
		c.change()
		if got := see(); len(got) != 1 || !strings.Contains(got[0], c.want) {
			t.Errorf("%q, where one should say %q", got, c.want)
		}
	}
	lines, err := f.Look(t.Context(), "d1")
	all := strings.Join(lines, "\n")
	for _, want := range []string{"NS of example.com, according to " + names.at + ": ns1.evil.example", "certificate by Acme Co", "script https://example.com/a.js"} {
		if err != nil || !strings.Contains(all, want) {
			t.Errorf("it does not say %q: %v\n%s", want, err, all)
		}
	}
}
