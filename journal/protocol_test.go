package journal_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"tocsin/fault"
	"tocsin/journal"
)

// protocol is an export of a protocol with two streams.
func protocol(t testing.TB) []byte {
	t.Helper()
	x := export(t)
	var b bytes.Buffer
	w := journal.NewProtocolWriter(&b, "vault")
	other := seal(t, [32]byte{}, journal.Envelope{Stream: "plan/vault", Seq: 1, Kind: "plan-pinned", KindV: 1, At: envelope(1).At, Actor: envelope(1).Actor}, map[string]any{"hash": x.Manifest.PlanHash})
	for name, records := range map[string][]journal.Record{"incident/7": x.Records, "plan/vault": {other}} {
		err := w.Stream(name, uint64(len(records)), func(after uint64) ([]journal.Record, error) {
			return records[after:min(int(after)+3, len(records))], nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, e := range x.Evidence {
		if err := w.Evidence("incident/7", name, e); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Plan(x.Manifest.PlanHash, x.Canonical, x.Plan); err != nil {
		t.Fatal(err)
	}
	if m, err := w.Close(); err != nil || len(m.Streams) != 2 || len(m.Files) != 9 {
		t.Fatalf("%+v, %v", m, err)
	}
	return b.Bytes()
}

func verifyProtocol(b []byte) (journal.ProtocolReport, error) {
	return journal.VerifyProtocol(bytes.NewReader(b), int64(len(b)), journal.Seen{})
}

func TestProtocolExport(t *testing.T) {
	b := protocol(t)
	seen := map[string]int{}
	report, err := journal.VerifyProtocol(bytes.NewReader(b), int64(len(b)), journal.Seen{
		Record: func(r journal.Record) { seen[r.Stream]++ }, Plan: func(hash string, _ []byte) { seen[hash]++ },
	})
	if err != nil || !report.OK() || report.Records != 5 || report.Files != 9 || report.Plans != 1 || report.Opened != 2 || report.Redacted != 1 {
		t.Errorf("report is %+v, %v", report, err)
	}
	if seen["incident/7"] != 4 || seen["plan/vault"] != 1 || len(seen) != 3 {
		t.Errorf("it handed on %v", seen)
	}
	for _, other := range []struct {
		b    []byte
		want int
	}{{b, journal.ProtocolFormat}, {write(t, export(t)), journal.ExportFormat}} {
		if format, err := journal.ExportFormatOf(bytes.NewReader(other.b), int64(len(other.b))); err != nil || format != other.want {
			t.Errorf("the format is %d, %v", format, err)
		}
	}
	if _, err := verifyProtocol(write(t, export(t))); !fault.Is(err, fault.Invalid) {
		t.Errorf("the export of an incident passes for one of a protocol: %v", err)
	}
}

// TestEveryByteOfAProtocolCounts: whatever byte of whatever file is changed, added or left out, the export does not verify and says
// which file it is, or which stream.
func TestEveryByteOfAProtocolCounts(t *testing.T) {
	files := unpack(t, protocol(t))
	said := func(what, name string, forged map[string][]byte) {
		t.Helper()
		report, err := verifyProtocol(pack(t, forged))
		switch {
		case err != nil && name == "manifest.json":
		case err != nil:
			t.Errorf("%s of %s: %v", what, name, err)
		case report.OK():
			t.Errorf("%s of %s is not seen", what, name)
		case name != "manifest.json" && !slices.ContainsFunc(report.Failures, func(s string) bool { return strings.Contains(s, name) }):
			t.Errorf("%s of %s is told as %q", what, name, report.Failures)
		}
	}
	for name, b := range files {
		for i := range b {
			changed := bytes.Clone(b)
			changed[i] ^= 1 << (i % 8)
			forged := maps.Clone(files)
			forged[name] = changed
			said("a byte", name, forged)
		}
		forged := maps.Clone(files)
		forged[name] = append(bytes.Clone(b), '\n')
		said("a line more", name, forged)
		forged = maps.Clone(files)
		delete(forged, name)
		said("nothing", name, forged)
	}
}

// TestForgedProtocolManifest: a manifest that fits the forged files hides nothing that the chains hold.
func TestForgedProtocolManifest(t *testing.T) {
	for name, tt := range map[string]struct {
		file   string
		change func([]byte) []byte
		want   string
	}{
		"event":       {"streams/incident/7/events.jsonl", func(b []byte) []byte { return bytes.Replace(b, []byte(`"n":1`), []byte(`"n":2`), 1) }, "The stream incident/7 does not hold: Record 3: it says that"},
		"last event":  {"streams/incident/7/events.jsonl", func(b []byte) []byte { return bytes.Replace(b, []byte(`"n":3`), []byte(`"n":4`), 1) }, "The stream incident/7 does not hold: The last record has the hash"},
		"cut":         {"streams/incident/7/events.jsonl", func(b []byte) []byte { return b[:len(b)-1] }, "The stream incident/7 does not hold: After record 3 the file events.jsonl cannot be read: its last line is cut off"},
		"none":        {"streams/plan/vault/events.jsonl", func([]byte) []byte { return nil }, "The stream plan/vault does not hold: There are 0 records"},
		"text":        {"streams/incident/7/openings.jsonl", func(b []byte) []byte { return bytes.Replace(b, []byte("555 1"), []byte("555 2"), 1) }, "The stream incident/7 does not hold: Record 2: the opening of"},
		"beyond":      {"streams/incident/7/openings.jsonl", func(b []byte) []byte { return append(b, `{"seq":9,"openings":{}}`+"\n"...) }, "The stream incident/7 does not hold: Line 3 of openings.jsonl"},
		"twice":       {"streams/incident/7/openings.jsonl", func(b []byte) []byte { return append(b, b...) }, "The stream incident/7 does not hold: Line 3 of openings.jsonl"},
		"evidence":    {"streams/incident/7/evidence/evidence-1.png", func(b []byte) []byte { return append(b, 0) }, "The file streams/incident/7/evidence/evidence-1.png is not the one that record 2 names"},
		"put in":      {"streams/incident/7/evidence/other.png", func([]byte) []byte { return []byte("?") }, "Nothing names the file streams/incident/7/evidence/other.png."},
		"post-mortem": {"streams/incident/7/evidence/postmortem.md", func(b []byte) []byte { return append(b, "All is well."...) }, "The file streams/incident/7/evidence/postmortem.md is not the post-mortem"},
		"more":        {"streams/mutes/vault/events.jsonl", func([]byte) []byte { return []byte("{}\n") }, "Nothing names the file streams/mutes/vault/events.jsonl."},
	} {
		files := unpack(t, protocol(t))
		var m journal.ProtocolManifest
		if err := json.Unmarshal(files["manifest.json"], &m); err != nil {
			t.Fatal(err)
		}
		files[tt.file] = tt.change(files[tt.file])
		m.Files[tt.file] = sum(files[tt.file])
		b, err := json.MarshalIndent(m, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		files["manifest.json"] = append(b, '\n')
		report, err := verifyProtocol(pack(t, files))
		if err != nil || !slices.ContainsFunc(report.Failures, func(s string) bool { return strings.HasPrefix(s, tt.want) }) {
			t.Errorf("%s: report says %q, %v; want %q", name, report.Failures, err, tt.want)
		}
	}
}

func FuzzVerifyProtocol(f *testing.F) {
	good := protocol(f)
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add(write(f, export(f)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := verifyProtocol(b); err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatalf("error is no fault: %v", err)
		}
		if _, err := journal.ExportFormatOf(bytes.NewReader(b), int64(len(b))); err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatalf("error is no fault: %v", err)
		}
	})
}
