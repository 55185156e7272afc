package cli

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"tocsin/fault"
)

// planDir is the folder of a plan as Load reads it: the files in it and, beside it, the folders that several plans of one
// organisation share. Nothing else can be read through it, whatever links lie in it: what a plan holds is shown to the team
// and goes into every record.
type planDir struct {
	own    *os.Root
	beside *os.Root // the folder around it, nil if that cannot be read
}

// sharedName is what the name of a shared folder looks like: an id, so that it can never lead anywhere else.
var sharedName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// sharedKinds are the files of a shared folder that a plan may read.
var sharedKinds = []string{".yaml", ".yml", ".json", ".age"}

// planFolder opens the folder of a plan.
func planFolder(dir string) (*planDir, error) {
	own, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s is not a folder that can be read.", dir).Instead("Name the folder that holds the plan's YAML files.").Because(err)
	}
	if coming, err := own.OpenRoot(comingName); err == nil { // a replacement was cut short: all of the new plan stands there
		own.Close()
		own = coming
	}
	d := &planDir{own: own}
	if beside, err := os.OpenRoot(filepath.Join(dir, "..")); err == nil {
		d.beside = beside
	}
	return d, nil
}

// Close closes the folder; what was opened through it stays open.
func (d *planDir) Close() error {
	err := d.own.Close()
	if d.beside != nil {
		err = errors.Join(err, d.beside.Close())
	}
	return err
}

// FS returns the files. They can be read, and asked for before they are opened.
func (d *planDir) FS() fs.FS { return planFiles{d} }

// planFiles is a planDir as a file system.
type planFiles struct{ dir *planDir }

// Open opens a file or a folder.
func (f planFiles) Open(name string) (fs.File, error) {
	return through(f, "open", name, func(own fs.FS, name string) (fs.File, error) { return own.Open(name) })
}

// Stat describes a file or a folder without opening it.
func (f planFiles) Stat(name string) (fs.FileInfo, error) {
	return through(f, "stat", name, fs.Stat)
}

// ReadDir lists a folder.
func (f planFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	return through(f, "readdir", name, fs.ReadDir)
}

// through asks the plan's own folder or, for what that does not hold, the shared folder beside it.
func through[T any](f planFiles, op, name string, ask func(fs.FS, string) (T, error)) (T, error) {
	var none T
	if !fs.ValidPath(name) {
		return none, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	shared, rest, _ := strings.Cut(name, "/")
	if _, err := f.dir.own.Lstat(shared); !errors.Is(err, fs.ErrNotExist) || f.dir.beside == nil || !sharedName.MatchString(shared) {
		return ask(f.dir.own.FS(), name)
	}
	// The folder is opened by itself, so that no link in it leads out of it, and only if it is one and no link.
	info, err := f.dir.beside.Lstat(shared)
	if err == nil && !info.IsDir() {
		err = fs.ErrNotExist
	}
	if err != nil {
		return none, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	folder, err := f.dir.beside.OpenRoot(shared)
	if err != nil {
		return none, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	defer folder.Close()
	if rest == "" {
		return ask(folder.FS(), ".")
	}
	if info, err := folder.Lstat(rest); err != nil || !info.Mode().IsRegular() || !slices.Contains(sharedKinds, path.Ext(rest)) {
		return none, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return ask(folder.FS(), rest)
}
