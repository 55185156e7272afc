package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/internal/vouch"
	"tocsin/plan"
)

// keyed is a world in which carmen signs with other keys.
func keyed(t *testing.T, keys []plan.Key, change func(*Options)) *world {
	t.Helper()
	return newWorldOf(t, false, func(p *plan.Plan, o *Options) {
		for i := range p.CoreTeam {
			if p.CoreTeam[i].ID == "carmen" {
				p.CoreTeam[i].Keys = keys
			}
		}
		if change != nil {
			change(o)
		}
	})
}

// device plugs an authenticator into the browser.
func (b *browser) device() (set func(verified bool)) {
	b.t.Helper()
	var id webauthn.AuthenticatorID
	b.do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		if _, err := cdp.Call(ctx, t, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return chromedp.Void{}, err
		}
		r, err := cdp.Call(ctx, t, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true, HasUserVerification: true,
			IsUserVerified: true, AutomaticPresenceSimulation: true,
		}})
		if err == nil {
			id = r.AuthenticatorID
		}
		return chromedp.Void{}, err
	})
	return func(verified bool) {
		b.t.Helper()
		b.do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
			_, err := cdp.Call(ctx, t, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: id, IsUserVerified: verified})
			return chromedp.Void{}, err
		})
	}
}

var madeForm = regexp.MustCompile(`(?s)^ {6}- kind: passkey\n {8}passkey: "([\w-]+)"\n {8}public: "(0x[0-9a-f]{128})"\n {8}site: (localhost)\n$`)

// Carmen makes a passkey on the console, the plan comes to name it, and she approves with it.
func TestPasskeyIsMadeAndSigns(t *testing.T) {
	w := newWorld(t, false)
	b := newBrowser(t, w)
	b.base = strings.Replace(b.base, "127.0.0.1", "localhost", 1)
	b.inject(watchFaults)
	verified := b.device()
	b.signIn("carmen")
	b.open("/plan")
	b.do(chromedp.Click(`//a[text()="My keys"]`), chromedp.Click("form[data-enrol] button"))
	b.until("!document.getElementById('made').hidden || document.querySelector('[data-fault]').textContent !== ''")
	if got := eval[string](b, "document.querySelector('[data-fault]').textContent"); got != "" {
		t.Fatal(got)
	}
	text := eval[string](b, "document.querySelector('#made pre').textContent")
	m := madeForm.FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("the plan is to say %q", text)
	}
	b.sound()
	made := plan.Key{Kind: plan.KeyPasskey, Passkey: m[1], Public: m[2], Site: m[3]}
	if !made.Proves() {
		t.Fatalf("%+v cannot be checked", made)
	}

	w = keyed(t, []plan.Key{made}, nil)
	srv := httptest.NewServer(w.console)
	t.Cleanup(srv.Close)
	t.Cleanup(func() { close(w.done) })
	b.w, b.base = w, strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)
	id := w.attack(false)
	d := w.state(id).Decisions[0]
	b.signIn("carmen")
	b.open("/incidents/" + id + "/decisions/" + d.ID)
	b.do(chromedp.WaitVisible("form[data-passkey] button"), chromedp.Click("form[data-passkey] button"))
	if eval[bool](b, "document.querySelector('form[data-passkey]').checkValidity()") {
		t.Error("it signs before anybody says to have read it")
	}
	verified(false)
	b.do(chromedp.Click("form[data-passkey] [name=read]"), chromedp.Click("form[data-passkey] button"))
	b.until("document.querySelector('form[data-passkey] [data-fault]').textContent !== ''")
	if got := eval[string](b, "document.querySelector('form[data-passkey] [data-fault]').textContent"); !strings.Contains(got, "Nothing was handed in") {
		t.Errorf("to somebody whom the device does not know the page says %q", got)
	}
	verified(true)
	b.do(chromedp.Click("form[data-passkey] button"), chromedp.WaitVisible("#procedure"))
	got := w.state(id).Decision(d.ID).Approvals
	if len(got) != 1 || got[0].Person != "carmen" || got[0].Choice != decision.Approve || got[0].Signer != decision.SignerOf(made) {
		t.Fatalf("the approvals are %+v", got)
	}
	b.open("/incidents/" + id + "/decisions/" + d.ID)
	if text := eval[string](b, "document.querySelector('.signatures').textContent"); !strings.Contains(text, "signed with the passkey") {
		t.Errorf("the page says %q", text)
	}
	b.sound()
}

