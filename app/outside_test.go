package app

import (
	"io/fs"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/detect"
	"tocsin/examples"
)

// A running server asks for what the plan names outside of chains, and what fails opens an incident.
func TestWhatIsNotOnAChainIsFollowed(t *testing.T) {
	down := httptest.NewServer(nil) // everything there is not found
	defer down.Close()
	folder := fstest.MapFS{}
	err := fs.WalkDir(examples.Vault(), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := fs.ReadFile(examples.Vault(), path)
		if path == "detectors.yaml" {
			b = append(b, "\n  - { id: api, name: The API, kind: http, mode: page, url: \""+down.URL+"/health?key=hidden\", every: 5s, failures: 1, message: \"{url} fails: {why}\" }\n"...)
		}
		folder[path] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, func(o *ServeOptions) { o.Plans = []PlanFolder{{Files: folder}} })
	s.eventually("an incident of what does not answer", func() bool {
		list, err := s.desk.Engine.List(t.Context(), true)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			return false
		}
		v, err := s.desk.Engine.View(t.Context(), list[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		if f := v.State.Findings[0]; f.Detector != "api" || !strings.Contains(f.Say, down.URL+"/health fails: it answers with status 404") || strings.Contains(f.Say, "hidden") {
			t.Errorf("%+v", f)
		}
		return true
	})
	vista, err := s.desk.Viewer("harbour-vault").Vista(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(vista.Detectors, func(g detect.Sight) bool { return g.Detector == "api" })
	if i < 0 || vista.Detectors[i].State != detect.Firing || !strings.Contains(vista.Detectors[i].Why, "status 404, since") {
		t.Errorf("%+v", vista.Detectors)
	}
}
