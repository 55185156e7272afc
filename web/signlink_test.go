package web

import (
	"crypto/ecdsa"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"rsc.io/qr"

	"tocsin/access"
	"tocsin/decision"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
)

var signAddress = regexp.MustCompile(`<code>(https?://[^<]*/sign/[^<]*)</code>`)

// phone makes a signing link on the decision's page, and returns its path.
func (a as) phone(id, decision, choice string) string {
	a.w.t.Helper()
	page := a.post("/incidents/"+id+"/decisions/"+decision+"/link", url.Values{"choice": {choice}}).is(http.StatusOK)
	m := signAddress.FindStringSubmatch(page.body())
	if m == nil {
		a.w.t.Fatalf("no link:\n%s", page.text())
	}
	u, err := url.Parse(html.UnescapeString(m[1]))
	if err != nil {
		a.w.t.Fatal(err)
	}
	return u.RequestURI()
}

func TestSigningLinkTakesOneSignature(t *testing.T) {
	w := newWorld(t, false)
	id := w.attack(false)
	d := w.state(id).Decisions[0]
	carmen := w.signedIn("carmen")
	carmen.get("/incidents/" + id + "/decisions/" + d.ID).contains("Sign on my phone")
	at := carmen.phone(id, d.ID, decision.Approve)
	before := w.state(id).Version

	phone := w.stranger()
	phone.get(at).is(http.StatusOK).contains("You sign as Carmen", "What your device must show", "Domain hash").lacks("Sign on my phone")
	phone.get(at).is(http.StatusOK)
	if w.state(id).Version != before {
		t.Fatal("looking changes something")
	}
	for path, what := range map[string]string{"/": "overview", "/incidents/" + id: "incident", "/plan": "plan"} {
		if a := phone.get(path); a.Code != http.StatusSeeOther {
			t.Errorf("the link shows the %s: %d", what, a.Code)
		}
	}
	good := hexutil.Encode(sign("carmen", d.Message.With(decision.Approve).Digest()))
	fields := func(sig string) url.Values {
		return url.Values{"form": {"sign-" + d.ID}, "choice": {decision.Approve}, "signature": {sig}, "decision": {"decision-9"}}
	}
	phone.post(at, fields("0x12")).is(http.StatusUnprocessableEntity).contains("cannot be read")
	phone.post(at, fields(hexutil.Encode(sign("oscar", d.Message.With(decision.Approve).Digest())))).is(http.StatusForbidden).contains("Carmen")
	demo := fields("")
	demo.Set("with", "demo")
	phone.post(at, demo).is(http.StatusUnprocessableEntity)
	phone.post(at, fields(good)).is(http.StatusOK).contains("Your yes was handed in.")
	got := w.state(id).Decision(d.ID).Approvals
	if len(got) != 1 || got[0].Person != "carmen" {
		t.Fatalf("the approvals are %+v", got)
	}
	phone.get(at).is(http.StatusGone).contains("each takes one")
	phone.post(at, fields(good)).is(http.StatusGone)
	w.stranger().get("/sign/nothing").is(http.StatusNotFound)
}

func TestSigningLinkSaysNo(t *testing.T) {
	w := newWorld(t, false)
	id := w.attack(false)
	d := w.state(id).Decisions[0]
	at := w.signedIn("carmen").phone(id, d.ID, decision.Refuse)
	w.stranger().get(at).is(http.StatusOK).contains("no (refuse)")
	sig := hexutil.Encode(sign("carmen", d.Message.With(decision.Refuse).Digest()))
	w.stranger().post(at, url.Values{"choice": {decision.Refuse}, "signature": {sig}}).is(http.StatusOK).contains("Your no was handed in.")
	if got := w.state(id).Decision(d.ID).Approvals; len(got) != 1 || got[0].Choice != decision.Refuse {
		t.Errorf("the approvals are %+v", got)
	}
}

