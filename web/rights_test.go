package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/incident"
)

func TestHeaders(t *testing.T) {
	w := newWorld(t, true)
	id := w.attack(false)
	for _, path := range []string{"/", "/plan", "/open", "/incidents/" + id, "/signin", "/page/none", "/healthz", "/nothing", w.console.assets.Path("tocsin.css")} {
		a := w.playing("janet").get(path)
		h := a.Header()
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{
			"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'", "form-action 'self'",
			"frame-ancestors 'none'", "base-uri 'none'",
		} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: the policy lacks %s", path, want)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: the policy is unsafe: %s", path, csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: headers %v", path, h)
		}
		if asset := strings.HasPrefix(path, "/assets/"); !asset && h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: may be kept: %q", path, h.Get("Cache-Control"))
		} else if asset && !strings.Contains(h.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: may not be kept: %q", path, h.Get("Cache-Control"))
		}
		if body := a.body(); strings.Contains(body, " style=") || strings.Contains(body, "<style") || strings.Contains(body, " onclick=") {
			t.Errorf("%s: holds inline style or script", path)
		}
		if h.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: asks for HTTPS where there is none", path)
		}
	}
}

func TestHTTPSIsAskedForWhereItIs(t *testing.T) {
	w := newWorld(t, false)
	w.console.Secure = true
	a := w.stranger().get("/signin")
	if a.Header().Get("Strict-Transport-Security") == "" {
		t.Error("HTTPS is not asked for")
	}
	janet := w.signedIn("janet")
	k := janet.cookies[0]
	if !k.Secure || !k.HttpOnly || k.SameSite != http.SameSiteLaxMode || !strings.HasPrefix(k.Name, "__Host-") || k.Path != "/" {
		t.Errorf("the session's cookie is %+v", k)
	}
	janet.get("/").is(http.StatusOK)
}

func TestStrangersSeeNothing(t *testing.T) {
	w := newWorld(t, false)
	id := w.attack(false)
	for _, path := range []string{"/", "/open", "/plan", "/incidents/" + id, "/incidents/" + id + "/export", "/incidents/" + id + "/postmortem", "/incidents/" + id + "/decisions/decision-1", "/nothing"} {
		w.stranger().get(path).to("/signin")
	}
	if a := w.stranger().send(httptest.NewRequest(http.MethodGet, "/live", nil)); a.Code != http.StatusUnauthorized {
		t.Errorf("the live stream answers a stranger with %d", a.Code)
	}
	before := w.state(id).Version
	for name := range verbs {
		w.stranger().post("/incidents/"+id+"/"+name, url.Values{"text": {"x"}, "why": {"x"}}).is(http.StatusUnauthorized)
	}
	w.stranger().post("/open", url.Values{}).is(http.StatusUnauthorized)
	w.stranger().post("/play", url.Values{"person": {"janet"}}).is(http.StatusUnauthorized)
	if got := w.state(id).Version; got != before {
		t.Errorf("strangers made %d events", got-before)
	}
	w.stranger().get("/signin").is(http.StatusOK).contains("tocsin person link NAME")
	w.stranger().get("/healthz").is(http.StatusOK).contains("ok")
}

