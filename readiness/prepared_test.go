package readiness

import (
	"context"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/evm"
	"tocsin/internal/safe"
	"tocsin/plan"
	"tocsin/status"
)

// advance adds a pause that an account signed in advance, as the change makes it.
func (w *town) advance(hex string, change func(*types.DynamicFeeTx)) {
	w.t.Helper()
	signer := key(w.t, hex)
	nonce, err := w.client.Nonce(w.t.Context(), safe.Addresses(signer)[0], false)
	if err != nil {
		w.t.Fatal(err)
	}
	inner := &types.DynamicFeeTx{
		ChainID: big.NewInt(31337), Nonce: nonce, To: &w.vault, Gas: 200_000, GasTipCap: big.NewInt(1e9), GasFeeCap: big.NewInt(500e9), Data: crypto.Keccak256([]byte("pause()"))[:4],
	}
	if change != nil {
		change(inner)
	}
	tx, err := types.SignNewTx(signer, types.LatestSignerForChainID(inner.ChainID), inner)
	if err != nil {
		w.t.Fatal(err)
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		w.t.Fatal(err)
	}
	sealed := append([]byte("sealed "), raw...)
	w.live.Open = func(context.Context, *plan.Plan, string) ([]byte, []byte, error) { return sealed, raw, nil }
	w.plan.Attachments = []plan.Attachment{{Name: "pause.age", Hash: evm.Keccak(sealed)}}
	w.plan.Actions = slices.DeleteFunc(w.plan.Actions, func(a plan.Action) bool { return a.ID == "advance" })
	w.plan.Actions = append(w.plan.Actions, plan.Action{ID: "advance", Name: "Pause in advance", Kind: "signed-transaction", Transaction: "pause.age", Asset: "vault", Function: "pause()"})
}

// guardianKey is anvil's third account: it has money, and sends nothing else.
const guardianKey = "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"

func TestSignedInAdvance(t *testing.T) {
	w := build(t)
	w.pay("grantRole(bytes32,address)", roleID("PAUSER_ROLE").Hex(), safe.Addresses(key(t, guardianKey))[0].Hex())
	w.advance(guardianKey, nil)
	r := w.look()
	if i := slices.IndexFunc(r.Trials, func(x Trial) bool { return x.Action == "advance" }); i < 0 || r.Trials[i].Outcome != Works {
		t.Errorf("%+v", r.Trials)
	}
	w.advance(guardianKey, func(tx *types.DynamicFeeTx) { tx.GasFeeCap, tx.GasTipCap = big.NewInt(1), big.NewInt(1) })
	w.look(PreparedCheap)
	w.advance(guardianKey, func(tx *types.DynamicFeeTx) { tx.Nonce += 2 })
	if g := gap(t, w.look(PreparedVoid), PreparedVoid); !strings.Contains(g.Say, "has sent 2 more") || g.Of != "advance" {
		t.Errorf("%+v", g)
	}
	w.advance(guardianKey, func(tx *types.DynamicFeeTx) { tx.Data = []byte{1, 2, 3, 4} })
	if g := gap(t, w.look(PreparedVoid), PreparedVoid); !strings.Contains(g.Say, "has the calldata") {
		t.Errorf("%+v", g)
	}
	w.advance(executorKey, nil)
	if g := gap(t, w.look(PreparedShared), PreparedShared); !strings.Contains(g.Say, "the account that Tocsin sends from") {
		t.Errorf("%+v", g)
	}
	w.advance(guardianKey, nil)
	w.safe.Send(t, key(t, guardianKey), evm.Address{7}, nil, nil)
	if g := gap(t, w.look(PreparedVoid), PreparedVoid); !strings.Contains(g.Say, "is used") {
		t.Errorf("%+v", g)
	}
	w.live.Open = nil
	w.look(PreparedSealed)
}

