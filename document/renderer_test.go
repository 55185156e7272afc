package document

import (
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
