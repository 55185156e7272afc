package upkeep

import (
	"crypto/ecdsa"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// keyed is a team of which Ada signs with a key of hers, and the key.
func keyed(t *testing.T) (*plan.Plan, *ecdsa.PrivateKey) {
	t.Helper()
	k, err := crypto.ToECDSA(crypto.Keccak256([]byte("ada")))
	if err != nil {
		t.Fatal(err)
	}
	p := team()
	p.Protocol = "small"
	p.CoreTeam[0].Keys = []plan.Key{{Address: crypto.PubkeyToAddress(k.PublicKey)}}
	p.CoreTeam = append(p.CoreTeam, plan.Person{ID: "ben", Name: "Ben", Keys: []plan.Key{{Address: evm.Address{2}}}})
	return p, k
}

func tries(t *testing.T, k *ecdsa.PrivateKey, m decision.Message) []byte {
	t.Helper()
	d := m.Digest()
	sig, err := crypto.Sign(d[:], k)
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

func TestTryKey(t *testing.T) {
	p, k := keyed(t)
	ada, ben := &p.CoreTeam[0], &p.CoreTeam[2]
	today := start.Format(time.DateOnly)
	sig := tries(t, k, decision.Trial(p, ada, start))
	decide := func(p *plan.Plan, who, day string, sig []byte, now time.Time) ([]Event, error) {
		return Decide(p, &State{}, Command{Actor: journal.Actor{Kind: journal.Person, ID: who}, Op: OpTry{Day: day, Signature: sig}}, now)
	}
	events, err := decide(p, "ada", today, sig, start)
	if err != nil || len(events) != 1 {
		t.Fatalf("%v, %v", events, err)
	}
	s := &State{}
	s.Apply(Happened{Event: events[0], Seq: 1, At: start})
	if got := s.Tried[ada.Keys[0].Address]; got.Person != "ada" || !got.At.Equal(start) || got.Of != "" {
		t.Errorf("%+v", got)
	}
	if _, err := decide(p, "ada", today, sig, start.Add(3*24*time.Hour)); !fault.Is(err, fault.Expired) || !strings.Contains(fault.Sentence(err), "Sign it as it is shown today") {
		t.Errorf("after its time: %v", err)
	}
	other := *p
	other.Name = "Another plan"
	for name, c := range map[string]struct {
		p    *plan.Plan
		who  string
		day  string
		sig  []byte
		now  time.Time
		code fault.Code
	}{
		"somebody else's":      {p, "ben", today, sig, start, fault.Forbidden},
		"of somebody else":     {p, "ada", today, tries(t, k, decision.Trial(p, ben, start)), start, fault.Forbidden},
		"of another plan":      {&other, "ada", today, sig, start, fault.Forbidden},
		"of another day":       {p, "ada", start.AddDate(0, 0, -1).Format(time.DateOnly), sig, start, fault.Forbidden},
		"of a day to come":     {p, "ada", start.AddDate(0, 0, 1).Format(time.DateOnly), tries(t, k, decision.Trial(p, ada, start.AddDate(0, 0, 1))), start, fault.Invalid},
		"when it is long past": {p, "ada", today, sig, start.AddDate(0, 0, 2), fault.Expired},
		"of no day":            {p, "ada", "today", sig, start, fault.Invalid},
		"of nothing":           {p, "ada", today, nil, start, fault.Invalid},
	} {
		if events, err := decide(c.p, c.who, c.day, c.sig, c.now); !fault.Is(err, c.code) || len(events) != 0 {
			t.Errorf("%s: %v, %v", name, events, err)
		}
	}
}

// What is signed to try a key is no answer to anything: nothing that is decided reads like it.
func TestTrialAuthorisesNothing(t *testing.T) {
	p, _ := keyed(t)
	m := decision.Trial(p, &p.CoreTeam[0], start)
	if _, adopts := m.Adopts(); adopts || m.Arms() || m.Incident != "" || m.Decision != "" || m.Action != (evm.Hash{}) || !strings.Contains(m.Summary, "authorises nothing") {
		t.Errorf("%+v", m)
	}
}

// An answer to a decision counts, once a day, and only with a key that the plan has.
func TestKeyUsed(t *testing.T) {
	p, _ := keyed(t)
	key := p.CoreTeam[0].Keys[0].Address
	s := &State{}
	use := func(op OpUsed, now time.Time) int {
		t.Helper()
		events, err := Decide(p, s, Command{Actor: journal.Actor{Kind: journal.System}, Op: op}, now)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			s.Apply(Happened{Event: e, Seq: s.Version + 1, At: now})
		}
		return len(events)
	}
	if n := use(OpUsed{Person: "ada", Signer: evm.Address{9}, Of: "i"}, start); n != 0 {
		t.Errorf("%d events for a key that the plan has not", n)
	}
	if n := use(OpUsed{Person: "ada", Signer: key, Of: "i"}, start); n != 1 || s.Tried[key].Of != "i" {
		t.Errorf("%d events, %+v", n, s.Tried)
	}
	if n := use(OpUsed{Person: "ada", Signer: key, Of: "j"}, start.Add(time.Hour)); n != 0 {
		t.Errorf("%d events an hour later", n)
	}
	if n := use(OpUsed{Person: "ada", Signer: key, Of: "j"}, start.Add(25*time.Hour)); n != 1 || s.Tried[key].Of != "j" {
		t.Errorf("%d events a day later", n)
	}
	if _, err := Decide(p, s, Command{Actor: journal.Actor{Kind: journal.Person, ID: "ada"}, Op: OpUsed{Person: "ada", Signer: key}}, start.Add(100*time.Hour)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a person says that a key was used: %v", err)
	}
}
