package document

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Other forms of plans, each read by hand: every fact stands where a colleague would look for it.
func TestImportOfOtherForms(t *testing.T) {
	files, err := filepath.Glob("testdata/other/*.md")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d documents: %v", len(files), err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			name := filepath.Join("other", filepath.Base(name))
			golden(t, strings.TrimSuffix(name, ".md")+".yaml", report(importFile(t, name)))
		})
	}
}

// One plan over several files: what one file names stands in another.
func TestImportOfSeveralFiles(t *testing.T) {
	got := importFile(t, "other/several/index.md", "other/several/pause.md", "other/several/team.md")
	golden(t, "other/several/plan.yaml", report(got))
}

func FuzzImport(f *testing.F) {
	files, _ := filepath.Glob("testdata/other/*.md")
	own, _ := filepath.Glob("testdata/*.md")
	for _, name := range append(files, own...) {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	for _, s := range []string{
		"## Roles\n- \n- Scribe:\n- @x (backup: )\n", "## Severity levels\n### P0\n- a\n", "## If it fails?\n1. Go? If yes → step 1; if no → step 1\n",
		"## Hack\n```\nA?\n├── B?\n│   └── C → D → \n└── \n```\n", "## Contracts\n|Name|Address|Chain|\n|-|-|-|\n|A|0x|7|\n", "## Contacts\n- A: , / ;\n- B (C): +0 (\n",
		"## Scope\n- TBD\n", "## Playbooks\n### Step 1: \n", "|Role|Name|\n|-|-|\n|A (B)|A (B)|\n", "<details><summary>Hack</summary>\n\n1. x\n</details>\ny\n",
		"## Hack\n1. \n- a\n2. Owner: x\n   Tools: , \n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		files := []File{{Name: "plan.md", Text: []byte(doc)}}
		got, err := Import(files, ImportOptions{})
		if err != nil {
			return
		}
		sound(t, files, got)
	})
}
