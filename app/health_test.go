package app

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tocsin/engine"
)

// pulse returns what a node's health endpoint answers.
func pulse(t *testing.T, h http.Handler, method string) (int, health, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, healthPath, nil))
	var got health
	if w.Code != http.StatusMethodNotAllowed {
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatalf("%v: %s", err, w.Body)
		}
	}
	return w.Code, got, w.Body.String()
}

func TestHealth(t *testing.T) {
	var audit engine.Audit
	var unknown, database, chains error
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	asked := 0
	d := &doctor{
		audited:  func() (engine.Audit, error) { return audit, unknown },
		database: func(context.Context) error { asked++; return database },
		chains:   func(context.Context) error { return chains },
		now:      func() time.Time { return now }, log: slog.New(slog.DiscardHandler),
	}
	front := d.front(http.NotFoundHandler())
	next := func() { now = now.Add(healthFor) }
	if code, h, _ := pulse(t, front, http.MethodGet); code != 200 || !h.Well || !h.Database || !h.Chains {
		t.Errorf("all is well, and it answers %d %+v", code, h)
	}
	database = errors.New("it is gone")
	if code, _, _ := pulse(t, front, http.MethodGet); code != 200 || asked != 1 {
		t.Errorf("it looked %d times within a second", asked)
	}
	next()
	if code, h, body := pulse(t, front, http.MethodGet); code != 503 || h.Well || h.Database || strings.Contains(body, "gone") {
		t.Errorf("without a database it answers %d %s", code, body)
	}
	database, chains = nil, errors.New("chain 1 was last seen at block 7")
	next()
	if code, h, body := pulse(t, front, http.MethodGet); code != 503 || h.Chains || !h.Database || strings.Contains(body, "block") {
		t.Errorf("without a chain it answers %d %s", code, body)
	}
	chains = nil
	audit.Wrong = []engine.Wrong{{Kind: "incident", Ref: "2026-11-21-1", Say: "Nobody looks."}, {Kind: "delivery", Ref: "a"}, {Kind: "delivery", Ref: "b"}}
	next()
	if code, h, body := pulse(t, front, http.MethodGet); code != 503 || h.Incidents != 1 || h.Deliveries != 2 || strings.Contains(body, "2026-11-21-1") || strings.Contains(body, "Nobody") {
		t.Errorf("with broken promises it answers %d %s", code, body)
	}
	audit.Wrong, unknown = nil, errors.New("nobody knows")
	next()
	if code, h, _ := pulse(t, front, http.MethodGet); code != 503 || h.Well {
		t.Errorf("when nobody knows it answers %d %+v", code, h)
	}
	if code, _, _ := pulse(t, front, http.MethodPost); code != http.StatusMethodNotAllowed {
		t.Errorf("POST answers %d", code)
	}
}

// TestHealthOfAServer asks a server that runs, without having signed in.
func TestHealthOfAServer(t *testing.T) {
	s := serve(t, nil)
	res, err := http.Get(s.ready.URL + healthPath)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var h health
	if err := json.NewDecoder(res.Body).Decode(&h); err != nil || res.StatusCode != 200 || !h.Well || h.At.IsZero() {
		t.Errorf("it answers %s %+v, %v", res.Status, h, err)
	}
}
