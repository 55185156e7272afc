package backtest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"tocsin/fault"
)

const (
	maxLine   = 64 << 20
	maxWindow = 32 << 20 // of a compressed file: it has to be kept in memory
)

// Files is history in files: JSON lines, each a block, plain or compressed with gzip or zstd. Several files are read in the
// order of their first blocks, whatever the order in which they are named.
type Files struct {
	names  []string
	loose  bool
	traces bool // blocks come with their traces

	open  *lineReader
	next  int // in names
	done  Marks
	read  atomic.Int64
	total int64
}

// NewFiles names the files. With loose, what a block lacks is made up for as far as it can be, and nothing is verified.
func NewFiles(names []string, loose bool) *Files {
	return &Files{names: slices.Clone(names), loose: loose}
}

// Range says nothing: files may be added to.
func (f *Files) Range() string { return "files" }

// Open looks at the files.
func (f *Files) Open(ctx context.Context, done Marks) error {
	f.done = done
	first := map[string]uint64{}
	for i, name := range f.names {
		if slices.Contains(f.names[:i], name) {
			return fault.New(fault.Invalid, "%s is named twice.", name)
		}
		at, err := os.Stat(name)
		if err == nil && at.IsDir() {
			err = errors.New("it is a folder")
		}
		if err != nil {
			return fault.New(fault.Invalid, "%s cannot be read.", name).Instead("Name a file with a block on each line.").Because(err)
		}
		if at.Mode().IsRegular() {
			f.total += at.Size()
		}
		if len(f.names) > 1 {
			first[name] = f.firstBlock(name)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	slices.SortStableFunc(f.names, func(a, b string) int {
		switch x, y := first[a], first[b]; {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	return nil
}

// firstBlock is the number of the first block of a file. One that cannot be told comes last, where the replay says why.
func (f *Files) firstBlock(name string) uint64 {
	l, err := openLines(name, new(atomic.Int64))
	if err != nil {
		return math.MaxUint64
	}
	defer l.Close()
	line, err := l.Next()
	if err != nil {
		return math.MaxUint64
	}
	n, ok := numberOf(line)
	if !ok {
		return math.MaxUint64
	}
	return n
}

// Next reads the next line.
func (f *Files) Next(context.Context) (Piece, error) {
	for {
		if f.open == nil {
			if f.next == len(f.names) {
				return Piece{}, io.EOF
			}
			l, err := openLines(f.names[f.next], &f.read)
			if err != nil {
				return Piece{}, err
			}
			f.open, f.next = l, f.next+1
			if err := l.Skip(f.done[l.name]); err != nil {
				return Piece{}, l.fault(err)
			}
		}
		l := f.open
		line, err := l.Next()
		if err == io.EOF {
			l.Close()
			f.open = nil
			continue
		}
		if err != nil {
			return Piece{}, l.fault(err)
		}
		where := fmt.Sprintf("%s:%d", l.name, l.n)
		return Piece{Where: where, Name: l.name, End: l.n, Size: int64(len(line)), Load: func(context.Context) (Loaded, error) {
			loaded, err := decodeLine(line, f.loose, f.traces)
			if err != nil {
				return Loaded{}, lineFault(where, err)
			}
			return loaded, nil
		}}, nil
	}
}

// Progress counts bytes as they lie in the files.
func (f *Files) Progress() (done, total int64) { return f.read.Load(), f.total }

// Close closes what is open.
func (f *Files) Close() {
	if f.open != nil {
		f.open.Close()
		f.open = nil
	}
}

// lineReader reads a file line by line.
type lineReader struct {
	name   string
	file   *os.File
	unpack io.Closer // nil for a plain file
	in     *bufio.Reader
	n      uint64 // lines read
}

// counting counts what is read.
type counting struct {
	io.Reader
	n *atomic.Int64
}

func (c counting) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n.Add(int64(n))
	return n, err
}

// zstdCloser makes a zstd decoder an io.Closer.
type zstdCloser struct{ *zstd.Decoder }

func (z zstdCloser) Close() error {
	z.Decoder.Close()
	return nil
}

// openLines opens a file; how it is compressed shows in its first bytes.
func openLines(name string, read *atomic.Int64) (*lineReader, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s cannot be read.", name).Because(err)
	}
	l := &lineReader{name: name, file: file}
	raw := bufio.NewReaderSize(counting{file, read}, 64<<10)
	magic, _ := raw.Peek(4)
	var in io.Reader = raw
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, zerr := gzip.NewReader(raw)
		if zerr == nil {
			l.unpack = z
		}
		in, err = z, zerr
	case bytes.HasPrefix(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, zerr := zstd.NewReader(raw, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if zerr == nil {
			l.unpack = zstdCloser{z}
		}
		in, err = z, zerr
	}
	if err != nil {
		l.Close()
		return nil, l.fault(err)
	}
	l.in = bufio.NewReaderSize(in, 256<<10)
	return l, nil
}

var errLong = fmt.Errorf("the line is longer than %d MB", maxLine>>20)

// Next returns the next line that is not empty; it belongs to the caller. io.EOF follows the last one.
func (l *lineReader) Next() ([]byte, error) {
	for {
		var line []byte
		part, err := l.in.ReadSlice('\n')
		for ; err == bufio.ErrBufferFull; part, err = l.in.ReadSlice('\n') {
			if line = append(line, part...); len(line) > maxLine {
				l.n++
				return nil, errLong
			}
		}
		if err != nil && err != io.EOF {
			l.n++
			return nil, err
		}
		if line = append(line, part...); len(line) > 0 {
			l.n++
		}
		if len(line) > maxLine+2 { // not counting its end
			return nil, errLong
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			return line, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// Skip passes over the first lines.
func (l *lineReader) Skip(lines uint64) error {
	for l.n < lines {
		_, err := l.in.ReadSlice('\n')
		switch err {
		case nil:
			l.n++
		case bufio.ErrBufferFull:
		case io.EOF:
			return nil // the file has become shorter: nothing in it is new
		default:
			return err
		}
	}
	return nil
}

func (l *lineReader) Close() {
	if l.unpack != nil {
		_ = l.unpack.Close()
	}
	_ = l.file.Close()
}

// fault says why a file cannot be read on.
func (l *lineReader) fault(err error) error {
	if errors.Is(err, errLong) {
		return fault.New(fault.Invalid, "%s:%d: %s.", l.name, l.n, err)
	}
	f := fault.New(fault.Invalid, "%s cannot be read beyond line %d: %s.", l.name, l.n, err)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fault.New(fault.Invalid, "%s ends in the middle, in or after line %d: the compressed file is cut off.", l.name, l.n).Instead("Copy it again.").Because(err)
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return fault.New(fault.Invalid, "%s was compressed with a window of more than %d MB.", l.name, maxWindow>>20).Instead("Compress it again without --long and --ultra.").Because(err)
	}
	return f.Because(err)
}
