package plan

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"tocsin/fault"
)

// Each archive in testdata/broken is a plan folder with something wrong; its file "want" is what Load says about it.
func TestBrokenPlans(t *testing.T) {
	archives, err := filepath.Glob("testdata/broken/*.txtar")
	if err != nil || len(archives) < 10 {
		t.Fatalf("%d archives found: %v", len(archives), err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			folder := fstest.MapFS{}
			want := &txtar.File{}
			for i := range a.Files {
				if a.Files[i].Name == "want" {
					want = &a.Files[i]
					continue
				}
				folder[a.Files[i].Name] = &fstest.MapFile{Data: a.Files[i].Data}
			}
			p, src, err := Load(folder)
			var problems Problems
			if !errors.As(err, &problems) || p != nil || src == nil {
				t.Fatalf("Load answers plan %v, source %v, error %v", p != nil, src != nil, err)
			}
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("the problems carry the code %s", fault.CodeOf(err))
			}
			got := []byte(problems.Error() + "\n")
			if *rewrite {
				if want.Name == "" {
					a.Files = append(a.Files, txtar.File{Name: "want"})
					want = &a.Files[len(a.Files)-1]
				}
				want.Data = got
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if !bytes.Equal(got, want.Data) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want.Data)
			}
		})
	}
}

// What cannot be written into an archive.
func TestBrokenFiles(t *testing.T) {
	const head = "tocsin: 1\nprotocol: a\nname: A\n"
	for name, c := range map[string]struct {
		text string
		say  string
		line int
	}{
		"NUL byte":         {head + "owner: a\x00b\n", "a NUL byte stands here", 4},
		"not UTF-8":        {head + "owner: \xff\n", "a byte here is not UTF-8", 4},
		"control":          {head + "owner: \x1b[31m\n", "the control character U+001B stands here", 4},
		"too large":        {head + "# " + strings.Repeat("x", maxFile), `"plan.yaml" is larger than 4 MiB`, 0},
		"deep brackets":    {head + "scope: " + strings.Repeat("[", 150_000), "brackets, dashes or lines are nested more than 64 deep", 4},
		"deep mappings":    {head + "scope: " + strings.Repeat("{a: ", 50_000), "brackets, dashes or lines are nested more than 64 deep", 4},
		"deep dashes":      {head + "scope:\n  " + strings.Repeat("- ", 100_000), "brackets, dashes or lines are nested more than 64 deep", 5},
		"deep keys":        {head + "scope:\n  " + strings.Repeat("? ", 100_000), "brackets, dashes or lines are nested more than 64 deep", 5},
		"too many marks":   {head + "# x\nscope: {incident: [" + strings.Repeat("a, ", maxMarks) + "]}\n", "this file holds more than 200000 lines and marks", 0},
		"empty":            {"", "this file is empty", 0},
		"only a comment":   {"# nothing yet\n", "this file is empty", 0},
		"only a dash line": {"---\n", "this file is empty", 0},
		"windows line end": {"tocsin: 1\r\nprotocol: a\r\nname: A\r\nnope: 1\r\n", `"nope" is not a key of the plan`, 4},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := Load(fstest.MapFS{"plan.yaml": {Data: []byte(c.text)}})
			var problems Problems
			if !errors.As(err, &problems) {
				t.Fatalf("Load answers %v", err)
			}
			if p := problems[0]; p.Say != c.say || p.Line != c.line || p.File != "plan.yaml" {
				t.Errorf("%s", p)
			}
		})
	}
}

func TestProblemsEndSomewhere(t *testing.T) {
	var b strings.Builder
	b.WriteString("tocsin: 1\nprotocol: a\nname: A\n")
	for i := range 2 * mostProblems {
		fmt.Fprintf(&b, "k%d: 1\n", i)
	}
	_, _, err := Load(fstest.MapFS{"plan.yaml": {Data: []byte(b.String())}})
	var problems Problems
	if !errors.As(err, &problems) || len(problems) != mostProblems+1 {
		t.Errorf("%d problems are shown", len(problems))
	}
}

func TestBombIsNotExpanded(t *testing.T) {
	var b strings.Builder
	b.WriteString("tocsin: 1\nprotocol: a\nname: &a [x, x, x, x, x, x, x, x, x]\n")
	for c := 'b'; c < 'z'; c++ {
		fmt.Fprintf(&b, "%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c]\n", c, c, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1)
	}
	_, _, err := Load(fstest.MapFS{"plan.yaml": {Data: []byte(b.String())}})
	var problems Problems
	if !errors.As(err, &problems) || problems[0].Say != "a plan uses no YAML anchors, aliases or merge keys" {
		t.Errorf("Load answers %v", err)
	}
}

