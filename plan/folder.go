package plan

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"
)

const (
	maxFiles    = 1_000     // YAML files of a plan
	maxAllMarks = 1_000_000 // lines and punctuation marks of all YAML files of a plan
	maxAllFiles = 64 << 20  // bytes of all files of a plan
)

// isYAML reports whether a file of a plan folder is part of the plan by its name.
func isYAML(name string) bool {
	return !strings.HasPrefix(name, ".") && (path.Ext(name) == ".yaml" || path.Ext(name) == ".yml")
}

// loadFolder reads the YAML files among the entries of a folder, "" for the root, and reports whether there are any.
func (l *loader) loadFolder(name string, entries []fs.DirEntry) bool {
	some := false
	for _, e := range entries {
		if !isYAML(e.Name()) {
			continue
		}
		some = true
		file := path.Join(name, e.Name())
		if l.top == "" {
			l.top = file
		}
		if l.files++; l.files > maxFiles {
			l.file = file
			l.fileProblem(fmt.Sprintf("the plan has more than %d files", maxFiles), "join them")
			return some
		}
		l.loadFile(file)
		if l.marks > maxAllMarks || l.bytes > maxAllFiles || l.full() {
			return some
		}
	}
	return some
}

// loadShared reads the folders that the plan shares with others.
func (l *loader) loadShared() {
	for i, name := range l.plan.Shared {
		if !idForm.MatchString(name) {
			continue // which is a problem already
		}
		key := fmt.Sprintf("shared[%d]", i)
		place := l.source.At(key)
		entries, err := fs.ReadDir(l.folder, name)
		switch {
		case slices.Contains(l.plan.Shared[:i], name):
			l.problemAt(place, len(name), key, fmt.Sprintf("the folder %q stands twice", name), "name it once")
		case errors.Is(err, fs.ErrNotExist):
			l.problemAt(place, len(name), key, fmt.Sprintf("there is no shared folder %q", name), "put it beside the plan folder, or mend its name")
		case err != nil:
			l.problemAt(place, len(name), key, fmt.Sprintf("the shared folder %q cannot be read: %v", name, err), "")
		case !l.loadFolder(name, entries):
			l.problemAt(place, len(name), key, fmt.Sprintf("the shared folder %q holds nothing of a plan: no file in it ends in .yaml", name), "put what the plans share into it, or take its name out")
		}
	}
}

// sharing refuses a shared folder that names further ones: whoever reads a plan must see all of its parts in one place.
func (l *loader) sharing(kv pair, at spot) bool {
	if at.path != "shared" || !strings.Contains(l.file, "/") {
		return true
	}
	return l.problem(kv.key, at.path, "a shared folder cannot share further folders", "name them all in the plan itself")
}

func (l *loader) loadFile(name string) { l.loadInto(name, reflect.ValueOf(l.plan).Elem()) }

// loadInto reads a file into a struct.
func (l *loader) loadInto(name string, v reflect.Value) {
	l.file = name
	b, ok := l.read(name, func(say, do string) { l.fileProblem(say, do) })
	if !ok {
		l.torn = true
		return
	}
	text := normal(b)
	if l.marks += marks(text); l.marks > maxAllMarks {
		l.fileProblem(fmt.Sprintf("the files of this plan hold more than %d lines and marks", maxAllMarks), "keep plans to what people read")
		l.torn = true
		return
	}
	l.lines[name] = strings.Split(text, "\n")
	body := l.parseYAML(text)
	if body == nil {
		l.torn = true
		return
	}
	l.decode(body, v, spot{})
}

// read reads a file of the folder into the source.
func (l *loader) read(name string, problem func(say, do string)) ([]byte, bool) {
	if b, ok := l.source.Files[name]; ok {
		return b, true
	}
	b, ok := l.readFile(name, maxFile, problem)
	return b, ok && l.keep(name, b, problem)
}

// keep takes a file into the source.
func (l *loader) keep(name string, b []byte, problem func(say, do string)) bool {
	if l.bytes += len(b); l.bytes > maxAllFiles {
		problem(fmt.Sprintf("the files of this plan are larger than %d MiB", maxAllFiles>>20), "keep plans to what people read")
		return false
	}
	l.source.Files[name] = b
	return true
}

// readFile reads a plain file of the folder that has at most so many bytes.
func (l *loader) readFile(name string, most int, problem func(say, do string)) ([]byte, bool) {
	if !fs.ValidPath(name) {
		problem(fmt.Sprintf("%q does not lie in the plan folder", clip(name)), "name a file by its path from the plan folder")
		return nil, false
	}
	// Asked before it is opened: opening a pipe would wait for whoever writes into it.
	info, err := fs.Stat(l.folder, name)
	var f fs.File
	if err == nil && info.Mode().IsRegular() {
		f, err = l.folder.Open(name)
	}
	if errors.Is(err, fs.ErrNotExist) {
		problem(fmt.Sprintf("there is no file %q in the plan folder", clip(name)), "put it there, or mend its name")
		return nil, false
	}
	if err != nil {
		problem(fmt.Sprintf("the file %q cannot be opened: %v", clip(name), err), "")
		return nil, false
	}
	if f == nil {
		problem(fmt.Sprintf("%q is not a file", clip(name)), "put a plain file there")
		return nil, false
	}
	defer f.Close()
	var read bytes.Buffer
	read.Grow(int(min(info.Size(), int64(most))) + bytes.MinRead)
	_, err = read.ReadFrom(io.LimitReader(f, int64(most)+1))
	b := read.Bytes()
	if err != nil {
		problem(fmt.Sprintf("the file %q cannot be read: %v", clip(name), err), "")
		return nil, false
	}
	if len(b) > most {
		problem(fmt.Sprintf("%q is larger than %d MiB", clip(name), most>>20), "keep plans to what people read")
		return nil, false
	}
	return b, true
}
