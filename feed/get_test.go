package feed

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/plan"
)

func parse(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// checked looks at one http detector and returns what it says, line by line.
func checked(t *testing.T, o Options, d plan.Detector) string {
	t.Helper()
	d.Kind = "http"
	o.Plan = planOf(d)
	lines, err := New(o).Look(t.Context(), "d1")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

func TestAServiceIsAsked(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, _, _ := r.BasicAuth()
		w.Header().Set("X-User", user)
		switch r.URL.Path {
		case "/down":
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/huge":
			for range 5000 {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil { // five gigabytes, if anybody took them
					return
				}
			}
		case "/loop":
			http.Redirect(w, r, "/loop?"+r.URL.RawQuery+"x", http.StatusFound)
		case "/away":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		}
		fmt.Fprint(w, `{"sync":{"lag":3}}`)
	}))
	defer s.Close()
	authority := strings.TrimPrefix(s.URL, "http://")
	for _, c := range []struct {
		path   string
		expect map[string]string
		want   string
	}{
		{"/", map[string]string{"$.sync.lag": "< 10", "header.x-user": "= keeper", "latency": "9s"}, "answers as expected: status 200"},
		{"/", map[string]string{"$.sync.lag": "< 2"}, `"3"`},
		{"/down", nil, "status 503"},
		{"/huge", map[string]string{"body": "never"}, `does not hold "never"`},
		{"/huge", map[string]string{"$.a": "1"}, "too long"},
		{"/loop", nil, "it leads on and on, more than 5 times"},
		{"/away", nil, "it leads to what is no address on the web"},
	} {
		got := checked(t, Options{}, plan.Detector{URL: "http://keeper:secret@" + authority + c.path + "?token=hidden", Expect: c.expect})
		if !strings.Contains(got, c.want) || strings.Contains(got, "secret") || strings.Contains(got, "hidden") {
			t.Errorf("%s: %s", c.path, got)
		}
	}
	s.Close()
	if got := checked(t, Options{}, plan.Detector{URL: s.URL + "?token=hidden"}); !strings.Contains(got, "nothing listens there") || strings.Contains(got, "hidden") {
		t.Errorf("closed: %s", got)
	}
}

func TestAnEncryptedAddressLeadsToNoOther(t *testing.T) {
	plainly := httptest.NewServer(http.NotFoundHandler())
	defer plainly.Close()
	s := httptest.NewTLSServer(http.RedirectHandler(plainly.URL, http.StatusFound))
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	if got := checked(t, Options{Roots: roots}, plan.Detector{URL: s.URL}); !strings.Contains(got, "it leads from an encrypted address to one that is not") {
		t.Error(got)
	}
	if got := checked(t, Options{}, plan.Detector{URL: s.URL}); !strings.Contains(got, "certificate is not to be trusted: nobody known has issued it") {
		t.Error(got)
	}
}

func TestNobodyElseLeadsUsToOurOwnMachines(t *testing.T) {
	asked := false
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer inner.Close()
	for _, to := range []string{inner.URL, "http://localhost:1/", "http://10.0.0.1/", "http://169.254.169.254/", "http://[::ffff:127.0.0.1]:1/"} {
		g := newGetter(Options{}, parse(t, "http://app.example/"))
		if _, err := g.get(t.Context(), parse(t, to), "*/*", false); err == nil || err.Error() != errInside.Error() {
			t.Errorf("%s: %v", to, err)
		}
	}
	if asked {
		t.Error("a machine of ours was asked")
	}
	// Where the plan's own address is inside, what it leads to may be.
	outer := httptest.NewServer(http.RedirectHandler(inner.URL, http.StatusFound))
	defer outer.Close()
	if got := checked(t, Options{}, plan.Detector{URL: outer.URL}); !strings.Contains(got, "as expected") || !asked {
		t.Error(got)
	}
}

func TestWhatIsOnThePublicNet(t *testing.T) {
	for s, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "0.0.0.0": false, "0.1.2.3": false,
		"100.64.0.1": false, "198.18.0.1": false, "224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false,
		"::1": false, "::": false, "fe80::1": false, "fd00::1": false, "ff02::1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "::ffff:10.0.0.1": false,
	} {
		if got := public(netip.MustParseAddr(s)); got != want {
			t.Errorf("%s: %v", s, got)
		}
	}
	if public(netip.Addr{}) {
		t.Error("no number at all is public")
	}
}

func TestOthersAreNotToldTheWholeAddress(t *testing.T) {
	referer := "unasked"
	second := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { referer = r.Header.Get("Referer") }))
	defer second.Close()
	first := httptest.NewServer(http.RedirectHandler(second.URL, http.StatusFound))
	defer first.Close()
	if got := checked(t, Options{}, plan.Detector{URL: first.URL + "/?token=hidden"}); !strings.Contains(got, "as expected") || referer != "" {
		t.Errorf("%s; %q", got, referer)
	}
}

func TestTheCertificateIsLookedAt(t *testing.T) {
	s := httptest.NewTLSServer(http.NotFoundHandler())
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	u := parse(t, s.URL)
	c, blind := certificate(t.Context(), Options{Roots: roots}, u, time.Now())
	if c == nil || blind != "" || c.Mistrust != "" || c.Issuer != "Acme Co" || !strings.Contains(strings.Join(c.Names, " "), "example.com") || len(c.Key) != 64 || !c.Until.Equal(s.Certificate().NotAfter) {
		t.Errorf("%+v %s", c, blind)
	}
	for want, o := range map[string]struct {
		o   Options
		now time.Time
	}{"nobody known": {Options{Roots: x509.NewCertPool()}, time.Now()}, "ended": {Options{Roots: roots}, c.Until.Add(time.Hour)}} {
		if c, _ := certificate(t.Context(), o.o, u, o.now); c == nil || !strings.Contains(c.Mistrust, want) {
			t.Errorf("%s: %+v", want, c)
		}
	}
	plainly := httptest.NewServer(http.NotFoundHandler())
	defer plainly.Close()
	if c, blind := certificate(t.Context(), Options{}, parse(t, "https"+strings.TrimPrefix(plainly.URL, "http")), time.Now()); c != nil || !strings.Contains(blind, "no encrypted connection") {
		t.Errorf("%+v %s", c, blind)
	}
	if s.TLS.MinVersion > tls.VersionTLS12 {
		t.Error("the server of this test is too choosy to tell")
	}
}

func TestLookingAtWhatIsNotThere(t *testing.T) {
	f := New(Options{Plan: planOf(plan.Detector{Kind: "match"}, plan.Detector{Kind: "http", URL: "https://a.example/", Every: 1})})
	for id, want := range map[string]string{"d1": "no detector d1 of kind http, web or feed", "d2": "cannot run", "d9": "no detector d9"} {
		if _, err := f.Look(t.Context(), id); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", id, err)
		}
	}
}
