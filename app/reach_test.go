package app

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tocsin/fault"
)

func TestReachAsksForNothing(t *testing.T) {
	var methods []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		methods = append(methods, r.Method+" "+r.URL.Path)
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	if err := Reach(t.Context(), s.URL+"/secret"); err != nil || strings.Join(methods, ", ") != "HEAD /secret" {
		t.Errorf("%v after %s", err, methods)
	}
	s.Close()
	if err := Reach(t.Context(), s.URL+"/secret"); !fault.Is(err, fault.Unavailable) || strings.Contains(err.Error(), "secret") {
		t.Errorf("nobody there: %v", err)
	}
	if err := Reach(t.Context(), "ftp://\x00"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("no address: %v", err)
	}
}
