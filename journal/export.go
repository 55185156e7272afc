package journal

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
)

// ExportFormat is the version of the export format that WriteExport writes.
const ExportFormat = 1

// The files of an export. Plan files and evidence stand in folders.
const (
	manifestFile = "manifest.json"
	planFile     = "plan.json"
	eventsFile   = "events.jsonl"
	openingsFile = "openings.jsonl"
	planFolder   = "plan/"
	evidenceDir  = "evidence/"
)

// PostmortemFile is the name of the published post-mortem among the evidence.
const PostmortemFile = "postmortem.md"

// Export is everything about one incident that leaves the house with it.
type Export struct {
	Manifest  Manifest
	Canonical []byte              // the canonical plan
	Plan      map[string][]byte   // the files of the plan's folder, by slash-separated path
	Records   []Record            // the whole stream
	Earlier   map[string]PlanCopy // the plans by which the incident ran before it took up a newer one, by hash
	Evidence  map[string][]byte   // by slash-separated path

	// Fetch gets further evidence when it is written, by slash-separated path, so that it need not all be held in memory; ok is false
	// if it is not there any more.
	Fetch map[string]func() (b []byte, ok bool, err error)
}

// PlanCopy is a plan in an export.
type PlanCopy struct {
	Canonical []byte
	Files     map[string][]byte // of its folder, by slash-separated path
}

// Manifest says what an export holds. Whoever exports gives Incident, Protocol and PlanHash; WriteExport fills in the rest.
type Manifest struct {
	Format   int               `json:"format"`
	Incident string            `json:"incident"`  // the stream
	Protocol string            `json:"protocol"`  // id in the plan
	PlanHash string            `json:"plan_hash"` // as the records name it
	Records  int               `json:"records"`
	Head     string            `json:"head"`  // hexadecimal hash of the last record
	Files    map[string]string `json:"files"` // path → hexadecimal SHA-256, of every file but the manifest
}

// openingsLine is one line of openings.jsonl: the openings of one record, as stored.
type openingsLine struct {
	Seq      uint64          `json:"seq"`
	Openings json.RawMessage `json:"openings"`
}

// encode writes the manifest in the one form that is accepted back.
func (m Manifest) encode() ([]byte, error) {
	line, err := encode(m)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, line, "", "  "); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// ReadExport reads an export of size bytes and verifies it on the way: what it returns is whole and unaltered as far as
// the export itself can show. Every refusal is a fault with code Invalid.
func ReadExport(r io.ReaderAt, size int64) (Export, error) {
	x, report, err := readExport(r, size)
	if err != nil {
		return Export{}, err
	}
	if !report.OK() {
		return Export{}, invalid("%s", strings.Join(report.Failures, " "))
	}
	return x, nil
}

// VerifyExport reads an export of size bytes and says what holds and what does not. It needs nothing but the export. The
// error, a fault with code Invalid, is for what is no export at all; an export that was tampered with gives a report with
// failures.
func VerifyExport(r io.ReaderAt, size int64) (Report, error) {
	_, report, err := readExport(r, size)
	return report, err
}

func readExport(r io.ReaderAt, size int64) (Export, Report, error) {
	files, err := readArchive(r, size, exportLimits)
	if err != nil {
		return Export{}, Report{}, err
	}
	m, err := parseManifest(files[manifestFile])
	if err != nil {
		return Export{}, Report{}, err
	}
	x := Export{Manifest: m, Canonical: files[planFile], Plan: map[string][]byte{}, Evidence: map[string][]byte{}}
	for name, b := range files {
		if rest, ok := strings.CutPrefix(name, planFolder); ok {
			x.Plan[rest] = b
		} else if rest, ok := strings.CutPrefix(name, plansFolder); ok {
			x.earlier(rest, b)
		} else if rest, ok := strings.CutPrefix(name, evidenceDir); ok {
			x.Evidence[rest] = b
		}
	}
	report := Report{Incident: m.Incident, Protocol: m.Protocol, PlanHash: m.PlanHash, Head: m.Head, Failures: []string{}}
	report.checkFiles(m, files)
	x.Records = report.readRecords(files[eventsFile], files[openingsFile])
	report.checkRecords(m, x.Records)
	report.checkEvidence(x)
	report.checkPlan(m, x)
	return x, report, nil
}

// earlier adds a file of an earlier plan, which is named HASH/plan.json or HASH/plan/….
func (x *Export) earlier(name string, b []byte) {
	hash, rest, _ := strings.Cut(name, "/")
	if x.Earlier == nil {
		x.Earlier = map[string]PlanCopy{}
	}
	p := x.Earlier[hash]
	if p.Files == nil {
		p.Files = map[string][]byte{}
	}
	if file, ok := strings.CutPrefix(rest, planFolder); ok {
		p.Files[file] = b
	} else {
		p.Canonical = b
	}
	x.Earlier[hash] = p
}

// parseManifest reads a manifest and accepts only the form in which it is written.
func parseManifest(b []byte) (Manifest, error) {
	var format struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(b, &format); err != nil {
		return Manifest{}, invalid("The export's manifest.json is missing or not readable.").Because(err)
	}
	if format.Format != ExportFormat {
		return Manifest{}, invalid("The export has format %d, and this release reads format %d.", format.Format, ExportFormat).
			Instead("Verify it with the release that wrote it.")
	}
	var m Manifest
	if err := strict(b, &m); err != nil {
		return Manifest{}, invalid("The export's manifest.json has a form that no release wrote.").Because(err)
	}
	if same, err := m.encode(); err != nil || !bytes.Equal(same, b) {
		return Manifest{}, invalid("The export's manifest.json has a form that no release wrote.")
	}
	return m, nil
}
