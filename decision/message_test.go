package decision_test

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

var signedAt = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func message() decision.Message {
	return decision.Message{
		Chain: 31337, Protocol: "harbour", Plan: evm.Hash{0xaa}, Incident: "2026-11-21-vault", Decision: "pause-contract",
		Subject: "action pause-vault", Choice: decision.Approve, Action: evm.Hash{0xbb},
		Summary: "Calls pause() on Vault on Harbour devnet.", Expires: uint64(signedAt.Add(time.Hour).Unix()),
	}
}

func key(t *testing.T, name string) *ecdsa.PrivateKey {
	t.Helper()
	k, err := crypto.ToECDSA(crypto.Keccak256([]byte(name)))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func sign(t *testing.T, m decision.Message, name string) []byte {
	t.Helper()
	d := m.Digest()
	sig, err := crypto.Sign(d[:], key(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

func person(t *testing.T, name string, keys ...string) *plan.Person {
	t.Helper()
	p := &plan.Person{ID: strings.ToLower(name), Name: name}
	for _, k := range keys {
		p.Keys = append(p.Keys, plan.Key{Address: crypto.PubkeyToAddress(key(t, k).PublicKey)})
	}
	return p
}

// What a wallet hashes is what we hash.
func TestTypedDataIsWhatWalletsSign(t *testing.T) {
	offChain := message()
	offChain.Chain = 0
	exercise := message()
	exercise.Exercise = true
	odd := message()
	odd.Summary = "a \"quoted\"\nline, ünïcode, \xff and <html>"
	for name, m := range map[string]decision.Message{"real": message(), "off chain": offChain, "exercise": exercise, "odd text": odd, "empty": {}} {
		var theirs apitypes.TypedData
		if err := json.Unmarshal(m.TypedData(), &theirs); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want, _, err := apitypes.TypedDataAndHash(theirs)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := m.Digest(); !bytes.Equal(got[:], want) {
			t.Errorf("%s: digest %v, a wallet's %x", name, got, want)
		}
	}
	// Signatures lie in journals: the form of a message may never change under them.
	if got, want := message().Digest().Hex(), "0x2aa73b074e7dd04403ea3140159bfb9639d5da3bceb0d118f6b68d5156e08edc"; got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
}

func TestMessageJSONRoundTrip(t *testing.T) {
	b, err := json.Marshal(message())
	if err != nil {
		t.Fatal(err)
	}
	var m decision.Message
	if err := json.Unmarshal(b, &m); err != nil || m != message() {
		t.Errorf("%s read as %+v (%v)", b, m, err)
	}
}

func TestVerify(t *testing.T) {
	m := message()
	ann := person(t, "Ann", "old ann", "ann")
	signer, err := decision.Verify(m, sign(t, m, "ann"), ann, signedAt)
	if want := crypto.PubkeyToAddress(key(t, "ann").PublicKey); err != nil || signer != want {
		t.Errorf("%v, %v; want %v", signer, err, want)
	}
	refusal := m.With(decision.Refuse)
	if _, err := decision.Verify(refusal, sign(t, refusal, "ann"), ann, signedAt); err != nil {
		t.Errorf("a refusal: %v", err)
	}
}

// changes are all the ways in which one message can be taken for another.
var changes = map[string]func(*decision.Message){
	"incident": func(m *decision.Message) { m.Incident = "2026-11-22-vault" },
	"action":   func(m *decision.Message) { m.Action = evm.Hash{0xcc} },
	"plan":     func(m *decision.Message) { m.Plan = evm.Hash{0xdd} },
	"chain":    func(m *decision.Message) { m.Chain = 1 },
	"kind":     func(m *decision.Message) { m.Exercise = true },
	"protocol": func(m *decision.Message) { m.Protocol = "other" },
	"decision": func(m *decision.Message) { m.Decision = "upgrade-contract" },
	"subject":  func(m *decision.Message) { m.Subject = "action drain-vault" },
	"choice":   func(m *decision.Message) { m.Choice = decision.Refuse },
	"summary":  func(m *decision.Message) { m.Summary = "Something harmless." },
	"expiry":   func(m *decision.Message) { m.Expires += 3600 },
}

func TestReplayIsRefused(t *testing.T) {
	ann := person(t, "Ann", "ann")
	address := ann.Keys[0].Address.Hex()
	for what, change := range changes {
		for _, real := range []decision.Message{message(), {Exercise: true, Choice: decision.Approve, Expires: message().Expires, Plan: evm.Hash{1}}} {
			signed, want := real, real
			change(&want)
			if what == "kind" {
				want.Exercise = !signed.Exercise
			}
			sig := sign(t, signed, "ann")
			if signer, err := decision.Verify(want, sig, ann, signedAt); !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), address) {
				t.Errorf("%s: %v, %v; want forbidden, naming the account that was expected", what, signer, err)
			}
			// With the message that was signed at hand, the reason is exact.
			if _, err := decision.VerifySigned(want, signed, sig, ann, signedAt); !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), "its "+what+" is") {
				t.Errorf("%s: %v; want forbidden, naming the %s", what, err, what)
			}
		}
	}
	m := message()
	if _, err := decision.VerifySigned(m, m, sign(t, m, "ann"), ann, signedAt); err != nil {
		t.Errorf("the same message: %v", err)
	}
}

