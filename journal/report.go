package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"tocsin/fault"
)

// planDomain stands before the canonical plan where its hash is made. The plan package says so too; this format of the
// export is bound to it.
const planDomain = "tocsin plan v1\n"

// Report is what the verification of an export found.
type Report struct {
	Incident string   `json:"incident"`
	Protocol string   `json:"protocol"`
	PlanHash string   `json:"plan_hash"`
	Head     string   `json:"head"`     // hash of the last record: compare it with one that was published
	Records  int      `json:"records"`  // read, in order
	Files    int      `json:"files"`    // whose content is what the manifest says
	Opened   int      `json:"opened"`   // personal texts that are there and match their commitments
	Redacted int      `json:"redacted"` // commitments whose text is gone
	Failures []string `json:"failures"` // one sentence each; none if the export verifies
}

// OK tells whether everything held.
func (r Report) OK() bool { return len(r.Failures) == 0 }

func (r *Report) fail(format string, args ...any) {
	r.Failures = append(r.Failures, fmt.Sprintf(format, args...))
}

// checkFiles compares every file with the manifest, both ways.
func (r *Report) checkFiles(m Manifest, files map[string][]byte) {
	for _, name := range sortedNames(files) {
		want, ok := m.Files[name]
		sum := sha256.Sum256(files[name])
		switch {
		case !ok:
			r.fail("The file %s is not in the manifest.", name)
		case want != hex.EncodeToString(sum[:]):
			r.fail("The file %s is not what the manifest says: its SHA-256 is %x.", name, sum)
		default:
			r.Files++
		}
	}
	missing := map[string][]byte{}
	for name := range m.Files {
		if _, ok := files[name]; !ok {
			missing[name] = nil
		}
	}
	for _, name := range []string{planFile, eventsFile, openingsFile} {
		if _, ok := files[name]; !ok {
			missing[name] = nil
		}
	}
	for _, name := range sortedNames(missing) {
		r.fail("The file %s is missing.", name)
	}
}

// readRecords puts the records together from their lines. What cannot be read is left for checkRecords to report.
func (r *Report) readRecords(events, openings []byte) []Record {
	lines, whole := splitLines(events)
	if !whole {
		r.fail("The last line of %s is cut off.", eventsFile)
	}
	records := make([]Record, len(lines))
	for i, line := range lines {
		rec := Record{Bytes: line, Hash: sha256.Sum256(line)}
		if e, err := rec.envelope(); err == nil {
			rec.Stream, rec.Seq, rec.Kind, rec.At = e.Stream, e.Seq, e.Kind, e.At
		}
		records[i] = rec
	}
	lines, whole = splitLines(openings)
	if !whole {
		r.fail("The last line of %s is cut off.", openingsFile)
	}
	var last uint64
	for i, line := range lines {
		var o openingsLine
		if err := strict(line, &o); err != nil || o.Seq <= last || o.Seq > uint64(len(records)) || len(o.Openings) == 0 {
			r.fail("Line %d of %s does not hold the openings of a later record.", i+1, openingsFile)
			continue
		}
		last = o.Seq
		records[o.Seq-1].Openings = o.Openings
	}
	return records
}

// splitLines cuts b at its line ends and tells whether the last line has one.
func splitLines(b []byte) (lines [][]byte, whole bool) {
	if len(b) == 0 {
		return nil, true
	}
	rest, whole := bytes.CutSuffix(b, []byte("\n"))
	return bytes.Split(rest, []byte("\n")), whole
}

// checkRecords verifies the chain and that it is the one the manifest speaks of.
func (r *Report) checkRecords(m Manifest, records []Record) {
	r.Records = len(records)
	if len(records) != m.Records || len(records) == 0 {
		r.fail("There are %d records where the manifest says %d.", len(records), m.Records)
	}
	if err := Verify(records); err != nil {
		r.fail("%s", fault.Sentence(err))
		return
	}
	if len(records) == 0 {
		return
	}
	if head := hex.EncodeToString(records[len(records)-1].Hash[:]); head != m.Head {
		r.fail("The last record has the hash %s where the manifest says %s.", head, m.Head)
	}
	if records[0].Stream != m.Incident {
		r.fail("The records are about %q, not about %q as the manifest says.", records[0].Stream, m.Incident)
	}
	for _, rec := range records {
		var openings map[string]opening
		if err := json.Unmarshal(rec.Openings, &openings); err == nil {
			r.Opened += len(openings)
		}
		r.Redacted += bytes.Count(rec.Bytes, []byte(commitMark))
	}
	r.Redacted -= r.Opened
}
