package app

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/internal/chaos"
	"tocsin/stage"
)

// truncated starts a chain on which things happen, and an endpoint of it that leaves receipts out.
func truncated(t *testing.T) (honest string, bad *chaos.Endpoint) {
	t.Helper()
	world, err := stage.Start(t.Context(), stage.Options{Period: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { world.Close() })
	bad = chaos.Start(t, world.WSEndpoint())
	bad.Be(chaos.Truncates)
	return world.WSEndpoint(), bad
}

// of waits for a finding of a detector among those observed and those of incidents.
func (s *served) of(detector string, about string) (f incident.Finding) {
	s.t.Helper()
	s.eventually("a finding of "+detector, func() bool {
		list, err := s.desk.Engine.Observed(s.t.Context(), "harbour-vault")
		if err != nil {
			return false
		}
		open, err := s.desk.Engine.List(s.t.Context(), true)
		if err != nil {
			return false
		}
		for _, i := range open {
			if v, err := s.desk.Engine.View(s.t.Context(), i.ID); err == nil {
				list = append(list, v.State.Findings...)
			}
		}
		i := slices.IndexFunc(list, func(f incident.Finding) bool { return f.Detector == detector && strings.Contains(f.Say, about) })
		if i < 0 {
			return false
		}
		f = list[i]
		return true
	})
	return f
}

// An endpoint that leaves receipts out is found out and not used, and nobody is called as long as another one shows the chain.
func TestAnEndpointThatTruncatesBesideAnHonestOne(t *testing.T) {
	honest, bad := truncated(t)
	s := serve(t, func(o *ServeOptions) {
		o.Endpoints = map[uint64][]string{vaultChain: {bad.WSURL() + "/hidden-key", honest}}
	})
	f := s.of("endpoint", "leaves receipts or logs out")
	t.Logf("it reads: %s", f.Say)
	if f.Mode != "observe" || !strings.Contains(f.Say, bad.WSURL()) || strings.Contains(f.Say, "hidden-key") || strings.Contains(f.Say, honest) {
		t.Errorf("finding %+v", f)
	}
	seen, err := s.desk.Engine.Watched(t.Context(), "harbour-vault", vaultChain)
	if err != nil {
		t.Fatal(err)
	}
	s.eventually("the chain is watched on", func() bool {
		w, err := s.desk.Engine.Watched(t.Context(), "harbour-vault", vaultChain)
		return err == nil && w.Block > seen.Block+5
	})
	if list, err := s.desk.Engine.List(t.Context(), true); err != nil || len(list) != 0 {
		t.Errorf("%d incidents, %v: somebody was called about an endpoint that is not needed", len(list), err)
	}
	bad.Be(chaos.Fine)
	if f := s.of("endpoint", "is fine again"); f.Mode != "observe" {
		t.Errorf("finding %+v", f)
	}
}

// Where the only endpoint leaves receipts out, nothing that it says is believed, and people are called at once.
func TestOnlyAnEndpointThatTruncates(t *testing.T) {
	_, bad := truncated(t)
	s := serve(t, func(o *ServeOptions) { o.Endpoints = map[uint64][]string{vaultChain: {bad.WSURL() + "/hidden-key"}} })
	f := s.of("endpoint", "leaves receipts or logs out")
	t.Logf("it reads: %s", f.Say)
	if f.Mode != "page" || strings.Contains(f.Say, "hidden-key") || !regexp.MustCompile(`came with receipts of \d+ of its \d+ transactions`).MatchString(f.Say) {
		t.Errorf("finding %+v", f)
	}
	list, err := s.desk.Engine.List(t.Context(), true)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d incidents, %v", len(list), err)
	}
	v, err := s.desk.Engine.View(t.Context(), list[0].ID)
	if err != nil || len(v.State.Pages) == 0 {
		t.Errorf("%d are called, %v", len(v.State.Pages), err)
	}
}
