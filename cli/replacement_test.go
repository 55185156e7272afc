package cli

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tocsin/plan"
)

var errCut = errors.New("cut short")

// cutAfter lets n changes of a folder happen, and none after them.
func cutAfter(dir string, n int) *replacement {
	return &replacement{dir: dir, cut: func() error {
		if n--; n < 0 {
			return errCut
		}
		return nil
	}}
}

var (
	oldPlan = map[string]string{
		"plan.yaml": "tocsin: 1\nprotocol: old\nname: Old\nowner: ada\n", "team.yaml": "core_team: [{id: ada, name: Ada}]\n",
		"issues.yaml": "issues: [{id: theft, name: Old theft}]\n", "extra.yml": "chains: [{id: 1, name: Mainnet}]\n", "unplaced.md": "old\n", "schema.json": "{}",
	}
	newPlan = map[string]string{
		"plan.yaml": "tocsin: 1\nprotocol: new\nname: New\nowner: ada\n", "team.yaml": "core_team: [{id: ada, name: Ada}]\n",
		"issues.yaml": "issues: [{id: theft, name: New theft}]\n", "roles.yaml": "roles: [{id: scribe, name: Scribe}]\n", "schema.json": "{ }",
	}
	ours = map[string]string{"README.txt": "ours", ".hidden.yaml": "ours", "abi.json": "[]", "sub/x.yaml": "ours"}
)

// foldered lays the old plan out, among files that are no part of it.
func foldered(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, files := range []map[string]string{oldPlan, ours} {
		for name, text := range files {
			name = filepath.Join(dir, filepath.FromSlash(name))
			if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, []byte(text), 0o600)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

func inBytes(files map[string]string) map[string][]byte {
	all := map[string][]byte{}
	for name, text := range files {
		all[name] = []byte(text)
	}
	return all
}

// whole tells which plan loads, "old" or "new", and fails if it is neither, or some of each; "" if none loads.
func whole(t *testing.T, files fs.FS) string {
	t.Helper()
	p, src, err := plan.Load(files)
	var problems plan.Problems
	if errors.As(err, &problems) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]map[string]string{"old": oldPlan, "new": newPlan}[p.Protocol]
	for name, text := range src.Files {
		if want[name] != string(text) {
			t.Fatalf("%s of the plan %q holds %q", name, p.Protocol, text)
		}
	}
	for name := range want {
		if _, ok := src.Files[name]; !ok && strings.HasPrefix(filepath.Ext(name), ".y") {
			t.Fatalf("the plan %q loads without its %s", p.Protocol, name)
		}
	}
	return p.Protocol
}

// standing tells which plan the commands read, and makes sure that whoever reads the folder bare reads no mixture.
func standing(t *testing.T, dir string) string {
	t.Helper()
	folder, err := planFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	whole(t, os.DirFS(dir))
	got := whole(t, folder.FS())
	if got == "" {
		t.Fatal("no plan loads")
	}
	return got
}

// holds makes sure that a folder holds a plan, the files that are no part of it, and nothing else.
func holds(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	want := maps.Clone(ours)
	maps.Copy(want, files)
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() && !strings.HasPrefix(e.Name(), ".tocsin") {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if wanted, ok := want[filepath.ToSlash(name)]; err != nil || !ok || wanted != string(text) {
			t.Errorf("%s is there and holds %q (%v)", name, text, err)
		}
		delete(want, filepath.ToSlash(name))
		return nil
	})
	if err != nil || len(want) > 0 {
		t.Errorf("missing: %v %v", want, err)
	}
}

// Wherever writing over a plan is cut short, and wherever the run after it is: one whole plan loads, and the next run ends
// what was begun.
func TestReplacementCutShort(t *testing.T) {
	seen := map[string]int{}
	through := false
	for n := 0; !through; n++ {
		again := true
		for m := n % 4; again; m += 4 { // all of them, over the first cuts
			dir := foldered(t)
			err := cutAfter(dir, n).write(inBytes(newPlan))
			if through = err == nil; !through && !errors.Is(err, errCut) {
				t.Fatal(err)
			}
			first := standing(t, dir)
			seen[first]++
			err = cutAfter(dir, m).finish()
			if again = err != nil; again && !errors.Is(err, errCut) {
				t.Fatal(err)
			}
			if got := standing(t, dir); got != first {
				t.Fatalf("cut after %d changes the %s plan stands, and after %d more the %s one", n, first, m, got)
			}
			if err := (&replacement{dir: dir}).finish(); err != nil {
				t.Fatal(err)
			}
			if got := whole(t, os.DirFS(dir)); got != first {
				t.Fatalf("cut after %d and %d changes, %q stands instead of the %s plan", n, m, got, first)
			}
			holds(t, dir, map[string]map[string]string{"old": oldPlan, "new": newPlan}[first])
		}
		if through && n < 15 {
			t.Errorf("only %d changes were seen", n)
		}
	}
	if seen["old"] < 5 || seen["new"] < 20 {
		t.Errorf("seen: %v", seen)
	}
}

// An import ends what an earlier one has begun before it looks at what stands in the folder.
func TestImportAfterOneCutShort(t *testing.T) {
	dir := foldered(t)
	r := &replacement{dir: dir}
	if err := r.stage(inBytes(newPlan)); err != nil {
		t.Fatal(err)
	}
	if code, _, errOut := importing(aDocument(t, seven), "--out", dir); code != exitUnusable || !strings.Contains(errOut, "holds a plan already") {
		t.Errorf("exit %d: %s", code, errOut)
	}
	holds(t, dir, newPlan)
}

// A folder that has the name of a file is nobody's plan, and stays.
func TestReplacementLeavesFolders(t *testing.T) {
	dir := foldered(t)
	if err := os.MkdirAll(filepath.Join(dir, "roles.yaml", "deep"), 0o700); err != nil {
		t.Fatal(err)
	}
	if code, _, errOut := importing(aDocument(t, seven), "--out", dir, "--force"); code != exitUnusable || !strings.Contains(errOut, "roles.yaml is a folder") {
		t.Errorf("exit %d: %s", code, errOut)
	}
	if err := os.RemoveAll(filepath.Join(dir, "roles.yaml")); err != nil {
		t.Fatal(err)
	}
	holds(t, dir, oldPlan)
}

// What somebody has written since a run was cut short is theirs: the next run does not end the first over it.
func TestReplacementSparesWhatIsNewer(t *testing.T) {
	dir := foldered(t)
	r := &replacement{dir: dir}
	if err := r.stage(inBytes(newPlan)); err != nil {
		t.Fatal(err)
	}
	if err := cutAfter(dir, 2).finish(); !errors.Is(err, errCut) { // the first file is aside
		t.Fatal(err)
	}
	again := filepath.Join(dir, "plan.yaml")
	if err := os.WriteFile(again, []byte("# restored\n"+oldPlan["plan.yaml"]), 0o600); err != nil {
		t.Fatal(err)
	}
	before := fileNames(t, dir)
	code, _, errOut := importing(aDocument(t, seven), "--out", dir, "--force")
	if code != exitUnusable || !strings.Contains(errOut, "plan.yaml has been written anew") || !strings.Contains(errOut, formerName) {
		t.Errorf("exit %d: %s", code, errOut)
	}
	if after := fileNames(t, dir); !slices.Equal(before, after) {
		t.Errorf("the folder holds %q, before %q", after, before)
	}
	if err := os.Remove(again); err != nil {
		t.Fatal(err)
	}
	if err := r.finish(); err != nil {
		t.Fatal(err)
	}
	holds(t, dir, newPlan)
}
