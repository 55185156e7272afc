// Package status owns the file status.json that a team's app polls to know whether it should show itself or a maintenance page: what stands
// in it, what is signed of it, how it is verified, and the record of what it said when.
//
//	the plan's words ─ an action sets them ─▶ record (number grows) ─ signed anew while it stands ─▶ file ─▶ the app
//
// The file is signed so that whoever takes over its host, or a cache before it, cannot tell users that all is well.
package status

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/ethereum/go-ethereum/common/hexutil"

	"tocsin/evm"
	"tocsin/fault"
)

// The states.
const (
	Normal      = "normal"      // nothing is set
	Limited     = "limited"     // some features are off
	Maintenance = "maintenance" // the app shows its maintenance page
)

// States lists the states.
var States = [...]string{Normal, Limited, Maintenance}

// Text is what an app is told.
type Text struct {
	State   string   `json:"state"`
	Message string   `json:"message"` // for users; may be empty
	Off     []string `json:"off"`     // features that are off, as the app calls them; never null
}

// Equal reports whether two texts say the same.
func (t Text) Equal(o Text) bool {
	return t.State == o.State && t.Message == o.Message && slices.Equal(t.Off, o.Off)
}

// Status is what is signed: a text, and what binds it to a protocol and a time.
type Status struct {
	Protocol string `json:"protocol"`
	Sequence uint64 `json:"sequence"` // grows with each change; an app never goes back to a lower one
	Text
	Issued  int64 `json:"issued"`  // Unix seconds
	Expires int64 `json:"expires"` // Unix seconds; from then on nothing is known
}

// File is status.json.
type File struct {
	Status
	Signer    evm.Address   `json:"signer"` // who is said to have signed; an app knows the address that it believes
	Signature hexutil.Bytes `json:"signature"`
}

// domain is that of these files alone: nothing that is signed for one can be an approval, a transaction or a file of another kind.
const (
	domainName    = "Tocsin status"
	domainVersion = "1"
	primaryType   = "Status"
)

// Typed is what is signed (EIP-712).
func (s Status) Typed() evm.TypedData {
	off := make([]any, len(s.Off))
	for i, f := range s.Off {
		off[i] = f
	}
	return evm.TypedData{
		Types: map[string][]evm.Field{
			"EIP712Domain": {{Name: "name", Type: "string"}, {Name: "version", Type: "string"}},
			primaryType: {
				{Name: "protocol", Type: "string"},
				{Name: "sequence", Type: "uint256"},
				{Name: "state", Type: "string"},
				{Name: "message", Type: "string"},
				{Name: "off", Type: "string[]"},
				{Name: "issued", Type: "uint256"},
				{Name: "expires", Type: "uint256"},
			},
		},
		PrimaryType: primaryType,
		Domain:      map[string]any{"name": domainName, "version": domainVersion},
		Message: map[string]any{
			"protocol": s.Protocol, "sequence": strconv.FormatUint(s.Sequence, 10), "state": s.State, "message": s.Message, "off": off,
			"issued": strconv.FormatInt(s.Issued, 10), "expires": strconv.FormatInt(s.Expires, 10),
		},
	}
}

// New is the status that says a text from now on, for a while. Fault: invalid for a text that cannot stand in a file.
func New(protocol string, sequence uint64, t Text, now time.Time, valid time.Duration) (Status, error) {
	if t.Off == nil {
		t.Off = []string{}
	}
	s := Status{Protocol: protocol, Sequence: sequence, Text: t, Issued: now.Unix(), Expires: now.Add(valid).Unix()}
	return s, s.check()
}

// check refuses what no signed file may hold.
func (s Status) check() error {
	bad := func(format string, args ...any) error { return fault.New(fault.Invalid, format, args...) }
	if !slices.Contains(States[:], s.State) {
		return bad("The status says %q, which is no state.", clip(s.State))
	}
	for _, text := range append([]string{s.Protocol, s.Message}, s.Off...) {
		if !utf8.ValidString(text) {
			return bad("A text of the status is no UTF-8.")
		}
	}
	if s.Issued < 0 || s.Expires <= s.Issued || s.Expires > 1<<53-1 || s.Sequence > 1<<53-1 {
		return bad("The status expires before it is issued, or its numbers are out of range.")
	}
	return nil
}

// clip shortens what stands in a file that somebody else may have written.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// Bytes are the file as it is served.
func (f File) Bytes() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(f)
	return b.Bytes(), err
}

// MaxFile is how long a file may be, in bytes.
const MaxFile = 64 << 10

// Parse reads a file. Nothing of it is believed before Verify. Fault: invalid.
func Parse(b []byte) (File, error) {
	var f File
	if len(b) > MaxFile {
		return f, fault.New(fault.Invalid, "It is longer than a status file can be.")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields() // what is not signed does not stand in it
	if err := d.Decode(&f); err != nil {
		return f, fault.New(fault.Invalid, "It is no status file.").Because(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return f, fault.New(fault.Invalid, "It is no status file: something stands behind it.")
	}
	if f.Off == nil {
		f.Off = []string{}
	}
	return f, nil
}

// Expected is what an app knows of its own.
type Expected struct {
	Protocol string      // empty: any
	Signer   evm.Address // who it believes
	Newest   uint64      // highest sequence that it has seen
}

// early is how far the clock of whoever signs may be ahead.
const early = 5 * time.Minute

// Verify reads a file as an app does. An error says why nothing is known: invalid for what is no file, forbidden for one that somebody else
// signed or that is about another protocol, conflict for one that is older than the newest seen, expired.
func Verify(b []byte, want Expected, now time.Time) (Status, error) {
	f, err := Parse(b)
	if err != nil {
		return Status{}, err
	}
	if err := f.check(); err != nil {
		return Status{}, err
	}
	by, err := f.by()
	switch {
	case err != nil:
		return Status{}, fault.New(fault.Invalid, "Its signature cannot be read.").Because(err)
	case by != want.Signer:
		return Status{}, fault.New(fault.Forbidden, "It is not signed by %s.", want.Signer.Hex()).Instead("It was changed, or somebody else signed it: the signature is that of %s.", by.Hex())
	case f.Signer != by:
		return Status{}, fault.New(fault.Forbidden, "It says that %s signed it, and %s did.", f.Signer.Hex(), by.Hex())
	case want.Protocol != "" && f.Protocol != want.Protocol:
		return Status{}, fault.New(fault.Forbidden, "It is about %q, not %q.", clip(f.Protocol), want.Protocol)
	case f.Sequence < want.Newest:
		return Status{}, fault.New(fault.Conflict, "It is number %d, and number %d was seen.", f.Sequence, want.Newest)
	case now.Add(early).Before(time.Unix(f.Issued, 0)):
		return Status{}, fault.New(fault.Invalid, "It is from the future: it was issued at %s.", clock(f.Issued)).Instead("Compare the clocks.")
	case !now.Before(time.Unix(f.Expires, 0)):
		return Status{}, fault.New(fault.Expired, "It expired at %s.", clock(f.Expires))
	}
	return f.Status, nil
}

// by is who signed.
func (f File) by() (evm.Address, error) {
	digest, err := f.Typed().Hash()
	if err != nil {
		return evm.Address{}, err
	}
	return evm.Recover(digest, f.Signature)
}

func clock(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.RFC3339) }
