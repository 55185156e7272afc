package plan

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

// folderOf makes a folder of files.
func folderOf(files map[string][]byte) fs.FS {
	folder := fstest.MapFS{}
	for name, b := range files {
		folder[name] = &fstest.MapFile{Data: b}
	}
	return folder
}

func reload(t *testing.T, files map[string][]byte) *Plan {
	t.Helper()
	p, _, err := Load(folderOf(files))
	if err != nil {
		for name, b := range files {
			t.Logf("%s\n%s", name, b)
		}
		t.Fatalf("what was written cannot be read:\n%v", err)
	}
	return p
}

func TestWrittenPlanIsTheSame(t *testing.T) {
	p := loadExample(t)
	files := Write(p, "")
	if q := reload(t, files); q.Hash() != p.Hash() {
		t.Errorf("the plan read back is\n%s\nwant\n%s", q.Canonical(), p.Canonical())
	}
	for _, name := range []string{
		"plan.yaml", "assets.yaml", "issues.yaml", "detectors.yaml", "procedures.yaml", "escalation.yaml", "team.yaml",
		"communications.yaml", "decisions.yaml", "exercises.yaml",
	} {
		if !bytes.HasPrefix(files[name], []byte("# ")) {
			t.Errorf("%s has no heading:\n%.60s", name, files[name])
		}
	}
	if len(files) != 10 {
		t.Errorf("%d files are written", len(files))
	}
}

func TestWrittenFileNamesItsSchema(t *testing.T) {
	files := Write(&Plan{Tocsin: 1, Protocol: "a", Name: "A"}, "../schema.json")
	if want := "# yaml-language-server: $schema=../schema.json\n#\n"; len(files) != 1 || !bytes.HasPrefix(files["plan.yaml"], []byte(want)) {
		t.Errorf("%q", files)
	}
	if Write(nil, "x") == nil || len(Write(nil, "x")) != 0 {
		t.Error("no plan is written as something")
	}
}

// The form in which a person would have written it.
func TestWrittenForm(t *testing.T) {
	p := &Plan{
		Tocsin: 1, Protocol: "a", Name: "A", Version: "1.0",
		Chains: []Chain{{ID: 1, Name: "Main"}},
		Assets: []Asset{
			{ID: "vault", Name: "Vault: the first", Kind: "contract", Chain: 1, ABI: []string{"function pause()"}},
			{ID: "site", Name: "Site #1", Kind: "domain", Location: "https://a.example"},
		},
		Roles:    []Role{{ID: "lead", Name: "Lead", Duties: []string{"Leads, and says so"}}},
		Unlisted: []Unlisted{{ID: "ceo", Name: "CEO"}},
		CoreTeam: []Person{{
			ID: "ada", Name: "Ada", Roles: []string{"lead"}, Keys: []Key{{Note: "soon"}},
			Contact: []Contact{{Kind: "chat", To: "@ada"}, {Kind: "phone", To: "+19995551212", Note: "day, and night"}},
		}},
		Procedures: []Procedure{{ID: "p", Name: "P", Steps: []Step{{
			ID: "s", Name: "S", Owner: "lead", How: "First this.\n\n  Then that.\n", Why: strings.Repeat("Because it must be so. ", 8) + "Indeed.", Expect: `It says "done"`,
		}}}},
		Notes: []Note{{Text: "yes"}},
	}
	var got strings.Builder
	files := Write(p, "")
	for _, name := range []string{"plan", "assets", "procedures", "team", "notes"} {
		fmt.Fprintf(&got, "-- %s --\n%s", name, files[name+".yaml"])
	}
	golden(t, "testdata/written.txt", got.String())
	reload(t, files)
}

