package app

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"tocsin/chain/devchain"
	"tocsin/detect"
	"tocsin/examples"
	"tocsin/plan"
	"tocsin/stage"
)

// A running server and an onlooker beside it see the same of the same chain.
func TestAViewerAndAnOnlookerSeeTheSame(t *testing.T) {
	world, err := stage.Start(t.Context(), stage.Options{Period: devchain.Manual})
	if err != nil {
		t.Fatal(err)
	}
	defer world.Close()
	s := serve(t, func(o *ServeOptions) {
		o.Endpoints = map[uint64][]string{vaultChain: {world.WSEndpoint()}}
	})
	p, src, err := plan.Load(examples.Vault())
	if err != nil {
		t.Fatal(err)
	}
	first := uint64(1)
	l, err := NewOnlooker(OnlookerOptions{Plan: p, Files: src.Files, Endpoints: map[uint64][]string{vaultChain: {world.WSEndpoint()}}, From: &first, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		l.Close()
	}()
	viewer := s.desk.Viewer(p.Protocol)
	var mine, theirs Vista
	s.eventually("both see the chain", func() bool {
		if mine, err = l.Vista(); err != nil {
			t.Fatal(err)
		}
		if theirs, err = viewer.Vista(t.Context()); err != nil {
			t.Fatal(err)
		}
		return l.Caught() && theirs.Chains[0].Block > 0 && mine.Chains[0].Block == theirs.Chains[0].Block
	})
	if len(mine.Detectors) != len(p.Detectors) || len(theirs.Detectors) != len(p.Detectors) {
		t.Fatalf("%d and %d of %d detectors", len(mine.Detectors), len(theirs.Detectors), len(p.Detectors))
	}
	for i, d := range p.Detectors {
		if mine.Detectors[i].Detector != d.ID || theirs.Detectors[i].Detector != d.ID {
			t.Errorf("%s is shown as %s and %s", d.ID, mine.Detectors[i].Detector, theirs.Detectors[i].Detector)
		}
		if mine.Detectors[i].State == detect.Off || mine.Detectors[i].Name == "" {
			t.Errorf("%+v", mine.Detectors[i])
		}
	}
	shown := &seen{viewer: viewer}
	list, err := shown.list(t.Context(), time.Now())
	if err != nil || len(list) != len(p.Detectors) || list[0].Detector != p.Detectors[0].ID || list[0].State == "" {
		t.Errorf("%+v, %v", list, err)
	}
}

// What cannot be watched says why.
func TestAnOnlookerSaysWhatItDoesNotSee(t *testing.T) {
	p, src, err := plan.Load(examples.Vault())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewOnlooker(OnlookerOptions{Plan: p, Files: src.Files}); err == nil {
		t.Error("no endpoint is enough")
	}
	p.Detectors[0].Where = "this is no expression"
	p.Detectors = append(p.Detectors, plan.Detector{ID: "hook", Name: "Hook", Kind: "webhook"})
	l, err := NewOnlooker(OnlookerOptions{Plan: p, Files: src.Files, Endpoints: map[uint64][]string{vaultChain: {"http://127.0.0.1:1"}}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	v, err := l.Vista()
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]string{}
	for _, g := range v.Detectors {
		if states[g.Detector] = g.State; g.Why == "" {
			t.Errorf("%s does not say why it is %s", g.Detector, g.State)
		}
	}
	if states[p.Detectors[0].ID] != detect.Off || states["hook"] != detect.Elsewhere || states[p.Detectors[1].ID] != detect.Unknown {
		t.Errorf("%v", states)
	}
	if err := l.Run(t.Context()); err == nil {
		t.Error("a chain that cannot be seen is no error")
	}
}
