package status

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common/math"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"

	"tocsin/evm"
	"tocsin/fault"
)

var start = time.Date(2026, 11, 3, 4, 0, 0, 0, time.UTC)

func key(t testing.TB, name string) (*ecdsa.PrivateKey, evm.Address) {
	t.Helper()
	k, err := crypto.ToECDSA(crypto.Keccak256([]byte(name)))
	if err != nil {
		t.Fatal(err)
	}
	return k, crypto.PubkeyToAddress(k.PublicKey)
}

// signed is a file as one with a key writes it.
func signed(t testing.TB, name string, s Status) []byte {
	t.Helper()
	k, by := key(t, name)
	digest, err := s.Typed().Hash()
	if err != nil {
		t.Fatal(err)
	}
	sig, err := crypto.Sign(digest[:], k)
	if err != nil {
		t.Fatal(err)
	}
	b, err := File{Status: s, Signer: by, Signature: sig}.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func down(t testing.TB) Status {
	t.Helper()
	s, err := New("harbour", 7, Text{State: Maintenance, Message: "We paused <everything>.", Off: []string{"deposits", "withdrawals"}}, start, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestVerify(t *testing.T) {
	s := down(t)
	b := signed(t, "server", s)
	_, server := key(t, "server")
	want := Expected{Protocol: "harbour", Signer: server, Newest: 7}
	if got, err := Verify(b, want, start.Add(time.Minute)); err != nil || !got.Text.Equal(s.Text) || got.Sequence != 7 {
		t.Fatalf("%+v, %v", got, err)
	}
	change := func(old, now string) []byte {
		x := bytes.Replace(b, []byte(old), []byte(now), 1)
		if bytes.Equal(x, b) {
			t.Fatalf("%q does not stand in %s", old, b)
		}
		return x
	}
	ahead := want
	ahead.Newest = 8
	other := want
	other.Protocol = "other"
	for name, c := range map[string]struct {
		file []byte
		want Expected
		now  time.Time
		code fault.Code
	}{
		"another state":     {change(`"maintenance"`, `"normal"`), want, start, fault.Forbidden},
		"another message":   {change("paused", "paid"), want, start, fault.Forbidden},
		"a feature less":    {change(`"deposits",`, ``), want, start, fault.Forbidden},
		"a later expiry":    {change(`"expires": 1`, `"expires": 2`), want, start, fault.Forbidden},
		"a state twice":     {change(`"state"`, `"state": "normal", "state"`), Expected{Signer: evm.Address{1}}, start, fault.Forbidden},
		"another signer":    {signed(t, "somebody", s), want, start, fault.Forbidden},
		"a claimed signer":  {change(strings.ToLower(server.Hex()[2:10]), "00000000"), want, start, fault.Forbidden},
		"another protocol":  {b, other, start, fault.Forbidden},
		"an older one":      {b, ahead, start, fault.Conflict},
		"from the future":   {b, want, start.Add(-time.Hour), fault.Invalid},
		"expired":           {b, want, start.Add(time.Hour), fault.Expired},
		"no state":          {change("maintenance", "fine"), want, start, fault.Invalid},
		"more than signed":  {change(`"state"`, `"link": "https://bad.example", "state"`), want, start, fault.Invalid},
		"something behind":  {append(bytes.Clone(b), '{'), want, start, fault.Invalid},
		"no file":           {[]byte("<html>"), want, start, fault.Invalid},
		"no signature":      {change(`"signature": "0x`, `"signature": "0x12", "x": "`), want, start, fault.Invalid},
		"longer than it is": {append(bytes.Repeat([]byte(" "), MaxFile), b...), want, start, fault.Invalid},
	} {
		if got, err := Verify(c.file, c.want, c.now); !fault.Is(err, c.code) || got.State != "" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// TestDigest: what is signed is what the document for authors of apps says, worked out by somebody else's code.
func TestDigest(t *testing.T) {
	for _, s := range []Status{down(t), {Protocol: "ü", Text: Text{State: Normal, Off: []string{}}, Expires: 1}} {
		off := []any{}
		for _, f := range s.Off {
			off = append(off, f)
		}
		number := func(n int64) *math.HexOrDecimal256 { return math.NewHexOrDecimal256(n) }
		theirs, _, err := apitypes.TypedDataAndHash(apitypes.TypedData{
			Types: apitypes.Types{
				"EIP712Domain": {{Name: "name", Type: "string"}, {Name: "version", Type: "string"}},
				"Status": {
					{Name: "protocol", Type: "string"},
					{Name: "sequence", Type: "uint256"},
					{Name: "state", Type: "string"},
					{Name: "message", Type: "string"},
					{Name: "off", Type: "string[]"},
					{Name: "issued", Type: "uint256"},
					{Name: "expires", Type: "uint256"},
				},
			},
			PrimaryType: "Status", Domain: apitypes.TypedDataDomain{Name: "Tocsin status", Version: "1"},
			Message: apitypes.TypedDataMessage{
				"protocol": s.Protocol, "sequence": number(int64(s.Sequence)), "state": s.State, "message": s.Message, "off": off,
				"issued": number(s.Issued), "expires": number(s.Expires),
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		if ours, err := s.Typed().Hash(); err != nil || !bytes.Equal(ours[:], theirs) {
			t.Errorf("%x, %v; want %x", ours, err, theirs)
		}
	}
}

// TestRecord: an action sets it once, and the number only grows, also after a database was put back.
func TestRecord(t *testing.T) {
	s := &State{}
	set := func(deed, state string, now time.Time) int {
		t.Helper()
		events, err := Decide(s, "harbour", Set{Text: Text{State: state}, Incident: "i", Deed: deed, Action: "a"}, now)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			s.Apply(Happened{Event: e, Seq: s.Version + 1, At: now})
		}
		return len(events)
	}
	if now := s.Now(); now.State != Normal || now.Sequence != 0 {
		t.Errorf("before anything was set: %+v", now)
	}
	if set("a1", Maintenance, start) != 1 || s.Now().State != Maintenance || s.Now().Sequence != uint64(start.Unix()) {
		t.Errorf("%+v", s.Now())
	}
	if set("a1", Maintenance, start.Add(time.Hour)) != 0 {
		t.Error("one action sets it twice")
	}
	first := s.Now().Sequence
	if set("a2", Normal, start.Add(-time.Hour)) != 1 || s.Now().Sequence != first+1 {
		t.Errorf("with a clock that went back: %+v", s.Now())
	}
	if set("a1", Maintenance, start.Add(2*time.Hour)) != 0 || s.Now().State != Normal {
		t.Error("an action that another one has taken the place of sets it again")
	}
	for _, x := range []Set{{Text: Text{State: Normal}}, {Text: Text{State: "fine"}, Incident: "i", Deed: "b"}, {Text: Text{State: Normal, Message: "\xff"}, Incident: "i", Deed: "b"}} {
		if _, err := Decide(s, "harbour", x, start); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", x, err)
		}
	}
}

func FuzzVerify(f *testing.F) {
	f.Add(signed(f, "server", down(f)))
	f.Add([]byte(`{"off":null,"sequence":18446744073709551615,"issued":-1}`))
	_, server := key(f, "server")
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Verify(b, Expected{Signer: server}, start)
		if err != nil {
			return
		}
		if want := down(t); !s.Text.Equal(want.Text) || s.Sequence != want.Sequence || s.Expires != want.Expires {
			x, _ := json.Marshal(s)
			t.Errorf("believed %s, which nobody signed", x)
		}
	})
}
