package markdown_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"tocsin/document/markdown"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the golden files")

func read(t testing.TB, s string) []markdown.Block {
	t.Helper()
	blocks, err := markdown.Read([]byte(s))
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	return blocks
}

// dump writes blocks so that a person can compare them with their document.
func dump(blocks []markdown.Block) string {
	var w strings.Builder
	for _, b := range blocks {
		fmt.Fprintf(&w, "%d-%d %s", b.From, b.To, b.Kind)
		flagged := func(name string, is bool) {
			if is {
				w.WriteString(" " + name)
			}
		}
		if b.Kind == markdown.Heading || b.Kind == markdown.Item {
			fmt.Fprintf(&w, " %d", b.Level)
		}
		flagged(fmt.Sprint("in:", b.In), b.In > 0)
		flagged(fmt.Sprint("fold:", b.Fold), b.Fold > 0)
		flagged(fmt.Sprint("number:", b.Number), b.Ordered)
		flagged("task", b.Task)
		flagged("done", b.Done)
		flagged("quote", b.Quote)
		flagged(b.Language, b.Language != "")
		flagged(fmt.Sprintf("%q", b.Text), b.Text != "")
		flagged(fmt.Sprint(b.Links), len(b.Links) > 0)
		w.WriteByte('\n')
		for i, row := range append([][]markdown.Cell{b.Header}, b.Rows...) {
			if b.Kind != markdown.Table {
				break
			}
			fmt.Fprintf(&w, "  %d:", i)
			for _, c := range row {
				fmt.Fprintf(&w, " %d %q", c.Line, c.Text)
				flagged(fmt.Sprint(c.Links), len(c.Links) > 0)
			}
			w.WriteByte('\n')
		}
	}
	return w.String()
}

func TestReadsDocuments(t *testing.T) {
	files, err := filepath.Glob("testdata/*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			doc, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := dump(read(t, string(doc)))
			golden := strings.TrimSuffix(name, ".md") + ".blocks"
			if *rewrite {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("blocks of %s differ from %s:\n%s", name, golden, got)
			}
			if crlf := dump(read(t, "\ufeff"+strings.ReplaceAll(string(doc), "\n", "\r\n"))); crlf != got {
				t.Errorf("with a byte order mark and CRLF it reads otherwise:\n%s", crlf)
			}
		})
	}
}

// covers checks that every line that is not blank stands in exactly one block, in order, as it was written.
func covers(t *testing.T, doc string, blocks []markdown.Block) {
	t.Helper()
	doc = strings.TrimPrefix(doc, "\ufeff")
	doc = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(doc)
	lines := strings.Split(doc, "\n")
	at := 0
	for _, b := range blocks {
		if b.From <= at || b.To < b.From || b.To > len(lines) {
			t.Fatalf("block %q takes lines %d to %d behind line %d of %d", b.Kind, b.From, b.To, at, len(lines))
		}
		for ; at < b.From-1; at++ {
			if !markdown.Blank(lines[at]) {
				t.Fatalf("line %d %q stands in no block", at+1, lines[at])
			}
		}
		if raw := strings.Join(lines[b.From-1:b.To], "\n"); raw != b.Raw {
			t.Fatalf("block at line %d holds %q, its lines are %q", b.From, b.Raw, raw)
		}
		at = b.To
		for _, row := range b.Rows {
			if len(row) != len(b.Header) {
				t.Fatalf("table at line %d: a row of %d cells under %d", b.From, len(row), len(b.Header))
			}
		}
	}
	for ; at < len(lines); at++ {
		if !markdown.Blank(lines[at]) {
			t.Fatalf("line %d %q stands in no block", at+1, lines[at])
		}
	}
}

func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.md")
	for _, name := range files {
		doc, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(doc))
	}
	for _, s := range []string{
		"- ```\n  a\n  ```\n- | a |\n", "> > - # x\n>\n> y", "<table>\n<tr><td>x\n", "{% tab title=\"x\" %}", "<summary>\n", "a\n-\n- b\n==",
		"[a](b\n[c][d]\n[d]: e", "***a*_b_", "|\n|\n", "|-|\n|-|", "\t- a\n\t\tb\n", "---\n", "```\n\n# x", "<A\nb=\"c\"\n>", "\r\r\n", "- - - x\n[ ] y", ":::",
		"<details><summary>a</summary>b</details>\n# c",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		blocks, err := markdown.Read([]byte(doc))
		if err != nil {
			if !errors.Is(err, markdown.ErrNotText) && !errors.Is(err, markdown.ErrTooLarge) {
				t.Fatalf("unexpected error %v", err)
			}
			return
		}
		covers(t, doc, blocks)
		for _, b := range blocks {
			if markdown.Plain(b.Text) == "" && strings.TrimSpace(b.Text) != "" {
				t.Fatalf("nothing is left of the heading %q", b.Text)
			}
		}
	})
}