func TestOtherSitesCannotPost(t *testing.T) {
	w := newWorld(t, false)
	id := w.attack(false)
	janet := w.signedIn("janet")
	form := janet.get("/incidents/" + id).form("note")
	form.Set("text", "forged")
	r := httptest.NewRequest(http.MethodPost, "/incidents/"+id+"/note", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	janet.send(r).is(http.StatusForbidden).contains("another site")
	r = httptest.NewRequest(http.MethodPost, "/incidents/"+id+"/note", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://evil.example")
	janet.send(r).is(http.StatusForbidden)
	if n := len(w.state(id).Notes); n != 0 {
		t.Errorf("%d notes of another site", n)
	}
}

func TestSignIn(t *testing.T) {
	w := newWorld(t, false)
	janet := w.signedIn("janet")
	a := janet.get("/").is(http.StatusOK)
	a.contains("Janet R", "Sign out").lacks("You are playing", "Launch the attack")
	out := janet.post("/signout", nil)
	out.to("/signin")
	janet.get("/").to("/signin")
	w.stranger().get("/signin/unknown").is(http.StatusNotFound)
	w.stranger().post("/signin/unknown", nil).is(http.StatusNotFound)
	w.stranger().post("/play", url.Values{"person": {"oscar"}})
	carmen := w.signedIn("carmen")
	carmen.cookies = append(carmen.cookies, &http.Cookie{Name: playing, Value: "oscar"})
	carmen.get("/").contains("Carmen E").lacks("Oscar P:")
}

func TestLookingAtASignInLinkUsesNothingUp(t *testing.T) {
	w := newWorld(t, false)
	secret := w.link("janet")
	for range 3 {
		a := w.stranger().get("/signin/" + secret).is(http.StatusOK).contains("It is good once.")
		if len(a.Result().Cookies()) != 0 {
			t.Fatal("looking signs in")
		}
	}
	w.stranger().post("/signin/"+secret, nil).to("/")
	w.stranger().post("/signin/"+secret, nil).is(http.StatusGone).contains("used already")
	w.stranger().get("/signin/" + secret).is(http.StatusGone)
}

func TestExtendedTeamLooksButDoesNotAct(t *testing.T) {
	w := newWorld(t, false)
	id := w.attack(false)
	w.does(id, "janet", incident.OpValidate{})
	martin := w.signedIn("martin")
	a := martin.get("/incidents/" + id).is(http.StatusOK)
	a.contains("Stolen user funds").lacks("It is nothing", "Add note", "Take a role", "Say how it ended")
	before := w.state(id).Version
	for _, name := range []string{"note", "validate", "dismiss", "begin", "end", "severity", "role", "resolve", "close", "reopen", "propose", "approve", "contain", "retry"} {
		martin.post("/incidents/"+id+"/"+name, url.Values{"text": {"x"}, "why": {"x"}, "decision": {"decision-1"}, "choice": {"approve"}, "signature": {"0x00"}}).is(http.StatusForbidden)
	}
	if got := w.state(id).Version; got != before {
		t.Errorf("somebody without the right made %d events", got-before)
	}
}

func TestOnlyTheDemoHasDemoKeys(t *testing.T) {
	w := newWorld(t, false)
	id := w.attack(false)
	d := w.state(id).Decisions[0]
	carmen := w.signedIn("carmen")
	a := carmen.get("/incidents/"+id).lacks("Sign as Carmen E", "demo key")
	a.contains("Sign with wallet", "Hand in the signature", "All four rows of the domain hash")
	form := url.Values{"decision": {d.ID}, "choice": {"approve"}, "with": {"demo"}, "form": {"sign-" + d.ID}}
	carmen.post("/incidents/"+id+"/approve", form).is(http.StatusUnprocessableEntity)
	if n := len(w.state(id).Decision(d.ID).Approvals); n != 0 {
		t.Errorf("%d approvals by a key that the server must not have", n)
	}
	carmen.post("/attack", nil).is(http.StatusNotFound)
	carmen.post("/play", url.Values{"person": {"oscar"}}).is(http.StatusNotFound)
}

func TestActorIsWhoSignedIn(t *testing.T) {
	w := newWorld(t, false)
	id := w.attack(false)
	w.signedIn("janet").submit("/incidents/"+id, "note", url.Values{"text": {"mine"}, "actor": {"oscar"}, "person": {"oscar"}})
	v, err := w.engine.View(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	all := happened(t, v)
	last := all[len(all)-1]
	if last.Actor.ID != "janet" || last.Actor.Via != "session" {
		t.Errorf("the note is by %+v", last.Actor)
	}
}

func TestPageLink(t *testing.T) {
	w := newWorld(t, false)
	id := w.attack(false)
	secret := w.pageSecret(id, "janet")
	at := "/page/" + secret
	before := w.state(id).Version
	for range 3 {
		w.stranger().get(at).is(http.StatusOK).contains("Janet R: are you coming?", "Stolen user funds", "412.6 HUSD", "You are called: told on detection")
	}
	if got := w.state(id).Version; got != before {
		t.Fatalf("looking made %d events: mail scanners follow links", got-before)
	}
	w.stranger().submit(at, "answer", url.Values{"answer": {"nonsense"}}).is(http.StatusUnprocessableEntity)
	w.stranger().submit(at, "answer", url.Values{"answer": {incident.ComingNoSign}, "note": {"from the train"}}).to(at + "?answered")
	w.stranger().get(at).contains("You are coming, and cannot sign.", "Answered 02:51:27 UTC", "sign in to see everything")
	a := w.state(id).Answer("janet")
	if a == nil || a.Answer != incident.ComingNoSign || a.Note != "from the train" {
		t.Fatalf("the answer is %+v", a)
	}
	v, err := w.engine.View(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range happened(t, v) {
		if e, ok := h.Event.(incident.EventAnswered); ok && (h.Actor.ID != "janet" || h.Actor.Via != "page-link") {
			t.Errorf("%+v is by %+v", e, h.Actor)
		}
	}
	w.stranger().get("/incidents/" + id).to("/signin") // the link signs nobody in
}

func TestPageLinkAfterTheEnd(t *testing.T) {
	w := newWorld(t, false)
	id := w.attack(false)
	secret := w.pageSecret(id, "janet")
	w.does(id, "janet", incident.OpDismiss{Why: "a test"})
	w.does(id, "david", incident.OpDismiss{Why: "a test"})
	w.stranger().get("/page/" + secret).is(http.StatusOK).contains("The incident is over: it was dismissed.").lacks("are you coming?")
	w.stranger().post("/page/"+secret, url.Values{"answer": {incident.Coming}, "form": {"answer"}}).is(http.StatusConflict).contains("dismissed")
	w.pass(8 * 24 * time.Hour)
	w.stranger().get("/page/" + secret).is(http.StatusGone).contains("This link worked until")
	w.stranger().get("/page/unknown").is(http.StatusNotFound)
}

func TestAttackFromTheConsole(t *testing.T) {
	w := newWorld(t, true)
	janet := w.playing("janet")
	janet.submit("/", "attack", nil).to("/#guide-h")
	if w.stage.attacks != 1 {
		t.Fatalf("%d attacks", w.stage.attacks)
	}
	janet.get("/").contains("The attack has begun.").lacks("Launch the attack")
}

func TestPlayingSomebody(t *testing.T) {
	w := newWorld(t, true)
	janet := w.signedIn("janet")
	a := janet.post("/play", url.Values{"person": {"oscar"}, "back": {"/plan"}})
	a.to("/plan")
	janet.cookies = append(janet.cookies, a.Result().Cookies()...)
	id := w.attack(true)
	janet.submit("/incidents/"+id, "answer", url.Values{"answer": {incident.Coming}})
	if w.state(id).Answer("oscar") == nil {
		t.Error("the part was not taken")
	}
	for _, back := range []string{"//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", ""} {
		janet.post("/play", url.Values{"person": {"oscar"}, "back": {back}}).to("/")
	}
}

// happened is what happened in an incident as a view has it.
func happened(t testing.TB, v *engine.View) []incident.Happened {
	t.Helper()
	list, err := v.Happened(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return list
}
