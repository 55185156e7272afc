package web

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/evm"
	"tocsin/plan"
	"tocsin/status"
)

// Everybody gets the status file, from any site and without signing in; nobody gets more of it than is good.
func TestStatusFileIsServed(t *testing.T) {
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("tocsin test key: status")))
	if err != nil {
		t.Fatal(err)
	}
	server := evm.Address(crypto.PubkeyToAddress(key.PublicKey))
	w := newWorldOf(t, false, func(p *plan.Plan, _ *Options) {
		p.Actions = append(p.Actions, plan.Action{ID: "down", Name: "Down", Kind: "maintenance-page", URL: "https://app.example/status.json", Sender: server, Status: &plan.Status{State: status.Maintenance}})
	})
	path, of := "/status/"+w.plan.Protocol+".json", w.at("192.0.2.7:4711")
	of.send(http.MethodGet, path, nil).is(http.StatusNotFound)
	of.send(http.MethodGet, "/status/nobody.json", nil).is(http.StatusNotFound)
	publish := func() {
		t.Helper()
		err := w.engine.PublishStatus(t.Context(), w.plan.Protocol, server, func(_ context.Context, s status.Status) (status.File, error) {
			digest, err := s.Typed().Hash()
			if err != nil {
				return status.File{}, err
			}
			sig, err := crypto.Sign(digest[:], key)
			return status.File{Status: s, Signer: server, Signature: sig}, err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.pass(2 * time.Second)
	}
	w.pass(2 * time.Second)
	publish()
	a := of.send(http.MethodGet, path, nil).is(http.StatusOK)
	want := status.Expected{Protocol: w.plan.Protocol, Signer: server}
	if s, err := status.Verify(a.Body.Bytes(), want, w.clock()); err != nil || s.State != status.Normal {
		t.Fatalf("%+v, %v", s, err)
	}
	for name, value := range map[string]string{"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=5", "Content-Type": "application/json"} {
		if got := a.Header().Get(name); got != value {
			t.Errorf("%s is %q", name, got)
		}
	}
	again := of
	again.header = http.Header{"If-None-Match": {a.Header().Get("ETag")}}
	again.send(http.MethodGet, path, nil).is(http.StatusNotModified)
	if _, err := w.engine.SetStatus(t.Context(), w.plan.Protocol, status.Set{Text: status.Text{State: status.Maintenance}, Incident: "i", Deed: "a", Action: "down"}); err != nil {
		t.Fatal(err)
	}
	publish()
	a = again.send(http.MethodGet, path, nil).is(http.StatusOK)
	if s, err := status.Verify(a.Body.Bytes(), want, w.clock()); err != nil || s.State != status.Maintenance {
		t.Errorf("%+v, %v", s, err)
	}
	for range statusEach {
		of.send(http.MethodGet, path, nil)
	}
	of.send(http.MethodGet, path, nil).is(http.StatusTooManyRequests)
	w.at("192.0.2.8:4711").send(http.MethodGet, path, nil).is(http.StatusOK)
}
