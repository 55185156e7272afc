package journal_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"tocsin/fault"
	"tocsin/journal"
)

// TestEveryByteCounts: whatever byte of whatever file is changed, the export does not verify.
func TestEveryByteCounts(t *testing.T) {
	files := unpack(t, write(t, export(t)))
	for name, b := range files {
		for i := range b {
			changed := bytes.Clone(b)
			changed[i] ^= 1 << (i % 8)
			forged := maps.Clone(files)
			forged[name] = changed
			if report, err := verify(pack(t, forged)); err == nil && report.OK() {
				t.Errorf("%s, byte %d (%q) can be changed", name, i, b[i])
			}
		}
		for what, changed := range map[string][]byte{"cut": b[:max(0, len(b)-1)], "longer": append(bytes.Clone(b), '\n')} {
			forged := maps.Clone(files)
			forged[name] = changed
			if report, err := verify(pack(t, forged)); !bytes.Equal(b, changed) && err == nil && report.OK() {
				t.Errorf("%s can be %s", name, what)
			}
		}
		forged := maps.Clone(files)
		delete(forged, name)
		if report, err := verify(pack(t, forged)); err == nil && report.OK() {
			t.Errorf("%s can be left out", name)
		}
	}
}

const leftOut = "The file evidence/evidence-1.png, which record 2 names, is missing."

// TestForgedManifest: with a manifest that fits the forged files, what is left to find it out is the chain and the plan.
func TestForgedManifest(t *testing.T) {
	lines := func(change func(lines []string) []string) func([]byte) []byte {
		return func(b []byte) []byte {
			return []byte(strings.Join(change(strings.SplitAfter(string(b), "\n")), ""))
		}
	}
	for name, tt := range map[string]struct {
		file   string
		change func([]byte) []byte
		want   string
	}{
		"event":        {"events.jsonl", func(b []byte) []byte { return bytes.Replace(b, []byte(`"n":1`), []byte(`"n":2`), 1) }, "Record 3: it says that"},
		"last event":   {"events.jsonl", func(b []byte) []byte { return bytes.Replace(b, []byte(`"n":3`), []byte(`"n":4`), 1) }, "The last record has the hash"},
		"cut":          {"events.jsonl", func(b []byte) []byte { return b[:len(b)-1] }, "The last line of events.jsonl is cut off."},
		"no last":      {"events.jsonl", lines(func(l []string) []string { return l[:3] }), "There are 3 records where"},
		"none":         {"events.jsonl", func([]byte) []byte { return nil }, "There are 0 records where"},
		"empty line":   {"events.jsonl", lines(func(l []string) []string { return slices.Insert(l, 1, "\n") }), "There are 5 records where"},
		"text":         {"openings.jsonl", func(b []byte) []byte { return bytes.Replace(b, []byte("555 1"), []byte("555 2"), 1) }, "Record 2: the opening of"},
		"moved":        {"openings.jsonl", func(b []byte) []byte { return bytes.Replace(b, []byte(`"seq":2`), []byte(`"seq":3`), 1) }, "Record 3: the opening of"},
		"beyond":       {"openings.jsonl", func(b []byte) []byte { return bytes.Replace(b, []byte(`"seq":4`), []byte(`"seq":5`), 1) }, "Line 2 of openings.jsonl"},
		"twice":        {"openings.jsonl", lines(func(l []string) []string { return append(l, l[1]) }), "Line 3 of openings.jsonl"},
		"plan":         {"plan.json", func(b []byte) []byte { return bytes.Replace(b, []byte("The Vault"), []byte("My Vault"), 1) }, "The plan in plan.json has the hash"},
		"evidence":     {"evidence/evidence-1.png", func(b []byte) []byte { return append(b, 0) }, "The file evidence/evidence-1.png is not the one that record 2 names: its SHA-256 is "},
		"left out":     {"evidence/evidence-1.png", func([]byte) []byte { return nil }, leftOut},
		"put in":       {"evidence/other.png", func([]byte) []byte { return []byte("?") }, "No record names the file evidence/other.png."},
		"brought back": {"evidence/evidence-2.txt", func([]byte) []byte { return []byte("what went for good") }, "No record names the file evidence/evidence-2.txt."},
		"post-mortem":  {"evidence/postmortem.md", func(b []byte) []byte { return append(b, "All is well."...) }, "The file evidence/postmortem.md is not the post-mortem"},
		"not a plan":   {"plan.json", func([]byte) []byte { return []byte("[]") }, "The file plan.json does not hold a plan."},
		"incident":     {"", func(b []byte) []byte { return bytes.Replace(b, []byte("incident/7"), []byte("incident/8"), 1) }, "The records are about"},
		"protocol":     {"", func(b []byte) []byte { return bytes.Replace(b, []byte(`"vault"`), []byte(`"bank"`), 1) }, "The plan in plan.json is of the protocol"},
		"plan hash":    {"", func(b []byte) []byte { return bytes.Replace(b, []byte(`"0x`), []byte(`"0xf`), 1) }, "The plan in plan.json has the hash"},
		"head":         {"", func(b []byte) []byte { return bytes.Replace(b, []byte(`"head": "`), []byte(`"head": "0`), 1) }, "The last record has the hash"},
		"record kept":  {"", func(b []byte) []byte { return bytes.Replace(b, []byte(`"records": 4`), []byte(`"records": 5`), 1) }, "There are 4 records where"},
	} {
		files := unpack(t, write(t, export(t)))
		var m journal.Manifest
		if tt.file == "" {
			files["manifest.json"] = tt.change(files["manifest.json"])
		} else {
			if err := json.Unmarshal(files["manifest.json"], &m); err != nil {
				t.Fatal(err)
			}
			files[tt.file] = tt.change(files[tt.file])
			m.Files[tt.file] = sum(files[tt.file])
			if files[tt.file] == nil && tt.want == leftOut {
				delete(files, tt.file)
				delete(m.Files, tt.file)
			}
			files["manifest.json"] = manifest(t, m)
		}
		b := pack(t, files)
		report, err := verify(b)
		if err != nil || !slices.ContainsFunc(report.Failures, func(s string) bool { return strings.HasPrefix(s, tt.want) }) {
			t.Errorf("%s: report says %q, %v; want %q", name, report.Failures, err, tt.want)
		}
		if _, err := read(b); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: read: %v", name, err)
		}
	}
}