func TestRefusesWhatIsNoDocument(t *testing.T) {
	for name, c := range map[string]struct {
		text []byte
		want error
		say  string
	}{
		"too long":     {bytes.Repeat([]byte("a"), markdown.MaxSize+1), markdown.ErrTooLarge, "split it"},
		"zero byte":    {[]byte("a\nb\x00"), markdown.ErrNotText, "line 2"},
		"other coding": {[]byte("caf\xe9"), markdown.ErrNotText, "UTF-8"},
		"wide table":   {[]byte(strings.Repeat("|a", 64) + "|\n" + strings.Repeat("|-", 64) + "|\n" + strings.Repeat("|a|\n", 10_000)), markdown.ErrTooLarge, "cells"},
	} {
		_, err := markdown.Read(c.text)
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// hostile are texts that take a careless reader quadratic time or space.
func hostile() map[string]string {
	const size = markdown.MaxSize / 8
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	half := func(s string) string { return strings.Repeat(s, size/2/len(s)) }
	var deep, fences strings.Builder
	for i := 0; deep.Len() < size; i++ {
		fmt.Fprintf(&deep, "%s- a\n", strings.Repeat(" ", i%1000*2))
	}
	for i := 900; i > 3; i-- {
		fences.WriteString(strings.Repeat("`", i) + "x\n\n# a\n")
	}
	return map[string]string{
		"one line": fill("word "), "quotes": fill(">"), "items": fill("- "), "brackets": fill("["), "links": fill("[]("), "stars": fill("*a "),
		"underscores": fill("_a*"), "marks": fill("`a``"), "open tags": fill("<details>\n"), "summaries": fill("<summary>\n"), "tables": fill("<table>\n"),
		"tables closed": half("<table>\n") + "</table>\n", "preformatted": half("<pre>\n") + "</pre> x", "comments": fill("<!--\n"), "fences": fill("```a\n\n## b\n"), "long fences": fences.String(),
		"deep lists": deep.String(), "angle": fill("<"), "tag": fill("<A b=\n"), "entities": fill("&a"), "bars": fill("|"), "rows": fill("|\n"), "empty": fill("\n"),
		"liquid": fill("{%"), "folds": fill("<summary>a</summary>\n</details>\n"), "nested links": half("[") + half("](u)"), "setext": fill("a\n-\n"), "references": fill("[a]: b\n"),
		"long lines": strings.Repeat(strings.Repeat("<a ", 10_000)+"\n", 15),
	}
}

func TestHostileTextsAreRead(t *testing.T) {
	for name, doc := range hostile() {
		t.Run(name, func(t *testing.T) {
			blocks, err := markdown.Read([]byte(doc))
			if err != nil {
				if !errors.Is(err, markdown.ErrTooLarge) {
					t.Fatal(err)
				}
				return
			}
			covers(t, doc, blocks)
		})
	}
}

func TestPlain(t *testing.T) {
	for heading, want := range map[string]string{
		"🚨 1. Emergency plan:": "Emergency plan", "III. Roles": "Roles", "Step 2: Pause": "Pause", "2.1 Contacts {#contacts}": "Contacts", "P0 – Critical": "P0 – Critical",
		":rotating_light: Call": "Call", "3 signers": "3 signers", "Step 2": "Step 2", "4) Do": "Do", "Appendix A: Glossary": "Glossary", "📞": "📞", "SEV1: worst": "SEV1: worst",
		"24/7 desk": "24/7 desk", "1 – Scope": "Scope", "Phase 3 - Recovery": "Recovery", "": "", "**": "**",
	} {
		if got := markdown.Plain(heading); got != want {
			t.Errorf("Plain(%q) = %q, want %q", heading, got, want)
		}
	}
}

// TestAgreesWithRenderers compares what a renderer sees in a plain document: the same headings, tables, items and code.
func TestAgreesWithRenderers(t *testing.T) {
	doc := "# A *b*\n\ntext\nmore\n\nC\n===\n\n- x\n  - y\n    continued\n- z\n\n1. one\n2. two\n\n   ```go\n   code\n   ```\n\n| a | b |\n|---|---|\n| c | `d` |\n\n> quote\n\n    indented\n\n***\n\n## End\n"
	var want []string
	root := goldmark.New(goldmark.WithExtensions(extension.Table)).Parser().Parse(text.NewReader([]byte(doc)))
	err := ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			want = append(want, fmt.Sprint("heading ", n.Level))
		case *ast.ListItem:
			depth := -1
			for p := n.Parent(); p != nil; p = p.Parent() {
				if p.Kind() == ast.KindList {
					depth++
				}
			}
			want = append(want, fmt.Sprint("item ", depth))
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			want = append(want, "code")
		case *ast.ThematicBreak:
			want = append(want, "rule")
		case *east.Table:
			want = append(want, "table")
		case *ast.Paragraph:
			if n.Parent().Kind() != ast.KindListItem {
				want = append(want, "paragraph")
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, b := range read(t, doc) {
		if b.Kind == markdown.Heading || b.Kind == markdown.Item {
			got = append(got, fmt.Sprint(b.Kind, " ", b.Level))
		} else {
			got = append(got, b.Kind)
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func BenchmarkRead(b *testing.B) {
	doc, err := os.ReadFile("testdata/plain.md")
	if err != nil {
		b.Fatal(err)
	}
	page := bytes.Repeat(append(bytes.TrimPrefix(doc, []byte("---\n")), "\n```\n"...), 100_000/len(doc)+1)
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		if _, err := markdown.Read(page); err != nil {
			b.Fatal(err)
		}
	}
}
