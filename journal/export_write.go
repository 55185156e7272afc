package journal

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
)

// WriteExport writes x as a zip archive, a file at a time. The same export gives the same bytes. The records' bytes go into
// events.jsonl exactly as stored, one per line; they are not verified here, so that a broken chain can still be exported and shown.
// After an error what was written is no archive.
func WriteExport(w io.Writer, x Export) error {
	e := &exportWriter{z: zip.NewWriter(w), sums: map[string]string{}}
	if err := e.all(x); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	return nil
}

// exportWriter writes an export, and keeps count.
type exportWriter struct {
	z    *zip.Writer
	sums map[string]string // by path
	size int64
}

func (w *exportWriter) all(x Export) error {
	events, openings, err := linesOf(x.Records)
	if err != nil {
		return err
	}
	files := map[string][]byte{planFile: x.Canonical, eventsFile: events, openingsFile: openings}
	for name, b := range x.Plan {
		files[planFolder+name] = b
	}
	for hash, p := range x.Earlier {
		files[plansFolder+hash+"/"+planFile] = p.Canonical
		for name, b := range p.Files {
			files[plansFolder+hash+"/"+planFolder+name] = b
		}
	}
	for name, b := range x.Evidence {
		files[evidenceDir+name] = b
	}
	for _, name := range sortedNames(files) {
		if err := w.file(name, files[name]); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(x.Fetch)) {
		b, ok, err := x.Fetch[name]()
		if err == nil && ok {
			err = w.file(evidenceDir+name, b)
		}
		if err != nil {
			return err
		}
	}
	m := x.Manifest
	m.Format, m.Records, m.Files = ExportFormat, len(x.Records), w.sums
	m.Head = hex.EncodeToString(x.Records[len(x.Records)-1].Hash[:])
	manifest, err := m.encode()
	if err != nil {
		return err
	}
	if err := w.file(manifestFile, manifest); err != nil {
		return err
	}
	return w.z.Close()
}

// file writes one file.
func (w *exportWriter) file(name string, b []byte) error {
	if err := checkName(name); err != nil {
		return err
	}
	if w.size += int64(len(b)); w.size > exportLimits.bytes || len(w.sums) >= exportLimits.files {
		return fmt.Errorf("it is more than an export may hold (%d files, %d bytes)", exportLimits.files, exportLimits.bytes)
	}
	if _, twice := w.sums[name]; twice {
		return fmt.Errorf("the file %s stands there already", name)
	}
	f, err := w.z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	if err == nil {
		_, err = f.Write(b)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	sum := sha256.Sum256(b)
	if name != manifestFile {
		w.sums[name] = hex.EncodeToString(sum[:])
	}
	return nil
}

// sortedNames lists every file but the manifest.
func sortedNames(files map[string][]byte) []string {
	names := slices.Sorted(maps.Keys(files))
	return slices.DeleteFunc(names, func(n string) bool { return n == manifestFile })
}

// linesOf lays out the records of a stream and their openings.
func linesOf(records []Record) (events, openings []byte, err error) {
	if len(records) == 0 {
		return nil, nil, errors.New("there are no records to export")
	}
	var e, o bytes.Buffer
	for i, r := range records {
		if r.Seq != uint64(i)+1 || bytes.ContainsAny(r.Bytes, "\r\n") {
			return nil, nil, fmt.Errorf("record %d is not the next line of the stream", r.Seq)
		}
		e.Write(r.Bytes)
		e.WriteByte('\n')
		if len(r.Openings) == 0 {
			continue
		}
		line, err := encode(openingsLine{Seq: r.Seq, Openings: r.Openings})
		if err != nil {
			return nil, nil, fmt.Errorf("openings of record %d: %w", r.Seq, err)
		}
		o.Write(line)
		o.WriteByte('\n')
	}
	return e.Bytes(), o.Bytes(), nil
}