// golden compares a text with the one that is kept, or keeps it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// nasty are texts that YAML readers are known to take for something else, and pieces of which such texts consist.
var nasty = []string{
	"yes", "No", "on", "null", "~", "true", "123", "1.5", "0x1f", "0o17", "1e3", ".inf", ".5", ".", "...", "---", "- a", "? a", ": a", "a: b", "a:", "a :b",
	"a #b", "#a", "a#b", "[a", "a]", "{a}", "a, b", "&a", "*a", "!a", "!!str a", "|", ">", ">-", "'", `"`, `a"b`, "it's", `it's "so"`, "%a", "@a", "`a`", `\`, `a\nb`,
	" a", "a ", "  ", "a  b", "\ta", "a\tb", "a\t", "a\nb", "a\n\nb", "\na", "a\n b", " a\nb", "a\n", "a \nb", "a\n \nb", "a\n\tb", "a\n# b", "a\n---\nb", "a\n- b",
	"2026-11-21", "12:30", "12:30:45", "0123", "+1", "-1", "<<", "=", "é", "日本語", "🙂", "\u00a0a", "a\u2028b", "\u0085", "\ufeff", "a\u200db", "\U0001f468\u200d\U0001f469", "\u202eabc",
	"-", "--", "-a", "?a", ":a", ",a", "a,", "1 a", "1_000", "1,000", "(a)", "/a", "a/b: c", "tocsin: 1", "{{.Name}}", "${X}", "a: |\n  b", "\"a\": b", "'a': b",
}

// wild makes a text out of nasty pieces.
func wild(r *rand.Rand) string {
	for {
		var b strings.Builder
		for range 1 + r.IntN(4)*r.IntN(4) {
			b.WriteString(nasty[r.IntN(len(nasty))])
			b.WriteString([]string{"", "", " ", "\n", ", ", "  \n"}[r.IntN(6)])
		}
		if s := clean(b.String()); strings.TrimSpace(s) != "" {
			return s
		}
	}
}

// freely calls set for every text of a value that a plan may choose freely.
func freely(v reflect.Value, set func(v reflect.Value)) {
	switch v.Kind() {
	case reflect.Struct:
		for _, f := range fields(v.Type()) {
			x := v.Field(f.index)
			if f.form != "" || len(f.one) > 0 || len(f.ref) > 0 || v.Type() == reflect.TypeFor[Contact]() && f.key == "to" || f.key == "shared" || isText(x) {
				continue
			}
			freely(x, set)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			freely(v.Elem(), set)
		}
	case reflect.Slice:
		for i := range v.Len() {
			freely(v.Index(i), set)
		}
	case reflect.Map:
		if v.Type().Elem().Kind() == reflect.String {
			for _, k := range v.MapKeys() {
				s := reflect.New(v.Type().Elem()).Elem()
				set(s)
				v.SetMapIndex(k, s)
			}
		}
	case reflect.String:
		set(v)
	}
}

// copied is a plan of its own with the same content.
func copied(t testing.TB, p *Plan) *Plan {
	t.Helper()
	q, err := ParseCanonical(p.Canonical())
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestAnyTextSurvivesWriting(t *testing.T) {
	example := loadExample(t)
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 1))
		p := copied(t, example)
		p.Detectors[0].Expect = map[string]string{"status": "", "a: b": "", "200": "", "yes": ""}
		freely(reflect.ValueOf(p).Elem(), func(v reflect.Value) { v.SetString(wild(r)) })
		q := reload(t, Write(p, "x"))
		if !bytes.Equal(q.Canonical(), p.Canonical()) {
			differ(t, reflect.ValueOf(p).Elem(), reflect.ValueOf(q).Elem(), "")
			t.Fatalf("seed %d does not survive", seed)
		}
	}
}

// differ logs where two values differ.
func differ(t *testing.T, a, b reflect.Value, path string) {
	t.Helper()
	switch a.Kind() {
	case reflect.Struct:
		for i := range a.NumField() {
			differ(t, a.Field(i), b.Field(i), path+"."+a.Type().Field(i).Name)
		}
	case reflect.Slice:
		for i := range min(a.Len(), b.Len()) {
			differ(t, a.Index(i), b.Index(i), fmt.Sprintf("%s[%d]", path, i))
		}
	default:
		if a.CanInterface() && !reflect.DeepEqual(a.Interface(), b.Interface()) {
			t.Logf("%s: %#v, want %#v", path, b.Interface(), a.Interface())
		}
	}
}

// Each nasty text alone, where a key, a short list, a long list and a row of a table hold it.
func TestEachNastyTextSurvivesWriting(t *testing.T) {
	for _, s := range append(nasty, strings.Repeat("word ", 60), strings.Repeat("long", 60), strings.Repeat("# a: ", 50), strings.Repeat("- b ", 60)) {
		p := &Plan{
			Tocsin: 1, Protocol: "a", Name: "A", Notes: []Note{{Text: "n" + s}}, Scope: Scope{Incident: []string{"i" + s, "j"}},
			Exercises: Exercises{Steps: []string{"long enough to stand in a line of its own"}}, Unlisted: []Unlisted{{ID: "x", Name: "u" + s}},
		}
		if text := clean(s); strings.TrimSpace(text) != "" {
			p.Name, p.Notes = text, append(p.Notes, Note{Text: text})
			p.Scope.NotIncident, p.Scope.Activation = []string{text}, []string{"a b", text}
			p.Unlisted = append(p.Unlisted, Unlisted{ID: "y", Name: text})
			p.Exercises.Steps = append(p.Exercises.Steps, text)
		}
		freely(reflect.ValueOf(p).Elem(), func(v reflect.Value) { v.SetString(clean(v.String())) })
		if q := reload(t, Write(p, "")); !bytes.Equal(q.Canonical(), p.Canonical()) {
			t.Errorf("%q becomes\n%s\nwant\n%s\n%s", s, q.Canonical(), p.Canonical(), Write(p, "")["plan.yaml"])
		}
	}
}

func TestWhatNoPlanMayHoldIsNotWritten(t *testing.T) {
	p := &Plan{
		Tocsin: 1, Protocol: "a", Name: "A\x1b[31m\x00\u009b", Owner: " ", Version: "\xff",
		Scope: Scope{Incident: []string{"", "a\r\nb\n\n", " \n"}, Activation: []string{""}},
	}
	q := reload(t, Write(p, "a\nb: c"))
	want := &Plan{Tocsin: 1, Protocol: "a", Name: "A [31m  ", Version: "\ufffd", Scope: Scope{Incident: []string{"a\nb"}}}
	if !bytes.Equal(q.Canonical(), want.Canonical()) {
		t.Errorf("%s", q.Canonical())
	}
}

func TestEveryKeyIsWritten(t *testing.T) {
	for _, f := range fields(reflect.TypeFor[Plan]()) {
		n := 0
		for _, d := range documents {
			for _, key := range d.keys {
				if key == f.key {
					n++
				}
			}
		}
		if want := map[bool]int{true: 0, false: 1}[f.key == "shared"]; n != want {
			t.Errorf("%q stands in %d files", f.key, n)
		}
	}
}

func TestLargeSectionsAreSplit(t *testing.T) {
	p := &Plan{Tocsin: 1, Protocol: "a", Name: "A"}
	for i := range 300 {
		p.Issues = append(p.Issues, Issue{ID: fmt.Sprintf("i-%d", i), Name: "I", Summary: strings.Repeat("word ", 2000)})
	}
	files := Write(p, "")
	if len(files) < 3 || files["issues.yaml"] != nil || files["issues-01.yaml"] == nil || files["issues-02.yaml"] == nil {
		t.Fatalf("%d files", len(files))
	}
	for name, b := range files {
		if len(b) > largestPart+1000 {
			t.Errorf("%s holds %d bytes", name, len(b))
		}
	}
	freely(reflect.ValueOf(p).Elem(), func(v reflect.Value) { v.SetString(clean(v.String())) })
	if reload(t, files).Hash() != p.Hash() {
		t.Error("the plan read back differs")
	}
}
