package main

import (
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	core "tocsin/action/safe"
	"tocsin/chain"
	"tocsin/evm"
	"tocsin/internal/safe"
)

// attacker holds the server, its database and the key that it sends with: all that one machine has. The people's keys lie elsewhere, and so
// does what they have pinned and published.
type attacker struct {
	*yard
	executor evm.Address
}

// tries has the executor's key try something at the head of the chain; false: the contract refuses.
func (a *attacker) tries(to evm.Address, value *uint256.Int, data []byte) bool {
	a.t.Helper()
	_, err := a.client.Call(a.t.Context(), chain.Message{From: a.executor, To: &to, Value: value, Data: data}, nil)
	if r := (*chain.Revert)(nil); err != nil && !errors.As(err, &r) {
		a.t.Fatal(err)
	}
	return err == nil
}

// TestAttackerWithTheServer tries, as docs/attack.md says, what somebody can do who has taken the server with its database and the
// executor's key, and what not.
func TestAttackerWithTheServer(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	y.serve().stop(t)
	a := &attacker{y, y.address("executor")}

	// Before: Carmen has pinned the plan, and signed and published where every record ends.
	y.away("", 0, []string{"trust", y.plan, "--yes"})
	var opened record
	y.read(y.on("incident", "open", "--as", "janet", "--issue", "stolen-user-funds", "--json"), &opened)
	id := opened.Incident.ID
	y.on("incident", "note", id, "We saw the first transfer.", "--as", "janet")
	y.on("head", "--key", y.keyFile("carmen"), "--out", "published.json")
	y.on("head", "--check", "published.json")

	t.Run("can make noise", func(t *testing.T) {
		y.on("incident", "open", "--as", "oscar", "Nothing is wrong.")
	})
	t.Run("can read contacts", func(t *testing.T) {
		if !strings.Contains(a.stored(), "+19995551212") {
			t.Error("the database does not hold the telephone numbers, so this page of the docs is wrong")
		}
	})
	t.Run("can pause", func(t *testing.T) {
		if !a.tries(y.vault, nil, safe.Encode(t, "pause()")) {
			t.Error("the executor cannot pause")
		}
	})
	t.Run("cannot move funds", func(t *testing.T) { a.moveFunds(t) })
	t.Run("cannot have a Safe act", func(t *testing.T) { a.useSafe(t) })
	t.Run("cannot add a signer", func(t *testing.T) { a.addSigner(t) })
	t.Run("cannot have people sign something else", func(t *testing.T) { a.deceive(t) })
	t.Run("cannot rewrite what was published", func(t *testing.T) { a.rewrite(t, id) })
}

// stored is what the database holds of the plan.
func (a *attacker) stored() string {
	a.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(a.data, "tocsin.db"))
	if err != nil {
		a.t.Fatal(err)
	}
	defer db.Close()
	var text string
	if err := db.QueryRowContext(a.t.Context(), "SELECT CAST(canonical AS TEXT) FROM plans").Scan(&text); err != nil {
		a.t.Fatal(err)
	}
	return text
}

// moveFunds tries to withdraw what is not its own, to give itself roles, and to act as the administrator. The same calls by whoever has the
// right go through, so that it is the right that is missing and not the call that is wrong.
func (a *attacker) moveFunds(t *testing.T) {
	admin := safe.Addresses(a.payer)[0]
	role := crypto.Keccak256Hash([]byte("PAUSER_ROLE")).Hex()
	grant := safe.Encode(t, "grantRole(bytes32,address)", role, a.address("mallory").Hex())
	if a.tries(a.vault, nil, grant) {
		t.Error("the executor's key gives out roles")
	}
	if err := a.safe.Try(t, a.payer, a.vault, grant); err != nil {
		t.Errorf("the administrator %s cannot either: %v", admin.Hex(), err)
	}
	everything := []string{"1", a.executor.Hex(), admin.Hex()}
	if a.tries(a.vault, nil, safe.Encode(t, "withdraw(uint256,address,address)", everything...)) {
		t.Error("the executor's key withdraws what is another's")
	}
	if a.tries(a.reserve, nil, safe.Encode(t, "pause()")) {
		t.Error("the executor's key pauses what only the Safe may pause")
	}
}

// useSafe tries to have the Safe carry something out: with the executor's own signature, with one owner's twice, with an owner's signature of
// something else, and by adding itself to the owners.
func (a *attacker) useSafe(t *testing.T) {
	f := a.safe.Facts(t)
	tx := core.Transaction{Chain: 31337, Safe: a.safe.Address, Version: f.Version, To: a.reserve, Data: safe.Encode(t, "pause()"), Nonce: f.Nonce}
	h, err := tx.Hashes()
	if err != nil {
		t.Fatal(err)
	}
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("tocsin demo key: executor")))
	if err != nil {
		t.Fatal(err)
	}
	carmen, err := crypto.ToECDSA(crypto.Keccak256([]byte("tocsin demo key: carmen")))
	if err != nil {
		t.Fatal(err)
	}
	janet, err := crypto.ToECDSA(crypto.Keccak256([]byte("tocsin demo key: janet")))
	if err != nil {
		t.Fatal(err)
	}
	other := evm.Keccak([]byte("something else"))
	own, one := safe.Sign(t, key, h.Hash), safe.Sign(t, carmen, h.Hash)
	exec := func(list ...core.Signature) []byte {
		sigs, err := core.Encode(list)
		if err != nil {
			t.Fatal(err)
		}
		data, err := tx.ExecTransaction(sigs)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	for name, data := range map[string][]byte{
		"one owner's and its own":                    exec(one, own),
		"one owner's, and another's of another hash": exec(one, safe.Sign(t, janet, other)),
		"itself as an owner":                         safe.Encode(t, "addOwnerWithThreshold(address,uint256)", a.executor.Hex(), "1"),
	} {
		if a.tries(a.safe.Address, nil, data) {
			t.Errorf("the Safe takes %s", name)
		}
	}
	if !a.tries(a.safe.Address, nil, exec(one, safe.Sign(t, janet, h.Hash))) { // it is the signatures that are missing
		t.Error("the Safe does not take its owners' signatures either")
	}
}

