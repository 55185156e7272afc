package plan

import (
	"fmt"
	"strings"
	"testing"
)

// Every character of a text is found where it stands, however the text is written.
func TestInside(t *testing.T) {
	for name, written := range map[string]string{
		"plain":                  "where: tx.value > MARK && tx.failed # why",
		"plain over lines":       "where: tx.value >\n      0 &&\n\n      MARK",
		"double quotes":          `where: "tx.to == \"0xab\" \u0026& é MARK"`,
		"double quotes, lines":   "where: \"tx.value > 0\n      && MARK\n\n      || false\"",
		"single quotes":          `where: 'a == ''b'' && MARK'`,
		"block":                  "where: |\n      tx.value > 0 &&\n        MARK\n      || false",
		"block, blank lines":     "where: |\n      tx.value > 0 &&\n\n      MARK",
		"block, kept":            "where: |+ # why\n      one\n      MARK\n",
		"block, stripped":        "where: |-\n      one\n      MARK\n",
		"folded":                 "where: >\n      tx.value > 0 &&\n      MARK\n\n      || false",
		"folded, wider":          "where: >-\n      one\n        two\n      MARK",
		"block in other letters": "where: |\n      \"ééé\" == MARK",
	} {
		t.Run(name, func(t *testing.T) {
			text := head + "chains: [{id: 1, name: M}]\ndetectors:\n  - id: d\n    name: D\n    kind: match\n    chain: 1\n    transaction: true\n    " + written + "\n"
			p, src, err := Load(Stored{"plan.yaml": []byte(text)})
			if err != nil {
				t.Fatal(err)
			}
			value := p.Detectors[0].Where
			before, _, ok := strings.Cut(value, "MARK")
			if !ok {
				t.Fatalf("the value is %q", value)
			}
			line := strings.Count(before, "\n") + 1
			column := len([]rune(before[strings.LastIndexByte(before, '\n')+1:])) + 1
			at := src.Inside("detectors[d].where", value, line, column)
			row := []rune(src.Line(at.File, at.Line))
			if at.Column < 1 || at.Column > len(row) || !strings.HasPrefix(string(row[at.Column-1:]), "MARK") {
				t.Errorf("%d:%d of %q is said to stand at %d:%d, in %q", line, column, value, at.Line, at.Column, string(row))
			}
			if far := src.Inside("detectors[d].where", value, line+9, 1); far != src.At("detectors[d].where") {
				t.Errorf("what is not there stands at %v", far)
			}
			if other := src.Inside("detectors[d].where", value+"!", line, column); other != src.At("detectors[d].where") {
				t.Errorf("another text stands at %v", other)
			}
			end := src.Inside("detectors[d].where", value, strings.Count(value, "\n")+1, len([]rune(value[strings.LastIndexByte(value, '\n')+1:]))+1)
			if end.Line < at.Line {
				t.Errorf("the end stands at %v", end)
			}
		})
	}
}

// FuzzInside: whatever is written and asked for, there is an answer in the file.
func FuzzInside(f *testing.F) {
	for _, s := range []string{"|\n  a\n b", "> \n", "\"\\", "'", "|9\n x", "\"\\u12", "a\n\n\n", "|", "\t|\n\t\tx"} {
		f.Add(s, "a", 1, 1)
	}
	f.Fuzz(func(t *testing.T, file, text string, line, column int) {
		s := &Source{Files: map[string][]byte{"p": []byte(file)}, places: map[string]Place{"x": {"p", 1, 1}}}
		at := s.Inside("x", text, line, column)
		if at.File != "p" || at.Line < 1 || at.Column < 1 {
			t.Error(fmt.Sprint(at))
		}
	})
}
