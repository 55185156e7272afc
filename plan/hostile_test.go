package plan

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// head begins a plan that is right as far as it goes.
const head = "tocsin: 1\nprotocol: a\nname: A\n"

// hostile are texts made to keep a reader busy, to fill its memory or to make it call itself without end.
func hostile() map[string]string {
	const n = 1 << 18
	deeper := func(text string, levels int) string {
		var b strings.Builder
		for i := range levels {
			b.WriteString(strings.Repeat(" ", i) + text + "\n")
		}
		return b.String()
	}
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 40; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), ", "))
	}
	var references, keys strings.Builder
	for i := range 8_000 {
		fmt.Fprintf(&references, "  - {id: person-of-the-team-%d, name: P, backups: [nobody-of-the-team-%d]}\n", i, i)
	}
	for i := range 30_000 {
		fmt.Fprintf(&keys, "{key%d: 1}, ", i)
	}
	return map[string]string{
		"one line of 10 MB":        head + "owner: " + strings.Repeat("x", 10<<20),
		"one long line":            head + "owner: " + strings.Repeat("x", maxFile-100),
		"one long quoted line":     head + "owner: \"" + strings.Repeat("x ", n),
		"one long key":             head + strings.Repeat("x", maxFile-100) + ": 1",
		"long words in many keys":  head + strings.Repeat(strings.Repeat("k", 1000)+": x\n", 2000),
		"10,000 levels of lines":   head + "scope:\n" + deeper("a:", 10_000)[:maxFile-1000],
		"brackets":                 head + "scope: " + strings.Repeat("[", maxMarks-10),
		"braces":                   head + "scope: " + strings.Repeat("{a: ", maxMarks/2-10),
		"dashes":                   head + "scope:\n " + strings.Repeat("- ", maxMarks-10),
		"closing brackets":         head + "scope: " + strings.Repeat("]", n),
		"key marks":                head + strings.Repeat("? ", maxMarks-10),
		"colons":                   head + strings.Repeat(": ", maxMarks-10),
		"commas":                   head + "scope: [" + strings.Repeat(",", maxMarks-10),
		"pairs in one list":        head + "scope: [" + strings.Repeat("a: b, ", maxMarks/2-10) + "]",
		"words in one list":        head + "scope: {incident: [" + strings.Repeat("a b, ", maxMarks-10) + "\"\"]}",
		"a list for a key":         head + "[" + strings.Repeat("a, ", maxMarks-10) + "]: x",
		"comments":                 head + strings.Repeat("# x\n", maxMarks-10) + "nothing: 1",
		"comments behind":          head + "scope:\n  incident:\n" + strings.Repeat("    - a # x\n", maxMarks/2-10) + "  nothing: 1",
		"blank lines":              strings.Repeat("\n", maxMarks-10),
		"the same key":             head + strings.Repeat("name: B\n", maxMarks/2-10),
		"anchors":                  head + strings.Repeat("a: &a b\n", maxMarks/2-10),
		"a bomb of aliases":        head + bomb,
		"an alias of itself":       head + "owner: &a [*a]",
		"tags":                     head + "scope: " + strings.Repeat("!a ", n),
		"documents":                strings.Repeat("---\na: 1\n", 30_000),
		"directives":               strings.Repeat("%YAML 1.2\n", n/4),
		"quotes":                   head + "owner: " + strings.Repeat("'", n),
		"tabs":                     head + "scope:\n" + strings.Repeat("\t", n),
		"references to nobody":     head + "extended_team:\n" + references.String(),
		"unknown keys on one line": head + "categories: [" + keys.String() + "]",
		"NUL":                      head + "owner: " + strings.Repeat("\x00", n),
		"not UTF-8":                head + "owner: " + strings.Repeat("\xff", n),
		"a mark of byte order":     head + "owner: \ufeffjanet",
		"lines of other systems":   strings.ReplaceAll(head, "\n", "\r\n") + "owner: \u2028janet",
	}
}