func TestSigningLinkEnds(t *testing.T) {
	w := newWorld(t, false)
	id := w.attack(false)
	d := w.state(id).Decisions[0]
	carmen := w.signedIn("carmen")
	if a := w.signedIn("david").post("/incidents/"+id+"/decisions/"+d.ID+"/link", nil); a.Code != http.StatusConflict && a.Code != http.StatusForbidden {
		t.Errorf("somebody who is not asked gets a link: %d\n%s", a.Code, a.text())
	}
	carmen.post("/incidents/"+id+"/decisions/decision-9/link", nil).is(http.StatusNotFound)
	hidden := carmen.phone(id, d.ID, decision.Approve)
	if _, err := w.engine.Do(t.Context(), id, incident.Command{
		Actor: journal.Actor{Kind: journal.Person, ID: "janet", Via: "test"}, Op: incident.OpRestrict{Hide: []string{"carmen"}, Why: "suspected"},
	}); err != nil {
		t.Fatal(err)
	}
	if a := w.stranger().get(hidden); a.Code == http.StatusOK {
		t.Error("the link shows what is hidden from its owner")
	}

	other := newWorld(t, false)
	id = other.attack(false)
	late := other.signedIn("carmen").phone(id, "decision-1", decision.Approve)
	other.pass(access.MaxSigning)
	other.stranger().get(late).is(http.StatusGone).contains("Make another")
}

func TestSigningLinkForWalletApps(t *testing.T) {
	w := newWorldOf(t, false, func(_ *plan.Plan, o *Options) {
		o.BaseURL = func() string { return "https://tocsin.example.com/" }
	})
	id := w.attack(false)
	a := w.signedIn("carmen").post("/incidents/"+id+"/decisions/decision-1/link", nil).is(http.StatusOK).lacks("no phone reaches it")
	link := html.UnescapeString(signAddress.FindStringSubmatch(a.body())[1])
	for _, want := range []string{"https://metamask.app.link/dapp/" + strings.TrimPrefix(link, "https://"), "https://go.cb-w.com/dapp?cb_url=" + url.QueryEscape(link)} {
		if !strings.Contains(html.UnescapeString(a.body()), `href="`+want+`"`) {
			t.Errorf("no link to %s", want)
		}
	}
	here := newWorldOf(t, false, func(_ *plan.Plan, o *Options) { o.BaseURL = func() string { return "http://127.0.0.1:8470" } })
	id = here.attack(false)
	here.signedIn("carmen").post("/incidents/"+id+"/decisions/decision-1/link", nil).is(http.StatusOK).contains("no phone reaches it").lacks("MetaMask")
}

// What is drawn is the code, module by module, with room around it.
func TestCodeIsDrawnWhole(t *testing.T) {
	const text = "https://tocsin.example.com/sign/abcdefghijklmnopqrstuvwxyz"
	q, err := qr.Encode(text, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	c, err := codeOf(text)
	if err != nil || c.Size != q.Size+8 {
		t.Fatalf("%d, %v", c.Size, err)
	}
	dark := map[[2]int]bool{}
	for _, run := range strings.Split(strings.TrimSuffix(c.Path, "z"), "z") {
		var x, y, n, back int
		if _, err := fmt.Sscanf(run, "M%d %dh%dv1h-%d", &x, &y, &n, &back); err != nil || n != back || n < 1 {
			t.Fatalf("%q: %v", run, err)
		}
		for i := range n {
			dark[[2]int{x + i, y}] = true
		}
	}
	for y := range c.Size {
		for x := range c.Size {
			if got, want := dark[[2]int{x, y}], q.Black(x-4, y-4); got != want {
				t.Fatalf("%d,%d is dark: %v, want %v", x, y, got, want)
			}
		}
	}
	if _, err := codeOf(strings.Repeat("x", 5000)); err == nil {
		t.Error("a text that no code holds is drawn")
	}
}

// The link opens in a wallet's own browser, where nobody is signed in.
func TestSigningLinkInAWalletsBrowser(t *testing.T) {
	w := newWorld(t, false)
	id := w.attack(false)
	at := w.signedIn("carmen").phone(id, "decision-1", decision.Approve)
	hers := &testWallet{keys: []*ecdsa.PrivateKey{demoKey("carmen")}, chain: 31337}
	b := walletBrowser(t, w, map[string]*testWallet{"/hers": hers})
	b.inject(provider("/hers", "", false))
	b.size(360, 740)
	b.open(at)
	b.compare()
	b.fits("the signing page")
	b.do(chromedp.Click("form[data-wallet] button"), chromedp.WaitVisible("[role=status]"))
	if got := w.state(id).Decision("decision-1").Approvals; len(got) != 1 || got[0].Person != "carmen" {
		t.Errorf("the approvals are %+v", got)
	}
	b.sound()
}
