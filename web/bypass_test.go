package web

import (
	"crypto/ecdsa"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/plan"
)

// Whoever approved a decision may withdraw it on its page, with a reason; somebody who has nothing to do with it is not offered that.
func TestWithdrawOnThePage(t *testing.T) {
	w := newWorld(t, true)
	id := w.attack(true)
	d := w.state(id).Decisions[0]
	at := "/incidents/" + id
	w.playing("oscar").submit(at+"/decisions/"+d.ID, "sign-"+d.ID, nil).to(at + "#decision-" + d.ID)
	w.playing("carmen").get(at + "/decisions/" + d.ID).lacks("Withdraw it")
	oscar := w.playing("oscar")
	oscar.get(at+"/decisions/"+d.ID).contains("Withdraw it", "Everybody is told.")
	oscar.submit(at+"/decisions/"+d.ID, "withdraw-"+d.ID, url.Values{"why": {"I had misread it."}})
	if x := w.state(id).Decision(d.ID); x.State != incident.Withdrawn || x.Withdrawn == nil || x.Withdrawn.By != "oscar" {
		t.Fatalf("it is %s, by %+v", x.State, x.Withdrawn)
	}
	oscar.get(at+"/decisions/"+d.ID).contains("withdrew it", "I had misread it.")
}

// newBypassWorld is a world, with people who sign in, whose pause may be attested and overridden.
func newBypassWorld(t *testing.T, demo bool) *world {
	t.Helper()
	return newWorldOf(t, demo, func(p *plan.Plan, _ *Options) {
		for i := range p.Decisions {
			if d := &p.Decisions[i]; d.ID == "pause-contract" {
				d.Attested = &plan.Attested{By: []string{"janet", "david"}}
				d.Override = &plan.Override{Who: []string{"janet", "david"}, Need: 2}
			}
		}
	})
}

// An attester says on the page what an approver said by word of mouth; the approver denies it on theirs with one tap.
func TestAttestAndDenyOnThePage(t *testing.T) {
	w := newBypassWorld(t, true)
	id := w.attack(true)
	d := w.state(id).Decisions[0]
	at := "/incidents/" + id + "/decisions/" + d.ID
	w.playing("carmen").get(at).lacks("Attest what an approver said", "I did not say this")
	janet := w.playing("janet")
	janet.get(at).contains("Attest what an approver said", "Call them back first")
	words := url.Values{"person": {"carmen"}, "choice": {"approve"}, "came": {"phone"}, "how": {"phone"}, "words": {"Yes, pause it"}}
	janet.submit(at, "attest-"+d.ID, words).is(http.StatusForbidden).contains("over which the message had come", "Yes, pause it")
	if n := len(w.state(id).Decision(d.ID).Approvals); n != 0 {
		t.Fatalf("%d approvals", n)
	}
	words.Set("came", "letter")
	janet.submit(at, "attest-"+d.ID, words).is(http.StatusSeeOther)
	a := w.state(id).Decision(d.ID).AttestedOf("carmen")
	if a == nil || a.Attested.By != "janet" || a.Attested.Came != "letter" || a.Attested.How != "phone" || a.Choice != decision.Approve {
		t.Fatalf("attested is %+v", a)
	}
	janet.get(at).contains("attested by Janet", "called back over phone").lacks("I did not say this")
	carmen := w.playing("carmen")
	carmen.get(at).contains("I did not say this", "Yes, pause it")
	carmen.submit(at, "deny-"+d.ID, nil).is(http.StatusSeeOther)
	if a := w.state(id).Decision(d.ID).AttestedOf("carmen"); a != nil {
		t.Fatalf("it still counts: %+v", a)
	}
	carmen.get(at).contains("Does not count", "They say that they never said it.").lacks("I did not say this")
}

// Two of those whom the plan names decide it without the approvers, each with a reason.
func TestOverrideOnThePage(t *testing.T) {
	w := newBypassWorld(t, true)
	id := w.attack(true)
	d := w.state(id).Decisions[0]
	at := "/incidents/" + id + "/decisions/" + d.ID
	w.playing("carmen").get(at).lacks("Override the plan's rule")
	w.playing("janet").submit(at, "override-"+d.ID, url.Values{"why": {""}}).is(http.StatusUnprocessableEntity).contains("reason is missing")
	w.playing("janet").submit(at, "override-"+d.ID, url.Values{"why": {"Both are on a plane."}}).is(http.StatusSeeOther)
	w.playing("janet").get(at).contains("signed an override: “Both are on a plane.”", "1 of the 2 who may override it").lacks("Override the plan's rule")
	w.playing("david").submit(at, "override-"+d.ID, url.Values{"why": {"Money leaves."}}).is(http.StatusSeeOther)
	if x := w.state(id).Decision(d.ID); x.State != incident.Met || len(x.Overrides) != 2 {
		t.Fatalf("it is %s by %+v", x.State, x.Overrides)
	}
}

