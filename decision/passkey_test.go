package decision_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

const site = "tocsin.example.com"

// device is an authenticator with one passkey, by another hand than ours.
type device struct {
	auth virtualwebauthn.Authenticator
	cred virtualwebauthn.Credential
}

func newDevice() *device {
	for {
		d := &device{virtualwebauthn.NewAuthenticator(), virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)}
		if len(d.cred.Key.AttestationData()) == 77 { // it leaves leading zeros out, which no real device does
			return d
		}
	}
}

// key is the passkey as it stands in a plan, its public key as the authenticator writes it.
func (d *device) key() plan.Key {
	return plan.Key{
		Kind: plan.KeyPasskey, Passkey: base64.RawURLEncoding.EncodeToString(d.cred.ID), Site: site,
		Public: base64.RawURLEncoding.EncodeToString(d.cred.Key.AttestationData()),
	}
}

// answer is what the browser of the person hands out for a digest.
func (d *device) answer(t *testing.T, digest evm.Hash, origin string) decision.Assertion {
	t.Helper()
	rp := virtualwebauthn.RelyingParty{ID: site, Name: "Tocsin", Origin: origin}
	var r struct {
		ID       string
		Response struct{ AuthenticatorData, ClientDataJSON, Signature string }
	}
	if err := json.Unmarshal([]byte(virtualwebauthn.CreateAssertionResponse(rp, d.auth, d.cred, virtualwebauthn.AssertionOptions{Challenge: digest[:]})), &r); err != nil {
		t.Fatal(err)
	}
	raw := func(s string) []byte {
		b, err := base64.RawURLEncoding.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	return decision.Assertion{Credential: r.ID, Authenticator: raw(r.Response.AuthenticatorData), Client: raw(r.Response.ClientDataJSON), Signature: raw(r.Response.Signature)}
}

// forge has the passkey sign whatever the browser and the authenticator are to have said.
func (d *device) forge(t *testing.T, authenticator []byte, client string) decision.Assertion {
	t.Helper()
	c := sha256.Sum256([]byte(client))
	hash := sha256.Sum256(append(bytes.Clone(authenticator), c[:]...))
	sig, err := d.cred.Key.Sign(hash[:])
	if err != nil {
		t.Fatal(err)
	}
	return decision.Assertion{Credential: d.key().Passkey, Authenticator: authenticator, Client: []byte(client), Signature: sig}
}

func TestPasskeySigns(t *testing.T) {
	d, m := newDevice(), message()
	ann := person(t, "Ann", "ann")
	ann.Keys = append(ann.Keys, d.key())
	for _, origin := range []string{"https://" + site, "https://" + site + ":8443", "https://eu." + site} {
		sig := d.answer(t, m.Digest(), origin).Bytes()
		signer, err := decision.Verify(m, sig, ann, signedAt)
		if err != nil || signer != decision.SignerOf(d.key()) || signer == (evm.Address{}) {
			t.Fatalf("%s: signed by %s, %v", origin, signer.Hex(), err)
		}
		if k, ok := decision.KeyOf(ann, signer); !ok || decision.Called(k) != "the passkey "+d.key().Passkey {
			t.Errorf("it is called %q", decision.Called(k))
		}
		if _, err := decision.Verify(m, sig, ann, signedAt.Add(time.Hour)); !fault.Is(err, fault.Expired) {
			t.Errorf("after its time: %v", err)
		}
	}
	if _, err := decision.Verify(m, sign(t, m, "ann"), ann, signedAt); err != nil {
		t.Errorf("the account beside it: %v", err)
	}
	if p := (&plan.Plan{CoreTeam: []plan.Person{*ann}}); decision.CalledIn(p, "ann", decision.SignerOf(d.key())) != "the passkey "+d.key().Passkey || decision.Holder(p, decision.SignerOf(d.key())).ID != "ann" {
		t.Error("a plan does not know whose the passkey is")
	}
}

// What was signed counts for nothing else, nowhere else and by nobody else.
func TestPasskeyIsNotReplayed(t *testing.T) {
	d, m := newDevice(), message()
	ann := person(t, "Ann")
	ann.Keys = []plan.Key{d.key()}
	good := d.answer(t, m.Digest(), "https://"+site)
	refuse := func(what, say string, m decision.Message, sig []byte, p *plan.Person) {
		t.Helper()
		signer, err := decision.Verify(m, sig, p, signedAt)
		if c := fault.CodeOf(err); c != fault.Forbidden && c != fault.Invalid || !strings.Contains(fault.Sentence(err), say) || signer != (evm.Address{}) {
			t.Errorf("%s: %s, %v", what, signer.Hex(), err)
		}
	}
	changes := map[string]decision.Message{"another choice": m.With(decision.Refuse)}
	for what, change := range map[string]func(*decision.Message){
		"an exercise": func(m *decision.Message) { m.Exercise = true }, "another chain": func(m *decision.Message) { m.Chain = 1 },
		"another incident": func(m *decision.Message) { m.Incident = "other" }, "another plan": func(m *decision.Message) { m.Plan = evm.Hash{1} },
		"another action": func(m *decision.Message) { m.Action = evm.Hash{1} }, "another time": func(m *decision.Message) { m.Expires++ },
	} {
		x := m
		change(&x)
		changes[what] = x
	}
	for what, x := range changes {
		refuse(what, "something else than the message", x, good.Bytes(), ann)
	}
	for what, origin := range map[string]string{
		"another site": "https://example.com", "a site that ends alike": "https://eviltocsin.example.com", "its parent": "https://com", "no TLS": "http://" + site,
		"a path": "https://evil.org/." + site, "a user": "https://x@" + site, "an app": "android:apk-key-hash:abc", "nothing": "", "its name behind a port": "https://evil.org:." + site,
		"a port that is none": "https://" + site + ":x", "two ports": "https://" + site + ":1:2", "empty": "https://." + site, "this machine": "http://localhost:8080",
	} {
		refuse(what, "is not "+site, m, d.answer(t, m.Digest(), origin).Bytes(), ann)
	}
	thief := newDevice()
	thief.cred.ID = d.cred.ID
	refuse("another device", "was not made by the passkey", m, thief.answer(t, m.Digest(), "https://"+site).Bytes(), ann)
	refuse("another passkey", "is none with which Ann signs", m, newDevice().answer(t, m.Digest(), "https://"+site).Bytes(), ann)
	refuse("another person", "is none with which Ben signs", m, good.Bytes(), person(t, "Ben", "ben"))
	bare := *ann
	bare.Keys = []plan.Key{{Kind: plan.KeyPasskey, Passkey: d.key().Passkey}}
	refuse("a plan that says no more than its id", "names no account and no passkey", m, good.Bytes(), &bare)
	moved := *ann
	moved.Keys = []plan.Key{d.key()}
	moved.Keys[0].Site = "eu." + site
	refuse("a passkey made for another site", "is not eu."+site, m, good.Bytes(), &moved)
	refuse("the same site said by the browser alone", "for another site", m, d.answer(t, m.Digest(), "https://eu."+site).Bytes(), &moved)
	again := good
	again.Client = bytes.Replace(good.Client, []byte(`"webauthn.get"`), []byte(`"webauthn.create"`), 1)
	refuse("what made the passkey", "of the type", m, again.Bytes(), ann)
}

func TestPasskeyIsChecked(t *testing.T) {
	d, m := newDevice(), message()
	ann := person(t, "Ann")
	ann.Keys = []plan.Key{d.key()}
	digest := m.Digest()
	good := d.answer(t, digest, "https://"+site)
	client := string(good.Client)
	flags := func(f byte) []byte {
		b := bytes.Clone(good.Authenticator)
		b[32] = f
		return b
	}
	verify := func(a decision.Assertion) error { _, err := decision.Verify(m, a.Bytes(), ann, signedAt); return err }
	for what, a := range map[string]decision.Assertion{
		"as it was":         d.forge(t, good.Authenticator, client),
		"synchronised":      d.forge(t, flags(0x1d), client),
		"any counter":       d.forge(t, append(flags(0x05)[:33], 0xff, 0xff, 0xff, 0xff), client),
		"extensions":        d.forge(t, append(flags(0x85), 0xa0), client),
		"a newer browser":   d.forge(t, good.Authenticator, strings.Replace(client, "{", `{"other_keys_can_be_added_here":"yes","crossOrigin":false,`, 1)),
		"the other half, s": mirrored(t, good),
	} {
		if err := verify(a); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, c := range map[string]struct {
		a   decision.Assertion
		say string
	}{
		"nobody present":         {d.forge(t, flags(0x04), client), "nobody was present"},
		"nobody verified":        {d.forge(t, flags(0x01), client), "did not make sure who"},
		"attested data":          {d.forge(t, flags(0x45), client), "not those of a signature"},
		"extensions but none":    {d.forge(t, flags(0x85), client), "not those of a signature"},
		"more than there is":     {d.forge(t, append(flags(0x05), 0), client), "not those of a signature"},
		"backed up, not to be":   {d.forge(t, flags(0x15), client), "not those of a signature"},
		"short":                  {d.forge(t, good.Authenticator[:36], client), "36 bytes"},
		"in another's page":      {d.forge(t, good.Authenticator, strings.Replace(client, "{", `{"crossOrigin":true,`, 1)), "another site's page"},
		"under another's page":   {d.forge(t, good.Authenticator, strings.Replace(client, "{", `{"topOrigin":"https://evil.org",`, 1)), "another site's page"},
		"said twice":             {d.forge(t, good.Authenticator, strings.Replace(client, "{", `{"origin":"https://evil.org",`, 1)), "browser says"},
		"no origin":              {d.forge(t, good.Authenticator, strings.Replace(client, `"origin"`, `"Origin"`, 1)), "browser says"},
		"no type":                {d.forge(t, good.Authenticator, strings.Replace(client, `"type"`, `"kind"`, 1)), "browser says"},
		"more behind":            {d.forge(t, good.Authenticator, client+"{}"), "browser says"},
		"no object":              {d.forge(t, good.Authenticator, `"webauthn.get"`), "browser says"},
		"padded challenge":       {d.forge(t, good.Authenticator, strings.Replace(client, base64.RawURLEncoding.EncodeToString(digest[:]), base64.URLEncoding.EncodeToString(digest[:]), 1)), "something else"},
		"hexadecimal challenge":  {d.forge(t, good.Authenticator, strings.Replace(client, base64.RawURLEncoding.EncodeToString(digest[:]), digest.Hex(), 1)), "something else"},
		"other counter":          {decision.Assertion{Credential: good.Credential, Authenticator: append(bytes.Clone(good.Authenticator[:36]), 9), Client: good.Client, Signature: good.Signature}, "not made by"},
		"bytes behind":           {decision.Assertion{Credential: good.Credential, Authenticator: good.Authenticator, Client: good.Client, Signature: append(bytes.Clone(good.Signature), 0)}, "not made by"},
		"no DER":                 {decision.Assertion{Credential: good.Credential, Authenticator: good.Authenticator, Client: good.Client, Signature: make([]byte, 64)}, "not made by"},
		"zeros in DER":           {decision.Assertion{Credential: good.Credential, Authenticator: good.Authenticator, Client: good.Client, Signature: []byte{0x30, 6, 2, 1, 0, 2, 1, 0}}, "not made by"},
		"a longer form of DER":   {decision.Assertion{Credential: good.Credential, Authenticator: good.Authenticator, Client: good.Client, Signature: append([]byte{0x30, 0x81}, good.Signature[1:]...)}, "not made by"},
		"somebody else's client": {decision.Assertion{Credential: good.Credential, Authenticator: good.Authenticator, Client: []byte(strings.Replace(client, "{", `{"x":1,`, 1)), Signature: good.Signature}, "not made by"},
	} {
		if err := verify(c.a); err == nil || !strings.Contains(fault.Sentence(err), c.say) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// mirrored is the signature that anybody can make of another: the same r, and s on the other side. It is the same person's yes.
func mirrored(t *testing.T, a decision.Assertion) decision.Assertion {
	t.Helper()
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(a.Signature, &rs); err != nil {
		t.Fatal(err)
	}
	n, _ := new(big.Int).SetString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16)
	rs.S.Sub(n, rs.S)
	var err error
	if a.Signature, err = asn1.Marshal(rs); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAssertionsAreReadStrictly(t *testing.T) {
	d := newDevice()
	a := d.answer(t, evm.Hash{1}, "https://"+site)
	text := string(a.Bytes())
	back, err := decision.ParseAssertion(a.Bytes())
	if err != nil || !bytes.Equal(back.Bytes(), a.Bytes()) || !decision.IsAssertion(a.Bytes()) {
		t.Fatalf("%+v, %v", back, err)
	}
	for what, text := range map[string]string{
		"nothing": "", "no object": "[]", "cut off": text[:len(text)-1], "more behind": text + " {}", "another member": strings.Replace(text, "{", `{"more":1,`, 1),
		"twice": strings.Replace(text, "{", `{"credential":"x",`, 1), "capitals": strings.Replace(text, `"credential"`, `"Credential"`, 1),
		"padding": strings.Replace(text, `","client_data"`, `=","client_data"`, 1), "a line end": strings.Replace(text, `","client_data"`, `\n","client_data"`, 1),
		"nothing signed": strings.Replace(text, `"signature":"`, `"signature":"","x":"`, 1), "endless": strings.Replace(text, `"signature":"`, `"signature":"`+strings.Repeat("AAAA", 5000), 1),
	} {
		if _, err := decision.ParseAssertion([]byte(text)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if decision.IsAssertion(bytes.Repeat([]byte("{"), 65)) {
		t.Error("the signature of an account is taken for a passkey's")
	}
}

func TestPasskeyAdopts(t *testing.T) {
	d := newDevice()
	p := adopters(t, nil)
	p.CoreTeam[0].Keys = []plan.Key{d.key()} // ada
	a, next := adoptionOf(t, p, "", adoptedAt)
	no := d.answer(t, a.Message.With(decision.Refuse).Digest(), "https://"+site).Bytes()
	if _, err := a.Accept(p, decision.Approve, no, adoptedAt); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "opposite") {
		t.Errorf("the opposite answer: %v", err)
	}
	if _, err := a.Accept(p, decision.Approve, newDevice().answer(t, a.Message.With(decision.Approve).Digest(), "https://"+site).Bytes(), adoptedAt); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a stranger's: %v", err)
	}
	s, err := a.Accept(p, decision.Approve, d.answer(t, a.Message.With(decision.Approve).Digest(), "https://"+site).Bytes(), adoptedAt)
	if err != nil || s.Person != "ada" || s.Signer != decision.SignerOf(d.key()) {
		t.Fatalf("%+v, %v", s, err)
	}
	a.Answers = append(a.Answers, s)
	a = with(t, a, p, "cyd", adoptedAt.Add(time.Minute))
	if err := a.Verify(p, next.Hash(), 2, adoptedAt.Add(2*time.Minute)); err != nil {
		t.Error(err)
	}
	// A contract says what it signed on its chain alone.
	p = adopters(t, nil)
	p.CoreTeam[0].Keys = []plan.Key{{Kind: plan.KeyContract, Address: evm.Address{1}, Chain: 1}}
	if err := decision.Adoptable(p, adoptedAt); !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), "account of their own or a passkey") {
		t.Errorf("a plan that a contract adopts: %v", err)
	}
}

// Whatever a browser or a thief hands in is read or refused, and never counts for a person whose passkey did not sign.
func FuzzAssertion(f *testing.F) {
	d := newDevice()
	m := message()
	good := d.answer(&testing.T{}, m.Digest(), "https://"+site)
	f.Add(good.Bytes(), good.Authenticator, good.Client, good.Signature)
	f.Add([]byte(`{"credential":""}`), []byte{}, []byte(`{"type":"webauthn.get"}`), []byte{0x30, 0})
	ann := &plan.Person{ID: "ann", Keys: []plan.Key{d.key()}}
	f.Fuzz(func(t *testing.T, text, authenticator, client, sig []byte) {
		if a, err := decision.ParseAssertion(text); err == nil {
			if again, err := decision.ParseAssertion(a.Bytes()); err != nil || !bytes.Equal(again.Signature, a.Signature) || again.Credential != a.Credential {
				t.Errorf("%+v reads as %+v, %v", a, again, err)
			}
		}
		a := decision.Assertion{Credential: good.Credential, Authenticator: authenticator, Client: client, Signature: sig}
		if _, err := decision.Verify(m, a.Bytes(), ann, signedAt); err == nil && (!bytes.Equal(authenticator, good.Authenticator) || !bytes.Equal(client, good.Client)) {
			t.Errorf("counted: %s %x", client, authenticator)
		}
	})
}