// addSigner has a server of its own that says that another plan is in force, one in which Mallory signs for Carmen. Whoever has pinned the
// plan does not follow.
func (a *attacker) addSigner(t *testing.T) {
	evil := a.edited("evil", "team.yaml", carmensKey, mallorysKey)
	other := newQuietWorld(t)
	other.plan = evil
	other.serve().stop(t)
	other.on("adopt", "export", "--out", "evil-adoptions.json")
	a.away("", 1, []string{"trust", filepath.Join(other.dir, "evil-adoptions.json"), "--yes"}, "No adoption leads")
	a.away("", 1, []string{"trust", evil, "--yes"}, "trusts another plan")
	// Proposed to the real one, it takes the signatures of those who adopt plans, and the executor is none of them.
	var p proposal
	a.read(a.on("adopt", evil, "--json"), &p)
	signed := a.on("sign", "--adoption", p.Proposal.Hash, "--keystore", "executor.json", "--yes", "--trust", "none.json")
	a.refused("", []string{"adopt", "approve", p.Proposal.Hash, "--signature", strings.TrimSpace(signed)}, "0x")
}

// deceive hands people requests that are not what the plan says.
func (a *attacker) deceive(t *testing.T) {
	a.act(0, []string{"pause-vault", "--endpoint", a.endpoint(), "--out", "request.json"})
	b, err := os.ReadFile(filepath.Join(a.dir, "request.json"))
	if err != nil {
		t.Fatal(err)
	}
	var form map[string]any
	if err := json.Unmarshal(b, &form); err != nil {
		t.Fatal(err)
	}
	message, _ := form["message"].(map[string]any)
	for name, change := range map[string]func(){
		"another action's hash":  func() { message["action"] = "0x" + strings.Repeat("6", 64) },
		"other words":            func() { message["summary"] = "Pauses the vault." },
		"a later expiry":         func() { message["expires"] = 4102444800 },
		"another action":         func() { form["action"] = "unpause-vault" },
		"an action not declared": func() { form["action"] = "empty-vault" },
	} {
		if err := json.Unmarshal(b, &form); err != nil {
			t.Fatal(err)
		}
		message, _ = form["message"].(map[string]any)
		change()
		changed, err := json.Marshal(form)
		if err != nil {
			t.Fatal(err)
		}
		a.file("changed.json", string(changed))
		if r := a.run("", "act", "sign", "changed.json", "--plan", a.plan, "--keystore", "carmen.json", "--yes", "--out", "signed-changed.json"); r.code != 1 || !strings.Contains(strings.ToLower(r.err), "plan") {
			t.Errorf("%s is signed: exit %d, %s", name, r.code, r.err)
		}
	}
	a.act(0, []string{"sign", "request.json", "--keystore", "carmen.json", "--yes", "--out", "signed-request.json"}) // and what was not changed is
}

// rewrite tries to make the records say something else than what was published.
func (a *attacker) rewrite(t *testing.T, id string) {
	for name, query := range map[string]string{
		"the newest record taken away": `DELETE FROM records WHERE stream = 'incident/` + id + `' AND seq = (SELECT max(seq) FROM records WHERE stream = 'incident/` + id + `')`,
		"a word changed":               `UPDATE records SET bytes = CAST(replace(CAST(bytes AS TEXT), 'stolen-user-funds', 'unknown-bug-funds') AS BLOB) WHERE stream = 'incident/` + id + `' AND seq = 1`,
	} {
		data := filepath.Join(t.TempDir(), "data")
		if err := os.CopyFS(data, os.DirFS(a.data)); err != nil {
			t.Fatal(err)
		}
		db, err := sql.Open("sqlite", filepath.Join(data, "tocsin.db"))
		if err != nil {
			t.Fatal(err)
		}
		res, err := db.ExecContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			t.Fatalf("%s: %d rows changed, %v", name, n, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if r := a.run("", "head", "--check", "published.json", "--data", data); r.code == 0 {
			t.Errorf("%s is not noticed: %s", name, r.out)
		}
	}
	// A database made anew, in which every chain of records holds: its records end elsewhere.
	anew := newQuietWorld(t)
	anew.plan = a.plan
	anew.serve().stop(t)
	anew.on("incident", "open", "--as", "janet", "--issue", "stolen-user-funds", "--json")
	anew.on("incident", "note", id, "Nothing happened.", "--as", "janet")
	if r := a.run("", "head", "--check", "published.json", "--data", anew.data); r.code == 0 {
		t.Errorf("a record made anew is not noticed: %s", r.out)
	}
	// Nor can the list be signed anew: the executor's key is nobody's who counts.
	anew.on("head", "--key", filepath.Join(a.dir, "executor.json"), "--out", "forged.json")
	if r := a.run("", "head", "--check", filepath.Join(anew.dir, "forged.json"), "--data", anew.data); r.code == 0 {
		t.Errorf("a list signed by the executor is taken: %s", r.out)
	}
}