// A passkey signs nothing on another site than its own, and its page says so by not offering it.
func TestPasskeyOfAnotherSiteIsNotOffered(t *testing.T) {
	k := vouch.NewPasskey(t, "carmen", "tocsin.example.com")
	w := keyed(t, []plan.Key{k.Key}, nil)
	b := newBrowser(t, w)
	b.inject(watchFaults)
	b.base = strings.Replace(b.base, "127.0.0.1", "localhost", 1)
	b.signIn("carmen")
	id := w.attack(false)
	b.open("/incidents/" + id + "/decisions/" + w.state(id).Decisions[0].ID)
	b.until("document.readyState === 'complete'")
	if eval[bool](b, "document.querySelector('form[data-passkey]').checkVisibility()") {
		t.Error("a passkey of another site is offered")
	}
	b.sound()
}

// What is handed in is checked by the server, whatever the page did.
func TestPasskeyIsCheckedByTheServer(t *testing.T) {
	k := vouch.NewPasskey(t, "carmen", "tocsin.example.com")
	w := keyed(t, []plan.Key{k.Key}, nil)
	id := w.attack(false)
	d := w.state(id).Decisions[0]
	for what, sig := range map[string][]byte{
		"another's":     vouch.NewPasskey(t, "oscar", "tocsin.example.com").Sign(t, d.Message.With(decision.Approve).Digest()),
		"for a no":      k.Sign(t, d.Message.With(decision.Refuse).Digest()),
		"no passkey's":  []byte(`{"credential":"x"}` + strings.Repeat(" ", 60)),
		"for another's": k.Sign(t, evm.Hash{1}),
	} {
		r := w.signedIn("carmen").post("/incidents/"+id+"/approve", url.Values{"decision": {d.ID}, "choice": {decision.Approve}, "signature": {hexutil.Encode(sig)}})
		if r.Code == http.StatusSeeOther || len(w.state(id).Decision(d.ID).Approvals) != 0 {
			t.Errorf("%s: %d", what, r.Code)
		}
	}
	r := w.signedIn("carmen").post("/incidents/"+id+"/approve", url.Values{"decision": {d.ID}, "choice": {decision.Approve}, "signature": {hexutil.Encode(k.Sign(t, d.Message.With(decision.Approve).Digest()))}})
	if r.Code != http.StatusSeeOther || len(w.state(id).Decision(d.ID).Approvals) != 1 {
		t.Errorf("%d: %s", r.Code, r.Body)
	}
}

// A contract's signature is taken by what the chains say of it.
func TestContractSigns(t *testing.T) {
	wallet := plan.Key{Kind: plan.KeyContract, Chain: 31337, Address: vouch.Address(vouch.Keeper)}
	var asked []incident.Vouched
	says := &decision.ContractFact{}
	var fails error
	w := keyed(t, []plan.Key{wallet}, func(o *Options) {
		o.Confirm = func(_ context.Context, _ *incident.Decision, list []incident.Vouched, now time.Time) (*decision.ContractFact, error) {
			asked = append(asked, list...)
			f := *says
			v := list[0]
			f.Chain, f.Account, f.Digest, f.Signature, f.Block, f.BlockHash, f.At = v.Chain, v.Account, v.Digest, evm.Keccak(v.Signature), 7, evm.Hash{7}, now
			return &f, fails
		}
	})
	id := w.attack(false)
	d := w.state(id).Decisions[0]
	hand := func(sig string) int {
		t.Helper()
		return w.signedIn("carmen").post("/incidents/"+id+"/approve", url.Values{"decision": {d.ID}, "choice": {decision.Approve}, "signature": {sig}}).Code
	}
	if code := hand("0x1234"); code == http.StatusSeeOther || len(asked) != 1 {
		t.Errorf("not vouched for: %d, asked %+v", code, asked)
	}
	fails = fault.New(fault.Unavailable, "No endpoint.")
	if code := hand("0x1234"); code == http.StatusSeeOther {
		t.Errorf("not to be asked: %d", code)
	}
	fails, says.Valid = nil, true
	if code := hand("0x1234"); code != http.StatusSeeOther {
		t.Errorf("vouched for: %d", code)
	}
	if v := asked[len(asked)-1]; v.Account != wallet.Address || v.Digest != d.Message.With(decision.Approve).Digest() || v.Safe {
		t.Errorf("asked was %+v", v)
	}
	if got := w.state(id).Decision(d.ID).Approvals; len(got) != 1 || got[0].Signer != wallet.Address || got[0].Fact == nil {
		t.Errorf("the approvals are %+v", got)
	}
}
