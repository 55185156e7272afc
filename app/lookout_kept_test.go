package app

import (
	"io/fs"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tocsin/chain"
	"tocsin/engine"
	"tocsin/examples"
	"tocsin/plan"
	"tocsin/readiness"
	"tocsin/store"
	"tocsin/store/memory"
)

// node is a lookout of a node of its own, over a store that several share.
func node(t *testing.T, st store.Store, p *plan.Plan, files map[string][]byte) *lookout {
	t.Helper()
	e := engine.New(engine.Options{Store: st})
	if _, err := e.Pin(t.Context(), p, files); err != nil {
		t.Fatal(err)
	}
	return &lookout{
		engine: e, clients: map[uint64]chain.Client{}, log: slog.New(slog.DiscardHandler),
		latest: map[string]readiness.Report{}, again: map[string]chan struct{}{},
	}
}

// One node looks and all show what it saw. What would fail is found once, as the issue of the plan that names it, and taken back once it is
// seen no more; that nothing was seen at all takes nothing back.
func TestLookoutOfSeveralNodes(t *testing.T) {
	folder := fstest.MapFS{}
	err := fs.WalkDir(examples.Vault(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(examples.Vault(), path)
		if path == "issues.yaml" {
			b = []byte(strings.Replace(string(b), "detectors: [", "detectors: [unready, ", 1))
		}
		folder[path] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	p, src, err := plan.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.IssuesOf(detectorUnready)) != 1 {
		t.Fatalf("issues %v", p.IssuesOf(detectorUnready))
	}
	st := memory.New(nil)
	one, two := node(t, st, p, src.Files), node(t, st, p, src.Files)
	ctx := t.Context()
	found := func() (findings, standing int) {
		t.Helper()
		list, err := one.engine.List(ctx, false)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range list {
			v, err := one.engine.View(ctx, x.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range v.State.Findings {
				if findings++; f.Retracted == "" {
					standing++
				}
			}
		}
		return findings, standing
	}
	for range 2 { // the second is not an hour later
		if err := one.round(ctx, p.Protocol, false); err != nil {
			t.Fatal(err)
		}
	}
	n, standing := found()
	if n == 0 || n != standing {
		t.Fatalf("%d findings, %d of them stand", n, standing)
	}
	if err := two.round(ctx, p.Protocol, false); err != nil {
		t.Fatal(err)
	}
	a, _ := one.Live(p.Protocol)
	b, ok := two.Live(p.Protocol)
	if !ok || !a.At.Equal(b.At) || len(a.Gaps) != len(b.Gaps) {
		t.Errorf("one node saw %+v, the other shows %+v", a, b)
	}
	if err := two.round(ctx, p.Protocol, true); err != nil { // asked for, it looks itself
		t.Fatal(err)
	}
	if again, _ := found(); again != n {
		t.Errorf("what was told is told again: %d findings after %d", again, n)
	}
	keep := func(l *lookout, r readiness.Report) {
		t.Helper()
		last, err := l.last(ctx, p.Protocol)
		if err != nil {
			t.Fatal(err)
		}
		epoch, ok, err := l.engine.Lease(ctx, lookoutKey(p.Protocol), l.engine.Now().Add(time.Minute))
		if err != nil || !ok {
			t.Fatalf("no lease: %v", err)
		}
		if err := l.keep(ctx, p, epoch, last, r); err != nil {
			t.Fatal(err)
		}
	}
	keep(two, readiness.Report{At: b.At.Add(2 * time.Hour), Gaps: []readiness.Gap{{Code: readiness.NotLooked, Level: "warning"}}})
	if _, standing := found(); standing != n {
		t.Errorf("a look that saw nothing took %d back", n-standing)
	}
	keep(two, readiness.Report{At: b.At.Add(3 * time.Hour)})
	if again, standing := found(); again != n || standing != 0 {
		t.Errorf("mended: %d findings, %d of them stand", again, standing)
	}
}
