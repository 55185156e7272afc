package action_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"tocsin/action"
	"tocsin/action/safe"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

var council = evm.Address{0x33, 19: 0x03}

// kinds is the harbour with an action of every kind.
func kinds() *plan.Plan {
	p := harbour()
	p.Chains = append(p.Chains, plan.Chain{ID: 6, Name: "Sixth"})
	p.Assets = append(p.Assets, plan.Asset{ID: "council", Name: "Council", Chain: 31337, Address: council},
		plan.Asset{ID: "vault-six", Name: "Vault on six", Chain: 6, Address: vault, ABI: []string{"function pause()"}})
	p.Attachments = []plan.Attachment{{Name: "pause.age", Hash: evm.Hash{0xf1}}}
	p.Actions = append(p.Actions,
		plan.Action{
			ID: "safe-pause", Name: "Pause by the council", Kind: "safe", Safe: "council", Asset: "vault", Function: "pause()",
			Effect: &plan.Reading{Asset: "vault", Function: "paused() returns (bool)", Want: "true"},
		},
		plan.Action{ID: "safe-batch", Name: "Stop everything", Kind: "safe", Safe: "council", Batch: []plan.BatchCall{
			{Asset: "vault", Function: "pause()"}, {Asset: "vault", Function: "setCap(address,uint256)", Args: []string{"token", "0"}, Value: "7"},
		}},
		plan.Action{ID: "safe-far", Kind: "safe", Safe: "council", Asset: "vault-six", Function: "pause()"},
		plan.Action{ID: "signed", Name: "Pause in advance", Kind: "signed-transaction", Transaction: "pause.age", Asset: "vault", Function: "pause()"},
		plan.Action{ID: "unread", Kind: "signed-transaction", Transaction: "gone.age"},
		plan.Action{
			ID: "page", Name: "Maintenance page", Kind: "maintenance-page", URL: "https://host.example/down", Body: `{"on":true}`, Secret: "PAGE_SECRET",
			Proof: &plan.Proof{URL: "https://app.example", Status: 503, Contains: "maintenance", Within: plan.Duration(time.Minute)},
		},
		plan.Action{ID: "hook", Name: "Tell the bridge", Kind: "hook", Method: "PUT", URL: "https://bridge.example/stop"},
		plan.Action{ID: "page-nowhere", Kind: "hook", URL: "ftp://x"},
		plan.Action{ID: "pause-six", Name: "Pause on six", Kind: "call", Asset: "vault-six", Function: "pause()"},
		plan.Action{ID: "both", Name: "Pause both", Kind: "together", Together: []string{"pause-vault", "pause-six"}},
		plan.Action{ID: "round", Kind: "together", Together: []string{"both"}},
		plan.Action{ID: "none", Kind: "together"},
	)
	return p
}

func facts() safe.Facts {
	return safe.Facts{Chain: 31337, Safe: council, Version: safe.V141, Nonce: 4, Owners: []evm.Address{{1}, {2}, {3}}, Threshold: 2, Block: 9, BlockHash: evm.Hash{9}}
}

func TestPrepareKinds(t *testing.T) {
	p := kinds()
	seen := map[evm.Hash]string{}
	for id, want := range map[string]string{
		"safe-pause": "Has the Safe Council (" + council.Hex() + ") call pause() on Vault (" + vault.Hex() + ") on Harbour devnet.",
		"safe-batch": "Has the Safe Council (" + council.Hex() + ") make 2 calls on Harbour devnet, all or none: pause() on Vault (" + vault.Hex() + "); setCap(asset: " + token.Hex() + ", cap: 0) on Vault (" + vault.Hex() + "), sending 0.000000000000000007 ether.",
		"signed":     "Calls pause() on Vault (" + vault.Hex() + ") on Harbour devnet. It was signed in advance and lies in pause.age.",
		"page":       "Puts up the maintenance page: sends POST https://host.example/down, with a body of 11 bytes, signed with the secret in PAGE_SECRET.",
		"hook":       "Sends PUT https://bridge.example/stop, without a body.",
		"both":       "Starts 2 actions at the same time: Pause the vault on Harbour devnet; Pause on six on Sixth.",
	} {
		x := prepare(t, p, id)
		if x.Words.Sentence != want {
			t.Errorf("%s: %q, want %q", id, x.Words.Sentence, want)
		}
		if other, taken := seen[x.Hash]; taken || x.Hash != x.ComputeHash() {
			t.Errorf("%s hashes like %q, or otherwise when asked again", id, other)
		}
		seen[x.Hash] = id
		b, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		var back action.Prepared
		if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(x, back) {
			t.Errorf("%s: %s became %+v (%v)", id, b, back, err)
		}
	}
	for id, say := range map[string]string{"safe-far": "its Safe is on chain 31337", "unread": "gone.age", "page-nowhere": "no address on the web", "round": "itself of kind together", "none": "starts no actions"} {
		if x, err := action.Prepare(p, id); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), say) {
			t.Errorf("%s: %+v, %v; want %q", id, x, err, say)
		}
	}
	if x := prepare(t, p, "page"); x.Words.Effect != `Afterwards https://app.example must answer 503 and say "maintenance" within 1m.` {
		t.Errorf("effect %q", x.Words.Effect)
	}
	if x := prepare(t, p, "both"); len(x.Together) != 2 || x.Together[0].Effect == nil || x.Together[1].Chain != 6 {
		t.Errorf("together %+v", x.Together)
	}
}

func TestHashOfKindsBindsWhatIsSent(t *testing.T) {
	p := kinds()
	for id, change := range map[string]func(*plan.Plan){
		"safe-pause": func(p *plan.Plan) { p.Assets[len(p.Assets)-2].Address = token },
		"safe-batch": func(p *plan.Plan) { p.Actions[4].Batch[1].Value = "8" },
		"signed":     func(p *plan.Plan) { p.Attachments[0].Hash = evm.Hash{1} },
		"page":       func(p *plan.Plan) { p.Actions[8].Secret = "OTHER" },
		"hook":       func(p *plan.Plan) { p.Actions[9].Method = "DELETE" },
		"both":       func(p *plan.Plan) { p.Assets[0].Address = token },
	} {
		other := kinds()
		change(other)
		if prepare(t, p, id).Hash == prepare(t, other, id).Hash {
			t.Errorf("%s hashes alike whatever it does", id)
		}
	}
}
