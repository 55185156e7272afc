package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// origin tells one sender of requests from another without keeping anybody's address: a hash of it under a key of this
// process. It is empty where the address says nothing: this machine itself, as behind a proxy of which nothing is known.
func (c *Console) origin(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	ip := c.forwarded(r, at.Addr().Unmap())
	if ip.IsLoopback() {
		return ""
	}
	if ip.Is6() { // one customer has a whole network
		if p, err := ip.WithZone("").Prefix(64); err == nil {
			ip = p.Addr()
		}
	}
	mac := hmac.New(sha256.New, c.key[:])
	mac.Write([]byte("origin "))
	mac.Write(ip.AsSlice())
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// forwarded is where a request came from before the proxies that this server trusts. Others can write what they like into
// the header.
func (c *Console) forwarded(r *http.Request, ip netip.Addr) netip.Addr {
	chain := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(chain) {
		if !c.trusts(ip) {
			break
		}
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		ip = next.Unmap()
	}
	return ip
}

func (c *Console) trusts(ip netip.Addr) bool {
	return slices.ContainsFunc(c.Proxies, func(p netip.Prefix) bool { return p.Contains(ip.WithZone("")) })
}
