package readiness

import (
	"os"
	"strings"
	"testing"
)

func TestEveryCodeIsExplained(t *testing.T) {
	text, err := os.ReadFile("../docs/readiness.md")
	if err != nil {
		t.Fatal(err)
	}
	headings := ""
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "### ") {
			headings += line
		}
	}
	seen := map[string]bool{}
	for _, code := range LiveCodes() {
		if !strings.Contains(headings, "`"+code+"`") {
			t.Errorf("docs/readiness.md does not explain %s", code)
		}
		if seen[code] {
			t.Errorf("%s stands there twice", code)
		}
		seen[code] = true
	}
}
