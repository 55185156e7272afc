package plan_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"tocsin/plan"
)

// patched applies a unified difference to a text, and fails where it does not fit.
func patched(t *testing.T, text, diff string) string {
	t.Helper()
	lines := strings.SplitAfter(text, "\n")
	var out strings.Builder
	at := 0
	last := byte(0)
	for l := range strings.SplitAfterSeq(diff, "\n") {
		var a, n, b, m int
		switch {
		case l == "" || strings.HasPrefix(l, "--- ") || strings.HasPrefix(l, "+++ "):
		case strings.HasPrefix(l, "@@"):
			if _, err := fmt.Sscanf(l, "@@ -%d,%d +%d,%d @@", &a, &n, &b, &m); err != nil {
				t.Fatalf("%q: %v", l, err)
			}
			if n == 0 {
				a++
			}
			for ; at < a-1; at++ {
				out.WriteString(lines[at])
			}
		case l[0] == '\\':
			if last != '-' {
				text := strings.TrimSuffix(out.String(), "\n")
				out.Reset()
				out.WriteString(text)
			}
		default:
			last = l[0]
			if l[0] != '+' {
				if strings.TrimSuffix(lines[at], "\n") != strings.TrimSuffix(l[1:], "\n") {
					t.Fatalf("line %d is %q, and the difference has %q:\n%s", at+1, lines[at], l, diff)
				}
				at++
			}
			if l[0] != '-' {
				out.WriteString(l[1:])
			}
		}
	}
	for ; at < len(lines); at++ {
		out.WriteString(lines[at])
	}
	return out.String()
}

func TestPatch(t *testing.T) {
	before := map[string][]byte{"plan.yaml": []byte("a\nb\nc\nd\ne\nf\ng\nh\ni\n"), "gone.yaml": []byte("x\n"), "same.yaml": []byte("y\n")}
	after := map[string][]byte{"plan.yaml": []byte("a\nb\nc\nd\nnew\ne\nf\ng\nh\ni\n"), "same.yaml": []byte("y\n"), "more.yaml": []byte("z")}
	want := "--- a/gone.yaml\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-x\n" +
		"--- /dev/null\n+++ b/more.yaml\n@@ -0,0 +1,1 @@\n+z\n\\ No newline at end of file\n" +
		"--- a/plan.yaml\n+++ b/plan.yaml\n@@ -2,6 +2,7 @@\n b\n c\n d\n+new\n e\n f\n g\n"
	if got := plan.Patch(before, after); got != want {
		t.Errorf("it is\n%s\nwant\n%s", got, want)
	}
	if got := plan.Patch(before, before); got != "" {
		t.Errorf("nothing differs, and it is %q", got)
	}
}

// Whatever was changed, applying the difference gives the other text.
func TestPatchLeadsToTheOtherText(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		var lines []string
		for range r.IntN(40) {
			lines = append(lines, string(rune('a'+r.IntN(6))))
		}
		s := strings.Join(lines, "\n")
		if len(lines) > 0 && r.IntN(4) > 0 {
			s += "\n"
		}
		return s
	}
	for range 500 {
		a, b := text(), text()
		diff := plan.Patch(map[string][]byte{"f": []byte(a)}, map[string][]byte{"f": []byte(b)})
		if got := patched(t, a, diff); got != b {
			t.Fatalf("%q and %q give\n%s\nwhich leads to %q", a, b, diff, got)
		}
	}
	long := strings.Repeat("one\n", 3000)
	other := strings.Repeat("two\n", 3000)
	diff := plan.Patch(map[string][]byte{"f": []byte(long)}, map[string][]byte{"f": []byte(other)})
	if got := patched(t, long, diff); got != other {
		t.Error("a long text is not led to the other one")
	}
}
