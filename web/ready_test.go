package web

import (
	"context"
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"tocsin/check"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/internal/vouch"
	"tocsin/plan"
	"tocsin/readiness"

	"github.com/chromedp/chromedp"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

// seen is a lookout that saw something once.
type seen struct {
	report *readiness.Report
	again  int
}

func (s *seen) Live(string) (readiness.Report, bool) {
	if s.report == nil {
		return readiness.Report{}, false
	}
	return *s.report, true
}

func (s *seen) Again(string) { s.again++ }

func TestReadyPage(t *testing.T) {
	eyes := &seen{}
	w := newWorldOf(t, false, func(_ *plan.Plan, o *Options) { o.Lookout = eyes })
	janet, martin := w.signedIn("janet"), w.signedIn("martin")
	janet.get("/ready").is(http.StatusOK).contains("Ready?", "have not been looked at yet", "Nobody said so", "Look again").lacks("Not ready", "record it")
	janet.submit("/ready", "look", nil).to("/ready")
	if eyes.again != 1 {
		t.Errorf("it was looked at %d times more", eyes.again)
	}
	eyes.report = &readiness.Report{
		Seen:   []readiness.Seen{{Chain: 31337, Name: "Harbour devnet", Block: 1234}},
		Trials: []readiness.Trial{{Action: "pause-vault", Name: "Pause the vault", Outcome: readiness.Fails, Say: "the contract says <no>."}},
		Gaps: []readiness.Gap{
			{Code: readiness.ActionFails, Level: check.Error, Say: "Pause the vault would fail now.", Why: "W.", Mend: "M.", Evidence: []string{"pause() is refused"}, Block: 1234},
			{Code: readiness.DriftOwner, Level: check.Error, Say: "Another owner.", Why: "W.", Mend: "M."},
		},
		Facts: readiness.Facts{Plan: w.plan.Hash(), At: w.clock(), Contracts: []readiness.Contract{{Asset: "vault"}}},
	}
	janet.get("/ready").is(http.StatusOK).contains("Not ready", "Pause the vault would fail now.", "pause() is refused", "block 1,234", "WOULD FAIL", "&lt;no&gt;", "It is meant: record it")
	janet.get("/").contains("Pause the vault would fail now.")

	janet.submit("/ready", "away", url.Values{"for": {"8h"}}).to("/ready")
	martin.get("/ready").contains("Janet R is away from their key until").lacks("I am back", "I am away from my key") // he has no key
	janet.get("/ready").contains("I am back")
	janet.post("/ready/away", url.Values{"form": {"away"}, "for": {"soon"}}).is(http.StatusUnprocessableEntity).contains("For how long is missing.")
	janet.post("/ready/away", url.Values{"form": {"away"}, "for": {"9000h"}}).is(http.StatusUnprocessableEntity).contains("90 days")
	janet.submit("/ready", "back", nil).to("/ready")
	janet.get("/ready").contains("Nobody said so").lacks("I am back")
	janet.submit("/ready", "away", url.Values{"for": {"4h"}}).to("/ready")
	w.pass(4 * time.Hour)
	janet.get("/ready").contains("Nobody said so")

	janet.submit("/ready", "facts", nil).to("/ready")
	kept, err := w.engine.Upkeep(t.Context(), w.plan.Protocol)
	if err != nil {
		t.Fatal(err)
	}
	var facts readiness.Facts
	if err := json.Unmarshal(kept.Facts, &facts); err != nil || len(facts.Contracts) != 1 || kept.By != "janet" {
		t.Errorf("%v, %+v", err, kept)
	}
	eyes.report.Facts.Plan[0]++ // seen under another plan
	janet.post("/ready/facts", url.Values{"form": {"facts"}}).is(http.StatusConflict).contains("have not been looked at")
	w.stranger().get("/ready").to("/signin")
}

// Without eyes on the chains the page says what it knows.
func TestReadyPageWithoutChains(t *testing.T) {
	w := newWorld(t, false)
	janet := w.signedIn("janet")
	janet.get("/ready").is(http.StatusOK).contains("Away from their keys").lacks("Look again", "looked at")
	janet.post("/ready/facts", url.Values{"form": {"facts"}}).is(http.StatusConflict)
}

// A person shows with one signature that they hold their key, by wallet, by hand, and in the demo by its key; and so does an answer.
func TestTryYourKey(t *testing.T) {
	w := newWorld(t, false)
	w.signedIn("martin").get("/ready/key").is(http.StatusNotFound) // he has no key
	hers := &testWallet{keys: []*ecdsa.PrivateKey{demoKey("carmen")}, chain: 1}
	b := walletBrowser(t, w, map[string]*testWallet{"/hers": hers})
	b.inject(provider("/hers", "", false))
	b.signIn("carmen")
	b.open("/ready/key")
	b.do(chromedp.WaitVisible("form[data-wallet] button"), chromedp.Click("form[data-wallet] button"))
	b.do(chromedp.WaitVisible("#tried"))
	b.sound()
	if got := hers.signed[0].Message["summary"]; got != "I hold this key. Carmen E, 6 December 2026. This authorises nothing." {
		t.Errorf("the wallet shows %q", got)
	}
	oscar := w.signedIn("oscar")
	oscar.get("/ready").contains("Try your key", "have never tried them")
	oscar.get("/ready/key").contains("never tried", "tocsin key try --day 2026-12-06")
	day := url.Values{"day": {"2026-12-06"}, "signature": {hexutil.Encode(sign("carmen", evm.Hash{}))}, "form": {"try"}}
	oscar.post("/ready/key", day).is(http.StatusForbidden).contains("signs with")
	person, _ := w.plan.Person("oscar")
	day.Set("signature", hexutil.Encode(sign("oscar", decision.Trial(w.plan, &person, w.clock()).Digest())))
	oscar.post("/ready/key", day).to("/ready/key")
	oscar.get("/ready/key").contains("tried on 6 December 2026")

	id := w.attack(false)
	w.signs(id, "carmen", &w.state(id).Decisions[0], decision.Approve)
	w.pass(0)
	kept, err := w.engine.Upkeep(t.Context(), w.plan.Protocol)
	if err != nil || len(kept.Tried) != 2 {
		t.Errorf("%+v, %v", kept, err)
	}
}

// A passkey is tried as it signs decisions, and a contract by what its chain says of it.
func TestTryPasskeyAndContract(t *testing.T) {
	k := vouch.NewPasskey(t, "carmen", "tocsin.example.com")
	wallet := plan.Key{Kind: plan.KeyContract, Chain: 31337, Address: vouch.Address(vouch.Keeper)}
	valid := false
	w := keyed(t, []plan.Key{k.Key, wallet}, func(o *Options) {
		o.Confirm = func(_ context.Context, d *incident.Decision, list []incident.Vouched, now time.Time) (*decision.ContractFact, error) {
			if d != nil || len(list) != 1 || list[0].Safe {
				t.Errorf("asked was %+v", list)
			}
			v := list[0]
			return &decision.ContractFact{Chain: v.Chain, Account: v.Account, Digest: v.Digest, Signature: evm.Keccak(v.Signature), Block: 7, BlockHash: evm.Hash{7}, At: now, Valid: valid}, nil
		}
	})
	person, _ := w.plan.Person("carmen")
	digest := decision.Trial(w.plan, &person, w.clock()).Digest()
	carmen := w.signedIn("carmen")
	carmen.get("/ready/key").markup("data-passkey", base64.RawURLEncoding.EncodeToString(digest[:]), wallet.Address.Hex())
	try := func(sig []byte) answer {
		t.Helper()
		return carmen.post("/ready/key", url.Values{"day": {"2026-12-06"}, "signature": {hexutil.Encode(sig)}, "form": {"try"}})
	}
	try(k.Sign(t, evm.Hash{1})).is(http.StatusForbidden)
	try([]byte{1, 2}).is(http.StatusForbidden).contains("does not confirm this signature")
	carmen.get("/ready/key").lacks("tried on")
	try(k.Sign(t, digest)).to("/ready/key")
	valid = true
	try([]byte{1, 2}).to("/ready/key")
	kept, err := w.engine.Upkeep(t.Context(), w.plan.Protocol)
	if err != nil || len(kept.Tried) != 2 || kept.Tried[wallet.Address].Person != "carmen" || kept.Tried[decision.SignerOf(k.Key)].Person != "carmen" {
		t.Errorf("%+v, %v", kept, err)
	}
	carmen.get("/ready/key").contains("Done: your keys have been tried.")
}

// In the demo whoever plays a person signs with the demo key; an answer to a decision shows that its giver holds the key, too.
func TestTryYourKeyInTheDemo(t *testing.T) {
	w := newWorld(t, true)
	w.playing("oscar").submit("/ready/key", "try", nil).to("/ready/key")
	id := w.attack(true)
	w.signs(id, "carmen", &w.state(id).Decisions[0], decision.Approve)
	kept, err := w.engine.Upkeep(t.Context(), w.plan.Protocol)
	if err != nil || len(kept.Tried) != 2 {
		t.Fatalf("%+v, %v", kept, err)
	}
	for _, x := range kept.Tried {
		if want := map[string]string{"oscar": "", "carmen": id}[x.Person]; x.Of != want {
			t.Errorf("%+v", x)
		}
	}
}
