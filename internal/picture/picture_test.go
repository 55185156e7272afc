package picture

import (
	"os"
	"path/filepath"
	"testing"
)

func TestMoves(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.md")
	page := func(text string) string {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	got, err := Moves(page("# Machines\n\na ──no──▶ picture\n\n## Door\n\n```\na command\n```\n\n```text\nstart, shut ──open──▶ ajar ──push, wind──▶ wide\n```\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Move{{"Door", "start", "open", "ajar"}, {"Door", "shut", "open", "ajar"}, {"Door", "ajar", "push", "wide"}, {"Door", "ajar", "wind", "wide"}}
	for _, m := range want {
		if !got[m] {
			t.Errorf("%s is not read", m)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d moves are read: %v", len(got), got)
	}
	for _, bad := range []string{"a -> b", "a ──x──▶", "a ──x──▶ b c"} {
		if _, err := Moves(page("## Door\n```text\n" + bad + "\n```\n")); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}
