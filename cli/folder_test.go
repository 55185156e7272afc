package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tocsin/plan"
)

// organisation lays out two plans beside the folder that they share, and what must stay out of reach.
func organisation(t *testing.T) string {
	t.Helper()
	top := t.TempDir()
	for name, text := range map[string]string{
		"work/first/plan.yaml":         "tocsin: 1\nprotocol: first\nname: First\nowner: ada\nshared: [organisation]\n",
		"work/second/plan.yaml":        "tocsin: 1\nprotocol: second\nname: Second\nowner: ada\nshared: [organisation]\n",
		"work/organisation/team.yaml":  "core_team: [{id: ada, name: Ada}]\n",
		"work/organisation/abi.json":   "[]",
		"work/organisation/id.pem":     "a private key",
		"work/organisation/sub/x.yaml": "core_team: [{id: bob, name: Bob}]\n",
		"work/secret.yaml":             "core_team: [{id: eve, name: Eve}]\n",
		"work/Private/team.yaml":       "core_team: [{id: eve, name: Eve}]\n",
		"secret/team.yaml":             "core_team: [{id: eve, name: Eve}]\n",
	} {
		file := filepath.Join(top, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{
		"work/organisation/link.yaml": "../secret.yaml",
		"work/organisation/own.yaml":  "team.yaml",
		"work/linked":                 "organisation",
		"work/outside":                "../secret",
		"work/first/inside":           "../organisation",
	} {
		if err := os.Symlink(to, filepath.Join(top, filepath.FromSlash(link))); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(top, "work/organisation/pipe.json"), 0o600); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(top, "work")
}

func TestTwoPlansShareAFolder(t *testing.T) {
	work := organisation(t)
	for _, link := range []string{"link.yaml", "own.yaml"} {
		if err := os.Remove(filepath.Join(work, "organisation", link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"first", "second"} {
		folder, err := planFolder(filepath.Join(work, name))
		if err != nil {
			t.Fatal(err)
		}
		p, src, err := plan.Load(folder.FS())
		if err != nil {
			t.Fatal(err)
		}
		if len(p.CoreTeam) != 1 || p.Protocol != name || src.Files["organisation/team.yaml"] == nil || len(src.Files) != 2 {
			t.Errorf("%s has %d people out of %d files", name, len(p.CoreTeam), len(src.Files))
		}
		if err := folder.Close(); err != nil {
			t.Error(err)
		}
	}
}

// What a plan folder gives access to is itself and the plain files of folders beside it.
func TestWhatAPlanFolderGivesAccessTo(t *testing.T) {
	folder, err := planFolder(filepath.Join(organisation(t), "first"))
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	files := folder.FS()
	for _, name := range []string{"plan.yaml", "organisation/team.yaml", "organisation/abi.json", "organisation/sub/x.yaml"} {
		info, err := fs.Stat(files, name)
		if err != nil || !info.Mode().IsRegular() {
			t.Errorf("%s cannot be asked for: %v", name, err)
		}
		if b, err := fs.ReadFile(files, name); err != nil || len(b) == 0 {
			t.Errorf("%s cannot be read: %v", name, err)
		}
	}
	for _, name := range []string{
		"organisation/id.pem", "organisation/link.yaml", "organisation/own.yaml", "organisation/pipe.json", "organisation/../secret.yaml", "../secret.yaml",
		"secret.yaml", "Private/team.yaml", "linked/team.yaml", "outside/team.yaml", "inside/team.yaml", "/etc/passwd", "..", "nowhere/x.yaml", "first/plan.yaml/x",
	} {
		if _, err := fs.Stat(files, name); err == nil {
			t.Errorf("%s can be asked for", name)
		}
		if _, err := fs.ReadFile(files, name); err == nil {
			t.Errorf("%s can be read", name)
		}
	}
	entries, err := fs.ReadDir(files, "organisation")
	if err != nil || len(entries) != 7 {
		t.Errorf("the shared folder lists %d entries: %v", len(entries), err)
	}
	for _, name := range []string{"linked", "outside", "Private", "secret.yaml", "organisation/team.yaml", "nowhere", "..", "inside"} {
		if _, err := fs.ReadDir(files, name); err == nil {
			t.Errorf("%s can be listed", name)
		}
	}
}

func TestFolderThatIsNone(t *testing.T) {
	if _, err := planFolder(filepath.Join(t.TempDir(), "nowhere")); err == nil || !strings.Contains(err.Error(), "not a folder that can be read") {
		t.Errorf("planFolder answers %v", err)
	}
}
