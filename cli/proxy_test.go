package cli

import (
	"net/netip"
	"slices"
	"testing"

	"tocsin/fault"
)

func TestParseProxies(t *testing.T) {
	got, err := parseProxies([]string{"127.0.0.1", "10.1.2.3/8", "::1", "::ffff:192.0.2.1"})
	want := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("192.0.2.1/32")}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	for _, s := range []string{"", "proxy.example.com", "10.0.0.0/33", "1.2.3.4:80"} {
		if _, err := parseProxies([]string{s}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", s, err)
		}
	}
}
