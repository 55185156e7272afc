package action

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/evm"
)

// Status is what an app polls to know whether it should show itself or a maintenance page. It is signed, so that whoever takes over the
// host of the file cannot tell users that all is well.
type Status struct {
	Protocol string    `json:"protocol"`
	Exercise bool      `json:"exercise"`
	Sequence uint64    `json:"sequence"` // grows with each one; an app never goes back to a lower one
	State    string    `json:"state"`    // ok or maintenance
	Message  string    `json:"message"`  // for users; may be empty
	Issued   time.Time `json:"issued"`
	Expires  time.Time `json:"expires"` // from then on an app says that it does not know
}

// The states of a Status.
const (
	StatusOK          = "ok"
	StatusMaintenance = "maintenance"
)

// The ways in which a Status is signed.
const (
	Ed25519 = "ed25519" // by a key of its own; the key and the signature are base64
	EIP191  = "eip191"  // by an account's key, as personal_sign does; the key is its address, the signature 0x and hexadecimal
)

// SignedStatus is the file status.json. What is signed is the text of Payload, byte for byte: whoever verifies it needs no canonical form.
type SignedStatus struct {
	Payload   string `json:"payload"` // a Status as JSON
	Algorithm string `json:"algorithm"`
	Key       string `json:"key"` // which key is said to have signed; an app knows the keys that it believes
	Signature string `json:"signature"`
}

// Bytes are the canonical bytes of a status: JSON without white space, its members in the order of the type, times in UTC to the second.
// They fail only for a state that is not known, or a text that is no UTF-8.
func (s Status) Bytes() ([]byte, error) {
	if s.State != StatusOK && s.State != StatusMaintenance {
		return nil, fmt.Errorf("write status: %q is no state", s.State)
	}
	if strings.ToValidUTF8(s.Message+s.Protocol, "") != s.Message+s.Protocol {
		return nil, errors.New("write status: a text is no UTF-8")
	}
	if !s.Expires.After(s.Issued) {
		return nil, errors.New("write status: it expires before it is issued")
	}
	s.Issued, s.Expires = s.Issued.UTC().Truncate(time.Second), s.Expires.UTC().Truncate(time.Second)
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return nil, fmt.Errorf("write status: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// StatusDigest is what an account's key signs of a payload (EIP-191).
func StatusDigest(payload []byte) evm.Hash {
	return crypto.Keccak256Hash(fmt.Appendf(nil, "\x19Ethereum Signed Message:\n%d", len(payload)), payload)
}

// StatusKeys are the keys that an app believes, each with how it signs.
type StatusKeys map[string]string // algorithm by key, as they stand in a SignedStatus

// VerifyStatus reads status.json as an app does: it must be signed by a key that is believed, be about the protocol, be neither from the
// future nor expired, and not be older than the newest one seen. The error says which of these fails; then nothing is known.
func VerifyStatus(file []byte, keys StatusKeys, protocol string, newest uint64, now time.Time) (Status, error) {
	var f SignedStatus
	if err := json.Unmarshal(file, &f); err != nil {
		return Status{}, fmt.Errorf("read status: %w", err)
	}
	if want, ok := keys[f.Key]; !ok || want != f.Algorithm {
		return Status{}, errors.New("read status: it is signed by a key that is not believed")
	}
	if err := f.verify(); err != nil {
		return Status{}, fmt.Errorf("read status: %w", err)
	}
	var s Status
	if err := json.Unmarshal([]byte(f.Payload), &s); err != nil {
		return Status{}, fmt.Errorf("read status: %w", err)
	}
	switch {
	case s.Protocol != protocol:
		return Status{}, fmt.Errorf("read status: it is about %q", s.Protocol)
	case s.Exercise:
		return Status{}, errors.New("read status: it is of an exercise")
	case s.State != StatusOK && s.State != StatusMaintenance:
		return Status{}, fmt.Errorf("read status: %q is no state", s.State)
	case s.Sequence < newest:
		return Status{}, fmt.Errorf("read status: it is number %d, and number %d was seen", s.Sequence, newest)
	case now.Before(s.Issued.Add(-5 * time.Minute)):
		return Status{}, errors.New("read status: it is from the future")
	case !now.Before(s.Expires):
		return Status{}, errors.New("read status: it has expired")
	}
	return s, nil
}

// verify proves that the key signed the payload.
func (f SignedStatus) verify() error {
	switch f.Algorithm {
	case Ed25519:
		key, err := base64.StdEncoding.DecodeString(f.Key)
		if err != nil || len(key) != ed25519.PublicKeySize {
			return errors.New("its key cannot be read")
		}
		sig, err := base64.StdEncoding.DecodeString(f.Signature)
		if err != nil || !ed25519.Verify(key, []byte(f.Payload), sig) {
			return errors.New("its signature is not by its key")
		}
		return nil
	case EIP191:
		key, err := evm.ParseAddress(f.Key)
		if err != nil {
			return err
		}
		sig, err := hexutil.Decode(f.Signature)
		if err != nil {
			return errors.New("its signature cannot be read")
		}
		by, err := evm.Recover(StatusDigest([]byte(f.Payload)), sig)
		if err != nil {
			return err
		}
		if by != key {
			return errors.New("its signature is not by its key")
		}
		return nil
	default:
		return fmt.Errorf("%q is no way to sign", f.Algorithm)
	}
}
