package journal

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"tocsin/fault"
)

// maxLine is the longest line of records that is read, in bytes.
const maxLine = 64 << 20

// lineReader reads a file of the archive line by line.
type lineReader struct {
	from io.ReadCloser
	buf  *bufio.Reader
}

func (p *protocolCheck) lines(name string) (*lineReader, error) {
	p.used[name] = true
	f := p.files[name]
	if f == nil || !f.Mode().IsRegular() {
		return nil, errors.New("it is missing")
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	return &lineReader{r, bufio.NewReaderSize(io.LimitReader(r, protocolLimits.bytes), 64<<10)}, nil
}

// next returns a line without its end; io.EOF after the last.
func (l *lineReader) next() ([]byte, error) {
	var line []byte
	for {
		part, err := l.buf.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxLine:
			return nil, errors.New("a line is too long")
		case err == nil:
			return line[:len(line)-1], nil
		case errors.Is(err, io.EOF) && len(line) > 0:
			return nil, errors.New("its last line is cut off")
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}

// checkStream verifies a stream's chain, its openings and the files that it names.
func (p *protocolCheck) checkStream(x Extent) {
	s := &streamCheck{protocolCheck: p, extent: x, folder: streamsFolder + x.Stream + "/", named: map[string]File{}, at: map[string]uint64{}}
	if err := s.records(); err != nil {
		p.report.Fail("The stream %s does not hold: %s", x.Stream, fault.Sentence(err))
		for name := range p.files { // what its records name is not known
			if strings.HasPrefix(name, s.folder+evidenceDir) {
				p.used[name] = true
			}
		}
		return
	}
	s.evidence()
}

// streamCheck is the verification of one stream.
type streamCheck struct {
	*protocolCheck
	extent  Extent
	folder  string
	named   map[string]File   // files by their ids, and not discarded
	at      map[string]uint64 // record that names each
	reports [][32]byte        // hashes of published post-mortems
}

func (s *streamCheck) records() error {
	events, err := s.lines(s.folder + eventsFile)
	if err != nil {
		return fault.New(fault.Invalid, "The file %s cannot be read: %v.", eventsFile, err)
	}
	defer events.from.Close()
	openings, err := s.openings()
	if err != nil {
		return err
	}
	defer openings.from.Close()
	var prev Record
	for seq := uint64(1); ; seq++ {
		line, err := events.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fault.New(fault.Invalid, "After record %d the file %s cannot be read: %v.", seq-1, eventsFile, err)
		}
		r := Record{Bytes: line, Hash: sha256.Sum256(line)}
		if e, err := r.envelope(); err == nil {
			r.Stream, r.Seq, r.Kind, r.At = e.Stream, e.Seq, e.Kind, e.At
		}
		if r.Openings, err = openings.of(seq); err != nil {
			return err
		}
		if r.Stream != s.extent.Stream {
			return fault.New(fault.Invalid, "Record %d belongs to the stream %q.", seq, r.Stream)
		}
		if err := verifyNext(prev, r, seq); err != nil {
			return err
		}
		s.see(r)
		prev = r
	}
	if err := openings.end(); err != nil {
		return err
	}
	if int(prev.Seq) != s.extent.Records || prev.Seq == 0 {
		return fault.New(fault.Invalid, "There are %d records where the manifest says %d.", prev.Seq, s.extent.Records)
	}
	if head := hex.EncodeToString(prev.Hash[:]); head != s.extent.Head {
		return fault.New(fault.Invalid, "The last record has the hash %s where the manifest says %s.", head, s.extent.Head)
	}
	return nil
}

// see takes from a record what it says of files, and counts its texts.
func (s *streamCheck) see(r Record) {
	s.report.Records++
	opened := map[string]opening{}
	_ = json.Unmarshal(r.Openings, &opened) // it was parsed before
	s.report.Opened += len(opened)
	s.report.Redacted += bytes.Count(r.Bytes, []byte(commitMark)) - len(opened)
	f, gone := namedIn(&r)
	for _, id := range gone {
		delete(s.named, id)
	}
	if f != nil {
		s.named[f.ID], s.at[f.ID] = *f, r.Seq
	}
	if text, ok := postmortemIn(&r); ok {
		s.reports = append(s.reports, sha256.Sum256([]byte(text)))
	}
	if s.seen.Record != nil {
		s.seen.Record(r)
	}
}

// evidence checks that the stream's files are those that its records name.
func (s *streamCheck) evidence() {
	known := map[string]bool{}
	for _, id := range slices.Sorted(maps.Keys(s.named)) {
		f := s.named[id]
		name := s.folder + evidenceDir + f.Path()
		known[name] = true
		switch sum, ok := s.sums[name]; {
		case !ok:
			s.report.Fail("The file %s, which record %d names, is missing.", name, s.at[id])
		case sum != f.SHA256:
			s.report.Fail("The file %s is not the one that record %d names: its SHA-256 is %s.", name, s.at[id], sum)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.files)) {
		rest, ours := strings.CutPrefix(name, s.folder+evidenceDir)
		if !ours {
			continue
		}
		if rest == PostmortemFile {
			s.used[name] = true
			if !slices.ContainsFunc(s.reports, func(h [32]byte) bool { return hex.EncodeToString(h[:]) == s.sums[name] }) {
				s.report.Fail("The file %s is not the post-mortem that a record holds.", name)
			}
			continue
		}
		s.used[name] = known[name]
	}
}

// openingReader reads the openings beside the records.
type openingReader struct {
	*lineReader
	line  int
	ahead *openingsLine // read, and of a later record
	last  uint64
}

func (s *streamCheck) openings() (*openingReader, error) {
	l, err := s.lines(s.folder + openingsFile)
	if err != nil {
		return nil, fault.New(fault.Invalid, "The file %s cannot be read: %v.", openingsFile, err)
	}
	return &openingReader{lineReader: l}, nil
}

// of returns the openings of a record; nil if there are none.
func (o *openingReader) of(seq uint64) ([]byte, error) {
	if o.ahead == nil {
		line, err := o.next()
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			return nil, fault.New(fault.Invalid, "After line %d the file %s cannot be read: %v.", o.line, openingsFile, err)
		}
		o.line++
		var x openingsLine
		if err := strict(line, &x); err != nil || x.Seq <= o.last || len(x.Openings) == 0 {
			return nil, o.misplaced()
		}
		o.ahead, o.last = &x, x.Seq
	}
	if o.ahead.Seq != seq {
		return nil, nil
	}
	b := o.ahead.Openings
	o.ahead = nil
	return b, nil
}

func (o *openingReader) misplaced() error {
	return fault.New(fault.Invalid, "Line %d of %s does not hold the openings of a later record.", o.line, openingsFile)
}

// end refuses openings of records that are not there.
func (o *openingReader) end() error {
	if o.ahead != nil {
		return o.misplaced()
	}
	switch _, err := o.next(); {
	case errors.Is(err, io.EOF):
		return nil
	default:
		o.line++
		return o.misplaced()
	}
}
