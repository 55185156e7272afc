package decision

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	json "github.com/go-json-experiment/json"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// Assertion is what a passkey signed, as a browser hands it out (WebAuthn). Its bytes stand in place of a signature: the JSON object of
// its members, each in base64url.
type Assertion struct {
	Credential    string // id of the passkey
	Authenticator []byte // what the authenticator says of itself: the site's hash, who was present, a counter
	Client        []byte // what the browser says: JSON
	Signature     []byte // ECDSA over P-256, in DER
}

// assertionForm is an assertion as it is written.
type assertionForm struct {
	Credential    string `json:"credential"`
	Authenticator string `json:"authenticator_data"`
	Client        string `json:"client_data"`
	Signature     string `json:"signature"`
}

// clientForm is what is read of what the browser says. Members that later browsers add are let be.
type clientForm struct {
	Type        *string `json:"type"`
	Challenge   *string `json:"challenge"`
	Origin      *string `json:"origin"`
	CrossOrigin bool    `json:"crossOrigin"`
	TopOrigin   *string `json:"topOrigin"`
}

// maxAssertion bounds what is read as an assertion, in bytes.
const maxAssertion = 16 << 10

// plainSize is how long the signature of an account is.
const plainSize = 65

// What the flags of the authenticator's data say.
const (
	flagPresent   = 0x01
	flagVerified  = 0x04
	flagBackable  = 0x08
	flagBackedUp  = 0x10
	flagAttested  = 0x40
	flagExtension = 0x80

	authenticatorSize = 32 + 1 + 4 // the site's hash, the flags, the counter
)

// IsAssertion reports whether the bytes of a signature are a passkey's.
func IsAssertion(sig []byte) bool { return len(sig) > plainSize && sig[0] == '{' }

// ParseAssertion reads what a passkey signed. It is strict: unknown and repeated members, and bytes behind the object, are refused.
// Faults: invalid.
func ParseAssertion(sig []byte) (Assertion, error) {
	var f assertionForm
	if len(sig) > maxAssertion {
		return Assertion{}, unreadable("it is longer than %d bytes", maxAssertion)
	}
	if err := json.Unmarshal(sig, &f, json.RejectUnknownMembers(true)); err != nil {
		return Assertion{}, unreadable("it is not the object that a browser hands out").Because(err)
	}
	a := Assertion{Credential: f.Credential}
	for _, part := range []struct {
		name, text string
		to         *[]byte
	}{{"authenticator_data", f.Authenticator, &a.Authenticator}, {"client_data", f.Client, &a.Client}, {"signature", f.Signature, &a.Signature}} {
		b, err := base64.RawURLEncoding.Strict().DecodeString(part.text)
		if err != nil || len(b) == 0 || strings.ContainsAny(part.text, "\r\n") {
			return Assertion{}, unreadable("its %s is not in base64url", part.name)
		}
		*part.to = b
	}
	if a.Credential == "" {
		return Assertion{}, unreadable("it does not say which passkey it is of")
	}
	return a, nil
}

func unreadable(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "The passkey's signature cannot be read: "+format+".", args...).Instead("Sign once more, on the console's own page.")
}

// Bytes are the assertion as ParseAssertion reads it.
func (a Assertion) Bytes() []byte {
	b, err := json.Marshal(assertionForm{
		Credential:    strings.ToValidUTF8(a.Credential, "\uFFFD"),
		Authenticator: base64.RawURLEncoding.EncodeToString(a.Authenticator),
		Client:        base64.RawURLEncoding.EncodeToString(a.Client),
		Signature:     base64.RawURLEncoding.EncodeToString(a.Signature),
	})
	if err != nil {
		return nil // texts always marshal
	}
	return b
}

// Verify proves that a passkey of the plan signed a digest, on its own site, by somebody who was present and whom the device knew. What
// the counter says is no matter: passkeys that are synchronised have none. Faults: invalid for what cannot be read, forbidden for what
// was signed otherwise.
func (a Assertion) Verify(digest evm.Hash, key plan.Key) error {
	public := key.PublicKey()
	if public == nil || key.Site == "" {
		return fault.New(fault.Forbidden, "The plan does not say the public key and the site of the passkey %s.", key.Passkey).
			Instead("Make it anew on the console's page for keys, and put into the plan what it shows.")
	}
	if a.Credential != key.Passkey {
		return refused("it is of another passkey")
	}
	if err := a.browser(digest, key.Site); err != nil {
		return err
	}
	if err := a.authenticator(key.Site); err != nil {
		return err
	}
	client := sha256.Sum256(a.Client)
	hash := sha256.Sum256(append(bytes.Clone(a.Authenticator), client[:]...))
	if !ecdsa.VerifyASN1(public, hash[:], a.Signature) {
		return refused("it was not made by the passkey %s of the plan", key.Passkey)
	}
	return nil
}

func refused(format string, args ...any) *fault.Error {
	return fault.New(fault.Forbidden, "The passkey's signature does not count: "+format+".", args...).Instead("Sign what is shown here, on the console's own page.")
}

// browser checks what the browser says: what was signed, and where.
func (a Assertion) browser(digest evm.Hash, site string) error {
	var c clientForm
	if err := json.Unmarshal(a.Client, &c); err != nil || c.Type == nil || c.Challenge == nil || c.Origin == nil {
		return unreadable("what the browser says is not as it should be").Because(err)
	}
	switch {
	case *c.Type != "webauthn.get":
		return refused("it is of the type %q", clip(*c.Type))
	case *c.Challenge != base64.RawURLEncoding.EncodeToString(digest[:]):
		return refused("it is over something else than the message shown here")
	case !within(*c.Origin, site):
		return refused("it was made on %q, which is not %s", clip(*c.Origin), site)
	case c.CrossOrigin || c.TopOrigin != nil:
		return refused("it was made inside another site's page")
	}
	return nil
}

// authenticator checks what the authenticator says: for which site, and who was there.
func (a Assertion) authenticator(site string) error {
	d := a.Authenticator
	if len(d) < authenticatorSize {
		return unreadable("the authenticator's data are %d bytes long where %d are wanted", len(d), authenticatorSize)
	}
	flags := d[32]
	if more := len(d) > authenticatorSize; more != (flags&flagExtension != 0) || flags&flagAttested != 0 || flags&flagBackedUp != 0 && flags&flagBackable == 0 {
		return unreadable("the authenticator's data are not those of a signature")
	}
	hash := sha256.Sum256([]byte(site))
	switch {
	case !bytes.Equal(d[:32], hash[:]):
		return refused("it is for another site than %s", site)
	case flags&flagPresent == 0:
		return refused("nobody was present")
	case flags&flagVerified == 0:
		return refused("the device did not make sure who was there: it wants a fingerprint, a face or a PIN")
	}
	return nil
}

// within reports whether an origin is a page of a site: over TLS, or on this very machine.
func within(origin, site string) bool {
	host, secure := strings.CutPrefix(origin, "https://")
	if !secure {
		if host, secure = strings.CutPrefix(origin, "http://"); !secure || site != "localhost" {
			return false
		}
	}
	host, port, has := strings.Cut(host, ":")
	if has && (port == "" || len(port) > 5 || strings.Trim(port, "0123456789") != "") {
		return false
	}
	if strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" || strings.Contains(host, "..") || strings.HasPrefix(host, ".") {
		return false
	}
	return host == site || strings.HasSuffix(host, "."+site)
}

// clip shortens what somebody else wrote.
func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
