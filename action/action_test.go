package action_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/holiman/uint256"

	"tocsin/action"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

var (
	vault = evm.Address{0x11, 19: 0x01}
	token = evm.Address{0x22, 19: 0x02}
)

func harbour() *plan.Plan {
	return &plan.Plan{
		Chains: []plan.Chain{{ID: 31337, Name: "Harbour devnet"}, {ID: 5, Name: "Other"}},
		Assets: []plan.Asset{
			{ID: "vault", Name: "Vault", Chain: 31337, Address: vault, ABI: []string{"function pause()", "function paused() view returns (bool)", "function setCap(address asset, uint256 cap) payable", "function cap(address) view returns (uint256)"}},
			{ID: "token", Name: "Token", Chain: 31337, Address: token},
			{ID: "elsewhere", Name: "Elsewhere", Chain: 5, Address: token},
			{ID: "site", Name: "Site", Kind: "domain"},
			{ID: "nowhere", Name: "Nowhere", Address: token},
			{ID: "lost", Name: "Lost", Chain: 77, Address: token},
		},
		Actions: []plan.Action{
			{
				ID: "pause-vault", Name: "Pause the vault", Kind: "call", Asset: "vault", Function: "pause()",
				Effect:  &plan.Reading{Asset: "vault", Function: "paused() returns (bool)", Want: "true", Within: plan.Duration(time.Minute)},
				Changes: "Nobody can withdraw.", Harms: "Depositors wait.", NotWhen: "Nothing is being taken.", Undo: "unpause-vault",
			},
			{ID: "unpause-vault", Name: "Open the vault", Kind: "call", Asset: "vault", Function: "unpause()"},
			{
				ID: "cap", Name: "Set the cap", Kind: "call", Asset: "vault", Function: "setCap(address,uint256)", Args: []string{"token", "0x10"}, Value: "1500000000000000000", Sender: token,
				Effect: &plan.Reading{Asset: "vault", Function: "cap(address)", Args: []string{"token"}, Want: "0x10"},
			},
		},
	}
}

