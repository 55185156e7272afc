package plan

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"strings"

	"tocsin/evm"
)

// The kinds of keys.
const (
	KeyAddress  = "address"  // an account of its own; the default
	KeyContract = "contract" // an account that is a contract, which says itself what it signed (ERC-1271)
	KeyPasskey  = "passkey"  // a key of a phone, computer or security key (WebAuthn)
)

// siteForm is a host by name. Browsers bind no passkey to a number.
var siteForm = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?$`)

// coseHead and coseMiddle are what stands around the two halves of a P-256 key as authenticators write it (COSE, as CTAP2 orders it).
var (
	coseHead   = []byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20}
	coseMiddle = []byte{0x22, 0x58, 0x20}
)

// Proves reports whether a signature by the key could be checked: of a passkey, its public key and site must be known.
func (k Key) Proves() bool {
	if k.Kind == KeyPasskey {
		return k.Passkey != "" && k.PublicKey() != nil && k.Site != ""
	}
	return k.Address != evm.Address{} && (k.Kind != KeyContract || k.Chain != 0)
}

// PublicKey is the public key of a passkey, nil if the plan names none that can be read.
func (k Key) PublicKey() *ecdsa.PublicKey {
	point, ok := pointOf(k.Public)
	if k.Kind != KeyPasskey || !ok {
		return nil
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append([]byte{4}, point...))
	if err != nil {
		return nil
	}
	return key
}

// Point is the public key of a passkey as its two halves, 64 bytes; nil if the plan names none that can be read. However it is written
// in the plan, the same key is the same bytes.
func (k Key) Point() []byte {
	if k.PublicKey() == nil {
		return nil
	}
	point, _ := pointOf(k.Public)
	return point
}

// pointOf reads the two halves of a public key: as they are or behind 04 in hexadecimal digits, or in the form of COSE in hexadecimal
// digits or base64url.
func pointOf(s string) ([]byte, bool) {
	if len(s) > 256 {
		return nil, false
	}
	var b []byte
	var err error
	if digits, ok := strings.CutPrefix(s, "0x"); ok {
		b, err = hex.DecodeString(digits)
	} else {
		b, err = base64.RawURLEncoding.Strict().DecodeString(s)
	}
	if err != nil {
		return nil, false
	}
	half := len(coseHead) + 32
	switch {
	case len(b) == 64:
		return b, true
	case len(b) == 65 && b[0] == 4:
		return b[1:], true
	case len(b) == half+len(coseMiddle)+32 && bytes.HasPrefix(b, coseHead) && bytes.HasPrefix(b[half:], coseMiddle):
		return append(bytes.Clone(b[len(coseHead):half]), b[half+len(coseMiddle):]...), true
	}
	return nil, false
}

// badPublic says why a text is no public key of a passkey.
func badPublic(s string) (say, do string) {
	if (Key{Kind: KeyPasskey, Public: s}).PublicKey() == nil {
		return "this is not the public key of a passkey (P-256)", "write what the page that made the passkey shows: 0x and 128 hexadecimal digits"
	}
	return "", ""
}

// badSite says why a text is no site of a passkey.
func badSite(s string) (say, do string) {
	if s != "localhost" && !siteForm.MatchString(s) {
		return "the site of a passkey is the host name by which the console is reached", "write it without https:// and port, such as tocsin.example.com"
	}
	return "", ""
}

// badCredential says why a text is no credential id.
func badCredential(s string) (say, do string) {
	if b, err := base64.RawURLEncoding.Strict().DecodeString(s); err != nil || len(b) == 0 || len(b) > 1023 {
		return "this is not the id of a passkey", "write what the page that made the passkey shows: letters, digits, - and _ (base64url)"
	}
	return "", ""
}

// checkPasskey looks at what only a passkey has.
func (l *loader) checkPasskey(at string, k Key) {
	switch {
	case k.Kind != KeyPasskey:
		for _, w := range []struct{ key, has string }{{"public", k.Public}, {"site", k.Site}} {
			if w.has != "" {
				l.broken(at+"."+w.key, "only a key of kind passkey has a \""+w.key+"\"", "write kind: passkey, or leave this key out")
			}
		}
	case k.Passkey == "":
		l.broken(at, "a key of kind passkey has no \"passkey\"", "add the credential id under passkey")
	case k.Public != "" || k.Site != "": // a release that could not check passkeys asked for no more than any id
		if say, do := badCredential(k.Passkey); say != "" {
			l.broken(at+".passkey", say, do)
		}
	}
}
