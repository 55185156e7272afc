package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"tocsin/fault"
)

// The folders that a replacement keeps in the folder of a plan. Nobody takes what stands in them for a plan's files: their
// names begin with a dot.
const (
	draftName  = ".tocsin-draft"  // files that are still being written; worth nothing
	comingName = ".tocsin-coming" // the whole new plan, until all of it stands in its place
	formerName = ".tocsin-former" // files of the old plan, until then
)

// replacement puts a new plan in the place of another, so that whenever it is cut short there is one whole plan, the old
// one or the new one, and never some files of each.
//
// The new plan is written whole into a folder of its own. That folder gets its name, comingName, in one step: before it the
// old plan stands, after it the new one does, because planFolder reads the plan from there as long as it exists. Then the old
// files are moved aside and the new ones put in their place, which can be done over and over until it is through. Meanwhile
// the folder itself holds nothing that loads: the file that says "tocsin: 1" leaves first and comes last.
type replacement struct {
	dir string
	cut func() error // asked before each change of the folder; an error ends it there. Tests cut it short.
}

func (r *replacement) path(name ...string) string {
	return filepath.Join(append([]string{r.dir}, name...)...)
}

// change changes the folder, unless the replacement has been cut short.
func (r *replacement) change(do func() error) error {
	if r.cut != nil {
		if err := r.cut(); err != nil {
			return err
		}
	}
	return do()
}

// write replaces the plan in the folder by files.
func (r *replacement) write(files map[string][]byte) error {
	if err := r.finish(); err != nil {
		return err
	}
	for _, name := range r.names(files) {
		if info, err := os.Lstat(r.path(name)); err == nil && info.IsDir() {
			return fmt.Errorf("%s is a folder", name)
		}
	}
	if err := r.stage(files); err != nil {
		return errors.Join(err, r.remove(draftName))
	}
	return r.finish()
}

// stage writes the new plan into a folder of its own, safe from a loss of power, and names that comingName.
func (r *replacement) stage(files map[string][]byte) error {
	if err := r.folder(draftName); err != nil {
		return err
	}
	for _, name := range sortedNames(files) {
		if err := r.change(func() error { return written(r.path(draftName, name), files[name]) }); err != nil {
			return err
		}
	}
	if err := kept(r.path(draftName)); err != nil {
		return err
	}
	if err := r.change(func() error { return os.Rename(r.path(draftName), r.path(comingName)) }); err != nil {
		return err
	}
	return kept(r.dir)
}

// finish does what a replacement that was cut short has left to do, and takes away what is worth nothing any more.
func (r *replacement) finish() error {
	if err := r.remove(draftName); err != nil {
		return err
	}
	coming, err := planText(r.path(comingName))
	if errors.Is(err, fs.ErrNotExist) {
		return r.remove(formerName)
	}
	if err != nil {
		return err
	}
	if err := r.moveIn(coming); err != nil {
		return err
	}
	if err := r.remove(draftName); err != nil {
		return err
	}
	// From here on the plan is read from its own folder again.
	if err := r.change(func() error { return os.Rename(r.path(comingName), r.path(draftName)) }); err != nil {
		return err
	}
	return errors.Join(kept(r.dir), r.remove(draftName), r.remove(formerName))
}

// moveIn moves the files of the old plan aside and puts the new ones in their place.
func (r *replacement) moveIn(coming map[string][]byte) error {
	here, err := planText(r.dir)
	if err != nil {
		return err
	}
	for name := range coming { // such as the schema, which is no file of a plan
		if text, err := os.ReadFile(r.path(name)); err == nil {
			here[name] = text
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	same := func(name string) bool {
		text, stands := here[name]
		want, wanted := coming[name]
		return stands == wanted && bytes.Equal(text, want)
	}
	all := sortedNames(coming)
	for _, name := range sortedNames(here) {
		if _, again := coming[name]; !again {
			all = append(all, name)
		}
	}
	if !slices.ContainsFunc(all, func(name string) bool { return !same(name) }) {
		return nil
	}
	for _, first := range []bool{true, false} {
		for _, name := range sortedNames(here) {
			if starts := startsPlan(name, here[name]); starts != first || !starts && same(name) {
				continue
			}
			if err := r.moveAside(name); err != nil {
				return err
			}
		}
		if err := kept(r.dir); err != nil {
			return err
		}
	}
	for _, last := range []bool{false, true} {
		for _, name := range sortedNames(coming) {
			if starts := startsPlan(name, coming[name]); starts != last || !starts && same(name) {
				continue
			}
			if err := r.put(name, coming[name]); err != nil {
				return err
			}
		}
		if err := kept(r.dir); err != nil {
			return err
		}
	}
	return nil
}

// moveAside moves a file of the old plan to the others of it.
func (r *replacement) moveAside(name string) error {
	if err := r.folder(formerName); err != nil {
		return err
	}
	to := r.path(formerName, name)
	if _, err := os.Lstat(to); err == nil {
		return fault.New(fault.Invalid, "%s has been written anew since a run that writes the plan was cut short.", r.path(name)).
			Instead("Move it away to let that run end. To keep it, move the files of %s back beside it, then remove %s.", r.path(formerName), r.path(comingName))
	}
	return r.change(func() error { return os.Rename(r.path(name), to) })
}

// put puts a file of the new plan in its place.
func (r *replacement) put(name string, text []byte) error {
	if err := r.folder(draftName); err != nil {
		return err
	}
	if err := r.change(func() error { return written(r.path(draftName, name), text) }); err != nil {
		return err
	}
	return r.change(func() error { return os.Rename(r.path(draftName, name), r.path(name)) })
}

// folder makes one of the replacement's own folders, unless it is there.
func (r *replacement) folder(name string) error {
	if _, err := os.Lstat(r.path(name)); err == nil {
		return nil
	}
	return r.change(func() error { return os.Mkdir(r.path(name), 0o755) })
}

// remove takes one of the replacement's own folders away, if it is there.
func (r *replacement) remove(name string) error {
	if _, err := os.Lstat(r.path(name)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return r.change(func() error { return os.RemoveAll(r.path(name)) })
}

// names lists the files that a replacement moves aside or writes.
func (r *replacement) names(files map[string][]byte) []string {
	names := sortedNames(files)
	old, _ := writtenFiles(r.dir)
	return append(names, old...)
}

// planText reads the files of a plan in a folder, and what an import has left there.
func planText(dir string) (map[string][]byte, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	coming := filepath.Base(dir) == comingName // all that stands there belongs to the plan
	all := map[string][]byte{}
	for _, e := range entries {
		if !coming && !planFile(e.Name()) {
			continue
		}
		info, err := os.Stat(filepath.Join(dir, e.Name()))
		if err != nil || !info.Mode().IsRegular() {
			all[e.Name()] = nil // a link that leads nowhere is moved as it is
			continue
		}
		if all[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// planFile reports whether a file belongs to a plan by its name, or is what an import has left.
func planFile(name string) bool {
	ext := filepath.Ext(name)
	return name == unplacedFile || !strings.HasPrefix(name, ".") && (ext == ".yaml" || ext == ".yml")
}

var planStart = regexp.MustCompile(`(?m)^[{"']*tocsin["']?[ \t]*:`)

// startsPlan reports whether a file holds the line without which no plan loads.
func startsPlan(name string, text []byte) bool { return planFile(name) && planStart.Match(text) }

func sortedNames(files map[string][]byte) []string {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// written writes a file and waits until it is safe from a loss of power.
func written(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// kept waits until the names in a folder are safe from a loss of power. Not every system can do so, which is no error.
func kept(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = f.Sync()
	return f.Close()
}