// An override is signed with a wallet in the browser: the reason is on the page, in what the wallet gets, and in the record.
func TestWalletSignsAnOverride(t *testing.T) {
	w := newBypassWorld(t, false)
	id := w.attack(false)
	d := w.state(id).Decisions[0]
	hers := &testWallet{keys: []*ecdsa.PrivateKey{demoKey("janet")}, chain: 31337}
	b := walletBrowser(t, w, map[string]*testWallet{"/hers": hers})
	b.inject(provider("/hers", "", false))
	b.signIn("janet")
	b.open("/incidents/" + id + "/decisions/" + d.ID)
	form := "#override-" + d.ID
	b.do(chromedp.WaitVisible(form+" summary"), chromedp.Click(form+" summary"), chromedp.SendKeys(form+" input[name=why]", "Both are on a plane."), chromedp.Click(form+" button"))
	b.compare()
	b.do(chromedp.Click("form[data-wallet] button"), chromedp.WaitVisible("#procedure"))
	got := w.state(id).Decision(d.ID).Overrides
	want := incident.OverrideOf(&d, "Both are on a plane.")
	if len(got) != 1 || got[0].Person != "janet" || got[0].Why != "Both are on a plane." || hexutil.Encode(hers.digest) != want.Digest().Hex() {
		t.Fatalf("overrides %+v, the wallet signed %x", got, hers.digest)
	}
	if say, _ := hers.signed[0].Message["summary"].(string); !strings.Contains(say, "OVERRIDE") || !strings.Contains(say, "Both are on a plane.") {
		t.Errorf("the wallet shows %q", say)
	}
	b.sound()
}

// Where the Safe's owners suffice and the plan's approvers do not, an owner who signed has it sent; what has left the house is rejected by a
// decision of its own.
func TestSendAnywayAndRejectOnThePage(t *testing.T) {
	w := newCouncilWorld(t)
	id := w.attack(false)
	at := "/incidents/" + id + "/decisions/decision-1"
	w.councilOf(id, "decision-1", 7, "carmen", "anton")
	owns := func(person, decision string) {
		h := w.state(id).Decision(decision).Safe.Hashes.Hash
		w.does(id, person, incident.OpApprove{Decision: decision, Choice: "approve", Signature: sign(person, h)})
	}
	owns("anton", "decision-1")
	w.signedIn("anton").get(at).lacks("Send it anyway")
	owns("carmen", "decision-1")
	w.signedIn("oscar").get(at).lacks("Send it anyway")
	carmen := w.signedIn("carmen")
	carmen.get(at).contains("The Safe would carry it out, and the plan&#39;s rule is not met", "Send it anyway")
	carmen.submit(at, "send-anyway-decision-1", url.Values{"why": {"Oscar is on a plane."}}).is(http.StatusSeeOther)
	if x := w.state(id).Decision("decision-1"); x.State != incident.Met || x.Anyway == nil || x.Anyway.By != "carmen" {
		t.Fatalf("it is %s, %+v", x.State, x.Anyway)
	}
	carmen.get(at).contains("Withdraw it").lacks("Ask the owners to reject it")
	w.does(id, "janet", incident.OpValidate{Issue: "stolen-user-funds"})
	w.acts(id, incident.OpSigned{Action: "action-1", Tx: incident.Transaction{Hash: evm.Hash{9}, Raw: []byte{1}, From: evm.Address{1}, At: w.clock()}})
	carmen.get(at).contains("Make it impossible", "cannot be recalled and does not expire").lacks("Withdraw it")
	w.signedIn("oscar").get(at).lacks("Ask the owners to reject it")
	carmen.submit(at, "reject-decision-1", url.Values{"why": {"It is the wrong vault."}}).is(http.StatusSeeOther)
	r := w.state(id).Decision("decision-2")
	if r == nil || r.Subject.Kind != incident.SubjectRejection || *r.Nonce != 7 {
		t.Fatalf("the rejection is %+v", r)
	}
	w.councilOf(id, "decision-2", 7, "carmen", "anton")
	carmen.get("/incidents/"+id+"/decisions/decision-2").contains("Reject: Pause the contract", "It is the wrong vault.", "do nothing under its nonce 7", "as an owner", "Safe nonce 7")
	carmen.get(at).lacks("Ask the owners to reject it")
}