func TestRequests(t *testing.T) {
	w := build(t)
	w.plan.Actions = append(w.plan.Actions,
		plan.Action{ID: "page", Name: "Maintenance page", Kind: "maintenance-page", URL: "https://host.example/down", Secret: "PAGE_SECRET", Proof: &plan.Proof{URL: "https://app.example"}},
		plan.Action{ID: "both", Name: "Pause and say so", Kind: "together", Together: []string{"pause", "page"}})
	trials := func(r Report) string {
		var list []string
		for _, x := range r.Trials[3:] {
			list = append(list, x.Action+" "+x.Outcome)
		}
		slices.Sort(list)
		return strings.Join(list, ", ")
	}
	if got := trials(w.look()); got != "both untried, page untried" {
		t.Error(got)
	}
	var asked []string
	down, secret := "", "s"
	w.live.Secret = func(string) string { return secret }
	w.live.Reach = func(_ context.Context, page string) error {
		if asked = append(asked, page); page == down {
			return errors.New("nobody is there")
		}
		return nil
	}
	if got := trials(w.look()); got != "both works, page works" || !slices.Equal(asked, []string{"https://host.example/down", "https://app.example"}) {
		t.Errorf("%s after %s", got, asked)
	}
	secret = ""
	if g := gap(t, w.look(RequestFails), RequestFails); !strings.Contains(g.Say, "PAGE_SECRET") {
		t.Errorf("%+v", g)
	}
	secret, down = "s", "https://app.example"
	r := w.look(RequestFails)
	if g := gap(t, r, RequestFails); !strings.Contains(g.Say, "app.example does not answer") {
		t.Errorf("%+v", g)
	}
	if got := trials(r); got != "both fails, page fails" {
		t.Error(got)
	}
	w.status(t)
}

// status has the plan say something by a status file, and looks at it while the app gets it, and while it does not.
func (w *town) status(t *testing.T) {
	t.Helper()
	signing := key(t, executorKey)
	executor := safe.Addresses(signing)[0]
	said := &status.State{}
	file := func(now time.Time) []byte {
		s, err := status.New("town", said.Now().Sequence, said.Now().Text, now, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		digest, err := s.Typed().Hash()
		if err != nil {
			t.Fatal(err)
		}
		sig, err := crypto.Sign(digest[:], signing)
		if err != nil {
			t.Fatal(err)
		}
		f := status.File{Status: s, Signer: executor, Signature: sig}
		b, err := f.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	w.plan.Actions = append(w.plan.Actions[:len(w.plan.Actions)-2:len(w.plan.Actions)-2],
		plan.Action{ID: "down", Name: "Down", Kind: "maintenance-page", URL: "https://app.example/status.json", Sender: executor, Status: &plan.Status{State: "maintenance"}})
	w.look()
	code, body := 200, file(w.live.Now)
	w.live.Page = func(context.Context, string) (int, []byte, error) { return code, body, nil }
	w.live.Status = said
	r := w.look()
	if x := r.Trials[len(r.Trials)-1]; x.Action != "down" || x.Outcome != Works || !strings.Contains(x.Say, "normal") {
		t.Errorf("%+v", x)
	}
	code = 404
	if g := gap(t, w.look(StatusFails), StatusFails); !strings.Contains(g.Say, "404") {
		t.Errorf("%+v", g)
	}
	code, body = 200, file(w.live.Now.Add(-2*time.Hour))
	if g := gap(t, w.look(StatusFails), StatusFails); !strings.Contains(g.Say, "expired") {
		t.Errorf("%+v", g)
	}
	body = file(w.live.Now)
	said.Apply(status.Happened{Event: status.EventSet{Sequence: 5, Text: status.Text{State: "maintenance"}}})
	if g := gap(t, w.look(StatusBehind), StatusBehind); !strings.Contains(g.Say, "number 5") {
		t.Errorf("%+v", g)
	}
	body = file(w.live.Now)
	w.plan.Actions[len(w.plan.Actions)-1].Sender = evm.Address{9}
	r = w.look(StatusUnsigned, StatusFails)
	if g := gap(t, r, StatusUnsigned); !strings.Contains(g.Say, executor.Hex()) {
		t.Errorf("%+v", g)
	}
}

// A person who can pause by the plan does so with a key of theirs, or with others of the plan by a Safe.
func TestPersonsWhoPause(t *testing.T) {
	w := build(t)
	w.plan.Assets[1].Pausers = append(w.plan.Assets[1].Pausers, "ada", "ben", "cleo")
	w.look() // by the Safe of the three
	w.plan.Assets[1].Pausers = []string{"ada"}
	if g := gap(t, w.look(PauserRefused), PauserRefused); !slices.Equal(g.People, []string{"ada"}) || !strings.Contains(g.Say, "Ada cannot pause Vault") {
		t.Errorf("%+v", g)
	}
	w.pay("grantRole(bytes32,address)", roleID("PAUSER_ROLE").Hex(), safe.Addresses(w.owners[0])[0].Hex())
	w.look()
}
