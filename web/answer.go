package web

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"tocsin/fault"
)

// render writes a page. It is made whole first, so that a failure never leaves half a page behind a fine status.
func (c *Console) render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) {
	templ.Handler(page, templ.WithStatus(status), templ.WithContentType("text/html; charset=utf-8"), templ.WithErrorHandler(func(r *http.Request, err error) http.Handler {
		if r.Context().Err() == nil { // else nobody waits for it any more
			c.Logger.Error("render page", "path", r.Pattern, "error", err)
		}
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "Tocsin could not draw this page. Reload it.", http.StatusInternalServerError)
		})
	})).ServeHTTP(w, r)
}

// statusOf is the HTTP status of a fault.
func statusOf(err error) int {
	switch fault.CodeOf(err) {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.Expired:
		return http.StatusGone
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// fail shows an error that has no page of its own. Only a fault's own words reach the person; the rest goes to the log.
func (c *Console) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() == context.Canceled {
		return // nobody is waiting any more
	}
	status := statusOf(err)
	say, do := "Tocsin could not do this.", "Try again; nothing is lost. If it goes on, look at the server's log."
	if status != http.StatusInternalServerError {
		say, do = fault.Sentence(err), ""
	} else {
		c.Logger.Error("serve request", "method", r.Method, "route", r.Pattern, "error", err)
	}
	c.sorry(w, r, status, say, do)
}

// sorry shows a small page with one sentence.
func (c *Console) sorry(w http.ResponseWriter, r *http.Request, status int, say, do string) {
	title := "Not done"
	if status == http.StatusNotFound && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		title = "Not found" // nothing was to be done
	}
	c.render(w, r, status, sorryBody(&shell{Assets: c.assets, Title: title, Path: "/", Now: c.now(), Version: c.Version}, say, do))
}

// nowhere answers what does not exist.
func (c *Console) nowhere(w http.ResponseWriter, r *http.Request, _ *session) {
	c.sorry(w, r, http.StatusNotFound, "There is nothing here.", "The address may be old.")
}

// unreadable is a form that could not be read.
func unreadable(err error) error {
	return fault.New(fault.Invalid, "The form could not be read.").Instead("It may be too long: a text can have up to 256 KiB.").Because(err)
}

// health answers that the process serves; it says nothing else to strangers.
func (c *Console) health(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}
