package feed

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"time"

	"tocsin/feed/target"
)

// certificate looks at the one that a server shows. One that is not to be trusted is shown too, and why.
func certificate(ctx context.Context, o Options, u *url.URL, now time.Time) (*target.Certificate, string) {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	c, err := newGuard(o, u).DialContext(ctx, "tcp", hostPort(u))
	if err != nil {
		return nil, inWords(err).Error()
	}
	defer c.Close()
	// Whether it is to be trusted is judged below: one that is not must be seen as well.
	secure := tls.Client(c, &tls.Config{ServerName: u.Hostname(), InsecureSkipVerify: true, MinVersion: tls.VersionTLS10}) //nolint:gosec
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, "no encrypted connection can be made"
	}
	chain := secure.ConnectionState().PeerCertificates
	if len(chain) == 0 {
		return nil, "it shows no certificate"
	}
	between := x509.NewCertPool()
	for _, x := range chain[1:] {
		between.AddCert(x)
	}
	leaf := chain[0]
	key := sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
	seen := &target.Certificate{
		Issuer: issuer(leaf), Names: names(leaf), Key: hex.EncodeToString(key[:]), From: leaf.NotBefore, Until: leaf.NotAfter,
	}
	if _, err := leaf.Verify(x509.VerifyOptions{DNSName: u.Hostname(), Roots: o.Roots, Intermediates: between, CurrentTime: now}); err != nil {
		seen.Mistrust = mistrust(err).Error()
	}
	return seen, ""
}

// issuer is the organisation that issued a certificate. The names of its keys change often, and it seldom.
func issuer(c *x509.Certificate) string {
	if org := strings.Join(c.Issuer.Organization, ", "); org != "" {
		return org
	}
	if c.Issuer.CommonName != "" {
		return c.Issuer.CommonName
	}
	return "nobody named"
}

func names(c *x509.Certificate) []string {
	list := make([]string, 0, len(c.DNSNames)+len(c.IPAddresses))
	for _, n := range c.DNSNames {
		list = append(list, strings.ToLower(n))
	}
	for _, ip := range c.IPAddresses {
		list = append(list, ip.String())
	}
	slices.Sort(list)
	return slices.Compact(list)
}
