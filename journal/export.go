package journal

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
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
	Canonical []byte            // the canonical plan
	Plan      map[string][]byte // the files of the plan's folder, by slash-separated path
	Records   []Record          // the whole stream
	Evidence  map[string][]byte // by slash-separated path
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

// WriteExport writes x as a zip archive. The same export gives the same bytes. The records' bytes go into events.jsonl
// exactly as stored, one per line; they are not verified here, so that a broken chain can still be exported and shown.
func WriteExport(w io.Writer, x Export) error {
	files, err := x.files()
	if err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	z := zip.NewWriter(w)
	for _, name := range append([]string{manifestFile}, sortedNames(files)...) {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err != nil {
			return fmt.Errorf("write export: %s: %w", name, err)
		}
		if _, err := f.Write(files[name]); err != nil {
			return fmt.Errorf("write export: %s: %w", name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	return nil
}

// sortedNames lists every file but the manifest.
func sortedNames(files map[string][]byte) []string {
	names := slices.Sorted(maps.Keys(files))
	return slices.DeleteFunc(names, func(n string) bool { return n == manifestFile })
}

// files lays out the archive, the manifest included.
func (x Export) files() (map[string][]byte, error) {
	if len(x.Records) == 0 {
		return nil, errors.New("there are no records to export")
	}
	files := map[string][]byte{planFile: x.Canonical}
	for name, b := range x.Plan {
		files[planFolder+name] = b
	}
	for name, b := range x.Evidence {
		files[evidenceDir+name] = b
	}
	var events, openings bytes.Buffer
	for i, r := range x.Records {
		if r.Seq != uint64(i)+1 || bytes.ContainsAny(r.Bytes, "\r\n") {
			return nil, fmt.Errorf("record %d is not the next line of the stream", r.Seq)
		}
		events.Write(r.Bytes)
		events.WriteByte('\n')
		if len(r.Openings) == 0 {
			continue
		}
		line, err := encode(openingsLine{Seq: r.Seq, Openings: r.Openings})
		if err != nil {
			return nil, fmt.Errorf("openings of record %d: %w", r.Seq, err)
		}
		openings.Write(line)
		openings.WriteByte('\n')
	}
	files[eventsFile], files[openingsFile] = events.Bytes(), openings.Bytes()

	m := x.Manifest
	m.Format, m.Records = ExportFormat, len(x.Records)
	m.Head = hex.EncodeToString(x.Records[len(x.Records)-1].Hash[:])
	m.Files = map[string]string{}
	var size int64
	for name, b := range files {
		if err := checkName(name); err != nil {
			return nil, err
		}
		sum := sha256.Sum256(b)
		m.Files[name] = hex.EncodeToString(sum[:])
		size += int64(len(b))
	}
	manifest, err := m.encode()
	if err != nil {
		return nil, err
	}
	files[manifestFile] = manifest
	if size += int64(len(manifest)); size > exportLimits.bytes || len(files) > exportLimits.files {
		return nil, fmt.Errorf("%d files of %d bytes in all are more than an export may hold (%d files, %d bytes)",
			len(files), size, exportLimits.files, exportLimits.bytes)
	}
	return files, nil
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
