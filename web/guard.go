package web

import (
	"net/http"
	"strings"
)

// policy allows what the console itself serves and nothing else: no script of anybody's, no inline style, no frame around it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// maxForm is the most that a form can post, in bytes; a post-mortem fits.
const maxForm = 1 << 20

// guard puts the headers on every answer, refuses posts that other sites cause, and bounds what is read.
func (c *Console) guard(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.AddInsecureBypassPattern("/hooks/") // no browser's cookie counts there, and some senders name an origin
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.sorry(w, r, http.StatusForbidden, "This was sent from another site.", "Open the console itself and do it there.")
	}))
	checked := cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer") // secrets stand in addresses
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if c.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if !strings.HasPrefix(r.URL.Path, "/assets/") {
			h.Set("Cache-Control", "no-store")
		}
		most := int64(maxForm)
		if uploads(r) {
			most = maxUpload
		}
		r.Body = http.MaxBytesReader(w, r.Body, most)
		checked.ServeHTTP(w, r)
	})
}