func manifest(t testing.TB, m journal.Manifest) []byte {
	t.Helper()
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

// TestNoExport: what is no export at all is an error, not a verdict.
func TestNoExport(t *testing.T) {
	files := unpack(t, write(t, export(t)))
	with := func(name string, b []byte) []byte {
		forged := maps.Clone(files)
		forged[name] = b
		return pack(t, forged)
	}
	without := maps.Clone(files)
	delete(without, "manifest.json")
	spaced := append([]byte(" "), files["manifest.json"]...)
	var twice bytes.Buffer
	z := zip.NewWriter(&twice)
	for _, name := range []string{"manifest.json", "plan/a", "plan/A"} {
		if _, err := z.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"nothing": nil, "text": []byte("This is not a zip archive."), "half": write(t, export(t))[:600],
		"no manifest": pack(t, without), "other form": with("manifest.json", spaced), "newer": with("manifest.json", []byte(`{"format":2}`)),
		"unknown key": with("manifest.json", []byte(`{"format":1,"more":1}`)), "climbing": with("plan/../../evil", nil),
		"absolute": with("/etc/passwd", nil), "backslash": with(`plan\evil`, nil), "drive": with("evidence/C:evil", nil),
		"stranger": with("README", nil), "folder": with("evidence/", nil), "same name": twice.Bytes(),
	} {
		if report, err := verify(b); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %+v, %v", name, report, err)
		}
	}
}

// TestDamagedArchive: an archive with flipped bits is refused, does not verify, or says exactly what it said before.
func TestDamagedArchive(t *testing.T) {
	good := write(t, export(t))
	want, err := read(good)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		bad := bytes.Clone(good)
		for range 1 + random.IntN(3) {
			bad[random.IntN(len(bad))] ^= 1 << random.IntN(8)
		}
		if got, err := read(bad); err == nil && !reflect.DeepEqual(got, want) {
			t.Fatalf("a damaged archive reads %+v", got)
		}
	}
}

func FuzzReadExport(f *testing.F) {
	good := write(f, export(f))
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte("PK\x05\x06"))
	files := unpack(f, good)
	files["events.jsonl"] = []byte("\n{}\n")
	f.Add(pack(f, files))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := read(b)
		report, verr := verify(b)
		if (err == nil) != (verr == nil && report.OK()) {
			t.Fatalf("read says %v, verify says %v, %v", err, report.Failures, verr)
		}
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("error is no fault: %v", err)
			}
			return
		}
		again, err := read(write(t, x))
		if err != nil || !reflect.DeepEqual(again, x) {
			t.Fatalf("written again it reads %+v, %v\nwant %+v", again, err, x)
		}
	})
}
