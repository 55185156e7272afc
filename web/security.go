package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// securityText tells researchers where to write (RFC 9116). It is there where a public form is, and the console is reached by
// HTTPS, without which it would say nothing that can be trusted.
func (c *Console) securityText(w http.ResponseWriter, r *http.Request) {
	list, err := c.entrances(r.Context(), kindReport, "", "")
	switch {
	case err != nil:
		c.fail(w, r, err)
		return
	case len(list) == 0 || !c.Secure:
		http.NotFound(w, r)
		return
	}
	at := func(path string) string { return (&url.URL{Scheme: "https", Host: r.Host, Path: path}).String() }
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintf(w, "Contact: %s\nExpires: %s\nCanonical: %s\n", at("/report"), c.now().Add(30*24*time.Hour).Format(time.RFC3339), at("/.well-known/security.txt"))
	for _, e := range list {
		if strings.HasPrefix(e.detector.URL, "https://") {
			fmt.Fprintf(w, "Policy: %s\n", e.detector.URL)
		}
	}
}