func TestFolderThatIsNotThere(t *testing.T) {
	_, _, err := Load(os.DirFS("testdata/nowhere"))
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load answers %v", err)
	}
}

func TestFolderWithoutPlan(t *testing.T) {
	_, _, err := Load(fstest.MapFS{"README.md": {Data: []byte("hello")}})
	var problems Problems
	if !errors.As(err, &problems) || len(problems) != 1 {
		t.Errorf("Load answers %v", err)
	}
}

func TestTBDIsNoProblem(t *testing.T) {
	p, _, err := Load(fstest.MapFS{"plan.yaml": {Data: []byte(
		"tocsin: 1\nprotocol: a\nname: A\ncore_team:\n  - {id: a, name: A, contact: [{kind: email, to: TBD}, {kind: phone, to: tbd}]}\n",
	)}})
	if err != nil {
		t.Fatal(err)
	}
	if p.CoreTeam[0].Contact[0].To != "TBD" {
		t.Error("the contact was not kept")
	}
}

func TestPlacesOfValues(t *testing.T) {
	src := &Source{}
	_, src, err := Load(fstest.MapFS{
		"a.yaml": {Data: []byte("tocsin: 1\nprotocol: a\nname: A\ncategories:\n  - id: x\n    name: X\n")},
		"b.yaml": {Data: []byte("# second\ncategories: [{id: y, name: Y}]\nscope:\n  incident:\n    - One\n    - Two\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]Place{
		"protocol":             {"a.yaml", 2, 11},
		"categories[x]":        {"a.yaml", 5, 5},
		"categories[x].name":   {"a.yaml", 6, 11},
		"categories[x].nope":   {"a.yaml", 5, 5},
		"categories[y]":        {"b.yaml", 2, 14},
		"categories[z]":        {"a.yaml", 5, 3},
		"scope.incident[1]":    {"b.yaml", 6, 7},
		"scope.incident[7].no": {"b.yaml", 5, 5},
		"issues[none].name":    {},
		"":                     {},
	} {
		if got := src.At(path); got != want {
			t.Errorf("%q stands at %v, want %v", path, got, want)
		}
	}
	var none *Source
	if none.At("protocol") != (Place{}) || none.Line("a.yaml", 1) != "" {
		t.Error("a source that is nil knows something")
	}
}

// Whatever somebody writes, Load answers a plan or problems that can be shown, and what it accepts is whole.
func FuzzLoad(f *testing.F) {
	archives, _ := filepath.Glob("testdata/broken/*.txtar")
	examples, _ := filepath.Glob("../examples/vault/*.yaml")
	for _, name := range append(archives, examples...) {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		if !strings.HasSuffix(name, ".txtar") {
			f.Add(b)
			continue
		}
		for _, file := range txtar.Parse(b).Files {
			f.Add(file.Data)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 64<<10 {
			return
		}
		p, _, err := Load(fstest.MapFS{"plan.yaml": {Data: b}})
		if err == nil {
			if q, err := ParseCanonical(p.Canonical()); err != nil || q.Hash() != p.Hash() {
				t.Errorf("an accepted plan does not survive its canonical form: %v\n%s", err, p.Canonical())
			}
			return
		}
		var problems Problems
		if !errors.As(err, &problems) || len(problems) == 0 {
			t.Fatalf("Load answers %v", err)
		}
		for _, x := range problems {
			if x.Say == "" || x.String() == "" {
				t.Errorf("an empty problem: %#v", x)
			}
		}
	})
}

// Members of several plans side by side must not depend on the order in which a file system lists its files.
func TestFilesAreReadInOrderOfNames(t *testing.T) {
	p, _, err := Load(fstest.MapFS{
		"20.yaml": {Data: []byte("categories: [{id: third, name: C}]\n")},
		"10.yaml": {Data: []byte("categories: [{id: first, name: A}, {id: second, name: B}]\n")},
		"00.yaml": {Data: []byte("tocsin: 1\nprotocol: a\nname: A\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, c := range p.Categories {
		ids = append(ids, c.ID)
	}
	if got := strings.Join(ids, " "); got != "first second third" {
		t.Errorf("categories in the order %s", got)
	}
}
