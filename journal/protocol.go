package journal

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"strings"
)

// ProtocolFormat is the version of the format in which everything about a protocol is exported.
const ProtocolFormat = 2

// The folders of an export of a protocol: a stream's own files lie in streams/NAME, a plan's in plans/HASH.
const (
	streamsFolder = "streams/"
	plansFolder   = "plans/"
)

// protocolLimits bound what such an export may hold. It is read as it comes, so that its size costs time only.
var protocolLimits = limits{files: 1_000_000, bytes: 64 << 30}

// ProtocolManifest says what an export of a protocol holds. It comes last, when all else is known.
type ProtocolManifest struct {
	Format   int               `json:"format"`   // 2
	Protocol string            `json:"protocol"` // id in the plan
	Streams  []Extent          `json:"streams"`
	Plans    []string          `json:"plans"` // hashes
	Files    map[string]string `json:"files"` // path → hexadecimal SHA-256, of every file but the manifest
}

// Extent is how much of a stream an export holds.
type Extent struct {
	Stream  string `json:"stream"`
	Records int    `json:"records"`
	Head    string `json:"head"` // hexadecimal hash of the last record
}

// ProtocolWriter writes everything about a protocol into a zip archive, a part at a time, so that nothing need be held in memory.
type ProtocolWriter struct {
	z        *zip.Writer
	manifest ProtocolManifest
	size     int64
}

// NewProtocolWriter begins an export. Close ends it.
func NewProtocolWriter(w io.Writer, protocol string) *ProtocolWriter {
	return &ProtocolWriter{z: zip.NewWriter(w), manifest: ProtocolManifest{
		Format: ProtocolFormat, Protocol: protocol, Streams: []Extent{}, Plans: []string{}, Files: map[string]string{},
	}}
}

// hashed writes to a file of the archive and keeps count.
type hashed struct {
	to   io.Writer
	sum  hash.Hash
	size *int64
}

func (h hashed) Write(b []byte) (int, error) {
	if *h.size += int64(len(b)); *h.size > protocolLimits.bytes {
		return 0, fmt.Errorf("it is more than an export may hold (%d bytes)", protocolLimits.bytes)
	}
	h.sum.Write(b)
	return h.to.Write(b)
}

// file writes one file.
func (w *ProtocolWriter) file(name string, fill func(io.Writer) error) error {
	if err := checkProtocolName(name); err != nil {
		return err
	}
	if _, twice := w.manifest.Files[name]; twice || len(w.manifest.Files) >= protocolLimits.files {
		return fmt.Errorf("the file %s stands there already, or there are too many", name)
	}
	to, err := w.z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	if err != nil {
		return err
	}
	h := hashed{to, sha256.New(), &w.size}
	if err := fill(h); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	w.manifest.Files[name] = hex.EncodeToString(h.sum.Sum(nil))
	return nil
}

func (w *ProtocolWriter) bytes(name string, b []byte) error {
	return w.file(name, func(to io.Writer) error {
		_, err := to.Write(b)
		return err
	})
}

// Plan adds a plan by its hash: its canonical form, and the files of its folder by slash-separated path.
func (w *ProtocolWriter) Plan(hash string, canonical []byte, files map[string][]byte) error {
	w.manifest.Plans = append(w.manifest.Plans, hash)
	if err := w.bytes(plansFolder+hash+"/"+planFile, canonical); err != nil {
		return fmt.Errorf("export plan %s: %w", hash, err)
	}
	for _, name := range sortedNames(files) {
		if err := w.bytes(plansFolder+hash+"/"+planFolder+name, files[name]); err != nil {
			return fmt.Errorf("export plan %s: %w", hash, err)
		}
	}
	return nil
}

// Stream adds the first records of a stream, so many. window returns some of them after a number, in order; it is asked twice for
// each.
func (w *ProtocolWriter) Stream(name string, many uint64, window func(after uint64) ([]Record, error)) error {
	x := Extent{Stream: name}
	each := func(use func(Record) error) error {
		for after := uint64(0); after < many; {
			records, err := window(after)
			if err != nil {
				return err
			}
			if len(records) == 0 {
				return fmt.Errorf("it ends at record %d, where there were %d", after, many)
			}
			for _, r := range records[:min(many-after, uint64(len(records)))] {
				if after++; r.Seq != after || strings.ContainsAny(string(r.Bytes), "\r\n") {
					return fmt.Errorf("record %d is not the next line of the stream", r.Seq)
				}
				if err := use(r); err != nil {
					return err
				}
			}
		}
		return nil
	}
	folder := streamsFolder + name + "/"
	err := w.file(folder+eventsFile, func(to io.Writer) error {
		return each(func(r Record) error {
			x.Records, x.Head = x.Records+1, hex.EncodeToString(r.Hash[:])
			_, err := to.Write(append(r.Bytes[:len(r.Bytes):len(r.Bytes)], '\n'))
			return err
		})
	})
	if err == nil {
		err = w.file(folder+openingsFile, func(to io.Writer) error {
			return each(func(r Record) error {
				if len(r.Openings) == 0 {
					return nil
				}
				line, err := encode(openingsLine{Seq: r.Seq, Openings: r.Openings})
				if err == nil {
					_, err = to.Write(append(line, '\n'))
				}
				return err
			})
		})
	}
	if err != nil {
		return fmt.Errorf("export %s: %w", name, err)
	}
	w.manifest.Streams = append(w.manifest.Streams, x)
	return nil
}

// Evidence adds a file that a record of a stream names.
func (w *ProtocolWriter) Evidence(stream, name string, b []byte) error {
	if err := w.bytes(streamsFolder+stream+"/"+evidenceDir+name, b); err != nil {
		return fmt.Errorf("export evidence of %s: %w", stream, err)
	}
	return nil
}

// Close writes the manifest and ends the archive. It returns what was written.
func (w *ProtocolWriter) Close() (ProtocolManifest, error) {
	b, err := json.MarshalIndent(w.manifest, "", "  ")
	if err != nil {
		return w.manifest, fmt.Errorf("export manifest: %w", err)
	}
	to, err := w.z.CreateHeader(&zip.FileHeader{Name: manifestFile, Method: zip.Deflate})
	if err == nil {
		_, err = to.Write(append(b, '\n'))
	}
	if err = errors.Join(err, w.z.Close()); err != nil {
		return w.manifest, fmt.Errorf("export manifest: %w", err)
	}
	return w.manifest, nil
}

// checkProtocolName accepts the names of files of such an export.
func checkProtocolName(name string) error {
	if !fs.ValidPath(name) || strings.ContainsAny(name, "\\:\x00") {
		return fmt.Errorf("the name %q leads out of the archive", name)
	}
	if name != manifestFile && !strings.HasPrefix(name, streamsFolder) && !strings.HasPrefix(name, plansFolder) {
		return fmt.Errorf("%q is not a file of an export", name)
	}
	return nil
}