// Whatever is in a file, what is wrong with it is said in a few lines, at the cost of no more memory than a large plan.
func TestHostileFiles(t *testing.T) {
	const most = 400 << 20 // bytes, all that is ever asked for
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			files := Stored{"plan.yaml": []byte(text)}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _, err := Load(files)
			said := 0
			if err != nil {
				said = len(err.Error())
			}
			runtime.ReadMemStats(&after)
			var problems Problems
			if !errors.As(err, &problems) || len(problems) > mostProblems+1 {
				t.Fatalf("Load answers %.300v", err)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > most {
				t.Errorf("%d MiB were asked for", used>>20)
			}
			if said > 2<<20 {
				t.Errorf("the problems fill %d bytes", said)
			}
			for _, p := range problems {
				if len(p.SourceLine) > 4*widest || len(p.Say) > 4000 || len(p.Do) > 4000 {
					t.Fatalf("a problem of %d, %d and %d bytes", len(p.SourceLine), len(p.Say), len(p.Do))
				}
			}
		})
	}
}

// A file that a plan names lies in its folder, whichever key names it.
func TestNoReferenceLeavesTheFolder(t *testing.T) {
	named := map[string]string{
		"assets.abi_file":                     "chains: [{id: 1, name: M}]\nassets: [{id: v, name: V, kind: contract, chain: 1, abi_file: %q}]\n",
		"actions.transaction":                 "actions: [{id: a, name: A, kind: signed-transaction, transaction: %q}]\n",
		"exercises.scenarios.injects.picture": "exercises: {scenarios: [{id: s, name: S, injects: [{id: i, text: T, picture: %q}]}]}\n",
		"exercises.scenarios.script":          "exercises: {scenarios: [{id: s, name: S, script: %q}]}\n",
		"exercises.scenarios.pictures":        "exercises: {scenarios: [{id: s, name: S, script: x.yaml, pictures: [%q]}]}\n",
		"contacts.file":                       "contacts: {file: %q, hash: \"0x" + strings.Repeat("1", 64) + "\"}\n",
	}
	var keys []string
	var walk func(t reflect.Type, path string)
	walk = func(t reflect.Type, path string) {
		switch t.Kind() {
		case reflect.Slice, reflect.Pointer, reflect.Map:
			walk(t.Elem(), path)
		case reflect.Struct:
			for _, f := range fields(t) {
				if f.form == "file" || f.form == "sealed" {
					keys = append(keys, join(path, f.key))
				}
				walk(t.Field(f.index).Type, join(path, f.key))
			}
		}
	}
	walk(reflect.TypeFor[Plan](), "")
	if len(keys) != len(named) {
		t.Errorf("these keys name files: %v", keys)
	}
	for _, key := range keys {
		for _, name := range []string{
			"../secret.json", "..", ".", "/etc/passwd", "a/../../secret.json", "a/../secret.json", "./secret.json", "a//b", "a/", "nowhere.json",
			`..\secret.json`, `C:\secret.json`, "file:///etc/passwd", "~/.ssh/id_ed25519", "secret.json/..", "folder",
		} {
			_, src, err := Load(Stored{"plan.yaml": fmt.Appendf(nil, head+named[key], name), "secret.json": []byte("[]"), "folder/x.json": []byte("[]")})
			var problems Problems
			if !errors.As(err, &problems) || len(src.Files) != 1 {
				t.Errorf("%s: %q is read: %v", key, name, err)
			}
		}
	}
}

// What is said about a long line shows what is meant, not the line.
func TestLongLinesAreShownInPart(t *testing.T) {
	for _, c := range []struct{ before, after int }{{0, 2000}, {1000, 1000}, {2000, 0}, {50, 20}} {
		line := "owner: " + strings.Repeat("é", c.before) + "\x01" + strings.Repeat("ü", c.after)
		_, _, err := Load(Stored{"plan.yaml": []byte(head + line)})
		var problems Problems
		if !errors.As(err, &problems) {
			t.Fatal(err)
		}
		p := problems[0]
		shown := []rune(p.SourceLine)
		if at := p.Column - 1 - p.SourceFrom; at < 0 || at >= len(shown) || shown[at] != '\x01' || len(shown) > widest {
			t.Errorf("%d before, %d after: column %d, %d left out, %d shown", c.before, c.after, p.Column, p.SourceFrom, len(shown))
		}
		if whole := string([]rune(line)[p.SourceFrom : p.SourceFrom+len(shown)]); whole != p.SourceLine {
			t.Errorf("what is shown is not part of the line")
		}
	}
}
