package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/plan"
)

// documents are all texts whose commands and examples are held to be true.
func documents(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	return append([]string{"../../README.md", "../../CONTRIBUTING.md"}, list...)
}

// fence is a fenced block of a document: what follows the backticks, and the lines within without their indentation.
type fence struct{ of, text string }

func fences(t *testing.T, file string) (list []fence) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var open *fence
	indent := 0
	for line := range strings.Lines(string(b)) {
		rest := strings.TrimLeft(line, " ")
		switch {
		case strings.HasPrefix(rest, "```") && open == nil:
			open, indent = &fence{of: strings.TrimSpace(rest[3:])}, len(line)-len(rest)
		case strings.HasPrefix(rest, "```"):
			list, open = append(list, *open), nil
		case open != nil:
			open.text += line[min(indent, len(line)-len(rest)):]
		}
	}
	return list
}

// commands are the command lines of a document, those that go on behind a backslash as one.
func commands(t *testing.T, file string) (list []string) {
	t.Helper()
	for _, f := range fences(t, file) {
		if f.of != "" {
			continue
		}
		for line := range strings.Lines(strings.ReplaceAll(f.text, "\\\n", "")) {
			if line = strings.Join(strings.Fields(line), " "); line != "" {
				list = append(list, line)
			}
		}
	}
	return list
}

// doc says how the test runs a command line of the documents. Every line needs one: a line that nobody has thought about
// fails the test.
type doc struct {
	line   string                      // as it stands there
	as     string                      // what is run instead, by a shell; empty: the line itself
	in     string                      // what the person types
	says   string                      // part of what it prints
	before func(*docWorld, *testing.T) // what happens meanwhile, that the document tells in words
	why    string                      // not run, for this reason
}

// docWorld is the world in which the documents' commands are run.
type docWorld struct {
	*world
	server *server
	id     string // of the incident, which the documents call 2026-11-21-1
}

// start serves the example plan on the stage's chain, as the document supposes.
func (w *docWorld) start(t *testing.T) {
	if err := os.RemoveAll(w.data); err != nil { // a data folder of the README's may be there
		t.Fatal(err)
	}
	w.keyFile("executor")
	w.keyFile("carmen")
	w.keyFile("oscar")
	w.server = w.serve()
	w.id = time.Now().UTC().Format(time.DateOnly) + "-1"
}

func (w *docWorld) saveDecision(t *testing.T) {
	w.world.saveDecision(w.server, w.id, "oscar", filepath.Join(w.dir, "decision.json"))
}

// edit changes the folder of the plan in force.
func (w *docWorld) edit(t *testing.T) {
	file := filepath.Join(w.plan, "plan.yaml")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.Replace(b, []byte(`version: "1.0"`), []byte(newerVersion), 1), 0o600); err != nil {
		t.Fatal(err)
	}
}

// agree is the last signature that the newer plan needs.
func (w *docWorld) agree(*testing.T) {
	w.on("adopt", "approve", "latest", "--signature", w.signature("latest", "janet"))
}

func (w *docWorld) paused(t *testing.T) {
	w.until("the pause", func() bool {
		paused, err := w.stage.Paused(context.Background())
		return err == nil && paused && w.show(w.id, "janet").Incident.Phase == "contained"
	})
}

func (w *docWorld) finish(t *testing.T) {
	w.walk(w.id, "janet", "david", "bella")
	for _, st := range w.show(w.id, "janet").Steps {
		if st.State != "done" && st.State != "skipped" {
			w.run("", "incident", "step", w.id, st.ID, "skipped", "--as", "janet", "--note", "Not today.", "--data", w.data)
		}
	}
}

