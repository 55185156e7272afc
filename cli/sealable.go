package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"tocsin/app"
	"tocsin/fault"
	"tocsin/plan"
	"tocsin/plan/contacts"
)

// sealable is a plan folder whose contact details are at hand.
type sealable struct {
	dir     string
	plan    *plan.Plan
	source  *plan.Source
	details *contacts.Details // what is sealed now; empty if nothing is
	resumed bool              // they come from a sealing that was cut short
}

func (t *terminal) sealable(dir string) (*sealable, error) {
	if err := (&replacement{dir: dir}).finish(); err != nil { // what is written must not be lost to it
		return nil, unwritten(dir, err)
	}
	p, src, err := t.loadClosed(dir)
	if err != nil {
		return nil, err
	}
	s := &sealable{dir: dir, plan: p, source: src, details: &contacts.Details{Contacts: map[string][]plan.Contact{}}}
	if p.Contacts.File == "" {
		return s, nil
	}
	key, err := app.Secret(app.ContactsKey)
	if err != nil {
		return nil, err
	}
	if key == "" {
		return nil, contacts.Open(p, src.Files, key) // it says what is missing
	}
	if s.details, err = contacts.Unseal(src.Files[p.Contacts.File], key); err != nil {
		return nil, err
	}
	if s.details.Hash() != p.Contacts.Hash {
		s.resumed = true
		if s.details = s.before(key); s.details == nil {
			return nil, fault.New(fault.Conflict, "The contact details in %q are not those that the plan names.", p.Contacts.File).
				Instead("Take the file back from the plan's history. If it is lost: write contact: of each person anew, take contacts: out of the plan, and seal.")
		}
	}
	for _, r := range s.persons() {
		r.Sealed = s.details.Contacts[r.ID]
	}
	p.Contacts.Open = true
	return s, nil
}

// beforeName is where the sealed file of before stands while a plan is sealed anew. If that is cut short between the file
// and the YAML, the plan still names what stands there, and the YAML what was to come.
func (s *sealable) beforeName() string {
	dir, base := path.Split(s.plan.Contacts.File)
	return dir + "before-" + base
}

// before answers what a sealing that was cut short has left, if it is what the plan names; nil if there is no such thing.
func (s *sealable) before(key string) *contacts.Details {
	folder, err := planFolder(s.dir)
	if err != nil {
		return nil
	}
	defer folder.Close()
	b, err := fs.ReadFile(folder.FS(), s.beforeName())
	if err != nil {
		return nil
	}
	d, err := contacts.Unseal(b, key)
	if err != nil || d.Hash() != s.plan.Contacts.Hash {
		return nil
	}
	return d
}

// persons are all of the plan's, to be changed in place.
func (s *sealable) persons() []*plan.Person {
	var list []*plan.Person
	for _, team := range [][]plan.Person{s.plan.CoreTeam, s.plan.ExtendedTeam} {
		for i := range team {
			list = append(list, &team[i])
		}
	}
	return list
}

// save writes the plan back into the files that it came from.
func (s *sealable) save() error {
	files, err := plan.Save(s.plan, s.source)
	if err != nil {
		return err
	}
	changed := map[string][]byte{}
	for name, b := range files {
		if string(s.source.Files[name]) != string(b) {
			changed[name] = b
		}
	}
	return s.write(changed)
}

// write puts files into the plan's folder, or into the folder beside it that the plan shares with others, each whole or not
// at all.
func (s *sealable) write(files map[string][]byte) error {
	for name, b := range files {
		path := s.path(name)
		if err := replace(path, b, 0o644); err != nil {
			return fault.New(fault.Invalid, "%s cannot be written.", path).Instead("Make the folder writable, then do it again: nothing is lost.").Because(err)
		}
	}
	return nil
}

// remove takes a file away that may not be there.
func (s *sealable) remove(name string) error {
	if err := os.Remove(s.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove %s: %w", name, err)
	}
	return nil
}

// path is where a file of the plan stands.
func (s *sealable) path(name string) string {
	if first, _, nested := strings.Cut(name, "/"); nested && slices.Contains(s.plan.Shared, first) {
		if _, err := os.Stat(filepath.Join(s.dir, first)); errors.Is(err, fs.ErrNotExist) {
			return filepath.Join(s.dir, "..", filepath.FromSlash(name))
		}
	}
	return filepath.Join(s.dir, filepath.FromSlash(name))
}

// replace writes a file beside its place and then puts it there, with the rights that the old one had; a new one gets mode.
func replace(path string, b []byte, mode fs.FileMode) error {
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}
