package examples_test

import (
	"bytes"
	"testing"
	"testing/fstest"

	"tocsin/examples"
	"tocsin/plan"
)

// loadStarter loads a starter's files, edited by edit if that is not nil.
func loadStarter(t *testing.T, s examples.Starter, edit func(name string, text []byte) []byte) (*plan.Plan, *plan.Source) {
	t.Helper()
	files, err := s.Files()
	if err != nil {
		t.Fatal(err)
	}
	folder := fstest.MapFS{}
	for name, b := range files {
		if edit != nil {
			b = edit(name, b)
		}
		folder[name] = &fstest.MapFile{Data: b}
	}
	p, src, err := plan.Load(folder)
	if err != nil {
		t.Fatalf("%s: %v", s.ID, err)
	}
	return p, src
}

func TestStartersLoad(t *testing.T) {
	for _, s := range examples.Starters() {
		p, src := loadStarter(t, s, nil)
		for name, b := range src.Files {
			if !bytes.HasPrefix(b, []byte("# yaml-language-server: $schema=schema.json\n")) {
				t.Errorf("%s: %s does not begin with the line that lets editors complete", s.ID, name)
			}
		}
		for _, i := range p.Issues {
			r, ok := p.Procedure(i.Procedure)
			if _, drilled := p.Scenario(r.Scenario); !ok || !drilled {
				t.Errorf("%s: the issue %s has no procedure that a scenario exercises", s.ID, i.ID)
			}
			if len(i.Symptoms) == 0 || len(i.LookAlikes) == 0 || len(i.Activation) == 0 || len(i.Detection.Manual) == 0 {
				t.Errorf("%s: the issue %s lacks symptoms, look-alikes, activation or a manual sign", s.ID, i.ID)
			}
		}
		for _, r := range p.Procedures {
			for _, st := range r.Steps {
				if st.How == "" || st.Verify == "" || st.Owner == "" || st.Purpose == "" || st.Budget == 0 {
					t.Errorf("%s: the step %s/%s lacks how, verify, owner, purpose or budget", s.ID, r.ID, st.ID)
				}
			}
		}
		for _, d := range p.Detectors {
			if d.Mode != "observe" {
				t.Errorf("%s: the detector %s is not in mode observe: nobody has watched it yet", s.ID, d.ID)
			}
		}
	}
}

func TestNoStarterOfAnotherName(t *testing.T) {
	if _, err := (examples.Starter{ID: "../vault"}).Files(); err == nil {
		t.Error("a starter is read from outside its folder")
	}
}