// TestDocuments runs the commands of every document, in order.
func TestDocuments(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, file := range documents(t) {
		lines := commands(t, file)
		for _, line := range lines {
			seen[line] = true
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			if len(lines) == 0 {
				return
			}
			t.Parallel()
			w := &docWorld{world: newWorld(t)}
			if err := os.CopyFS(filepath.Join(w.dir, "examples/vault"), os.DirFS("../../examples/vault")); err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(filepath.Join(w.dir, "executor.json")); err != nil { // the reader has none yet
				t.Fatal(err)
			}
			for _, line := range lines {
				i := slices.IndexFunc(docs, func(d doc) bool { return d.line == line })
				if i < 0 {
					t.Errorf("this test does not know how to run: %s", line)
					continue
				}
				w.follow(t, docs[i])
			}
		})
	}
	for _, d := range docs {
		if !seen[d.line] {
			t.Errorf("no document holds: %s", d.line)
		}
	}
}

// follow runs one command line in a shell.
func (w *docWorld) follow(t *testing.T, d doc) {
	t.Helper()
	if d.why != "" {
		return
	}
	if d.before != nil {
		d.before(w, t)
	}
	script := d.as
	if script == "" {
		script = strings.NewReplacer("go run ./cmd/tocsin", "tocsin", docIncident, w.id).Replace(d.line)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-ec", script)
	cmd.Dir, cmd.Stdin = w.dir, strings.NewReader(d.in)
	cmd.Env = append(w.env, "ENDPOINT="+w.stage.WSEndpoint())
	if strings.Contains(script, "PASSWORD_FILE") { // as the reader's own environment has it
		cmd.Env = append(cmd.Env, "TOCSIN_KEYSTORE_PASSWORD=")
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", d.line, err, &out)
	}
	says := d.says
	if w.id != "" {
		says = strings.ReplaceAll(says, docIncident, w.id)
	}
	if !strings.Contains(out.String(), says) {
		t.Errorf("%s: does not say %q:\n%s", d.line, says, &out)
	}
}

// TestDocumentedPlan holds docs/plan.md to the example that it quotes and to the model: what it quotes stands there, and it
// leaves no section out.
func TestDocumentedPlan(t *testing.T) {
	t.Parallel()
	const file = "../../docs/plan.md"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile("(?m)^`([a-z]+\\.yaml)`:\n\n```yaml").FindAllStringSubmatch(string(text), -1)
	i := 0
	for _, f := range fences(t, file) {
		if f.of != "yaml" {
			continue
		}
		if i >= len(names) {
			t.Fatalf("nothing says from which file this is:\n%s", f.text)
		}
		b, err := os.ReadFile(filepath.Join("../../examples/vault", names[i][1]))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(b), "\n"+f.text) {
			t.Errorf("%s does not hold:\n%s", names[i][1], f.text)
		}
		i++
	}
	if i < 10 {
		t.Errorf("only %d quotations", i)
	}
	for field := range reflect.TypeFor[plan.Plan]().Fields() {
		key, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if key != "-" && !strings.Contains(string(text), "`"+key+"`") {
			t.Errorf("docs/plan.md does not speak of %s", key)
		}
	}
}

// TestLinks follows the links from one document to another.
func TestLinks(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#]+)\)`)
	for _, file := range append(documents(t), "../../ARCHITECTURE.md") {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(b), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), m[1])); err != nil {
				t.Errorf("%s: %v", filepath.Base(file), err)
			}
		}
	}
}

// TestDocumentedDetectors holds the detectors of docs/detectors.md to those that a test lets find an attack.
func TestDocumentedDetectors(t *testing.T) {
	t.Parallel()
	var tried []byte
	for _, of := range []string{"ten", "internal"} {
		b, err := os.ReadFile("../../detect/testdata/" + of + "/plan.yaml")
		if err != nil {
			t.Fatal(err)
		}
		tried = append(tried, b...)
	}
	found := false
	for _, f := range fences(t, "../../docs/detectors.md") {
		if f.of == "yaml" {
			found = true
			if !strings.Contains(string(tried), f.text) {
				t.Errorf("nobody has tried:\n%s", f.text)
			}
		}
	}
	if !found {
		t.Error("the document shows none")
	}
}
