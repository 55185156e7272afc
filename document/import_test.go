package document

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tocsin/fault"
	"tocsin/plan"
)

var rewrite = flag.Bool("rewrite", false, "write golden files anew instead of comparing with them")

// golden compares with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *rewrite {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; got:\n%s", name, got)
	}
}

// report writes an import so that a person can check it: the counts, the warnings, the files of the plan, what is left.
func report(got *Imported) []byte {
	var w bytes.Buffer
	items, _ := json.Marshal(got.Items)
	fmt.Fprintf(&w, "# %d placed, %d kept, %d unplaced\n# %s\n", got.Placed, got.Kept, got.Unplaced, items)
	for _, x := range got.Warnings {
		fmt.Fprintf(&w, "# %s:%d: %s; %s\n", x.File, x.Line, x.Say, x.Do)
	}
	files := plan.Write(got.Plan, "")
	var names []string
	for n := range files {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		fmt.Fprintf(&w, "\n--- %s\n%s", n, files[n])
	}
	if got.Left != "" {
		fmt.Fprintf(&w, "\n--- unplaced.md\n%s", got.Left)
	}
	return w.Bytes()
}

// imported imports a document of testdata and holds it to what is true of every import.
func importFile(t *testing.T, names ...string) *Imported {
	t.Helper()
	var files []File
	for _, n := range names {
		text, err := os.ReadFile(filepath.Join("testdata", n))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, File{Name: n, Text: text})
	}
	got, err := Import(files, ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	sound(t, files, got)
	return got
}

// sound checks what is true of every import: each line that is not blank has one fate, and the plan can be read again.
func sound(t *testing.T, files []File, got *Imported) {
	t.Helper()
	n := 0
	for _, f := range files {
		for _, line := range lines(f.Text) {
			if strings.TrimSpace(line) != "" {
				n++
			}
		}
	}
	if sum := got.Placed + got.Kept + got.Unplaced; sum != n {
		t.Errorf("%d lines are placed, %d kept, %d unplaced, of %d", got.Placed, got.Kept, got.Unplaced, n)
	}
	if got.Unplaced == 0 != (got.Left == "") {
		t.Errorf("%d lines unplaced, but what is left is:\n%s", got.Unplaced, got.Left)
	}
	again, _, err := plan.Load(folder(plan.Write(got.Plan, "")))
	if err != nil {
		t.Fatalf("the plan does not load:\n%v", err)
	}
	again.Attachments = nil // the files that a plan names stand in no document
	if again.Hash() != got.Plan.Hash() {
		t.Error("the plan that was written is another")
	}
}

// The form of seven tables: every row has its place, in all its spellings.
func TestImportOfSevenTables(t *testing.T) {
	got := importFile(t, "own-form.md")
	golden(t, "own-form.yaml", report(got))
}

func TestImportRefusesWhatIsNoText(t *testing.T) {
	for name, text := range map[string][]byte{
		"nothing but bytes": {0xff, 0xfe, 0x00, 0x41},
		"a zero byte":       []byte("# Plan\n\x00\n"),
		"too much":          bytes.Repeat([]byte("a\n"), largest),
	} {
		if _, err := Import([]File{{Name: "plan.md", Text: text}}, ImportOptions{}); fault.CodeOf(err) != fault.Invalid || !strings.Contains(err.Error(), "plan.md") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Import(nil, ImportOptions{}); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("no document at all: %v", err)
	}
}

// The title names the protocol only if it says more than what every such title says.
func TestImportNamesTheProtocol(t *testing.T) {
	for _, c := range []struct {
		title          string
		options        ImportOptions
		name, protocol string
	}{
		{"Emergency Response Plan", ImportOptions{}, "TBD", "tbd"},
		{"The Incident Response Playbook v1.2", ImportOptions{}, "TBD", "tbd"},
		{"Harbour Vault: Emergency Response Plan", ImportOptions{}, "Harbour Vault", "harbour-vault"},
		{"Incident response plan of Bank for Bees", ImportOptions{}, "Bank for Bees", "bank-for-bees"},
		{"Emergency Response Plan", ImportOptions{Name: "Glühwürmchen", Protocol: "gw"}, "Glühwürmchen", "gw"},
		{"Emergency Response Plan", ImportOptions{Name: "Glühwürmchen"}, "Glühwürmchen", "gluhwurmchen"},
	} {
		got, err := Import([]File{{Name: "plan.md", Text: []byte("# " + c.title + "\n\nText.\n")}}, c.options)
		if err != nil {
			t.Fatal(err)
		}
		if got.Plan.Name != c.name || got.Plan.Protocol != c.protocol {
			t.Errorf("%q with %+v: %q, %q", c.title, c.options, got.Plan.Name, got.Plan.Protocol)
		}
	}
}

// However a document is made, reading it costs what its length is worth: each of these is close to the most that is read,
// and each of its lines has one fate.
func TestImportOfHostileDocuments(t *testing.T) {
	for name, text := range map[string]string{
		"one line":          "# x\n\n" + strings.Repeat("a, ", 300_000),
		"many paragraphs":   "# x\n\n" + strings.Repeat("word\n\n", 100_000),
		"many headings":     strings.Repeat("## Issues\n\ntext\n\n", 20_000),
		"deep lists":        strings.Repeat("  - a\n", 20_000) + strings.Repeat(" ", 5_000) + "- b\n",
		"one wide row":      "## Issues\n\n" + strings.Repeat("| issue ", 20_000) + "|\n" + strings.Repeat("| --- ", 20_000) + "|\n" + strings.Repeat("| x ", 20_000) + "|\n",
		"our own, wide row": "---\ntocsin: 1\n---\n\n## 1. Potential issues\n\n" + strings.Repeat("| Issue ", 20_000) + "|\n" + strings.Repeat("| --- ", 20_000) + "|\n" + strings.Repeat("| x ", 20_000) + "|\n",
		"aliases":           "---\ntocsin: 1\n---\n\n## For the program\n\n```yaml\na: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\n```\n",
		"deep YAML":         "---\ntocsin: 1\n---\n\n## For the program\n\n```yaml\na: " + strings.Repeat("[", 50_000) + "\n```\n",
		"one name":          "## Response Procedures\n\n| Issue | Response Steps |\n| --- | --- |\n" + strings.Repeat("| a | b |\n", 5_000),
	} {
		t.Run(name, func(t *testing.T) {
			files := []File{{Name: "plan.md", Text: []byte(text)}}
			got, err := Import(files, ImportOptions{})
			if err != nil {
				t.Fatal(err)
			}
			sound(t, files, got)
		})
	}
}
