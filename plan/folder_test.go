package plan

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
)

// sharedTeam is what two protocols of one organisation share.
const sharedTeam = `core_team:
  - { id: ada, name: Ada, roles: [lead] }
roles:
  - { id: lead, name: Lead }
`

func sharing(protocol string, more map[string]string) fstest.MapFS {
	folder := fstest.MapFS{
		"plan.yaml":              {Data: []byte("tocsin: 1\nprotocol: " + protocol + "\nname: P\nowner: ada\nshared: [organisation]\ncore_team: [{id: bob, name: Bob}]\n")},
		"organisation/team.yaml": {Data: []byte(sharedTeam)},
		"organisation/notes.md":  {Data: []byte("# not part of a plan")},
	}
	for name, text := range more {
		folder[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return folder
}

func TestTwoProtocolsShareATeam(t *testing.T) {
	for _, protocol := range []string{"first", "second"} {
		folder := sharing(protocol, map[string]string{"organisation/deeper/x.yaml": "nonsense: true\n"})
		p, src, err := Load(folder)
		if err != nil {
			t.Fatal(err)
		}
		if ada, ok := p.Person("ada"); !ok || ada.Name != "Ada" || p.CoreTeam[0].ID != "bob" || p.Protocol != protocol {
			t.Errorf("the core team is %v", p.CoreTeam)
		}
		if at := src.At("core_team[ada].name"); at != (Place{"organisation/team.yaml", 2, 22}) {
			t.Errorf("the shared person stands at %v", at)
		}
		again, _, err := Load(folderOf(src.Files))
		if err != nil || again.Hash() != p.Hash() {
			t.Errorf("a stored copy loads as another plan: %v", err)
		}
		whole := fstest.MapFS{
			"plan.yaml": {Data: []byte("tocsin: 1\nprotocol: " + protocol + "\nname: P\nowner: ada\ncore_team: [{id: bob, name: Bob}]\n")},
			"team.yaml": folder["organisation/team.yaml"],
		}
		if w, _, err := Load(whole); err != nil || w.Hash() != p.Hash() {
			t.Errorf("how a plan is split changes its hash: %v", err)
		}
	}
}

func TestBrokenSharing(t *testing.T) {
	for name, c := range map[string]struct {
		folder fstest.MapFS
		file   string
		say    string
	}{
		"missing":   {fstest.MapFS{"a.yaml": {Data: []byte("tocsin: 1\nprotocol: a\nname: A\nshared: [nowhere]\n")}}, "a.yaml", `there is no shared folder "nowhere"`},
		"a file":    {fstest.MapFS{"a.yaml": {Data: []byte("tocsin: 1\nprotocol: a\nname: A\nshared: [it]\n")}, "it": {Data: []byte("x")}}, "a.yaml", `the shared folder "it" cannot be read`},
		"empty":     {fstest.MapFS{"a.yaml": {Data: []byte("tocsin: 1\nprotocol: a\nname: A\nshared: [it]\n")}, "it/x.md": {Data: []byte("x")}}, "a.yaml", `the shared folder "it" holds nothing of a plan`},
		"path":      {fstest.MapFS{"a.yaml": {Data: []byte("tocsin: 1\nprotocol: a\nname: A\nshared: [../it]\n")}}, "a.yaml", `"../it" cannot be an id`},
		"twice":     {sharing("a", map[string]string{"b.yaml": "shared: [organisation]\n"}), "plan.yaml", `the folder "organisation" stands twice`},
		"in a ring": {sharing("a", map[string]string{"organisation/x.yaml": "shared: [organisation]\n"}), "organisation/x.yaml", "a shared folder cannot share further folders"},
		"same key":  {sharing("a", map[string]string{"organisation/x.yaml": "name: Q\n"}), "organisation/x.yaml", `the key "name" is set in two files`},
		"same id":   {sharing("a", map[string]string{"organisation/x.yaml": "core_team: [{id: bob, name: Bob}]\n"}), "organisation/x.yaml", `the id "bob" is taken by another person`},
		"no top":    {fstest.MapFS{"m.yaml": {Data: []byte("shared: [abi]\n")}, "abi/a.yaml": {Data: []byte(sharedTeam)}}, "m.yaml", `the plan has no "tocsin"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := Load(c.folder)
			var problems Problems
			if !errors.As(err, &problems) {
				t.Fatalf("Load answers %v", err)
			}
			if p := problems[0]; !strings.HasPrefix(p.Say, c.say) || p.File != c.file {
				t.Errorf("%s", problems)
			}
		})
	}
}

// A plan folder may hold things that are no files, and links that lead out of it.
func TestFilesThatAreNone(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret.json")
	if err := os.WriteFile(outside, []byte(`[{"type":"function"}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, put := range map[string]func(path string) error{
		"a folder":          func(path string) error { return os.Mkdir(path, 0o700) },
		"a pipe":            func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"a link to outside": func(path string) error { return os.Symlink(outside, path) },
		"a link up":         func(path string) error { return os.Symlink("../secret.json", path) },
		"a link to nothing": func(path string) error { return os.Symlink("nothing", path) },
		"a link to itself":  func(path string) error { return os.Symlink(filepath.Base(path), path) },
		"a device":          func(path string) error { return os.Symlink("/dev/zero", path) },
	} {
		for _, as := range []string{"x.yaml", "x.json"} {
			t.Run(name+" as "+as, func(t *testing.T) {
				dir := t.TempDir()
				text := "tocsin: 1\nprotocol: a\nname: A\n"
				if as == "x.json" {
					text += "chains: [{id: 1, name: M}]\nassets: [{id: v, name: V, kind: contract, chain: 1, abi_file: x.json}]\n"
				}
				if err := os.WriteFile(filepath.Join(dir, "plan.yaml"), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				if err := put(filepath.Join(dir, as)); err != nil {
					t.Fatal(err)
				}
				root, err := os.OpenRoot(dir)
				if err != nil {
					t.Fatal(err)
				}
				defer root.Close()
				_, src, err := Load(root.FS())
				var problems Problems
				if !errors.As(err, &problems) || len(problems) != 1 || !strings.Contains(problems[0].Say, fmt.Sprintf("%q", as)) {
					t.Errorf("Load answers %v", err)
				}
				if len(src.Files) != 1 {
					t.Errorf("%d files were read", len(src.Files))
				}
			})
		}
	}
}

// crowded is a folder with so many files, all of them the same.
type crowded struct {
	n    int
	file fstest.MapFS
}

func (c crowded) Open(name string) (fs.File, error) { return c.file.Open("a.yaml") }

func (c crowded) ReadDir(string) ([]fs.DirEntry, error) {
	one, err := c.file.ReadDir(".")
	entries := make([]fs.DirEntry, c.n)
	for i := range entries {
		entries[i] = named{one[0], fmt.Sprintf("f%06d.yaml", i)}
	}
	return entries, err
}

type named struct {
	fs.DirEntry
	name string
}

func (n named) Name() string { return n.name }

func TestTooManyFiles(t *testing.T) {
	for what, text := range map[string]string{
		"the plan has more than 1000 files":                             "# nothing\nnotes: []\n",
		"the files of this plan hold more than 1000000 lines and marks": "# " + strings.Repeat("-", maxMarks/4) + "\nnotes: []\n",
		"the files of this plan are larger than 64 MiB":                 "# " + strings.Repeat("x", 1<<20) + "\nnotes: []\n",
	} {
		_, src, err := Load(crowded{100_000, fstest.MapFS{"a.yaml": {Data: []byte(text)}}})
		var problems Problems
		if !errors.As(err, &problems) || !strings.Contains(problems.Error(), what) {
			t.Fatalf("Load does not say %q", what)
		}
		if len(src.Files) > maxFiles {
			t.Errorf("%d files were read", len(src.Files))
		}
	}
}
