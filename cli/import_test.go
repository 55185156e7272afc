package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const seven = `# Firefly Bank: Emergency Response Plan

## Potential Issues

| Category | Issue | Detection |
| --- | --- | --- |
| Theft | Stolen Deposits | Depositors complain |

## Response Procedures

| Issue | Response Steps | Details |
| --- | --- | --- |
| Stolen Deposits | Pause deposits | (how) |

| Word | Meaning |
| --- | --- |
| Deposit | Money that is not ours |
`

// aDocument writes a document into a folder of its own and answers its name.
func aDocument(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "plan.md")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// importing runs an import and answers its exit code and what it printed.
func importing(args ...string) (code int, out, errOut string) {
	var o, e strings.Builder
	code = Run(context.Background(), append([]string{"import"}, args...), strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

func fileNames(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestImportWritesAPlan(t *testing.T) {
	out := filepath.Join(t.TempDir(), "new", "plan")
	code, printed, errOut := importing(aDocument(t, seven), "--out", out)
	if code != 0 {
		t.Fatalf("exit %d: %s%s", code, printed, errOut)
	}
	for _, want := range []string{"9 lines placed, 3 kept as notes, none left over.", "issues 1, procedures 1, steps 1", "tocsin check " + out} {
		if !strings.Contains(printed, want) {
			t.Errorf("%q is not in:\n%s", want, printed)
		}
	}
	if code, printed, errOut := importing(aDocument(t, seven), "--out", out); code != 2 || !strings.Contains(errOut, "holds a plan already") {
		t.Errorf("a second import: exit %d: %s%s", code, printed, errOut)
	}
	if got := fileNames(t, filepath.Dir(out)); len(got) != 1 {
		t.Errorf("something was left beside the plan: %q", got)
	}
}

func TestImportTellsPrograms(t *testing.T) {
	out := t.TempDir()
	code, printed, errOut := importing(aDocument(t, seven+"\n# Odds\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n"), "--out", out, "--protocol", "fb", "--name", "FB", "--json")
	if code != 0 || errOut != "" {
		t.Fatalf("exit %d: %s", code, errOut)
	}
	var said struct {
		Placed, Kept, Unplaced int
		Items                  map[string]int
		Warnings               []struct {
			File, Say string
			Line      int
		}
		Files []string
	}
	if err := json.Unmarshal([]byte(printed), &said); err != nil {
		t.Fatal(err)
	}
	if said.Placed != 9 || said.Unplaced != 4 || said.Kept != 3 || said.Items["issues"] != 1 {
		t.Errorf("%+v", said)
	}
	if len(said.Warnings) != 1 || said.Warnings[0].Line != 21 || said.Warnings[0].File == "" {
		t.Errorf("warnings %+v", said.Warnings)
	}
	if !slices.Equal(said.Files, fileNames(t, out)) || !slices.Contains(said.Files, "unplaced.md") {
		t.Errorf("files %q, in the folder %q", said.Files, fileNames(t, out))
	}
	text, err := os.ReadFile(filepath.Join(out, "plan.yaml"))
	if err != nil || !strings.Contains(string(text), "protocol: fb\nname: FB\n") {
		t.Errorf("plan.yaml: %v\n%s", err, text)
	}
}

// With --force the new plan takes the place of the old one, all of it; what is not of the plan stays.
func TestImportOverAPlan(t *testing.T) {
	out := t.TempDir()
	for name, text := range map[string]string{"old.yaml": "tocsin: 1\n", "README.txt": "ours\n"} {
		if err := os.WriteFile(filepath.Join(out, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if code, _, errOut := importing(aDocument(t, seven), "--out", out, "--force"); code != 0 {
		t.Fatalf("exit %d: %s", code, errOut)
	}
	got := fileNames(t, out)
	if slices.Contains(got, "old.yaml") || !slices.Contains(got, "README.txt") || !slices.Contains(got, "issues.yaml") {
		t.Errorf("%q", got)
	}
}

func TestImportRefuses(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name, want string
		args       []string
	}{
		{"no document", "takes the documents", []string{"--out", filepath.Join(dir, "a")}},
		{"no folder", "where to write", []string{aDocument(t, seven)}},
		{"a document that is not there", "cannot be read", []string{filepath.Join(dir, "none.md"), "--out", filepath.Join(dir, "b")}},
		{"a folder for a document", "is not a file", []string{dir, "--out", filepath.Join(dir, "c")}},
		{"no text", "is not a text", []string{aDocument(t, "\xff\x00"), "--out", filepath.Join(dir, "d")}},
		{"nothing", "There is nothing in", []string{aDocument(t, "\n \n"), "--out", filepath.Join(dir, "f")}},
		{"the same twice", "hold the same text", []string{aDocument(t, seven), aDocument(t, seven), "--out", filepath.Join(dir, "g")}},
		{"too much", "larger than 4 MiB", []string{aDocument(t, strings.Repeat("a line\n", 1<<20)), "--out", filepath.Join(dir, "e")}},
	} {
		if code, out, errOut := importing(c.args...); code != 2 || out != "" || !strings.Contains(errOut, c.want) {
			t.Errorf("%s: exit %d: %s%s", c.name, code, out, errOut)
		}
	}
	if got := fileNames(t, dir); len(got) > 0 {
		t.Errorf("something was written: %q", got)
	}
}