func prepare(t *testing.T, p *plan.Plan, id string) action.Prepared {
	t.Helper()
	a, err := action.Prepare(p, id)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestPrepare(t *testing.T) {
	a := prepare(t, harbour(), "pause-vault")
	if a.Chain != 31337 || a.To != vault || !a.Value.IsZero() || a.Data.String() != "0x8456cb59" || a.Function != "pause()" || len(a.Args) != 0 {
		t.Errorf("prepared %+v", a)
	}
	v := vault.Hex()
	want := action.Words{
		Title: "Pause the vault", Sentence: "Calls pause() on Vault (" + v + ") on Harbour devnet.", Target: "Vault (" + v + ")",
		Chain: "Harbour devnet (chain 31337)", Function: "pause()", Changes: "Nobody can withdraw.", Harms: "Depositors wait.",
		NotWhen: "Nothing is being taken.", Undo: "Open the vault", Effect: "Afterwards paused() on Vault (" + v + ") must answer true within 1m.",
	}
	if a.Words != want {
		t.Errorf("words\n%+v\nwant\n%+v", a.Words, want)
	}
	e := a.Effect
	if e == nil || e.Chain != 31337 || e.To != vault || e.Data.String() != "0x5c975abb" || e.Want != "true" || e.Within != time.Minute {
		t.Errorf("effect %+v", e)
	}
}

func TestPrepareResolvesAssetsAndNames(t *testing.T) {
	a := prepare(t, harbour(), "cap")
	want := []action.Arg{{Name: "asset", Type: "address", Value: token.Hex()}, {Name: "cap", Type: "uint256", Value: "16"}}
	if !reflect.DeepEqual(a.Args, want) {
		t.Errorf("args %+v, want %+v", a.Args, want)
	}
	if s := "Calls setCap(asset: " + token.Hex() + ", cap: 16) on Vault (" + vault.Hex() + ") on Harbour devnet, sending 1.5 ether."; a.Words.Sentence != s {
		t.Errorf("sentence %q, want %q", a.Words.Sentence, s)
	}
	if a.Words.Sender != token.Hex() || a.Sender != token {
		t.Errorf("sender %v, %q", a.Sender, a.Words.Sender)
	}
	if a.Effect.Want != "16" {
		t.Errorf("want %q, not in the form in which answers are printed", a.Effect.Want)
	}
}

func TestPreparedJSONRoundTrip(t *testing.T) {
	a := prepare(t, harbour(), "cap")
	b, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"value":"1500000000000000000"`, `"data":"0x`, `"hash":"0x`} {
		if !strings.Contains(string(b), part) {
			t.Errorf("%s holds no %s", b, part)
		}
	}
	var back action.Prepared
	if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(a, back) {
		t.Errorf("%+v became %+v (%v)", a, back, err)
	}
	if back.ComputeHash() != a.Hash {
		t.Error("the hash changed on the way")
	}
}

func TestHashBindsWhatIsSent(t *testing.T) {
	a := prepare(t, harbour(), "cap")
	// Signatures over this hash lie in journals: it may never change for the same action.
	if want := "0xc68693a4e3c4a02e62346ee0c621cd58f7dd2f70b9482f40041af48fe5120132"; a.Hash.Hex() != want {
		t.Errorf("hash %s, want %s", a.Hash.Hex(), want)
	}
	seen := map[evm.Hash]string{a.Hash: "the action itself"}
	for name, change := range map[string]func(*action.Prepared){
		"kind":           func(a *action.Prepared) { a.Kind = "safe" },
		"chain":          func(a *action.Prepared) { a.Chain++ },
		"sender":         func(a *action.Prepared) { a.Sender = vault },
		"target":         func(a *action.Prepared) { a.To = token },
		"value":          func(a *action.Prepared) { a.Value = uint256.NewInt(1) },
		"data":           func(a *action.Prepared) { a.Data = append([]byte{0}, a.Data...) },
		"data appended":  func(a *action.Prepared) { a.Data = append(append([]byte{}, a.Data...), 0) },
		"nothing at all": func(a *action.Prepared) { *a = action.Prepared{} },
	} {
		b := a
		change(&b)
		h := b.ComputeHash()
		if other, ok := seen[h]; ok {
			t.Errorf("%s hashes like %s", name, other)
		}
		seen[h] = name
	}
	b := a
	b.Words.Title, b.Effect = "Another title", nil
	if b.ComputeHash() != a.Hash {
		t.Error("words changed the hash")
	}
}

func TestPrepareRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*plan.Action)
		say    string
	}{
		"kind":                {func(a *plan.Action) { a.Kind = "spell" }, "not known here"},
		"no asset":            {func(a *plan.Action) { a.Asset = "" }, "which the plan does not have"},
		"asset without place": {func(a *plan.Action) { a.Asset = "site" }, "no address"},
		"asset without chain": {func(a *plan.Action) { a.Asset = "nowhere" }, "names no chain"},
		"chain not planned":   {func(a *plan.Action) { a.Asset = "lost" }, "chain 77"},
		"no function":         {func(a *plan.Action) { a.Function = " " }, "names no function"},
		"bad function":        {func(a *plan.Action) { a.Function = "pause(" }, "cannot be read"},
		"unknown name":        {func(a *plan.Action) { a.Function = "halt" }, `"halt", which cannot be found`},
		"view function":       {func(a *plan.Action) { a.Function = "paused" }, "changes nothing"},
		"too many arguments":  {func(a *plan.Action) { a.Args = []string{"1"} }, "do not fit"},
		"asset as argument":   {func(a *plan.Action) { a.Function = "f(address)"; a.Args = []string{"site"} }, "no address"},
		"bad value":           {func(a *plan.Action) { a.Value = "1 ether" }, "no amount"},
		"negative value":      {func(a *plan.Action) { a.Value = "-1" }, "no amount"},
		"effect elsewhere":    {func(a *plan.Action) { a.Effect.Asset = "elsewhere" }, "chain 5"},
		"effect of nothing":   {func(a *plan.Action) { a.Effect.Function = "owner()" }, "what it returns"},
		"effect wants none":   {func(a *plan.Action) { a.Effect.Want = "" }, "must answer"},
		"effect wants other":  {func(a *plan.Action) { a.Effect.Want = "yes" }, "cannot give"},
	} {
		t.Run(name, func(t *testing.T) {
			p := harbour()
			c.change(&p.Actions[0])
			a, err := action.Prepare(p, "pause-vault")
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.say) || !strings.Contains(err.Error(), "ction pause-vault") {
				t.Errorf("%+v, %v; want invalid, naming the action and saying %q", a, err, c.say)
			}
		})
	}
	if _, err := action.Prepare(harbour(), "drain"); !fault.Is(err, fault.NotFound) {
		t.Errorf("unknown action: %v", err)
	}
	if _, err := action.Prepare(nil, "drain"); !fault.Is(err, fault.NotFound) {
		t.Errorf("no plan: %v", err)
	}
}

func TestEffectHolds(t *testing.T) {
	e := *prepare(t, harbour(), "pause-vault").Effect
	answer := make([]byte, 32)
	if holds, got, err := e.Holds(answer); holds || got != "false" || err != nil {
		t.Errorf("answer false: %v, %q, %v", holds, got, err)
	}
	answer[31] = 1
	if holds, got, err := e.Holds(answer); !holds || got != "true" || err != nil {
		t.Errorf("answer true: %v, %q, %v", holds, got, err)
	}
	answer[31] = 2
	for _, bad := range [][]byte{answer, nil, answer[:31]} {
		if holds, _, err := e.Holds(bad); holds || err == nil {
			t.Errorf("answer %x: %v without an error", bad, holds)
		}
	}
	if holds, _, err := (action.Effect{Function: "f(", Want: ""}).Holds(answer); holds || err == nil {
		t.Error("an unreadable effect holds")
	}
}
