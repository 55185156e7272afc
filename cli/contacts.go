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

func (t *terminal) seal(dir string, readers []string) error {
	s, err := t.sealable(dir)
	if err != nil {
		return err
	}
	before, moved := s.details.Hash(), 0
	var gone []string
	for id := range s.details.Contacts {
		if _, ok := s.plan.Person(id); !ok {
			gone = append(gone, id)
			delete(s.details.Contacts, id)
		}
	}
	slices.Sort(gone)
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
	old, again := s.source.Files[name]
	again = again && s.plan.Contacts.File != ""
	s.source.Files[name] = file // the plan that is written names it
	hash := s.plan.Contacts.Hash
	s.plan.Contacts = plan.ContactsFile{File: name, Hash: s.details.Hash(), Readers: slices.Clone(readers)}
	// The file first: should this end between the two, the YAML and the file of before still hold everything.
	if again && hash == s.plan.Contacts.Hash {
		again = false // only the readers are others
	}
	if again && !s.resumed {
		if err := s.write(map[string][]byte{s.beforeName(): old}); err != nil {
			return err
		}
	}
	if err := s.write(map[string][]byte{name: file}); err != nil {
		return err
	}
	if err := s.save(); err != nil {
		return err
	}
	if err := s.remove(s.beforeName()); err != nil {
		return err
	}
	out := map[string]any{"file": name, "hash": s.plan.Contacts.Hash.Hex(), "readers": readers, "moved": moved, "people": len(s.details.Contacts), "gone": append([]string{}, gone...)}
	return t.print(out, func(w io.Writer) {
		fmt.Fprintf(w, "%s holds the contact details of %s; %s can open it. The plan names its hash.\n",
			filepath.Join(dir, name), count(len(s.details.Contacts), "person"), count(len(readers), "reader"))
		if len(gone) > 0 {
			fmt.Fprintf(w, "Left out, because the plan no longer names them: %s.\n", strings.Join(gone, ", "))
		}
	})
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
			name, before := s.plan.Contacts.File, s.beforeName()
			for _, r := range s.persons() {
				r.Contact, r.Sealed = r.Ladder(), nil
			}
			s.plan.Contacts = plan.ContactsFile{}
			if err := s.save(); err != nil {
				return err
			}
			for _, name := range []string{name, before} {
				if err := s.remove(name); err != nil {
					return err
				}
			}
			return t.print(map[string]any{"people": len(s.details.Contacts), "removed": name}, func(w io.Writer) {
				fmt.Fprintf(w, "The contact details of %s stand in the YAML again. Seal them before anybody else reads it.\n", count(len(s.details.Contacts), "person"))
			})
		},
	}
}
