package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tocsin/check"
)

// bare writes a plan with hardly anything in it, which has gaps of every level.
func bare(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	text := "tocsin: 1\nprotocol: bare\nname: Bare\nissues:\n  - {id: bug, name: Unknown bug}\n"
	if err := os.WriteFile(filepath.Join(dir, "plan.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestCheckPrintsGapsTheWorstFirst(t *testing.T) {
	out, complaint, code := command(t, "", "check", bare(t))
	if code != exitNo || complaint != "" {
		t.Fatalf("exit %d: %s", code, complaint)
	}
	first := " errors, which would fail in an emergency:\n\n" +
		"plan.yaml:5:5: error: Nothing detects \"Unknown bug\", neither a detector nor a person. [issue-without-detection]\n" +
		"    It would be learned from those whom it harmed.\n" +
		"    Declare a detector and name it under detection.detectors.\n"
	if before, _, ok := strings.Cut(out, first); !ok || len(before) > 2 {
		t.Errorf("it begins otherwise:\n%s", out)
	}
	levels := []string{"error", "warning", "note"}
	at := 0
	for line := range strings.Lines(out) {
		if !strings.HasSuffix(line, "]\n") || strings.HasPrefix(line, " ") {
			continue
		}
		level := slices.IndexFunc(levels, func(l string) bool { return strings.Contains(line, ": "+l+": ") })
		if level < at {
			t.Errorf("out of order: %s", line)
		}
		at = level
	}
	if at != 2 || !strings.Contains(out, "\nBare: 1 issue, no detectors, no procedures, no decisions. ") || !strings.Contains(out, " errors, ") {
		t.Errorf("it ends otherwise:\n%s", out)
	}
}

// A long list must be read quickly: what two gaps have in common stands there once, below both.
func TestCheckSaysOnceWhatGapsHaveInCommon(t *testing.T) {
	dir := t.TempDir()
	text := "tocsin: 1\nprotocol: bare\nname: Bare\nissues:\n  - {id: bug, name: Unknown bug}\n  - {id: theft, name: Stolen funds}\n"
	if err := os.WriteFile(filepath.Join(dir, "plan.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, _, _ := command(t, "", "check", dir)
	for _, part := range []string{
		"[issue-without-procedure]\nplan.yaml:5:5: error: No procedure answers \"Unknown bug\". [issue-without-procedure]\n" +
			"    Whoever is awake would have to invent the response.\n    Write a procedure, even a short one, and name it under procedure.\n\n",
		// Where each is mended in another way, each way stands there.
		"    Add an issue with kinds: [denial-of-service], or say under scope.not_incident why it cannot happen to you.\n",
		"    Add an issue with kinds: [front-end], or say under scope.not_incident why it cannot happen to you.\n",
	} {
		if strings.Count(out, part) != 1 {
			t.Errorf("%d times and not once:\n%s\nin:\n%s", strings.Count(out, part), part, out)
		}
	}
	if n := strings.Count(out, "    It happens to other protocols"); n != 1 {
		t.Errorf("why it matters stands there %d times:\n%s", n, out)
	}
}

func TestCheckFailsOn(t *testing.T) {
	for _, c := range []struct {
		dir, level string
		code       int
	}{
		{bare(t), "error", exitNo},
		{bare(t), "never", exitFine},
		{"../examples/vault", "error", exitFine},
		{"../examples/vault", "note", exitNo},
		{bare(t), "loud", exitUnusable},
	} {
		if _, complaint, code := command(t, "", "check", c.dir, "--fail-on", c.level); code != c.code {
			t.Errorf("%s: exit %d, want %d: %s", c.level, code, c.code, complaint)
		}
	}
}

func TestCheckAsJSON(t *testing.T) {
	out, _, code := command(t, "", "check", bare(t), "--json")
	var got struct {
		Protocol string
		Problems []any
		Gaps     []map[string]any
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != exitNo {
		t.Fatalf("exit %d, %v: %s", code, err, out)
	}
	if got.Protocol != "bare" || got.Problems == nil || len(got.Gaps) < 3 {
		t.Fatalf("%s", out)
	}
	g := got.Gaps[0]
	for key, want := range map[string]any{
		"code": "issue-without-detection", "level": string(check.Error), "subject": "issues[bug].detection", "file": "plan.yaml", "line": 5.0, "column": 5.0,
	} {
		if g[key] != want {
			t.Errorf("%s is %v, want %v", key, g[key], want)
		}
	}
	for _, key := range []string{"message", "why", "mend"} {
		if s, _ := g[key].(string); s == "" {
			t.Errorf("the gap has no %s", key)
		}
	}
}
