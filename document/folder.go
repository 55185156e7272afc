package document

import (
	"bytes"
	"io"
	"io/fs"
	"slices"
	"time"
)

// folder is a folder in memory with the files of a plan. Files that the plan names and that are not there are there and
// empty of meaning: a document does not hold them, and they may stand beside the plan one day.
type folder map[string][]byte

// Open opens a file.
func (f folder) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	text, ok := f[name]
	if !ok {
		text = []byte("[]") // what any file may hold whose content is looked into: an empty ABI
	}
	return &openFile{leaf{name, len(text)}, bytes.NewReader(text)}, nil
}

// ReadDir lists the files of the folder itself.
func (f folder) ReadDir(name string) ([]fs.DirEntry, error) {
	if name != "." {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	var names []string
	for n := range f {
		names = append(names, n)
	}
	slices.Sort(names)
	var entries []fs.DirEntry
	for _, n := range names {
		entries = append(entries, fs.FileInfoToDirEntry(leaf{n, len(f[n])}))
	}
	return entries, nil
}

// openFile is a file being read.
type openFile struct {
	leaf
	io.Reader
}

func (o *openFile) Stat() (fs.FileInfo, error) { return o.leaf, nil }
func (o *openFile) Close() error               { return nil }

// leaf is what is known of a file.
type leaf struct {
	name string
	size int
}

func (l leaf) Name() string     { return l.name }
func (l leaf) Size() int64      { return int64(l.size) }
func (leaf) Mode() fs.FileMode  { return 0o444 }
func (leaf) ModTime() time.Time { return time.Time{} }
func (leaf) IsDir() bool        { return false }
func (leaf) Sys() any           { return nil }
