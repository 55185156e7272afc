package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tocsin/engine"
	"tocsin/examples"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
)

// bridge is the example plan as that of another protocol.
func bridge(t *testing.T) fs.FS {
	t.Helper()
	folder := fstest.MapFS{}
	err := fs.WalkDir(examples.Vault(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(examples.Vault(), path)
		if path == "plan.yaml" {
			b = []byte(strings.Replace(string(b), "protocol: harbour-vault\nname: Harbour Vault\n", "protocol: tide-bridge\nname: Tide Bridge\n", 1))
		}
		folder[path] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// A protocol that is left out at a start is told of; while incidents of it are open that no node watches for, this node is not well.
func TestAProtocolIsLeftOut(t *testing.T) {
	both := []PlanFolder{{Name: "vault", Files: examples.Vault()}, {Name: "bridge", Files: bridge(t)}}
	s := serve(t, func(o *ServeOptions) { o.Plans = both })
	if len(s.ready.Standings) != 2 || s.ready.Standings[1].Protocol != "tide-bridge" {
		t.Errorf("it looks after %+v", s.ready.Standings)
	}
	one := &server{desk: s.desk, protocols: []*protocol{{id: "harbour-vault"}}}
	never := func(context.Context, *plan.Plan) bool { return false }
	if err := one.unwatched(t.Context(), never); err != nil {
		t.Errorf("nothing is open, and it says %v", err)
	}
	if say, err := one.missing(t.Context()); err != nil || len(say) != 1 || !strings.Contains(say[0], "tide-bridge") {
		t.Errorf("it says %q, %v", say, err)
	}
	_, err := s.desk.Engine.Open(t.Context(), incident.Command{Actor: journal.Actor{Kind: journal.Person, ID: "janet", Via: "test"}, Op: incident.OpOpen{Protocol: "tide-bridge", Text: "It shakes."}})
	if err != nil {
		t.Fatal(err)
	}
	left := func(ctx context.Context) error { return one.unwatched(ctx, never) }
	d := &doctor{
		audited: func() (engine.Audit, error) { return engine.Audit{}, nil }, database: func(context.Context) error { return nil },
		chains: func(context.Context) error { return nil }, leftOut: left, now: time.Now, log: slog.New(slog.DiscardHandler),
	}
	if code, h, body := pulse(t, d.front(http.NotFoundHandler()), http.MethodGet); code != http.StatusServiceUnavailable || h.LeftOut != 1 || strings.Contains(body, "tide") {
		t.Errorf("it answers %d %s", code, body)
	}
	h := &heartbeat{plans: func() []*plan.Plan { return nil }, leftOut: left, audited: d.audited}
	if err := h.well(t.Context()); err == nil || !strings.Contains(err.Error(), "tide-bridge") {
		t.Errorf("the heart beats on: %v", err)
	}
	if err := one.unwatched(t.Context(), func(context.Context, *plan.Plan) bool { return true }); err != nil {
		t.Errorf("another node watches, and it says %v", err)
	}
	all := &server{desk: s.desk, protocols: []*protocol{{id: "harbour-vault"}, {id: "tide-bridge"}}}
	if err := all.unwatched(t.Context(), never); err != nil {
		t.Errorf("none is left out, and it says %v", err)
	}
	var names *leftOutError
	if !errors.As(left(t.Context()), &names) {
		t.Error("what was left out has no names")
	}
	o := serveOptions(t)
	o.Plans = []PlanFolder{{Name: "one", Files: bridge(t)}, {Name: "two", Files: bridge(t)}}
	if err := Serve(t.Context(), o); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "one and two") {
		t.Errorf("the same protocol twice: %v", err)
	}
}
