package readiness

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	core "tocsin/action/safe"
	"tocsin/chain"
	"tocsin/chain/rpc"
	"tocsin/check"
	"tocsin/contracts"
	"tocsin/evm"
	"tocsin/internal/anvil"
	"tocsin/internal/safe"
	"tocsin/plan"
)

// town is a vault, a Safe of three that may pause it, and an executor that may too, on a real chain.
type town struct {
	t      *testing.T
	client chain.Client
	payer  *ecdsa.PrivateKey // owns the vault
	owners []*ecdsa.PrivateKey
	safe   safe.Safe
	vault  evm.Address
	plan   *plan.Plan
	live   Live
	url    string
}

// executorKey is anvil's second account: it has money.
const executorKey = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"

func build(t *testing.T) *town {
	t.Helper()
	url := "http://" + anvil.Start(t)
	client, err := rpc.Dial(t.Context(), rpc.Options{URL: url, ChainID: 31337, PollEvery: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	w := &town{t: t, url: url, client: client, payer: key(t, "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"), owners: safe.Keys(t, "owner", 3)}
	executor := safe.Addresses(key(t, executorKey))[0]
	for a, code := range safe.Codes(t) { // what the makers of the Safe have on every chain
		w.rpc("anvil_setCode", a.Hex(), fmt.Sprintf("0x%x", code))
	}
	w.safe = safe.Deploy(t, client, w.payer, core.V141, safe.Addresses(w.owners...), 2)
	code, err := contracts.Vault()
	if err != nil {
		t.Fatal(err)
	}
	admin := safe.Addresses(w.payer)[0]
	create := slices.Concat(make([]byte, 32), code.Bytecode, make([]byte, 12), w.safe.Address[:], make([]byte, 12), admin[:])
	factory := evm.Address{0x4e, 0x59, 0xb4, 0x48, 0x47, 0xb3, 0x79, 0x57, 0x85, 0x88, 0x92, 0x0c, 0xa7, 0x8f, 0xbf, 0x26, 0xc0, 0xb4, 0x95, 0x6c}
	w.vault = evm.Address(w.safe.Call(t, factory, create))
	w.safe.Send(t, w.payer, factory, nil, create)
	w.pay("grantRole(bytes32,address)", roleID("PAUSER_ROLE").Hex(), w.safe.Address.Hex())
	w.pay("grantRole(bytes32,address)", roleID("PAUSER_ROLE").Hex(), executor.Hex())

	effect := &plan.Reading{Asset: "vault", Function: "paused() returns (bool)", Want: "true"}
	w.plan = &plan.Plan{
		Protocol: "town", Chains: []plan.Chain{{ID: 31337, Name: "Anvil", Kind: "drill"}},
		Assets: []plan.Asset{
			{ID: "council", Name: "Council", Kind: "contract", Chain: 31337, Address: w.safe.Address},
			{
				ID: "vault", Name: "Vault", Kind: "contract", Chain: 31337, Address: w.vault, Pausers: []string{w.safe.Address.Hex(), executor.Hex()},
				ABI: []string{"function pause()", "function paused() view returns (bool)", "error AccessControlUnauthorizedAccount(address account, bytes32 role)"},
			},
		},
		Actions: []plan.Action{
			{ID: "pause", Name: "Pause", Kind: "call", Asset: "vault", Function: "pause()", Effect: effect},
			{ID: "pause-by-council", Name: "Pause by the council", Kind: "safe", Safe: "council", Asset: "vault", Function: "pause()", Effect: effect},
			{ID: "pause-twice", Name: "Pause and look", Kind: "safe", Safe: "council", Batch: []plan.BatchCall{{Asset: "vault", Function: "pause()"}, {Asset: "vault", Function: "approve(address spender, uint256 shares)", Args: []string{"council", "1"}}}},
		},
		Decisions: []plan.Decision{{ID: "stop", Name: "Stop", Additional: plan.Approvers{Who: []string{"ada", "ben", "cleo"}, Need: 2}, Actions: []string{"pause", "pause-by-council"}}},
	}
	for i, name := range []string{"Ada", "Ben", "Cleo"} {
		w.plan.CoreTeam = append(w.plan.CoreTeam, plan.Person{ID: strings.ToLower(name), Name: name, Keys: []plan.Key{{Address: safe.Addresses(w.owners[i])[0]}}})
	}
	w.live = Live{
		Plan: w.plan, Clients: map[uint64]chain.Client{31337: client}, Executor: executor, Now: time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC),
		Endpoints: []Endpoint{{Chain: 31337, URL: url, Client: client}},
	}
	return w
}

func key(t *testing.T, hex string) *ecdsa.PrivateKey {
	t.Helper()
	k, err := crypto.HexToECDSA(hex)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// rpc has anvil do what no chain would.
func (w *town) rpc(method string, params ...string) {
	w.t.Helper()
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		w.t.Fatal(err)
	}
	resp, err := http.Post(w.url, "application/json", bytes.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	if answer, err := io.ReadAll(resp.Body); err != nil || bytes.Contains(answer, []byte("error")) {
		w.t.Fatalf("%s: %s, %v", method, answer, err)
	}
}

// pay has the vault's owner call it.
func (w *town) pay(signature string, args ...string) {
	w.t.Helper()
	w.safe.Send(w.t, w.payer, w.vault, nil, safe.Encode(w.t, signature, args...))
}

// council has two owners make the Safe call itself.
func (w *town) council(signature string, args ...string) {
	w.t.Helper()
	f := w.safe.Facts(w.t)
	tx := core.Transaction{Chain: 31337, Safe: f.Safe, Version: f.Version, To: f.Safe, Data: safe.Encode(w.t, signature, args...), Nonce: f.Nonce}
	h, err := tx.Hashes()
	if err != nil {
		w.t.Fatal(err)
	}
	sigs, err := core.Encode([]core.Signature{safe.Sign(w.t, w.owners[0], h.Hash), safe.Sign(w.t, w.owners[1], h.Hash)})
	if err != nil {
		w.t.Fatal(err)
	}
	exec, err := tx.ExecTransaction(sigs)
	if err != nil {
		w.t.Fatal(err)
	}
	w.safe.Send(w.t, w.payer, f.Safe, nil, exec)
}

// look looks, and fails the test unless the gaps are exactly those of some codes, in whatever order.
func (w *town) look(want ...string) Report {
	w.t.Helper()
	r := LookLive(w.t.Context(), w.live)
	var got []string
	for _, g := range r.Gaps {
		got = append(got, g.Code)
		if g.Say == "" || g.Why == "" || g.Mend == "" || g.Level == "" {
			w.t.Errorf("%s says too little: %+v", g.Code, g)
		}
		if !slices.Contains(liveCodes(), g.Code) {
			w.t.Errorf("%s stands in no list", g.Code)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		w.t.Errorf("got %s, want %s:\n%s", got, want, says(r))
	}
	return r
}

func says(r Report) string {
	var b strings.Builder
	for _, g := range r.Gaps {
		fmt.Fprintf(&b, "%s: %s %s\n", g.Code, g.Say, strings.Join(g.Evidence, "; "))
	}
	for _, x := range r.Trials {
		fmt.Fprintf(&b, "%s %s %s\n", x.Action, x.Outcome, x.Say)
	}
	return b.String()
}

func gap(t *testing.T, r Report, code string) Gap {
	t.Helper()
	i := slices.IndexFunc(r.Gaps, func(g Gap) bool { return g.Code == code })
	if i < 0 {
		t.Fatalf("no %s:\n%s", code, says(r))
	}
	return r.Gaps[i]
}

func TestReadyTown(t *testing.T) {
	w := build(t)
	r := w.look()
	if r.Red() || len(r.Trials) != 3 || len(r.Seen) != 1 || r.Seen[0].Block == 0 {
		t.Errorf("%+v", r)
	}
	for _, x := range r.Trials {
		if x.Outcome != Works || x.Block != r.Seen[0].Block {
			t.Errorf("%+v", x)
		}
	}
}

// TestOwnerReplacedBehindThePlansBack is the demonstration of what readiness is for.
func TestOwnerReplacedBehindThePlansBack(t *testing.T) {
	w := build(t)
	before := w.look().Facts
	w.live.Before = &before
	w.look()
	stranger := safe.Addresses(safe.Keys(t, "stranger", 1)...)[0]
	list := w.safe.Facts(t).Owners
	cleo := safe.Addresses(w.owners[2])[0]
	prev := evm.Address{19: 1} // the list's own beginning
	if i := slices.Index(list, cleo); i > 0 {
		prev = list[i-1]
	}
	w.council("swapOwner(address,address,address)", prev.Hex(), cleo.Hex(), stranger.Hex())
	r := w.look(SafeOwner, SafeSigner, SafeOneAway, DriftSafe, DriftSafe)
	if !r.Red() {
		t.Error("it is not red")
	}
	g := gap(t, r, SafeOwner)
	if !strings.Contains(g.Say, stranger.Hex()) || g.Level != check.Error || g.Block != r.Seen[0].Block || g.BlockHash != r.Seen[0].Hash || !strings.Contains(g.Evidence[0], stranger.Hex()) {
		t.Errorf("%+v", g)
	}
	if g := gap(t, r, SafeSigner); !slices.Equal(g.People, []string{"cleo"}) {
		t.Errorf("%+v", g)
	}
	if g := gap(t, r, DriftSafe); !strings.Contains(g.Say, "Cleo") || !strings.Contains(g.Evidence[0], fmt.Sprint(before.Contracts[0].Block)) {
		t.Errorf("%+v", g)
	}
	w.council("changeThreshold(uint256)", "3")
	w.look(SafeOwner, SafeSigner, SafeThreshold, DriftSafe, DriftSafe, DriftSafe)
}

func TestSignersAway(t *testing.T) {
	w := build(t)
	w.live.Away = map[string]time.Time{"ada": w.live.Now.Add(time.Hour), "ben": w.live.Now}
	r := w.look(SignerAway, SafeOneAway) // Ben is back
	if g := gap(t, r, SafeOneAway); !slices.Equal(g.People, []string{"ben", "cleo"}) {
		t.Errorf("%+v", g)
	}
	w.live.Away["ben"] = w.live.Now.Add(time.Minute)
	r = w.look(SignerAway, SignerAway, SafeThreshold, DecisionAway)
	for _, code := range []string{SafeThreshold, DecisionAway} {
		if g := gap(t, r, code); !slices.Equal(g.People, []string{"ada", "ben"}) || g.Level != check.Error || !strings.Contains(g.Say, "Ada and Ben are away") {
			t.Errorf("%+v", g)
		}
	}
}

func TestRoleRenounced(t *testing.T) {
	w := build(t)
	before := w.look().Facts
	w.live.Before = &before
	w.pay("revokeRole(bytes32,address)", roleID("PAUSER_ROLE").Hex(), w.live.Executor.Hex())
	r := w.look(ActionFails, PauserRefused, DriftRole)
	if g := gap(t, r, ActionFails); g.Of != "pause" || !strings.Contains(g.Say, "AccessControlUnauthorizedAccount") {
		t.Errorf("%+v", g)
	}
	if g := gap(t, r, DriftRole); !strings.Contains(g.Say, "PAUSER_ROLE of the executor") || g.Level != check.Error {
		t.Errorf("%+v", g)
	}
	w.pay("revokeRole(bytes32,address)", roleID("PAUSER_ROLE").Hex(), w.safe.Address.Hex())
	w.look(ActionFails, ActionFails, ActionFails, PauserRefused, PauserRefused, DriftRole, DriftRole)
}

func TestExecutorOfTooMuch(t *testing.T) {
	w := build(t)
	w.pay("grantRole(bytes32,address)", roleID(adminRole).Hex(), w.live.Executor.Hex())
	if g := gap(t, w.look(ExecutorPower), ExecutorPower); g.Of != "vault" || !strings.Contains(g.Say, "give roles to anybody") {
		t.Errorf("%+v", g)
	}
}

func TestExecutorWithoutMoney(t *testing.T) {
	w := build(t)
	w.rpc("anvil_setBalance", w.live.Executor.Hex(), "0x1")
	if g := gap(t, w.look(ExecutorEmpty), ExecutorEmpty); !strings.Contains(g.Say, "holds 1 wei") {
		t.Errorf("%+v", g)
	}
}

func TestPausedAlready(t *testing.T) {
	w := build(t)
	w.safe.Send(t, key(t, executorKey), w.vault, nil, safe.Encode(t, "pause()"))
	w.plan.Procedures = []plan.Procedure{{ID: "p", Steps: []plan.Step{{ID: "s", Purpose: "halt", Action: "pause"}}}}
	r := w.look(ActionInEffect, ActionFails) // the batch has no effect to be read, and pause() is refused
	if g := gap(t, r, ActionFails); g.Of != "pause-twice" {
		t.Errorf("%+v", g)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	w := build(t)
	w.plan.Assets[0].Address = evm.Address{1}
	w.plan.Chains = append(w.plan.Chains, plan.Chain{ID: 5, Name: "Elsewhere"})
	w.look(ChainUnseen, SafeUnread, ContractMissing)
	w = build(t)
	w.live.Executor = evm.Address{}
	w.look(ActionUntried)
}

// A batch that goes to a contract without code would do nothing, and would not fail either.
func TestBatchWithoutItsContract(t *testing.T) {
	w := build(t)
	for a := range safe.Codes(t) {
		w.rpc("anvil_setCode", a.Hex(), "0x")
	}
	if g := gap(t, w.look(ActionFails), ActionFails); g.Of != "pause-twice" || !strings.Contains(g.Say, "MultiSendCallOnly") {
		t.Errorf("%+v", g)
	}
}

func TestEndpointsOfOneProvider(t *testing.T) {
	w := build(t)
	w.plan.Chains[0].Kind = "live"
	w.look(EndpointAlone)
	w.live.Endpoints = []Endpoint{
		{Chain: 31337, URL: "https://eu.rpc.example/v1/secret", Client: w.client}, {Chain: 31337, URL: "https://us.rpc.example/v1/secret", Client: w.client},
	}
	if g := gap(t, w.look(EndpointsAlike), EndpointsAlike); strings.Contains(fmt.Sprint(g), "secret") || !strings.Contains(g.Say, "rpc.example") {
		t.Errorf("%+v", g)
	}
	w.live.Endpoints[1] = Endpoint{Chain: 31337, URL: "https://node.town.example/", Err: fmt.Errorf("it has moved")}
	w.look(EndpointFails)
}

// The slots are those that the standard derives from names.
func TestProxySlots(t *testing.T) {
	for name, slot := range map[string]evm.Hash{"implementation": implementationSlot, "admin": adminSlot} {
		want := evm.Keccak([]byte("eip1967.proxy." + name))
		want[31]-- // the hash less one; neither ends in zero
		if slot != want {
			t.Errorf("%s: %s, want %s", name, slot.Hex(), want.Hex())
		}
	}
}
