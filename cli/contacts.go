package cli

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"tocsin/app"
	"tocsin/fault"
	"tocsin/plan"
	"tocsin/plan/contacts"
)

// sealedName is what a sealed file is called where the plan does not name it yet.
const sealedName = "contacts.age"

func (t *terminal) contacts() *cobra.Command {
	c := &cobra.Command{
		Use:   "contacts",
		Short: "Keep the people's contact details in an encrypted file beside the plan",
		Long: `Contacts moves the ways to reach people out of the plan into a file that is encrypted with age and that the plan covers by a
hash. Whoever is to open it needs a contacts key: ` + app.ContactsKey + `_FILE names the file that holds it, for these commands as
for the server.`,
	}
	c.AddCommand(t.contactsKey(), t.contactsSeal(), t.contactsShow(), t.contactsUnseal())
	return c
}

func (t *terminal) contactsKey() *cobra.Command {
	return &cobra.Command{
		Use: "key FILE", Short: "Make a contacts key and print its public half", Args: exactly("a file"),
		RunE: func(_ *cobra.Command, args []string) error {
			k, err := age.GenerateX25519Identity()
			if err != nil {
				return fmt.Errorf("make contacts key: %w", err)
			}
			f, err := os.OpenFile(args[0], os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if errors.Is(err, fs.ErrExist) {
				return fault.New(fault.Invalid, "%s is there already.", args[0]).Instead("Name a file that is not.")
			}
			if err != nil {
				return fault.New(fault.Invalid, "%s cannot be written.", args[0]).Because(err)
			}
			_, err = fmt.Fprintf(f, "# contacts key; its public half: %s\n%s\n", k.Recipient(), k)
			if err := errors.Join(err, f.Close()); err != nil {
				return fmt.Errorf("write contacts key: %w", err)
			}
			return t.print(map[string]string{"reader": k.Recipient().String(), "file": args[0]}, func(w io.Writer) { fmt.Fprintln(w, k.Recipient()) })
		},
	}
}

func (t *terminal) contactsSeal() *cobra.Command {
	var readers []string
	c := &cobra.Command{
		Use: "seal DIR", Short: "Move the contact details of a plan into its encrypted file", Args: exactly("a plan folder"),
		Long: `Seal takes every contact out of the plan's YAML, puts it into the encrypted file, and writes the file's hash into the plan. What
the file held already stays in it; a person whose contacts stand in the YAML gets those instead. Comments and everything
else in the plan stay as they are.`,
		RunE: func(_ *cobra.Command, args []string) error { return t.seal(args[0], readers) },
	}
	c.Flags().StringArrayVar(&readers, "reader", nil, "who can open it, age1…; may be given again; default: those the plan names")
	return c
}

// sealable is a plan folder whose contact details are at hand.
type sealable struct {
	dir     string
	plan    *plan.Plan
	source  *plan.Source
	details *contacts.Details // what is sealed now; empty if nothing is
}

func (t *terminal) sealable(dir string) (*sealable, error) {
	p, src, err := t.load(dir)
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
	if err := contacts.Open(p, src.Files, key); err != nil {
		return nil, err
	}
	if s.details, err = contacts.Unseal(src.Files[p.Contacts.File], key); err != nil {
		return nil, err
	}
	return s, nil
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

func (t *terminal) seal(dir string, readers []string) error {
	s, err := t.sealable(dir)
	if err != nil {
		return err
	}
	before, moved := s.details.Hash(), 0
	for _, r := range s.persons() {
		if len(r.Contact) > 0 {
			s.details.Contacts[r.ID] = r.Contact
			r.Contact, moved = nil, moved+1
		}
	}
	if len(s.details.Contacts) == 0 {
		return fault.New(fault.Invalid, "The plan holds no contact details to seal.").Instead("Write them under contact: of each person first.")
	}
	if s.details.Salt == [32]byte{} || s.details.Hash() != before {
		if _, err := rand.Read(s.details.Salt[:]); err != nil {
			return fmt.Errorf("draw a salt: %w", err)
		}
	}
	if len(readers) == 0 {
		readers = s.plan.Contacts.Readers
	}
	file, err := contacts.Seal(s.details, readers)
	if err != nil {
		return err
	}
	name := s.plan.Contacts.File
	if name == "" {
		name = sealedName
	}
	s.source.Files[name] = file // the plan that is written names it
	s.plan.Contacts = plan.ContactsFile{File: name, Hash: s.details.Hash(), Readers: slices.Clone(readers)}
	// The file first: should this end between the two, the YAML still holds everything.
	if err := s.write(map[string][]byte{name: file}); err != nil {
		return err
	}
	if err := s.save(); err != nil {
		return err
	}
	out := map[string]any{"file": name, "hash": s.plan.Contacts.Hash.Hex(), "readers": readers, "moved": moved, "people": len(s.details.Contacts)}
	return t.print(out, func(w io.Writer) {
		fmt.Fprintf(w, "%s holds the contact details of %s; %s can open it. The plan names its hash.\n",
			filepath.Join(dir, name), count(len(s.details.Contacts), "person"), count(len(readers), "reader"))
	})
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
		path := filepath.Join(s.dir, filepath.FromSlash(name))
		if first, _, nested := strings.Cut(name, "/"); nested && slices.Contains(s.plan.Shared, first) {
			if _, err := os.Stat(filepath.Join(s.dir, first)); errors.Is(err, fs.ErrNotExist) {
				path = filepath.Join(s.dir, "..", filepath.FromSlash(name))
			}
		}
		if err := replace(path, b); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
	}
	return nil
}

// replace writes a file beside its place and then puts it there, with the rights that the old one had.
func replace(path string, b []byte) error {
	mode := fs.FileMode(0o644)
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

func (t *terminal) contactsShow() *cobra.Command {
	return &cobra.Command{
		Use: "show DIR", Short: "Print the contact details of a plan, sealed or not", Args: exactly("a plan folder"),
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := t.sealable(args[0])
			if err != nil {
				return err
			}
			type reach struct {
				Person  string         `json:"person"`
				Name    string         `json:"name"`
				Contact []plan.Contact `json:"contact"`
			}
			list := []reach{}
			for _, r := range s.persons() {
				list = append(list, reach{r.ID, r.Name, r.Ladder()})
			}
			return t.print(map[string]any{"contacts": list}, func(w io.Writer) {
				for _, r := range list {
					fmt.Fprintf(w, "%s (%s)\n", r.Name, r.Person)
					for _, c := range r.Contact {
						fmt.Fprintf(w, "  %-9s %s\n", c.Kind, strings.TrimSpace(c.To+"  "+c.Note))
					}
				}
			})
		},
	}
}

func (t *terminal) contactsUnseal() *cobra.Command {
	return &cobra.Command{
		Use: "unseal DIR", Short: "Put the contact details back into the plan's YAML, to edit them", Args: exactly("a plan folder"),
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := t.sealable(args[0])
			if err != nil {
				return err
			}
			if s.plan.Contacts.File == "" {
				return fault.New(fault.Conflict, "The contact details of this plan are not sealed.")
			}
			name := s.plan.Contacts.File
			for _, r := range s.persons() {
				r.Contact, r.Sealed = r.Ladder(), nil
			}
			s.plan.Contacts = plan.ContactsFile{}
			if err := s.save(); err != nil {
				return err
			}
			if err := os.Remove(filepath.Join(s.dir, filepath.FromSlash(name))); err != nil {
				return fmt.Errorf("remove the sealed file: %w", err)
			}
			return t.print(map[string]any{"people": len(s.details.Contacts), "removed": name}, func(w io.Writer) {
				fmt.Fprintf(w, "The contact details of %s stand in the YAML again. Seal them before anybody else reads it.\n", count(len(s.details.Contacts), "person"))
			})
		},
	}
}
