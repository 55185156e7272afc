// Package contacts owns the file of contact details that may stand beside a plan, encrypted with age: what it holds, sealing
// and opening it, and the salted hash by which the plan covers it. A plan can then lie where many read it, and the people's
// numbers cannot.
package contacts

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"filippo.io/age"
	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
	"tocsin/plan/sealed"
)

// domain separates the hash of contact details from all other hashes, and versions their form.
const domain = "tocsin contacts v1\n"

// largest is the most that a file of contact details may hold, in bytes.
const largest = 4 << 20

// Details are the ways to reach people, by the id of the person in the plan.
type Details struct {
	// Salt is secret and lies within the encrypted file: without it nobody who reads the plan can try numbers until one fits
	// the hash.
	Salt     [32]byte
	Contacts map[string][]plan.Contact
}

// form is how details are written.
type form struct {
	Salt     string                    `json:"salt,omitempty"` // hexadecimal
	Contacts map[string][]plan.Contact `json:"contacts"`
}

// Parse reads details as Bytes writes them. Without a salt, as people write them before they are sealed, it is zero.
func Parse(text []byte) (*Details, error) {
	if len(text) > largest {
		return nil, fault.New(fault.Invalid, "The contact details are larger than %d MiB.", largest>>20)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var f form
	if err := d.Decode(&f); err != nil {
		return nil, fault.New(fault.Invalid, "The contact details cannot be read.").
			Instead(`Write {"contacts": {"janet": [{"kind": "email", "to": "janet@example.com"}]}}.`).Because(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Invalid, "Something follows the contact details.").Instead("Keep one object with the key contacts.")
	}
	out := &Details{Contacts: f.Contacts}
	if f.Salt != "" {
		b, err := hex.DecodeString(f.Salt)
		if err != nil || len(b) != len(out.Salt) {
			return nil, fault.New(fault.Invalid, "The salt of the contact details is not 64 hexadecimal digits.").Instead("Leave it out; sealing draws one.")
		}
		out.Salt = [32]byte(b)
	}
	for _, id := range out.ids() {
		for i, c := range out.Contacts[id] {
			if say, do := c.Problem(); say != "" {
				return nil, fault.New(fault.Invalid, "Contact %d of %s: %s.", i+1, id, say).Instead("%s.", do)
			}
		}
	}
	return out, nil
}

// Bytes writes the details: the same details always the same bytes.
func (d *Details) Bytes() []byte {
	b, _ := json.MarshalIndent(form{Salt: hex.EncodeToString(d.Salt[:]), Contacts: d.Contacts}, "", "  ") // maps of texts always marshal
	return append(b, '\n')
}

// Hash is what the plan holds: keccak256 of a domain, the salt and the details, so that it stays when the file is encrypted
// to other readers.
func (d *Details) Hash() evm.Hash {
	b, _ := json.Marshal(d.Contacts)
	return crypto.Keccak256Hash([]byte(domain), d.Salt[:], b)
}

func (d *Details) ids() []string {
	ids := make([]string, 0, len(d.Contacts))
	for id := range d.Contacts {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// Seal encrypts the details to readers, given as age recipients ("age1…"). A zero salt is refused: it must be drawn first.
func Seal(d *Details, readers []string) ([]byte, error) {
	if d.Salt == [32]byte{} {
		return nil, fault.New(fault.Invalid, "The contact details have no salt.").Instead("Draw 32 random bytes first.")
	}
	if len(readers) == 0 {
		return nil, fault.New(fault.Invalid, "Nobody is named who can read the contact details.").Instead("Name readers: age1…, the public half of a contacts key.")
	}
	var to []age.Recipient
	for _, r := range readers {
		x, err := age.ParseX25519Recipient(strings.TrimSpace(r))
		if err != nil {
			return nil, fault.New(fault.Invalid, "%q is not a reader.", clip(r)).Instead("Write the line that begins with age1, as tocsin contacts key prints it.")
		}
		to = append(to, x)
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to...)
	if err != nil {
		return nil, fmt.Errorf("encrypt contact details: %w", err)
	}
	if _, err := w.Write(d.Bytes()); err != nil {
		return nil, fmt.Errorf("encrypt contact details: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("encrypt contact details: %w", err)
	}
	return out.Bytes(), nil
}

// Unseal decrypts details with a key: the text of an age identity file, one or more lines that begin with AGE-SECRET-KEY-1.
func Unseal(file []byte, key string) (*Details, error) {
	text, err := sealed.Open(file, key, "the file of contact details", largest)
	if err != nil {
		return nil, err
	}
	return Parse(text)
}

// Open puts the details of a plan's contacts file into the plan, after it has made sure that they are those that the plan
// was adopted with. The plan's hash stays as it is. A plan without such a file stays as it is.
func Open(p *plan.Plan, files map[string][]byte, key string) error {
	if p.Contacts.File == "" || p.Contacts.Open {
		return nil
	}
	sealed, ok := files[p.Contacts.File]
	if !ok {
		return fault.New(fault.NotFound, "The file of contact details %q is not there.", clip(p.Contacts.File))
	}
	if strings.TrimSpace(key) == "" {
		return fault.New(fault.Invalid, "The contact details of %s are sealed, and no key opens them.", p.Name).
			Instead("Set TOCSIN_CONTACTS_KEY_FILE to the name of a file with a contacts key.")
	}
	d, err := Unseal(sealed, key)
	if err != nil {
		return err
	}
	if d.Hash() != p.Contacts.Hash {
		return fault.New(fault.Conflict, "The contact details in %q are not those that the plan names.", clip(p.Contacts.File)).
			Instead("If the team changed them: seal them with tocsin contacts seal, which writes their hash into the plan, and adopt it. If not: somebody else did.")
	}
	for _, id := range d.ids() {
		if _, ok := p.Person(id); !ok {
			return fault.New(fault.Invalid, "The contact details name %q, whom the plan does not.", clip(id)).Instead("Seal again with tocsin contacts seal, which leaves them out; or add the person to a team.")
		}
	}
	for _, team := range [][]plan.Person{p.CoreTeam, p.ExtendedTeam} {
		for i := range team {
			team[i].Sealed = d.Contacts[team[i].ID]
		}
	}
	p.Contacts.Open = true
	return nil
}

func clip(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
