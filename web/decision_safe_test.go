package web

import (
	"crypto/ecdsa"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"

	"tocsin/action/safe"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/plan"
)

// council is a Safe that pauses the vault.
var council = evm.Address{0x5a, 0xfe, 19: 1}

// newCouncilWorld is a world where the pause is an action of a Safe that carmen and oscar own.
func newCouncilWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOf(t, false, func(p *plan.Plan, _ *Options) {
		p.Assets = append(p.Assets, plan.Asset{ID: "council", Name: "Council", Kind: "contract", Chain: 31337, Address: council})
		for i := range p.Actions {
			if p.Actions[i].ID == "pause-vault" {
				p.Actions[i].Kind, p.Actions[i].Safe = "safe", "council"
			}
		}
	})
}

// councilReads tells what the chain says of the Safe.
func (w *world) councilReads(id string, nonce uint64) {
	w.t.Helper()
	w.councilOf(id, "decision-1", nonce, "carmen", "oscar")
}

// councilOf tells that the Safe has these owners, two of whom must sign.
func (w *world) councilOf(id, decision string, nonce uint64, owners ...string) {
	w.t.Helper()
	op := incident.OpSafeFacts{Decision: decision, Facts: safe.Facts{
		Chain: 31337, Safe: council, Version: safe.V141, Nonce: nonce, Threshold: 2, Block: 204 + nonce, BlockHash: evm.Hash{byte(nonce)},
	}}
	for _, who := range owners {
		op.Facts.Owners = append(op.Facts.Owners, crypto.PubkeyToAddress(demoKey(who).PublicKey))
	}
	w.acts(id, op)
}

// An owner signs the Safe's transaction itself, also after it has become another one under their eyes.
func TestOwnerSignsTheSafesTransaction(t *testing.T) {
	w := newCouncilWorld(t)
	id := w.attack(false)
	carmen := w.signedIn("carmen")
	at := "/incidents/" + id + "/decisions/decision-1"
	carmen.get(at).contains("The Safe").lacks("Hand in the signature")
	w.councilReads(id, 7)
	carmen.get(at).contains("as an owner", "Safe nonce 7")
	carmen.get(at + "?choice=refuse").lacks("as an owner").contains("no (refuse)")

	hers := &testWallet{keys: []*ecdsa.PrivateKey{demoKey("carmen")}, chain: 31337}
	b := walletBrowser(t, w, map[string]*testWallet{"/hers": hers})
	b.inject(provider("/hers", "", false))
	b.signIn("carmen")
	b.open(at)
	b.compare()
	w.councilReads(id, 8) // somebody used the nonce
	b.until("document.querySelector('form[data-wallet] [data-fault]').textContent.includes('Compare the hashes again')")
	b.compare()
	b.do(chromedp.Click("form[data-wallet] button"), chromedp.WaitVisible("#procedure"))
	d := w.state(id).Decision("decision-1")
	if len(d.Approvals) != 1 || d.Approvals[0].Form != incident.FormSafe || hexutil.Encode(hers.digest) != d.Safe.Hashes.Hash.Hex() || d.Safe.Tx.Nonce != 8 {
		t.Fatalf("signed %x, asked %s, approvals %+v", hers.digest, d.Safe.Hashes.Hash.Hex(), d.Approvals)
	}
	// Her signature is shown nowhere.
	sig := fmt.Sprintf("%x", []byte(d.Approvals[0].Sealed))
	for _, path := range []string{at, "/incidents/" + id} {
		if strings.Contains(strings.ToLower(w.signedIn("carmen").get(path).body()), sig[:40]) {
			t.Errorf("%s shows the signature", path)
		}
	}
	b.sound()
}

var (
	typedBlock = regexp.MustCompile(`(?s)class="typed"[^>]*><code>(.*?)</code>`)
	hashBlock  = regexp.MustCompile(`0x[0-9a-f]{64}`)
)

// What a person reads and compares is what they sign: hashes and words of the page are worked out anew, by other code, from the very
// text that goes to the wallet.
func TestPageShowsWhatIsSigned(t *testing.T) {
	message, owners := newWorld(t, false), newCouncilWorld(t)
	for name, w := range map[string]*world{"message": message, "safe": owners} {
		for _, choice := range []string{decision.Approve, decision.Refuse} {
			t.Run(name+" "+choice, func(t *testing.T) {
				var id string
				if list, err := w.engine.List(t.Context(), true); err != nil || len(list) == 0 {
					id = w.attack(false)
				} else {
					id = list[0].ID
				}
				if w == owners {
					w.councilReads(id, 7)
				}
				page := w.signedIn("carmen").get("/incidents/" + id + "/decisions/decision-1?choice=" + choice).is(http.StatusOK)
				m := typedBlock.FindStringSubmatch(page.body())
				if m == nil {
					t.Fatalf("no typed data:\n%s", page.text())
				}
				var typed apitypes.TypedData
				if err := json.Unmarshal([]byte(html.UnescapeString(m[1])), &typed); err != nil {
					t.Fatal(err)
				}
				domain, err := typed.HashStruct("EIP712Domain", typed.Domain.Map())
				if err != nil {
					t.Fatal(err)
				}
				text, err := typed.HashStruct(typed.PrimaryType, typed.Message)
				if err != nil {
					t.Fatal(err)
				}
				digest, _, err := apitypes.TypedDataAndHash(typed)
				if err != nil {
					t.Fatal(err)
				}
				shown := strings.Join(strings.Fields(page.text()), "")
				for what, h := range map[string][]byte{"domain hash": domain, "message hash": text, "digest": digest} {
					if !strings.Contains(shown, strings.TrimPrefix(hexutil.Encode(h), "0x")) {
						t.Errorf("the %s %x is not on the page", what, h)
					}
				}
				if name == "safe" && choice == decision.Approve {
					if typed.PrimaryType != "SafeTx" || !strings.Contains(page.text(), "Safe nonce "+typed.Message["nonce"].(string)) || !strings.Contains(strings.ToLower(page.text()), strings.ToLower(typed.Message["to"].(string))) {
						t.Errorf("what is signed is %v, and the page says:\n%s", typed.Message, page.text())
					}
					return
				}
				if typed.PrimaryType != "Approval" || typed.Message["choice"] != choice || typed.Message["incident"] != id || !strings.Contains(page.text(), id) {
					t.Errorf("what is signed is %v", typed.Message)
				}
				if len(hashBlock.FindAllString(m[1], -1)) < 2 {
					t.Errorf("neither plan nor action is signed: %s", m[1])
				}
			})
		}
	}
}
