package plan

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// Stored is a plan folder in memory: the files by name, as Source.Files holds them and Write and Save make them.
type Stored map[string][]byte

// Open opens a file; folders can only be listed.
func (s Stored) Open(name string) (fs.File, error) {
	b, ok := s[name]
	if !ok || !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &storedFile{storedInfo{path.Base(name), len(b), 0o444}, bytes.NewReader(b)}, nil
}

// Stat describes a file, or a folder that files stand in.
func (s Stored) Stat(name string) (fs.FileInfo, error) {
	b, ok := s[name]
	if !ok && name != "" {
		for file := range s {
			if strings.HasPrefix(file, name+"/") {
				return storedInfo{path.Base(name), 0, fs.ModeDir | 0o555}, nil
			}
		}
	}
	if !ok || !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return storedInfo{path.Base(name), len(b), 0o444}, nil
}

// ReadDir lists a folder: "." or any that files stand in.
func (s Stored) ReadDir(name string) ([]fs.DirEntry, error) {
	prefix := name + "/"
	if name == "." {
		prefix = ""
	}
	found := map[string]storedInfo{}
	for file, b := range s {
		rest, inside := strings.CutPrefix(file, prefix)
		if first, _, deeper := strings.Cut(rest, "/"); inside && deeper {
			found[first] = storedInfo{first, 0, fs.ModeDir | 0o555}
		} else if inside {
			found[rest] = storedInfo{rest, len(b), 0o444}
		}
	}
	if len(found) == 0 && name != "." {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	entries := make([]fs.DirEntry, 0, len(found))
	for _, info := range found {
		entries = append(entries, fs.FileInfoToDirEntry(info))
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// storedFile is an open file.
type storedFile struct {
	storedInfo
	*bytes.Reader
}

// Stat describes the file.
func (f *storedFile) Stat() (fs.FileInfo, error) { return f.storedInfo, nil }

// Close does nothing.
func (f *storedFile) Close() error { return nil }

// Size is in bytes.
func (f *storedFile) Size() int64 { return f.storedInfo.Size() }

// storedInfo describes a file.
type storedInfo struct {
	name string
	size int
	mode fs.FileMode
}

func (i storedInfo) Name() string       { return i.name }
func (i storedInfo) Size() int64        { return int64(i.size) }
func (i storedInfo) Mode() fs.FileMode  { return i.mode }
func (i storedInfo) ModTime() time.Time { return time.Time{} }
func (i storedInfo) IsDir() bool        { return i.mode.IsDir() }
func (i storedInfo) Sys() any           { return nil }
