package document

import (
	"bytes"
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

// Texts that would take careless readers time that grows with the square of their length are read, line by line.
func TestImportOfHostileTexts(t *testing.T) {
	const size = 10_000
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	for name, doc := range map[string]string{
		"procedures": fill("## Hack\n1. a\n"), "items": "## Hack\n" + fill("1. a\n"), "details": "## Hack\n1. a\n" + fill("   - Verify: b\n"),
		"words": "## Hack\n1. a\n" + fill("   b\n"), "questions": "## Hack\n" + fill("1. a?\n   - yes → b\n"), "roles": "## Roles\n" + fill("- Scribe: Ada Bo\n"),
		"holders": "|Role|Name|\n|-|-|\n" + fill("|a|[b]|\n"), "levels": "## Severity levels\n### P0\n" + fill("- a\n"), "contacts": "## Contacts\n" + fill("- A: +1\n"),
		"tree": "## Hack\n```\na?\n" + fill("├── b\n") + "```\n", "branches": "## Hack\n```\n" + fill("a?\n├── b\n└── c\n") + "```\n", "deep tree": "## Hack\n```\n" + deepTree() + "```\n",
		"steps": "# Runbook\n" + fill("## Step 1: a\n"), "scope": "## Scope\n" + fill("- a\n"), "drills": "## Drills\n" + fill("- a\n"), "assets": "## Contracts on Base\n|Name|Address|\n|-|-|\n" + fill("|a|b|\n"),
		"messages": "## Communication\n" + fill("- Users: hourly\n"), "links": "## Hack\n1. a " + fill("[a](b) "), "notes": "## Hack\n1. a\n\n" + fill("b\n\n"),
	} {
		t.Run(name, func(t *testing.T) {
			files := []File{{Name: "plan.md", Text: []byte(doc)}}
			got, err := Import(files, ImportOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if got.Placed+got.Kept == 0 {
				t.Error("nothing of it was read")
			}
		})
	}
}

// deepTree draws a tree in which each line stands under the one before.
func deepTree() string {
	var w strings.Builder
	for i := range 300 {
		w.WriteString(strings.Repeat("│   ", i) + "├── a?\n")
	}
	return w.String()
}

func BenchmarkImportOfOtherForms(b *testing.B) {
	text, err := os.ReadFile("testdata/other/playbook.md")
	if err != nil {
		b.Fatal(err)
	}
	files := []File{{Name: "plan.md", Text: bytes.Repeat(text, 100_000/len(text)+1)}}
	b.SetBytes(int64(len(files[0].Text)))
	for b.Loop() {
		if _, err := Import(files, ImportOptions{}); err != nil {
			b.Fatal(err)
		}
	}
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
