package document

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/plan"
)

// again renders a plan and reads it back.
func again(t *testing.T, p *plan.Plan) (text string, got *Imported) {
	t.Helper()
	md := Markdown(p, RenderOptions{})
	got, err := Import([]File{{Name: "plan.md", Text: md}}, ImportOptions{})
	if err != nil {
		t.Fatalf("read back: %v\n%s", err, md)
	}
	return string(md), got
}

// same holds the plan that was read back to be the plan that was rendered.
func same(t *testing.T, p *plan.Plan) (text string, got *Imported) {
	t.Helper()
	p.Attachments = nil // the bytes of files stand in no document
	text, got = again(t, p)
	if got.Plan.Hash() != p.Hash() {
		d, _ := difference(tree(got.Plan), tree(p))
		t.Fatalf("another plan comes back:\n%v\nwarnings %v\n%s", d, got.Warnings, text)
	}
	if got.Unplaced > 0 {
		t.Errorf("%d lines find no place again:\n%s", got.Unplaced, got.Left)
	}
	return text, got
}

func loadExample(t *testing.T, dir string) *plan.Plan {
	t.Helper()
	p, _, err := plan.Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Every example comes back as it was, and its tables and lists carry nearly all of it.
func TestExamplesComeBack(t *testing.T) {
	dirs, err := filepath.Glob("../examples/*/plan.yaml")
	if err != nil || len(dirs) == 0 {
		t.Fatal("no examples", err)
	}
	for _, dir := range dirs {
		dir = filepath.Dir(dir)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			text, _ := same(t, loadExample(t, dir))
			_, program, _ := strings.Cut(text, "## "+programHeading)
			if len(program) > len(text)/20 {
				t.Errorf("the last section is too long for what people read:\n%s", program)
			}
		})
	}
}

func TestImportedPlansComeBack(t *testing.T) {
	same(t, importFile(t, "own-form.md").Plan)
}

// Who edits the rendering edits the plan: what a cell or a line says is what the plan then says.
func TestEditedMarkdownIsAnEditedPlan(t *testing.T) {
	p := loadExample(t, "../examples/vault")
	p.Attachments = nil
	text := string(Markdown(p, RenderOptions{}))
	for _, edit := range [][2]string{
		{"| hanna@example.com |", "| hanna@example.org |"},
		{"   - Time budget: 5m\n", "   - Time budget: 7m\n"},
		{"| Pause the contract | Carmen E, Oscar P |", "| Pause the contract | Carmen E |"},
		{"| Upon validation | Upon resolution | On call |", "| Upon detection | Upon resolution | On call |"},
		{"## Groups\n", "## Groups\n\nWho they are changes every year.\n"},
	} {
		if strings.Count(text, edit[0]) != 1 {
			t.Fatalf("%q stands %d times in the rendering", edit[0], strings.Count(text, edit[0]))
		}
		text = strings.Replace(text, edit[0], edit[1], 1)
	}
	got, err := Import([]File{{Name: "plan.md", Text: []byte(text)}}, ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.ExtendedTeam {
		if p.ExtendedTeam[i].ID == "hanna" {
			p.ExtendedTeam[i].Contact[0].To = "hanna@example.org"
		}
	}
	p.Procedures[0].Steps[0].Budget, _ = plan.ParseDuration("7m")
	p.Decisions[0].Required = []string{"carmen"}
	p.Escalation.Rules[2].Core = "detection"
	p.Notes = append(p.Notes, plan.Note{About: "groups", Text: "Who they are changes every year."})
	if got.Plan.Hash() != p.Hash() {
		d, _ := difference(tree(got.Plan), tree(p))
		t.Errorf("the plan differs from the edited one in %v; warnings %v", d, got.Warnings)
	}
}

// What no key takes is kept and told of, not dropped, wherever somebody writes it.
func TestStrangeLinesOfARendering(t *testing.T) {
	p := loadExample(t, "../examples/vault")
	text := string(Markdown(p, RenderOptions{}))
	text = strings.Replace(text, "   - Time budget: 5m\n", "   - Time budget: soon\n   - Weather:\n     - fine\n       - and warm\n", 1)
	text = strings.Replace(text, "| Category | Core Response Team |", "| Mood | Core Response Team |", 1)
	got, err := Import([]File{{Name: "plan.md", Text: []byte(text)}}, ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	sound(t, []File{{Text: []byte(text)}}, got)
	note := ""
	for _, n := range got.Plan.Notes {
		note += n.About + ": " + n.Text
	}
	for _, kept := range []string{"- and warm", "Mood: Hacker attack"} {
		if !strings.Contains(note, kept) {
			t.Errorf("%q is not kept in %q", kept, note)
		}
	}
	if len(got.Warnings) != 2 || !strings.Contains(note, "procedures[stolen-user-funds]: ") || !strings.Contains(note, "Time budget: soon") || !strings.Contains(note, "Weather:") {
		t.Errorf("notes %q, warnings %v", note, got.Warnings)
	}
}

// A last section that is no longer YAML of a plan is kept and told of; the tables count all the same.
func TestBrokenLastSection(t *testing.T) {
	for _, broken := range []string{"issues: [", "issues: &a [*a]", "owners: x", "issues:\n  - id: 5\n    name: [x]", "- a"} {
		text := fmt.Sprintf("---\ntocsin: 1\nprotocol: x\n---\n\n# X%s\n\n## Roles\n\n| Role | Holders |\n| :--- | :--- |\n| Guard | |\n\n## %s\n\n```yaml\n%s\n```\n", titleTail, programHeading, broken)
		files := []File{{Name: "plan.md", Text: []byte(text)}}
		got, err := Import(files, ImportOptions{})
		if err != nil {
			t.Fatal(err)
		}
		sound(t, files, got)
		if len(got.Plan.Roles) != 1 || len(got.Plan.Notes) == 0 || !strings.Contains(got.Plan.Notes[0].Text, strings.Split(broken, "\n")[0]) || len(got.Warnings) == 0 {
			t.Errorf("%q: notes %q, warnings %v", broken, got.Plan.Notes, got.Warnings)
		}
	}
}
