package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common/hexutil"

	"tocsin/decision"
	"tocsin/engine"
	"tocsin/plan"
)

// proposed proposes the world's plan in a newer version that weakens it.
func (w *world) proposed() *engine.Proposed {
	w.t.Helper()
	b := w.plan.Canonical()
	p, err := plan.ParseCanonical(b)
	if err != nil {
		w.t.Fatal(err)
	}
	p.Version = "9.9"
	for i := range p.Decisions {
		if p.Decisions[i].ID == "adopt-plan" {
			p.Decisions[i].Additional.Need = 2
		}
	}
	x, err := w.engine.Propose(w.t.Context(), engine.PlanProposal{Plan: p, Files: map[string][]byte{"plan.yaml": nil}, Summary: "Adopt version 9.9."})
	if err != nil {
		w.t.Fatal(err)
	}
	return x
}

func TestPlanIsReadAndSaidSo(t *testing.T) {
	w := newWorld(t, false)
	janet := w.signedIn("janet")
	page := janet.get("/plan")
	if !strings.Contains(page.text(), "Janet") || !strings.Contains(page.text(), "I have read the plan in force") {
		t.Fatal("the page does not ask for it")
	}
	if o := janet.get("/"); !strings.Contains(o.text(), "6 of the core team have not said") {
		t.Error("the overview does not say who has not read it")
	}
	if r := janet.post("/plan/read", url.Values{"hash": {"0x" + strings.Repeat("6", 64)}, "form": {"read"}}); r.Code != http.StatusConflict || !strings.Contains(r.text(), "Another version") {
		t.Errorf("reading another version: %d", r.Code)
	}
	if r := janet.post("/plan/read", url.Values{"hash": {"nonsense"}, "form": {"read"}}); r.Code != http.StatusUnprocessableEntity {
		t.Errorf("reading nonsense: %d", r.Code)
	}
	if r := janet.post("/plan/read", url.Values{"hash": {w.plan.Hash().Hex()}, "form": {"read"}}); r.Code != http.StatusSeeOther || r.Header().Get("Location") != "/plan#read" {
		t.Errorf("reading it: %d, %s", r.Code, r.Header().Get("Location"))
	}
	if page := janet.get("/plan"); !strings.Contains(page.text(), "You have read it") || strings.Contains(page.text(), "I have read the plan in force") {
		t.Error("the page does not show that she has read it")
	}
}

func TestNewerPlanIsSignedOnThePlansPage(t *testing.T) {
	w := newWorld(t, true)
	x := w.proposed()
	janet, anton := w.signedIn("janet"), w.signedIn("anton")
	page := janet.get("/plan")
	for _, want := range []string{"Version 9.9 waits to be adopted", "Weakens the plan:", "one approver fewer", "Adopt version 9.9.", "Sign as Janet"} {
		if !strings.Contains(page.text(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if p := janet.get("/plan"); !strings.Contains(p.body(), "Weakens the plan:</strong> ") {
		t.Error("what weakens the plan runs into the words before it")
	}
	if p := anton.get("/plan"); !strings.Contains(p.text(), "The plan does not ask you to decide on this.") || strings.Contains(p.text(), "Sign as Anton") {
		t.Error("Anton is asked")
	}
	id := strconv.FormatUint(x.ID, 10)
	form := func(person string) url.Values {
		sig := sign(person, x.Adoption.Message.With(decision.Approve).Digest())
		return url.Values{"decision": {id}, "choice": {decision.Approve}, "signature": {hexutil.Encode(sig)}, "form": {"adopt-" + id}}
	}
	if r := anton.post("/plan/adopt", form("anton")); r.Code != http.StatusForbidden {
		t.Errorf("Anton signs: %d", r.Code)
	}
	if r := janet.post("/plan/adopt", url.Values{"decision": {id}, "choice": {decision.Approve}, "with": {"demo"}, "form": {"adopt-" + id}}); r.Code != http.StatusSeeOther || r.Header().Get("Location") != "/plan#decision-"+id {
		t.Fatalf("Janet signs: %d %s", r.Code, r.Header().Get("Location"))
	}
	if r := janet.post("/plan/adopt", form("janet")); r.Code != http.StatusConflict || !strings.Contains(r.text(), "signed this at") {
		t.Errorf("twice: %d", r.Code)
	}
	for _, person := range []string{"carmen", "oscar"} {
		if r := w.signedIn(person).post("/plan/adopt", form(person)); r.Code != http.StatusSeeOther {
			t.Fatalf("%s signs: %d", person, r.Code)
		}
	}
	page = janet.get("/plan")
	if !strings.Contains(page.text(), "version 9.9") || !strings.Contains(page.text(), "Adopted by Janet R, Carmen E and Oscar P") || strings.Contains(page.text(), "waits to be adopted") {
		t.Error("the page does not show the plan adopted")
	}
	proof := janet.get("/plan/adoptions")
	a, err := engine.ReadAdoptions(strings.NewReader(proof.body()))
	if err != nil {
		t.Fatal(err)
	}
	if h, err := a.Verify(); err != nil || h.InForce().Version != "9.9" {
		t.Errorf("what is downloaded proves nothing: %v", err)
	}
	if r := w.signedIn("martin").get("/plan/adoptions"); r.Code != http.StatusForbidden {
		t.Errorf("somebody of the extended team takes it out: %d", r.Code)
	}
}
