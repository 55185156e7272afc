package journal

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"tocsin/evm"
)

// ProtocolReport is what the verification of an export of a protocol found.
type ProtocolReport struct {
	Protocol string   `json:"protocol"`
	Streams  []Extent `json:"streams"`
	Plans    int      `json:"plans"`
	Records  int      `json:"records"`  // of all streams
	Files    int      `json:"files"`    // whose content is what the manifest says
	Opened   int      `json:"opened"`   // personal texts that are there and match their commitments
	Redacted int      `json:"redacted"` // commitments whose text is gone
	Failures []string `json:"failures"` // one sentence each; none if the export verifies
}

// OK tells whether everything held.
func (r ProtocolReport) OK() bool { return len(r.Failures) == 0 }

// Fail adds what somebody else found out who looked into what it holds.
func (r *ProtocolReport) Fail(format string, args ...any) {
	if len(r.Failures) < maxFailures {
		r.Failures = append(r.Failures, fmt.Sprintf(format, args...))
	}
}

const (
	maxFailures = 1000      // that are said
	maxManifest = 256 << 20 // bytes
)

// ExportFormatOf tells which format an export of size bytes has: ExportFormat or ProtocolFormat. A fault of code invalid says why it
// is neither.
func ExportFormatOf(r io.ReaderAt, size int64) (int, error) {
	files, err := openZip(r, size)
	if err != nil {
		return 0, err
	}
	b, err := readFile(files[manifestFile], maxManifest)
	if files[manifestFile] == nil || err != nil {
		return 0, invalid("The export's manifest.json is missing or not readable.").Because(err)
	}
	var m struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return 0, invalid("The export's manifest.json is missing or not readable.").Because(err)
	}
	return m.Format, nil
}

// openZip lists the files of an archive by name; manifest.json is nil if there is none.
func openZip(r io.ReaderAt, size int64) (map[string]*zip.File, error) {
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, invalid("This is not an export: it is no whole zip archive.").Because(err)
	}
	if len(z.File) > protocolLimits.files {
		return nil, invalid("The archive holds %d files, more than the %d that an export may have.", len(z.File), protocolLimits.files)
	}
	files, folded := map[string]*zip.File{}, map[string]bool{}
	for _, f := range z.File {
		fold := strings.ToLower(f.Name)
		if folded[fold] {
			return nil, invalid("The archive holds %q twice.", f.Name)
		}
		files[f.Name], folded[fold] = f, true
	}
	return files, nil
}

// Seen is what VerifyProtocol hands on of an export while it reads it, so that others can look into what the records mean. What it
// hands on may yet turn out not to hold.
type Seen struct {
	Record func(Record)                        // each record of each stream
	Plan   func(hash string, canonical []byte) // each plan
}

// VerifyProtocol reads an export of a protocol of size bytes and says what holds and what does not. It needs nothing but the export,
// and never holds much of it. The error, a fault of code invalid, is for what is no such export at all.
func VerifyProtocol(r io.ReaderAt, size int64, seen Seen) (ProtocolReport, error) {
	files, err := openZip(r, size)
	if err != nil {
		return ProtocolReport{}, err
	}
	b, err := readFile(files[manifestFile], maxManifest)
	if err != nil {
		return ProtocolReport{}, invalid("The export's manifest.json is missing or not readable.").Because(err)
	}
	var m ProtocolManifest
	if err := strict(b, &m); err != nil || m.Format != ProtocolFormat {
		return ProtocolReport{}, invalid("The export's manifest.json has a form that no release wrote.").Because(err)
	}
	if same, err := json.MarshalIndent(m, "", "  "); err != nil || string(same)+"\n" != string(b) {
		return ProtocolReport{}, invalid("The export's manifest.json has a form that no release wrote.")
	}
	for name := range files {
		if err := checkProtocolName(name); err != nil {
			return ProtocolReport{}, invalid("The archive holds a file that no export has.").Because(err)
		}
	}
	p := &protocolCheck{files: files, manifest: m, seen: seen, sums: map[string]string{}, used: map[string]bool{manifestFile: true}}
	p.report = ProtocolReport{Protocol: m.Protocol, Streams: m.Streams, Failures: []string{}}
	p.checkFiles()
	for _, hash := range m.Plans {
		p.checkPlan(hash)
	}
	for _, x := range m.Streams {
		p.checkStream(x)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !p.used[name] {
			p.report.Fail("Nothing names the file %s.", name)
		}
	}
	return p.report, nil
}

// protocolCheck is the verification of one export.
type protocolCheck struct {
	files    map[string]*zip.File
	manifest ProtocolManifest
	seen     Seen
	sums     map[string]string // SHA-256 of the files, as they are
	used     map[string]bool   // files that something names
	report   ProtocolReport
}

// checkFiles compares every file with the manifest, both ways.
func (p *protocolCheck) checkFiles() {
	left := protocolLimits.bytes
	for _, name := range slices.Sorted(maps.Keys(p.files)) {
		if name == manifestFile {
			continue
		}
		sum, n, err := sumOf(p.files[name], left)
		left -= n
		if err != nil {
			p.report.Fail("The file %s cannot be unpacked: %v.", name, err)
			continue
		}
		p.sums[name] = sum
		switch want, ok := p.manifest.Files[name]; {
		case !ok:
			p.report.Fail("The file %s is not in the manifest.", name)
		case want != sum:
			p.report.Fail("The file %s is not what the manifest says: its SHA-256 is %s.", name, sum)
		default:
			p.report.Files++
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.manifest.Files)) {
		if p.files[name] == nil {
			p.report.Fail("The file %s is missing.", name)
		}
	}
}

func sumOf(f *zip.File, limit int64) (string, int64, error) {
	if !f.Mode().IsRegular() {
		return "", 0, errors.New("it is not a regular file")
	}
	r, err := f.Open()
	if err != nil {
		return "", 0, err
	}
	defer r.Close()
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(r, limit+1))
	if err == nil && n > limit {
		err = errors.New("unpacked, the archive is larger than an export may be")
	}
	return hex.EncodeToString(h.Sum(nil)), n, err
}

// checkPlan checks that a plan is the one with its hash, of this protocol.
func (p *protocolCheck) checkPlan(hash string) {
	folder := plansFolder + hash + "/"
	for name := range p.files {
		if strings.HasPrefix(name, folder+planFolder) || name == folder+planFile {
			p.used[name] = true
		}
	}
	canonical, err := readFile(p.files[folder+planFile], exportLimits.bytes)
	if err != nil {
		p.report.Fail("The plan %s cannot be read: %v.", hash, err)
		return
	}
	p.report.Plans++
	var about struct {
		Protocol string `json:"protocol"`
	}
	if err := json.Unmarshal(canonical, &about); err != nil || about.Protocol != p.manifest.Protocol {
		p.report.Fail("The plan %s is of the protocol %q, not of %q as the manifest says.", hash, about.Protocol, p.manifest.Protocol)
	}
	if is := evm.Keccak(append([]byte(planDomain), canonical...)).Hex(); is != hash {
		p.report.Fail("The plan %s has the hash %s.", hash, is)
	}
	if p.seen.Plan != nil {
		p.seen.Plan(hash, canonical)
	}
}
