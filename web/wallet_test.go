package web

import (
	"crypto/ecdsa"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"

	"tocsin/decision"
)

// testWallet is a wallet outside the browser: a real key behind the requests of EIP-1193, which hashes what it is given by
// go-ethereum's own rules and, as wallets do, signs for no chain but the one it is on.
type testWallet struct {
	mu     sync.Mutex
	keys   []*ecdsa.PrivateKey
	chain  uint64
	knows  map[uint64]bool
	code   int    // every signature is answered with this error; 0: none
	answer string // every signature is answered with this
	signed []apitypes.TypedData
	digest []byte // of what was signed last
}

type walletError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func (w *testWallet) request(method string, params []json.RawMessage) (any, *walletError) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch method {
	case "eth_requestAccounts":
		list := []string{}
		for _, k := range w.keys {
			list = append(list, strings.ToLower(crypto.PubkeyToAddress(k.PublicKey).Hex()))
		}
		return list, nil
	case "eth_chainId":
		return hexutil.EncodeUint64(w.chain), nil
	case "wallet_switchEthereumChain":
		var to struct {
			ChainID hexutil.Uint64 `json:"chainId"`
		}
		if err := json.Unmarshal(params[0], &to); err != nil {
			return nil, &walletError{-32602, err.Error()}
		}
		if !w.knows[uint64(to.ChainID)] {
			return nil, &walletError{4902, "Unrecognized chain ID"}
		}
		w.chain = uint64(to.ChainID)
		return nil, nil
	case "eth_signTypedData_v4":
		return w.sign(params)
	default:
		return nil, &walletError{-32601, "no such method"}
	}
}

func (w *testWallet) sign(params []json.RawMessage) (any, *walletError) {
	var account, text string
	var typed apitypes.TypedData
	if json.Unmarshal(params[0], &account) != nil || json.Unmarshal(params[1], &text) != nil || json.Unmarshal([]byte(text), &typed) != nil {
		return nil, &walletError{-32602, "what is to be signed cannot be read"}
	}
	switch {
	case w.code != 0:
		return nil, &walletError{w.code, "the wallet's own words <b>"}
	case w.answer != "":
		return w.answer, nil
	case typed.Domain.ChainId != nil && (*big.Int)(typed.Domain.ChainId).Uint64() != w.chain:
		return nil, &walletError{-32603, "Provided chainId must match the active chainId"}
	}
	digest, _, err := apitypes.TypedDataAndHash(typed)
	if err != nil {
		return nil, &walletError{-32602, err.Error()}
	}
	for _, k := range w.keys {
		if strings.EqualFold(crypto.PubkeyToAddress(k.PublicKey).Hex(), account) {
			sig, err := crypto.Sign(digest, k)
			if err != nil {
				return nil, &walletError{-32603, err.Error()}
			}
			sig[64] += 27
			w.signed, w.digest = append(w.signed, typed), digest
			return hexutil.Encode(sig), nil
		}
	}
	return nil, &walletError{4100, "not my account"}
}

// ServeHTTP answers the page's part of the wallet.
func (w *testWallet) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	var q struct {
		Method string
		Params []json.RawMessage
	}
	b, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(b, &q)
	}
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	result, fail := w.request(q.Method, q.Params)
	_ = json.NewEncoder(rw).Encode(map[string]any{"result": result, "error": fail})
}

// provider is the wallet's part in the page: it announces itself, or else is simply there.
func provider(path, name string, announces bool) string {
	offer := "window.ethereum = provider;"
	if announces {
		offer = fmt.Sprintf(`const tell = () => window.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info: { uuid: %q, name: %q, icon: 'data:image/svg+xml,x', rdns: 'test.%s' }, provider }) }));
		window.addEventListener('eip6963:requestProvider', tell);
		tell();`, path, name, strings.Trim(path, "/"))
	}
	return fmt.Sprintf(`(() => {
		const provider = { request: async (q) => {
			const r = await (await fetch(%q, { method: 'POST', body: JSON.stringify({ method: q.method, params: q.params || [] }) })).json();
			if (r.error) throw Object.assign(new Error(r.error.message), { code: r.error.code });
			return r.result;
		} };
		%s
	})();`, path, offer)
}

// walletBrowser is a browser with wallets on a decision that carmen is asked for.
func walletBrowser(t *testing.T, w *world, wallets map[string]*testWallet) *browser {
	t.Helper()
	mux := http.NewServeMux()
	for path, x := range wallets {
		mux.Handle("POST "+path, x)
	}
	mux.Handle("/", w.console)
	b := newBrowserOf(t, w, mux)
	b.inject(watchFaults)
	return b
}

// compare ticks that the hashes are those of the device.
func (b *browser) compare() {
	b.t.Helper()
	b.do(chromedp.WaitVisible("form[data-wallet] button"), chromedp.Click("form[data-wallet] input[name=domain]"), chromedp.Click("form[data-wallet] input[name=message]"))
}

// press presses the wallet's button and waits for what the page says.
func (b *browser) press() string {
	b.t.Helper()
	eval[bool](b, "(document.querySelector('form[data-wallet] [data-fault]').textContent = '', true)")
	b.do(chromedp.Click("form[data-wallet] button"))
	b.until("document.querySelector('form[data-wallet] [data-fault]').textContent !== ''")
	return eval[string](b, "document.querySelector('form[data-wallet] [data-fault]').textContent")
}