func TestEveryMemberIsBound(t *testing.T) {
	m := message()
	seen := map[evm.Hash]string{m.Digest(): "the message itself"}
	for what, change := range changes {
		c := m
		change(&c)
		if other, ok := seen[c.Digest()]; ok {
			t.Errorf("changing the %s leaves the digest of %s", what, other)
		}
		seen[c.Digest()] = what
		if d := m.Differences(c); len(d) != 1 || !strings.HasPrefix(d[0], "its "+what+" is") {
			t.Errorf("%s: differences %q", what, d)
		}
	}
}

func TestVerifyRefuses(t *testing.T) {
	m := message()
	sig := sign(t, m, "ann")
	ann := person(t, "Ann", "ann")
	contract := person(t, "Cy", "cy")
	contract.Keys[0].Kind, contract.Keys[0].Chain = "contract", 1
	for name, c := range map[string]struct {
		change func(*decision.Message)
		sig    []byte
		person *plan.Person
		at     time.Time
		code   fault.Code
		say    string
	}{
		"expired":              {nil, sig, ann, signedAt.Add(time.Hour), fault.Expired, "until 2026-11-21T13:00:00Z"},
		"long expired":         {nil, sig, ann, signedAt.Add(24 * time.Hour), fault.Expired, "until"},
		"no expiry":            {func(m *decision.Message) { m.Expires = 0 }, sig, ann, signedAt, fault.Expired, "until"},
		"another person's key": {nil, sign(t, m, "bo"), ann, signedAt, fault.Forbidden, crypto.PubkeyToAddress(key(t, "bo").PublicKey).Hex()},
		"nobody":               {nil, sig, nil, signedAt, fault.NotFound, "no such person"},
		"no keys":              {nil, sig, person(t, "Bo"), signedAt, fault.Forbidden, "no account and no passkey with which Bo signs"},
		"contract":             {nil, sign(t, m, "cy"), contract, signedAt, fault.Forbidden, "it was not asked"},
		"no choice":            {func(m *decision.Message) { m.Choice = "yes" }, sig, ann, signedAt, fault.Invalid, "neither approve nor refuse"},
		"no signature":         {nil, nil, ann, signedAt, fault.Invalid, "0 bytes"},
		"malformed":            {nil, bytes.Repeat([]byte{0xff}, 65), ann, signedAt, fault.Invalid, "cannot be read"},
	} {
		w := m
		if c.change != nil {
			c.change(&w)
		}
		if signer, err := decision.Verify(w, c.sig, c.person, c.at); !fault.Is(err, c.code) || !strings.Contains(err.Error(), c.say) || signer != (evm.Address{}) {
			t.Errorf("%s: %v, %v; want %s saying %q", name, signer, err, c.code, c.say)
		}
	}
	if _, err := decision.Verify(m, sig, ann, signedAt.Add(time.Hour-time.Nanosecond)); err != nil {
		t.Errorf("in its last moment: %v", err)
	}
	zero := &plan.Person{ID: "zero", Keys: []plan.Key{{}}}
	if len(decision.Keys(zero)) != 0 {
		t.Error("the zero address is a key")
	}
}

func TestScope(t *testing.T) {
	p := &plan.Plan{
		Procedures:     []plan.Procedure{{ID: "stolen", Steps: []plan.Step{{ID: "pause", Decision: "b"}, {ID: "look"}}}},
		Communications: []plan.Communication{{ID: "users", Approval: "a"}},
		Decisions: []plan.Decision{
			{ID: "a", Actions: []string{"pause"}, Steps: []string{"stolen/pause"}},
			{ID: "b", Actions: []string{"pause", "upgrade"}, Updates: []string{"users"}},
		},
	}
	ids := func(list []*plan.Decision) string {
		var s []string
		for _, d := range list {
			s = append(s, d.ID)
		}
		return strings.Join(s, " ")
	}
	for what, c := range map[string]struct {
		got  []*plan.Decision
		want string
	}{
		"action of two":  {decision.ForAction(p, "pause"), "a b"},
		"action of one":  {decision.ForAction(p, "upgrade"), "b"},
		"other action":   {decision.ForAction(p, "drain"), ""},
		"step":           {decision.ForStep(p, "stolen/pause"), "a b"},
		"other step":     {decision.ForStep(p, "stolen/look"), ""},
		"no step":        {decision.ForStep(p, "stolen"), ""},
		"update":         {decision.ForUpdate(p, "users"), "a b"},
		"other update":   {decision.ForUpdate(p, "partners"), ""},
		"without a plan": {decision.ForAction(nil, "pause"), ""},
	} {
		if got := ids(c.got); got != c.want {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
}

// Digest always succeeds, whatever the texts hold; a zero digest would make every failure look the same.
func FuzzDigest(f *testing.F) {
	f.Add("a", "b", uint64(1), uint64(2), false)
	f.Add("\xff\"", "\n", uint64(1<<63), uint64(0), true)
	f.Fuzz(func(t *testing.T, incident, summary string, chain, expires uint64, exercise bool) {
		m := decision.Message{Incident: incident, Summary: summary, Chain: chain, Expires: expires, Exercise: exercise}
		var typed evm.TypedData
		dec := json.NewDecoder(bytes.NewReader(m.TypedData()))
		dec.UseNumber()
		if err := dec.Decode(&typed); err != nil {
			t.Fatal(err)
		}
		h, err := typed.Hash()
		if err != nil || h != m.Digest() || h == (evm.Hash{}) {
			t.Errorf("digest %v, of the JSON %v (%v)", m.Digest(), h, err)
		}
	})
}
