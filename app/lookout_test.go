package app

import (
	"context"
	"log/slog"
	"os"
	"slices"
	"testing"

	"tocsin/chain"
	"tocsin/engine"
	"tocsin/plan"
	"tocsin/readiness"
	"tocsin/store/memory"
)

// A look that could not see everything is shown, and is nothing to compare with later.
func TestLookoutThatSeesNothing(t *testing.T) {
	p, src, err := plan.Load(os.DirFS("../examples/vault"))
	if err != nil {
		t.Fatal(err)
	}
	e := engine.New(engine.Options{Store: memory.New(nil)})
	if _, err := e.Pin(t.Context(), p, src.Files); err != nil {
		t.Fatal(err)
	}
	l := &lookout{
		engine: e, clients: map[uint64]chain.Client{}, log: slog.New(slog.DiscardHandler),
		latest: map[string]readiness.Report{}, again: map[string]chan struct{}{p.Protocol: make(chan struct{}, 1)},
	}
	if _, ok := l.Live(p.Protocol); ok {
		t.Error("it saw something before it looked")
	}
	l.Again(p.Protocol)
	l.Again(p.Protocol) // once is enough, and nobody waits
	l.Again("another")
	if len(l.again[p.Protocol]) != 1 {
		t.Error("nobody will look")
	}
	if err := l.round(t.Context(), p.Protocol, true); err != nil {
		t.Fatal(err)
	}
	r, ok := l.Live(p.Protocol)
	if !ok || !r.Red() || !slices.ContainsFunc(r.Gaps, func(g readiness.Gap) bool { return g.Code == readiness.ChainUnseen }) {
		t.Errorf("%t, %+v", ok, r)
	}
	if kept, err := e.Upkeep(t.Context(), p.Protocol); err != nil || kept.Facts != nil {
		t.Errorf("%v, %+v", err, kept)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.round(over, p.Protocol, true); err == nil {
		t.Error("a look that was stopped counts")
	}
}
