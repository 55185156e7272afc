package plan

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// savedAs saves a plan, checks that it loads as it was, and answers the files.
func savedAs(t *testing.T, p *Plan, src *Source) map[string][]byte {
	t.Helper()
	files, err := Save(p, src)
	if err != nil {
		t.Fatalf("save: %v", err)
	}
	q, _, err := Load(Stored(files))
	if err != nil {
		t.Fatal(err)
	}
	if q.Hash() != p.Hash() {
		differ(t, reflect.ValueOf(p).Elem(), reflect.ValueOf(q).Elem(), "")
		t.Fatal("the plan saved loads as another one")
	}
	return files
}

func loadFiles(t *testing.T, files map[string][]byte) (*Plan, *Source) {
	t.Helper()
	p, src, err := Load(Stored(files))
	if err != nil {
		t.Fatal(err)
	}
	return p, src
}

func TestUnchangedPlanKeepsItsBytes(t *testing.T) {
	vault := Stored{}
	for _, name := range []string{"plan", "assets", "issues", "detectors", "procedures", "escalation", "team", "communications", "decisions", "exercises"} {
		b, err := os.ReadFile("../examples/vault/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		vault[name+".yaml"] = b
	}
	shared := Stored{}
	for name, file := range sharing("a", nil) {
		shared[name] = file.Data
	}
	for name, files := range map[string]Stored{
		"example": vault, "written": Write(loadExample(t), ""), "shared": shared,
		"windows": {"plan.yaml": []byte("\ufefftocsin: 1\r\nprotocol: a\r\nname: A\r\n")},
	} {
		p, src := loadFiles(t, files)
		saved := savedAs(t, p, src)
		if !maps.EqualFunc(saved, src.Files, bytes.Equal) {
			t.Errorf("%s: saving what has not changed changes it", name)
		}
	}
}

// Each archive in testdata/saved holds a plan, what is done to it, and the plan as it is saved.
func TestSavedPlans(t *testing.T) {
	changes := map[string]func(p *Plan){
		"texts": func(p *Plan) {
			p.Name, p.Version, p.Owner = "The new name", "1.1", "bob"
			p.Scope.Incident[1] = "Money: all of it"
			p.Scope.NotIncident[0] = "One line now"
			p.Assets[0].Description = "First line\nSecond line"
			p.Assets[0].Address = [20]byte{19: 1}
			p.CoreTeam[0].Contact[1].To = "+19995551213"
			p.CoreTeam[1].Name = "Bob, the second"
			p.Severities[0].RespondWithin *= 2
			p.Severities[0].SecondPerson = true
		},
		"removed": func(p *Plan) {
			p.Scope.Incident = slices.Delete(p.Scope.Incident, 0, 1)
			p.Scope.NotIncident = nil
			p.Assets = slices.Delete(p.Assets, 0, 1)
			p.CoreTeam[0].Contact = p.CoreTeam[0].Contact[1:]
			p.CoreTeam[0].TimeZone = ""
			p.CoreTeam[1].Roles = []string{"scribe"}
			p.CoreTeam[1].Backups = nil
			p.Severities[0].Page = p.Severities[0].Page[:1]
			p.Severities[0].Meaning = ""
			p.Version = ""
		},
		"added": func(p *Plan) {
			p.Scope.Incident = append([]string{"At the front"}, append(p.Scope.Incident, "At the end: last")...)
			p.Scope.Activation = []string{"A finding"}
			p.Assets = append(p.Assets, Asset{ID: "site", Name: "Site", Kind: "domain"})
			p.CoreTeam = append(p.CoreTeam, Person{ID: "cy", Name: "Cy", Contact: []Contact{{Kind: "email", To: "cy@example.com"}}})
			p.CoreTeam[0].Contact = append(p.CoreTeam[0].Contact, Contact{Kind: "chat", To: "@ada"})
			p.CoreTeam[0].Title = "CEO"
			p.CoreTeam[1].Roles = append(p.CoreTeam[1].Roles, "lead")
			p.CoreTeam[1].Keys = []Key{{Address: [20]byte{19: 2}}}
			p.Severities[0].Page = append(p.Severities[0].Page, "cy")
			p.Notes = []Note{{About: "assets", Text: "Look at them"}}
			p.Categories = []Category{{ID: "c", Name: "C"}}
			p.Tested, _ = date("2026-11-21")
		},
	}
	archives, err := filepath.Glob("testdata/saved/*.txtar")
	if err != nil || len(archives) < len(changes) {
		t.Fatalf("%d archives found: %v", len(archives), err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files := Stored{}
			for _, f := range a.Files {
				if !strings.HasPrefix(f.Name, "saved/") {
					files[f.Name] = f.Data
				}
			}
			p, src := loadFiles(t, files)
			changes[strings.TrimSuffix(filepath.Base(name), ".txtar")](p)
			saved := savedAs(t, p, src)
			got := &txtar.Archive{Comment: a.Comment}
			for _, f := range a.Files {
				if !strings.HasPrefix(f.Name, "saved/") {
					got.Files = append(got.Files, f)
				}
			}
			for _, n := range slices.Sorted(maps.Keys(saved)) {
				if !bytes.Equal(saved[n], files[n]) {
					got.Files = append(got.Files, txtar.File{Name: "saved/" + n, Data: saved[n]})
				}
			}
			golden(t, name, string(txtar.Format(got)))
		})
	}
}

func date(s string) (d Date, err error) { return d, d.UnmarshalText([]byte(s)) }

func TestSavingKeepsTheFormOfAFile(t *testing.T) {
	p, src := loadFiles(t, Stored{"plan.yaml": []byte("\ufeff# top\r\ntocsin: 1\r\nprotocol: a   # the id\r\nname: 'A'\r\nscope: {incident: [a, \"b\"]}")})
	p.Name = "B"
	p.Scope.Incident = append(p.Scope.Incident, "c, d")
	p.Owner, p.Unlisted = "x", []Unlisted{{ID: "x", Name: "X"}}
	want := "\ufeff# top\r\ntocsin: 1\r\nprotocol: a   # the id\r\nname: 'B'\r\nowner: x\r\nscope: {incident: [a, \"b\", \"c, d\"]}\r\n\r\nunlisted:\r\n  - { id: x, name: X }"
	if got := string(savedAs(t, p, src)["plan.yaml"]); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestWhatCannotBeSaved(t *testing.T) {
	p, src := loadFiles(t, Stored{"plan.yaml": []byte("tocsin: 1\nprotocol: a\nname: A\n")})
	p.Owner = "nobody"
	var problems Problems
	if _, err := Save(p, src); !errors.As(err, &problems) {
		t.Errorf("a plan that cannot be loaded is saved: %v", err)
	}
	p.Owner, p.Name = "", "a\x00"
	if _, err := Save(p, src); err == nil {
		t.Error("a control character is saved")
	}
	for _, c := range []struct {
		p   *Plan
		src *Source
	}{{nil, src}, {p, nil}, {p, &Source{}}, {p, &Source{Files: map[string][]byte{"a.yaml": []byte("[")}}}} {
		if files, err := Save(c.p, c.src); err == nil {
			t.Errorf("saved %v", files)
		}
	}
}
