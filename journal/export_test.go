package journal_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"tocsin/journal"
	"tocsin/plan"
)

// export is a small one that verifies.
func export(t testing.TB) journal.Export {
	t.Helper()
	p := &plan.Plan{Tocsin: plan.Format, Protocol: "vault", Name: "The Vault"}
	var all []journal.Record
	var prev [32]byte
	for i := range 4 {
		data := map[string]any{"n": i, "by": journal.Personal(fmt.Sprint("+1 555 ", i))}
		switch i {
		case 0:
			data = map[string]any{"plan": p.Hash(), "protocol": "vault"}
		case 1:
			data["file"] = file("evidence-1", "image/png", picture)
		case 2:
			data["postmortem"], data["text"] = true, "# What happened\n"
			data["file"] = file("evidence-2", "text/plain", "what went for good")
		case 3:
			data["discarded"] = []string{"evidence-2"}
		}
		r := seal(t, prev, envelope(uint64(i)+1), data)
		all, prev = append(all, r), r.Hash
	}
	left, err := journal.Redact(all[2], func(string, string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	all[2].Openings = left
	return journal.Export{
		Manifest:  journal.Manifest{Incident: "incident/7", Protocol: "vault", PlanHash: p.Hash().Hex()},
		Canonical: p.Canonical(),
		Plan:      map[string][]byte{"plan.yaml": []byte("protocol: vault\n"), "team/core.yaml": []byte("core_team: []\n")},
		Records:   all,
		Evidence:  map[string][]byte{"postmortem.md": []byte("# What happened\n"), "evidence-1.png": []byte(picture)},
	}
}

const picture = "\x89PNG, more or less"

// file is what a record says of a file.
func file(id, media, content string) journal.File {
	return journal.File{ID: id, Media: media, Size: int64(len(content)), SHA256: sum([]byte(content))}
}

func write(t testing.TB, x journal.Export) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := journal.WriteExport(&b, x); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(b []byte) (journal.Export, error) {
	return journal.ReadExport(bytes.NewReader(b), int64(len(b)))
}

func verify(b []byte) (journal.Report, error) {
	return journal.VerifyExport(bytes.NewReader(b), int64(len(b)))
}

func TestExport(t *testing.T) {
	x := export(t)
	b := write(t, x)
	if !bytes.Equal(b, write(t, x)) {
		t.Error("written twice, the export differs")
	}
	got, err := read(b)
	if err != nil {
		t.Fatal(err)
	}
	want := x
	want.Manifest = got.Manifest
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v\nwant %+v", got, want)
	}
	report, err := verify(b)
	wantReport := journal.Report{
		Incident: "incident/7", Protocol: "vault", PlanHash: x.Manifest.PlanHash, Head: fmt.Sprintf("%x", x.Records[3].Hash),
		Records: 4, Files: 7, Opened: 2, Redacted: 1, Failures: []string{},
	}
	if err != nil || !reflect.DeepEqual(report, wantReport) || !report.OK() {
		t.Errorf("report is %+v, %v\nwant %+v", report, err, wantReport)
	}
	if m := got.Manifest; m.Format != journal.ExportFormat || m.Records != 4 || m.Head != wantReport.Head || len(m.Files) != 7 {
		t.Errorf("manifest is %+v", m)
	}

	files := unpack(t, b)
	var lines []string
	for _, r := range x.Records {
		lines = append(lines, string(r.Bytes)+"\n")
	}
	if string(files["events.jsonl"]) != strings.Join(lines, "") {
		t.Errorf("events.jsonl is not the bytes as stored:\n%s", files["events.jsonl"])
	}
	if n := bytes.Count(files["openings.jsonl"], []byte("\n")); n != 2 {
		t.Errorf("openings.jsonl has %d lines, want those of records 2 and 4", n)
	}
}

func TestWriteExportRefuses(t *testing.T) {
	for name, change := range map[string]func(*journal.Export){
		"no records": func(x *journal.Export) { x.Records = nil },
		"a tail":     func(x *journal.Export) { x.Records = x.Records[1:] },
		"two lines":  func(x *journal.Export) { x.Records[1].Bytes = []byte("{}\n{}") },
		"openings":   func(x *journal.Export) { x.Records[1].Openings = []byte("{") },
		"climbing":   func(x *journal.Export) { x.Plan["../evil"] = nil },
		"absolute":   func(x *journal.Export) { x.Evidence["/etc/passwd"] = nil },
		"twice": func(x *journal.Export) {
			x.Fetch = map[string]func() ([]byte, bool, error){"evidence-1.png": func() ([]byte, bool, error) { return nil, true, nil }}
		},
		"unfetched": func(x *journal.Export) {
			x.Fetch = map[string]func() ([]byte, bool, error){"far": func() ([]byte, bool, error) { return nil, false, io.ErrUnexpectedEOF }}
		},
		"of no plan": func(x *journal.Export) { x.Earlier = map[string]journal.PlanCopy{"../../evil": {}} },
		"nameless":   func(x *journal.Export) { x.Evidence[""] = nil },
	} {
		x := export(t)
		change(&x)
		if err := journal.WriteExport(io.Discard, x); err == nil {
			t.Errorf("%s: written", name)
		}
	}
}

// TestFetchedEvidence: what is fetched only when it is written stands there as what was given at once, and what is gone is told.
func TestFetchedEvidence(t *testing.T) {
	x := export(t)
	at := write(t, x)
	delete(x.Evidence, "evidence-1.png")
	there := true
	x.Fetch = map[string]func() ([]byte, bool, error){"evidence-1.png": func() ([]byte, bool, error) { return []byte(picture), there, nil }}
	got, err := read(write(t, x))
	want, _ := read(at)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, %v\nwant %+v", got, err, want)
	}
	there = false
	if r, err := verify(write(t, x)); err != nil || len(r.Failures) != 1 || !strings.Contains(r.Failures[0], "evidence-1.png, which record 2 names, is missing") {
		t.Errorf("of what is gone it says %v, %v", r.Failures, err)
	}
}

// TestBrokenChain: a chain that is broken can be exported, and the export says that it is.
func TestBrokenChain(t *testing.T) {
	x := export(t)
	x.Records[1].Bytes = bytes.Replace(x.Records[1].Bytes, []byte(`"n":1`), []byte(`"n":2`), 1)
	report, err := verify(write(t, x))
	if err != nil || report.OK() || !strings.HasPrefix(report.Failures[0], "Record 3: it says that") {
		t.Errorf("report is %+v, %v", report, err)
	}
}

// unpack and pack let a test play the forger.
func unpack(t testing.TB, b []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func pack(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(files[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