func TestWalletSigns(t *testing.T) {
	w := newWorld(t, false)
	id := w.attack(false)
	d := w.state(id).Decisions[0]
	carmen, _ := w.plan.Person("carmen")
	other := &testWallet{keys: []*ecdsa.PrivateKey{demoKey("oscar")}, chain: 31337}
	hers := &testWallet{keys: []*ecdsa.PrivateKey{demoKey("janet"), demoKey("carmen")}, chain: 1, knows: map[uint64]bool{31337: true}}
	b := walletBrowser(t, w, map[string]*testWallet{"/other": other, "/hers": hers})
	b.inject(provider("/other", "Others' <b>", true))
	b.inject(provider("/hers", "Hers", true))
	b.signIn("carmen")
	b.open("/incidents/" + id + "/decisions/" + d.ID)
	b.do(chromedp.WaitVisible("form[data-wallet] button"), chromedp.Click("form[data-wallet] button"))
	if len(hers.signed)+len(other.signed) != 0 {
		t.Fatal("a wallet is asked before the hashes were compared")
	}
	b.compare()
	if got := eval[string](b, "[...document.querySelectorAll('[data-wallets] option')].map((o) => o.textContent).join('|')"); got != "Others' <b> (test.other)|Hers (test.hers)" {
		t.Errorf("the wallets offered are %s", got)
	}
	// The first one has another account.
	if got := b.press(); !strings.Contains(strings.ToLower(got), "the plan has you sign with "+strings.ToLower(carmen.Keys[0].Address.Hex()[:6])) {
		t.Errorf("for another account the page says %q", got)
	}
	eval[bool](b, "(document.querySelector('[data-wallets] select').value = '/hers', true)")
	b.do(chromedp.Click("form[data-wallet] button"), chromedp.WaitVisible("#procedure"))
	got := w.state(id).Decision(d.ID).Approvals
	if len(got) != 1 || got[0].Person != "carmen" || got[0].Signer != carmen.Keys[0].Address {
		t.Fatalf("the approvals are %+v", got)
	}
	if want := d.Message.With(decision.Approve).Digest(); hexutil.Encode(hers.digest) != want.Hex() || hers.chain != 31337 {
		t.Errorf("the wallet signed %x on chain %d, want %s", hers.digest, hers.chain, want.Hex())
	}
	b.sound()
}

// Whatever a wallet does, the page says in words what to do about it, and nothing is handed in.
func TestWalletThatDoesNotSign(t *testing.T) {
	w := newWorld(t, false)
	id := w.attack(false)
	hers := &testWallet{keys: []*ecdsa.PrivateKey{demoKey("carmen")}, chain: 1}
	b := walletBrowser(t, w, map[string]*testWallet{"/hers": hers})
	b.inject(provider("/hers", "", false))
	b.signIn("carmen")
	b.open("/incidents/" + id + "/decisions/" + w.state(id).Decisions[0].ID)
	b.compare()
	if eval[bool](b, "document.querySelector('[data-wallets]').checkVisibility()") {
		t.Error("one wallet alone is offered for choice")
	}
	if got := b.press(); !strings.Contains(got, "does not know chain 31337") {
		t.Errorf("on another chain the page says %q", got)
	}
	for _, c := range []struct {
		code   int
		answer string
		say    string
	}{
		{4001, "", "You refused in the wallet. Nothing was signed."},
		{4100, "", "Unlock it, allow this page there"},
		{4200, "", "cannot sign typed data"},
		{-32601, "", "cannot sign typed data"},
		{4900, "", "no connection to its chain"},
		{-32002, "", "waiting for you already"},
		{-32603, "", "The wallet did not sign. It says: the wallet's own words <b>"},
		{0, "0x", "no signature"},
		{0, "yes", "no signature"},
	} {
		hers.mu.Lock()
		hers.chain, hers.code, hers.answer = 31337, c.code, c.answer
		hers.mu.Unlock()
		if got := b.press(); !strings.Contains(got, c.say) {
			t.Errorf("%d %q: the page says %q", c.code, c.answer, got)
		}
		if eval[bool](b, "document.querySelector('form[data-wallet] button').disabled") {
			t.Errorf("%d: it cannot be tried again", c.code)
		}
	}
	if n := len(w.state(id).Decisions[0].Approvals); n != 0 {
		t.Errorf("%d approvals", n)
	}
	b.sound()
}

// What was compared is what is signed: if it changes under the reader, they compare again.
func TestWhatIsSignedChangesUnderTheReader(t *testing.T) {
	w := newWorld(t, false)
	id := w.attack(false)
	hers := &testWallet{keys: []*ecdsa.PrivateKey{demoKey("carmen")}, chain: 31337}
	b := walletBrowser(t, w, map[string]*testWallet{"/hers": hers})
	b.inject(provider("/hers", "", false))
	b.signIn("carmen")
	b.open("/incidents/" + id + "/decisions/" + w.state(id).Decisions[0].ID)
	b.compare()
	eval[bool](b, `(document.querySelector('.typed').textContent += ' ', document.dispatchEvent(new Event('tocsin-changed')), true)`)
	if got := eval[string](b, "document.querySelector('form[data-wallet] [data-fault]').textContent"); !strings.Contains(got, "Compare the hashes again") {
		t.Errorf("the page says %q", got)
	}
	b.do(chromedp.Click("form[data-wallet] button"))
	if eval[bool](b, "document.querySelector('form[data-wallet]').checkValidity()") || len(hers.signed) != 0 {
		t.Error("it can be signed without comparing again")
	}
}
