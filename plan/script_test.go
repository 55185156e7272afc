package plan_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/plan"
)

const png = "\x89PNG\r\n\x1a\nrest"

// scripted is a plan folder with a scenario that plays a script of the team's own.
func scripted(script, picture string) fstest.MapFS {
	return fstest.MapFS{
		"plan.yaml": {Data: []byte(`tocsin: 1
protocol: harbour
name: Harbour
exercises:
  scenarios:
    - {id: night, name: By night, script: scenarios/night.yaml, pictures: [scenarios/page.png]}
`)},
		"scenarios/night.yaml": {Data: []byte(script)},
		"scenarios/page.png":   {Data: []byte(picture)},
	}
}

func TestScriptsAreReadWithThePlan(t *testing.T) {
	p, src, err := plan.Load(scripted("id: night\n", png))
	if err != nil {
		t.Fatal(err)
	}
	s := p.Exercises.Scenarios[0]
	if s.Text != "id: night\n" || s.Sealed {
		t.Errorf("the script is %q", s.Text)
	}
	changed, _, err := plan.Load(scripted("id: day\n", png))
	if err != nil || changed.Hash() == p.Hash() {
		t.Errorf("another script leaves the plan's hash as it is: %v", err)
	}
	if strings.Contains(string(p.Canonical()), "id: night") {
		t.Error("the text of the script stands in the canonical form")
	}

	// From the canonical form it is read again, if it is the same file.
	stored, err := plan.ParseCanonical(p.Canonical())
	if err != nil {
		t.Fatal(err)
	}
	stored.ReadScripts(map[string][]byte{"scenarios/night.yaml": []byte("id: forged\n")}, nil)
	if got := stored.Exercises.Scenarios[0].Text; got != "" {
		t.Errorf("a script that the plan was not adopted with was read: %q", got)
	}
	if errs := stored.ReadScripts(src.Files, nil); len(errs) > 0 || stored.Exercises.Scenarios[0].Text != s.Text {
		t.Errorf("%q, %v", stored.Exercises.Scenarios[0].Text, errs)
	}
	if b, ok := stored.Covered(src.Files, "scenarios/page.png"); !ok || string(b) != png {
		t.Errorf("the picture is %q", b)
	}
	if _, ok := stored.Covered(src.Files, "plan.yaml"); ok {
		t.Error("a file that the plan does not name is given out as covered")
	}
}

func TestASealedScriptStaysClosed(t *testing.T) {
	const sealed = "-----BEGIN AGE ENCRYPTED FILE-----\nxyz\n-----END AGE ENCRYPTED FILE-----\n"
	p, src, err := plan.Load(scripted(sealed, png))
	if err != nil {
		t.Fatal(err)
	}
	if s := p.Exercises.Scenarios[0]; !s.Sealed || s.Text != "" {
		t.Fatalf("sealed %v, text %q", s.Sealed, s.Text)
	}
	hash := p.Hash()
	wrong := errors.New("another key")
	if errs := p.ReadScripts(src.Files, func(string, []byte) ([]byte, error) { return nil, wrong }); len(errs) != 1 || p.Exercises.Scenarios[0].Text != "" {
		t.Errorf("with another key: %v", errs)
	}
	open := func(name string, file []byte) ([]byte, error) {
		if name != "scenarios/night.yaml" || string(file) != sealed {
			t.Errorf("%s is to be opened: %q", name, file)
		}
		return []byte("id: night\n"), nil
	}
	if errs := p.ReadScripts(src.Files, open); len(errs) > 0 || p.Exercises.Scenarios[0].Text != "id: night\n" || !p.Exercises.Scenarios[0].Sealed {
		t.Errorf("%v", errs)
	}
	if p.Hash() != hash {
		t.Error("opening a script changes the plan")
	}
}

func TestPicturesOfScenarios(t *testing.T) {
	for _, x := range []struct{ picture, want string }{
		{png, ""},
		{"<html>", "is no picture"},
		{png + strings.Repeat("x", 2<<20), "larger than 2 MiB"},
	} {
		_, _, err := plan.Load(scripted("id: night\n", x.picture))
		switch {
		case x.want == "" && err != nil:
			t.Error(err)
		case x.want != "" && (err == nil || !strings.Contains(err.Error(), x.want)):
			t.Errorf("%d bytes: %v", len(x.picture), err)
		}
	}
	for name, b := range map[string]string{"a.svg": "<?xml?><svg/>", "a.jpg": "\xff\xd8\xffx", "a.webp": "RIFF1234WEBPx", "a.PNG": png} {
		if _, ok := plan.PictureType(name, []byte(b)); !ok {
			t.Errorf("%s is none", name)
		}
	}
	for name, b := range map[string]string{"a.svg": "text", "a.png": "<svg/>", "a.gif": "GIF89a", "a": png, "b.webp": "RIFF"} {
		if media, ok := plan.PictureType(name, []byte(b)); ok {
			t.Errorf("%s is %s", name, media)
		}
	}
}
