package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/incident"
)

// answer is what the console answered.
type answer struct {
	*httptest.ResponseRecorder
	t *testing.T
}

// as is a visitor who plays, or is signed in as, a person.
type as struct {
	w       *world
	cookies []*http.Cookie
}

func (w *world) playing(person string) as {
	a := w.signedIn("janet")
	a.cookies = append(a.cookies, &http.Cookie{Name: playing, Value: person})
	return a
}

// stranger is somebody who is not signed in.
func (w *world) stranger() as { return as{w: w} }

// signedIn is a person who has used a sign-in link.
func (w *world) signedIn(person string) as {
	w.t.Helper()
	a := w.stranger().post("/signin/"+w.link(person), nil).is(http.StatusSeeOther)
	return as{w: w, cookies: a.Result().Cookies()}
}

// link makes the secret of a sign-in link.
func (w *world) link(person string) string {
	w.t.Helper()
	secret, err := w.access.SignInLink(w.t.Context(), access.Identity{Protocol: w.plan.Protocol, Person: person}, time.Hour)
	if err != nil {
		w.t.Fatal(err)
	}
	return secret
}

// pageSecret is the secret of the link in a person's page, as the message carries it.
func (w *world) pageSecret(id, person string) string {
	w.t.Helper()
	list, err := w.store.Deliveries(w.t.Context(), "incident/"+id)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, d := range list {
		var x incident.Dispatch
		if err := json.Unmarshal(d.Payload, &x); err != nil {
			w.t.Fatal(err)
		}
		if x.Person == person && x.Secret != "" {
			return x.Secret
		}
	}
	w.t.Fatalf("%s was not paged", person)
	return ""
}

func (a as) get(path string) answer {
	a.w.t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept", "text/html")
	return a.send(r)
}

func (a as) post(path string, form url.Values) answer {
	a.w.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return a.send(r)
}

func (a as) send(r *http.Request) answer {
	for _, k := range a.cookies {
		r.AddCookie(k)
	}
	rec := httptest.NewRecorder()
	a.w.console.ServeHTTP(rec, r)
	return answer{rec, a.w.t}
}

// body is the answer's text.
func (a answer) body() string { return a.Body.String() }

var (
	space = regexp.MustCompile(`(\s|\x{00a0})+`)
	tags  = regexp.MustCompile(`<[^>]*>`)
)

// text is what a person reads on the page.
func (a answer) text() string {
	return strings.TrimSpace(space.ReplaceAllString(tags.ReplaceAllString(a.body(), " "), " "))
}
