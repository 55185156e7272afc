package cli

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/action/safe"
	"tocsin/app"
	"tocsin/decision"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/signer"
)

func demoSigns(t *testing.T, who string, digest evm.Hash) []byte {
	t.Helper()
	k, err := crypto.ToECDSA(crypto.Keccak256([]byte("tocsin demo key: " + who)))
	if err != nil {
		t.Fatal(err)
	}
	sig, err := crypto.Sign(digest[:], k)
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

func demoAccount(t *testing.T, who string) evm.Address {
	t.Helper()
	k, err := crypto.ToECDSA(crypto.Keccak256([]byte("tocsin demo key: " + who)))
	if err != nil {
		t.Fatal(err)
	}
	return crypto.PubkeyToAddress(k.PublicKey)
}

// A person shows that they hold their key, on this machine or with a signature made elsewhere; with another key nothing is signed.
func TestKeyTry(t *testing.T) {
	dir, change := dataFolder(t)
	at := []string{"key", "try", "--data", dir, "--as", "ada"}
	var p *plan.Plan
	change(func(e *engine.Engine) error {
		var err error
		p, err = e.InForce(t.Context(), "small")
		return err
	})
	ada, _ := p.Person("ada")
	day := time.Now().UTC()
	sig := "0x" + hex.EncodeToString(demoSigns(t, "ada", decision.Trial(p, &ada, day).Digest()))
	tells(t, 0, append(at, "--day", day.Format(time.DateOnly), "--signature", sig), "Ada holds the key: tried on "+day.Format(time.DateOnly))
	tells(t, 1, append(at, "--day", "2020-01-01", "--signature", sig), "Sign it as it is shown today.")
	tells(t, 2, append(at, "--day", "someday", "--signature", sig), "no day on which a key")
	tells(t, 2, []string{"key", "try", "--data", dir}, "Nothing says whose key it is")
	keystore := filepath.Join(t.TempDir(), "key.json")
	if _, err := signer.New(keystore, "open sesame", signer.Light); err != nil {
		t.Fatal(err)
	}
	t.Setenv(passwordVariable, "open sesame")
	tells(t, 1, append(at, "--keystore", keystore, "--yes"), "I hold this key. Ada", "authorises nothing", "is no key of Ada in this plan")
}

// theftData is a data folder with a plan of the stories, and an incident.
func theftData(t *testing.T, folder string) (dir, id string, change func(func(*engine.Engine) error), do func(journal.Actor, incident.Op)) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	p, source, err := plan.Load(os.DirFS("../incident/testdata/" + folder + "/plan"))
	if err != nil {
		t.Fatal(err)
	}
	change = func(f func(*engine.Engine) error) {
		t.Helper()
		k, err := app.Open(t.Context(), dir, true, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer k.Close()
		if err := f(k.Engine); err != nil {
			t.Fatal(err)
		}
	}
	change(func(e *engine.Engine) error {
		_, err := e.Pin(t.Context(), p, source.Files)
		return err
	})
	tells(t, 0, []string{"incident", "open", "--data", dir, "--as", "ada", "--issue", "theft"})
	change(func(e *engine.Engine) error {
		list, err := e.List(context.Background(), true)
		if err == nil && len(list) == 1 {
			id = list[0].ID
		}
		return err
	})
	do = func(a journal.Actor, op incident.Op) {
		t.Helper()
		change(func(e *engine.Engine) error {
			_, err := e.Do(t.Context(), id, incident.Command{Actor: a, Op: op})
			return err
		})
	}
	return dir, id, change, do
}

// What can be done with a decision besides answering it, by the command line.
func TestDecideOtherwiseByCommands(t *testing.T) {
	dir, id, change, do := theftData(t, "safe")
	on := func(who, verb string, more ...string) []string {
		return append([]string{"incident", verb, id, "decision-1", "--data", dir, "--as", who}, more...)
	}
	machine := journal.Actor{Kind: journal.Executor}
	f := safe.Facts{Chain: 31337, Safe: evm.Address{0x5a, 0xfe, 19: 1}, Version: safe.V141, Nonce: 7, Threshold: 2, Block: 9, BlockHash: evm.Hash{9}}
	for _, who := range []string{"ben", "cyd", "dan"} {
		f.Owners = append(f.Owners, demoAccount(t, who))
	}
	tells(t, 1, on("ben", "reject", "--why", "x"), "No owner of the Safe has signed it")
	do(machine, incident.OpSafeFacts{Decision: "decision-1", Facts: f})
	var d incident.Decision
	change(func(e *engine.Engine) error {
		v, err := e.View(t.Context(), id)
		d = *v.State.Decision("decision-1")
		return err
	})
	tells(t, 2, on("ada", "deny"), "Nothing is attested of you")
	tells(t, 1, on("ada", "send", "--why", "x"), "0 of the 2 owners")
	tells(t, 1, on("ada", "attest", "cyd", "--came", "letter", "--how", "email", "--words", "Yes"), "The plan lets nobody approve")

	// What the Safe's own pages gathered, brought by one who is no owner.
	service := filepath.Join(t.TempDir(), "service.json")
	var list []map[string]any
	for _, who := range []string{"ben", "dan"} {
		sig := demoSigns(t, who, d.Safe.Hashes.Hash)
		sig[64] += 27
		list = append(list, map[string]any{"owner": demoAccount(t, who).Hex(), "signature": "0x" + hex.EncodeToString(sig), "signatureType": "EOA"})
	}
	b, err := json.Marshal(map[string]any{"count": 2, "results": list})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(service, b, 0o600); err != nil {
		t.Fatal(err)
	}
	tells(t, 0, on("ada", "approve", "--service", service))
	tells(t, 1, on("ada", "approve", "--service", service), "has signed it already")
	tells(t, 0, on("ben", "send", "--why", "It drains"))
	do(journal.Actor{Kind: journal.Person, ID: "ada"}, incident.OpValidate{Issue: "theft"})
	do(machine, incident.OpSigned{Action: "action-1", Tx: incident.Transaction{Hash: evm.Hash{1}, Raw: []byte{1}, From: evm.Address{1}}})
	tells(t, 1, on("ben", "withdraw", "--why", "x"), "cannot be recalled", "reject it")
	tells(t, 0, on("ben", "reject", "--why", "It is the wrong vault"))
	tells(t, 0, []string{"incident", "show", id, "--data", dir, "--as", "ben"}, "Reject: Pause the vault")
}

// An override takes two, each with a signature over their own reason.
func TestOverrideByCommands(t *testing.T) {
	dir, id, change, _ := theftData(t, "council")
	var d incident.Decision
	look := func() {
		change(func(e *engine.Engine) error {
			v, err := e.View(t.Context(), id)
			d = *v.State.Decision("decision-1")
			return err
		})
	}
	look()
	why := "Cyd is on a plane"
	override := func(who, why, signed string) []string {
		sig := demoSigns(t, who, incident.OverrideOf(&d, signed).Digest())
		return []string{"incident", "override", id, "decision-1", "--data", dir, "--as", who, "--why", why, "--signature", "0x" + hex.EncodeToString(sig)}
	}
	tells(t, 1, override("cyd", why, why), "may override")
	tells(t, 0, override("ada", why, why))
	tells(t, 1, override("dan", "another reason", why), "is by")
	tells(t, 0, override("dan", "It drains", "It drains"))
	if look(); d.State != incident.Met || len(d.Overrides) != 2 {
		t.Errorf("it is %s by %+v", d.State, d.Overrides)
	}
}
