package outside_test

import (
	"crypto/ecdsa"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/action"
	"tocsin/action/safe"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/outside"
	"tocsin/plan"
)

var (
	council = evm.Address{19: 0xc0}
	opened  = time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
)

func key(t *testing.T, name string) *ecdsa.PrivateKey {
	t.Helper()
	k, err := crypto.ToECDSA(crypto.Keccak256([]byte("tocsin demo key: " + name)))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func address(t *testing.T, name string) evm.Address {
	t.Helper()
	return crypto.PubkeyToAddress(key(t, name).PublicKey)
}

// load is the example's plan, with an action that a Safe carries out.
func load(t *testing.T) *plan.Plan {
	t.Helper()
	folder := fstest.MapFS{}
	files, err := filepath.Glob("../examples/vault/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		s := string(b)
		switch filepath.Base(f) {
		case "assets.yaml":
			s = strings.Replace(s, "assets:\n", "assets:\n  - { id: council, name: Council, kind: contract, chain: 31337, address: \""+council.Hex()+"\", proxy: none }\n", 1)
		case "decisions.yaml":
			s = strings.Replace(s, "actions: [pause-vault]", "actions: [pause-vault, pause-by-council]", 1) + `
  - id: pause-by-council
    name: Pause the vault by the council
    kind: safe
    safe: council
    asset: vault
    function: pause()
    changes: The vault is paused.
    harms: Every depositor.
    not_when: Nothing is wrong.
`
		}
		folder[filepath.Base(f)] = &fstest.MapFile{Data: []byte(s)}
	}
	p, _, err := plan.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// facts are of a Safe of Carmen, Janet and a stranger, two of whom must sign.
func facts(t *testing.T) *safe.Facts {
	t.Helper()
	return &safe.Facts{
		Chain: 31337, Safe: council, Version: safe.V141, Nonce: 7, Threshold: 2, Block: 100, BlockHash: evm.Hash{1},
		Owners: []evm.Address{address(t, "carmen"), address(t, "janet"), address(t, "stranger")},
	}
}

func ask(t *testing.T, p *plan.Plan, a outside.Asking) *outside.Record {
	t.Helper()
	a.ID, a.Now = "act-0123456789", opened
	r, err := outside.Ask(p, a)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Check(p); err != nil {
		t.Fatal(err)
	}
	return &outside.Record{Request: r}
}

func askSafe(t *testing.T, p *plan.Plan) *outside.Record {
	t.Helper()
	return ask(t, p, outside.Asking{Action: "pause-by-council", Facts: facts(t), Nonce: 7})
}

// signed is somebody's answer: over the message, or over the Safe transaction.
func signed(t *testing.T, p *plan.Plan, r *outside.Record, who, choice, form string) outside.Answer {
	t.Helper()
	digest := r.Message.With(choice).Digest()
	if form == outside.BySafe {
		digest, _ = r.Hash(p)
	}
	sig, err := crypto.Sign(digest[:], key(t, who))
	if err != nil {
		t.Fatal(err)
	}
	return outside.Answer{Choice: choice, Form: form, Signature: sig}
}

func accept(t *testing.T, p *plan.Plan, r *outside.Record, who, form string) {
	t.Helper()
	a, err := r.Accept(p, signed(t, p, r, who, decision.Approve, form), opened.Add(time.Minute))
	if err != nil {
		t.Fatalf("%s: %v", who, err)
	}
	r.Answers = append(r.Answers, a)
}

func refused(t *testing.T, err error, code fault.Code, say string) {
	t.Helper()
	if !fault.Is(err, code) || !strings.Contains(fault.Sentence(err), say) {
		t.Errorf("want %s that says %q, got %v", code, say, err)
	}
}

// TestAnswers: whose signature counts, over what, and until when.
func TestAnswers(t *testing.T) {
	t.Parallel()
	p := load(t)
	soon := opened.Add(time.Minute)
	call, council := ask(t, p, outside.Asking{Action: "pause-vault"}), askSafe(t, p)
	try := func(r *outside.Record, a outside.Answer, now time.Time) error {
		_, err := r.Accept(p, a, now)
		return err
	}
	refused(t, try(call, signed(t, p, call, "mallory", decision.Approve, outside.ByMessage), soon), fault.Forbidden, "Nobody of the plan signs")
	refused(t, try(call, signed(t, p, council, "carmen", decision.Approve, outside.ByMessage), soon), fault.Forbidden, "Nobody of the plan signs")
	refused(t, try(call, signed(t, p, call, "carmen", decision.Approve, outside.ByMessage), call.Expires()), fault.Expired, "could be signed until")
	refused(t, try(call, signed(t, p, call, "carmen", "perhaps", outside.ByMessage), soon), fault.Invalid, "perhaps")
	refused(t, try(call, outside.Answer{Choice: decision.Approve, Form: outside.BySafe, Signature: make([]byte, 65)}, soon), fault.Forbidden, "No Safe")
	refused(t, try(council, signed(t, p, council, "carmen", decision.Approve, outside.ByMessage), soon), fault.Forbidden, "is an owner of the Safe")
	refused(t, try(council, signed(t, p, council, "oscar", decision.Approve, outside.BySafe), soon), fault.Forbidden, "is no owner of the Safe")
	if err := try(council, signed(t, p, council, "carmen", decision.Refuse, outside.ByMessage), soon); err != nil {
		t.Errorf("an owner's no is not taken: %v", err)
	}
	accept(t, p, council, "carmen", outside.BySafe)
	refused(t, try(council, signed(t, p, council, "carmen", decision.Approve, outside.BySafe), soon), fault.Conflict, "already")
}

// TestBothRules: it is sent when the plan's rule is met and the Safe's; where only the Safe's is, by a signer who says why; and by what the
// Safe says just before.
func TestBothRules(t *testing.T) {
	t.Parallel()
	p, r := load(t), (*outside.Record)(nil)
	soon := opened.Add(2 * time.Minute)
	settle := func(f *safe.Facts) error {
		_, err := r.Settle(p, f, safe.Said{}, soon)
		return err
	}
	r = askSafe(t, p)
	accept(t, p, r, "janet", outside.BySafe)
	accept(t, p, r, "stranger", outside.BySafe)
	refused(t, settle(facts(t)), fault.Forbidden, "the plan's rule is not met")
	if _, err := r.Insist(p, "oscar", "Nobody else is awake.", soon); !fault.Is(err, fault.Forbidden) {
		t.Errorf("who has not signed has it sent: %v", err)
	}
	why, err := r.Insist(p, "janet", "Nobody else is awake.", soon)
	if err != nil {
		t.Fatal(err)
	}
	r.Anyway = &why
	if err := settle(facts(t)); err != nil {
		t.Errorf("a signer cannot have it sent: %v", err)
	}

	r = askSafe(t, p)
	accept(t, p, r, "carmen", outside.BySafe)
	accept(t, p, r, "oscar", outside.ByMessage)
	refused(t, settle(facts(t)), fault.Forbidden, "1 of the 2 owners")
	accept(t, p, r, "stranger", outside.BySafe)
	if err := settle(facts(t)); err != nil {
		t.Fatal(err)
	}
	changed := facts(t)
	changed.Owners[2] = address(t, "janet2")
	refused(t, settle(changed), fault.Forbidden, "1 of the 2 owners") // one was revoked between signing and sending
	changed = facts(t)
	changed.Nonce = 8
	refused(t, settle(changed), fault.Conflict, "can never be sent")
	changed.Nonce = 6
	refused(t, settle(changed), fault.Conflict, "waits behind")
	_, err = r.Settle(p, facts(t), safe.Said{}, r.Expires())
	refused(t, err, fault.Expired, "could be sent until")

	// A record that says that it was sent without all of this proves nothing.
	r.Order, r.State = &outside.Order{At: soon, Facts: facts(t)}, outside.Unneeded
	if err := r.Verify(p, soon); err != nil {
		t.Fatalf("a true record: %v", err)
	}
	r.Answers = r.Answers[:2]
	refused(t, r.Verify(p, soon), fault.Forbidden, "1 of the 2 owners")
}

// TestCarries: what is not carried out without a server is refused, and it is said what to do instead.
func TestCarries(t *testing.T) {
	t.Parallel()
	p := load(t)
	p.Actions = append(p.Actions,
		plan.Action{ID: "hook", Name: "Hook", Kind: "hook", URL: "https://host.example/down"},
		plan.Action{ID: "told", Name: "Told", Kind: "maintenance-page", URL: "https://app.example/status.json", Sender: address(t, "executor"), Status: &plan.Status{State: "maintenance"}},
		plan.Action{ID: "both", Name: "Both", Kind: "together", Together: []string{"pause-vault", "hook"}})
	for id, instead := range map[string]string{"hook": "POST https://host.example/down", "told": "at the host of the app", "both": "pause-vault, hook"} {
		pr, err := action.Prepare(p, id)
		if err != nil {
			t.Fatal(err)
		}
		refused(t, outside.Carries(pr), fault.Forbidden, instead)
	}
	if pr, err := action.Prepare(p, "pause-vault"); err != nil || outside.Carries(pr) != nil {
		t.Errorf("a call is refused: %v", outside.Carries(pr))
	}
}
