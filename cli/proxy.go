package cli

import (
	"net/netip"
	"strings"

	"tocsin/fault"
)

// parseProxies reads the addresses and networks of reverse proxies.
func parseProxies(list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range list {
		p, err := netip.ParsePrefix(s)
		if !strings.Contains(s, "/") {
			var ip netip.Addr
			if ip, err = netip.ParseAddr(s); err == nil {
				p = netip.PrefixFrom(ip.Unmap().WithZone(""), ip.Unmap().BitLen())
			}
		}
		if err != nil {
			return nil, fault.New(fault.Invalid, "%q is no address of a proxy.", s).Instead("Write an address such as 127.0.0.1, or a network such as 10.0.0.0/8.")
		}
		out = append(out, p.Masked())
	}
	return out, nil
}
