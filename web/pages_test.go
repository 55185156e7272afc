package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tocsin/decision"
	"tocsin/incident"
)

// contains fails unless the page reads each of the words.
func (a answer) contains(words ...string) answer {
	a.t.Helper()
	text := a.text()
	for _, w := range words {
		if !strings.Contains(text, w) {
			a.t.Errorf("the page does not say %q; it says:\n%s", w, text)
		}
	}
	return a
}

// lacks fails if the page reads any of the words.
func (a answer) lacks(words ...string) answer {
	a.t.Helper()
	text := a.text()
	for _, w := range words {
		if strings.Contains(text, w) {
			a.t.Errorf("the page says %q:\n%s", w, text)
		}
	}
	return a
}

// is fails unless the answer has a status.
func (a answer) is(status int) answer {
	a.t.Helper()
	if a.Code != status {
		a.t.Fatalf("status %d, want %d:\n%s", a.Code, status, a.text())
	}
	return a
}

// to fails unless the answer leads to an address.
func (a answer) to(path string) {
	a.t.Helper()
	a.is(http.StatusSeeOther)
	if got := a.Header().Get("Location"); got != path {
		a.t.Fatalf("leads to %q, want %q", got, path)
	}
}

func TestQuietOverview(t *testing.T) {
	w := newWorld(t, true)
	a := w.playing("janet").get("/").is(http.StatusOK)
	a.contains("All quiet", "No incident is open.", "Something is wrong", "Plan in force", "Harbour", "is not watched yet", "You are playing")
	if !strings.Contains(a.body(), "<title>All quiet · Tocsin</title>") {
		t.Error("a quiet overview has a title without a kind")
	}
	w.observe(204, nil)
	w.playing("janet").get("/").contains("is watched up to block 204, 02:51:27 UTC")
}

func TestSomethingIsWrong(t *testing.T) {
	w := newWorld(t, true)
	janet := w.playing("janet")
	ask := janet.get("/open").is(http.StatusOK)
	form := ask.form("open")
	janet.post("/open", form).to("/incidents/2026-12-06-1")
	janet.post("/open", form).to("/incidents/2026-12-06-1") // a double click is one incident
	a := janet.get("/incidents/2026-12-06-1").is(http.StatusOK)
	a.contains("Something is wrong", "Real", "Detected 02:51:27", "Incident 2026-12-06-1")
	if !strings.Contains(a.body(), "<title>REAL: Something is wrong · Tocsin</title>") || !strings.Contains(a.body(), `<body data-kind="real"`) {
		t.Error("a real incident does not say so in its title and body")
	}
	janet.get("/").contains("Something is wrong", "Janet R:")
}

func TestSomethingIsWrongWithWords(t *testing.T) {
	w := newWorld(t, true)
	janet := w.playing("janet")
	form := janet.get("/open").form("open")
	form.Set("text", "Deposits vanish.\r\nTwo of them.")
	form.Set("issue", "stolen-user-funds")
	janet.post("/open", form).to("/incidents/2026-12-06-1")
	janet.get("/incidents/2026-12-06-1").contains("Stolen", "Deposits vanish. Two of them.", "Procedure")
	form = janet.get("/open").form("open")
	form.Set("issue", "no-such")
	form.Set("text", "kept words")
	janet.post("/open", form).is(http.StatusUnprocessableEntity).contains("no-such", "kept words")
}

func TestWholeCourseWithoutScripts(t *testing.T) {
	w := newWorld(t, true)
	id := w.attack(true)
	at := "/incidents/" + id
	janet, carmen, oscar := w.playing("janet"), w.playing("carmen"), w.playing("oscar")

	janet.get(at).is(http.StatusOK).contains("Exercise", "Say whether you are coming", "412.6 HUSD left the vault")
	janet.submit(at, "answer", url.Values{"answer": {incident.Coming}}).to(at + "#now")
	janet.get(at).contains("Say whether it is real", "Is it real?", "Looks alike")
	janet.submit(at, "validate", url.Values{"note": {"ten times its deposits"}}).to(at + "#now")
	janet.get(at).contains("Validated 02:51:27", "ten times its deposits")

	d := w.state(id).Decisions[0]
	carmen.get(at).contains("Sign: ", "Yours", "Domain hash", "Message hash", "Sign as Carmen E")
	carmen.submit(at, "sign-"+d.ID, nil).to(at + "#decision-" + d.ID)
	carmen.get(at).contains("You have signed.", "Carmen E")
	oscar.submit(at+"/decisions/"+d.ID, "sign-"+d.ID, nil).to(at + "#decision-" + d.ID)
	if got := w.state(id).Decision(d.ID).State; got != incident.Met {
		t.Fatalf("the decision is %s after both have signed", got)
	}
	janet.get(at).contains("Decision: ", "met", "Actions", "Agreed", "not yet")
}

func TestRefusing(t *testing.T) {
	w := newWorld(t, true)
	id := w.attack(true)
	d := w.state(id).Decisions[0]
	at := "/incidents/" + id + "/decisions/" + d.ID
	carmen := w.playing("carmen")
	yes := carmen.get(at).is(http.StatusOK)
	no := carmen.get(at+"?choice=refuse").is(http.StatusOK).contains("This is the no.", "Refuse as Carmen E")
	if hashesIn(yes.body()) == hashesIn(no.body()) {
		t.Error("yes and no show the same hashes")
	}
	carmen.submit(at+"?choice=refuse", "sign-"+d.ID, nil).to("/incidents/" + id + "#decision-" + d.ID)
	if got := w.state(id).Decision(d.ID).State; got != incident.Refused {
		t.Fatalf("the decision is %s after a required approver refused", got)
	}
}

var figures = regexp.MustCompile(`(?s)<figure class="hash">.*?</figure>`)

func hashesIn(page string) string { return strings.Join(figures.FindAllString(page, -1), "") }

func TestPastedSignature(t *testing.T) {
	w := newWorld(t, true)
	id := w.attack(true)
	d := w.state(id).Decisions[0]
	at := "/incidents/" + id
	carmen := w.playing("carmen")
	sig := sign("oscar", d.Message.With(decision.Approve).Digest())
	form := carmen.get(at).form("sign-" + d.ID)
	form.Del("with")
	form.Set("signature", "0x"+hexText(sig))
	carmen.post(at+"/approve", form).is(http.StatusForbidden).contains("but Carmen E signs with")
	form.Set("signature", "nonsense")
	carmen.post(at+"/approve", form).is(http.StatusUnprocessableEntity).contains("This is not a signature.", "nonsense")
	form.Set("signature", " 0x"+hexText(sign("carmen", d.Message.With(decision.Approve).Digest()))+"\n")
	carmen.post(at+"/approve", form).to(at + "#decision-" + d.ID)
}

func hexText(b []byte) string {
	const digits = "0123456789abcdef"
	var s strings.Builder
	for _, x := range b {
		s.WriteByte(digits[x>>4])
		s.WriteByte(digits[x&15])
	}
	return s.String()
}

func TestDoubleClickIsOneCommand(t *testing.T) {
	w := newWorld(t, true)
	id := w.attack(true)
	at := "/incidents/" + id
	janet := w.playing("janet")
	form := janet.get(at).form("note")
	form.Set("text", "said once")
	janet.post(at+"/note", form).to(at + "#timeline")
	janet.post(at+"/note", form).to(at + "#timeline")
	if n := len(w.state(id).Notes); n != 1 {
		t.Fatalf("%d notes after a double click", n)
	}
}

func TestConflictIsToldCalmly(t *testing.T) {
	w := newWorld(t, true)
	id := w.attack(true)
	at := "/incidents/" + id
	david := w.playing("david")
	form := david.get(at).form("validate")
	form.Set("note", "my own words")
	w.does(id, "janet", incident.OpValidate{})
	a := david.post(at+"/validate", form).is(http.StatusConflict)
	a.contains("Not done.", "It was validated at 02:51:27 UTC.", "You had written: my own words")
}

func TestRefusedFormKeepsWhatWasWritten(t *testing.T) {
	w := newWorld(t, true)
	id := w.attack(true)
	at := "/incidents/" + id
	janet := w.playing("janet")
	form := janet.get(at).form("note")
	form.Set("text", "  ")
	a := janet.post(at+"/note", form).is(http.StatusUnprocessableEntity)
	if !strings.Contains(a.body(), `id="fault-note"`) {
		t.Error("the fault does not stand at its form")
	}
	form = janet.get(at).form("dismiss")
	janet.post(at+"/dismiss", form).is(http.StatusUnprocessableEntity).contains("reason is missing")
}

func TestHostileTextsAreOnlyText(t *testing.T) {
	w := newWorld(t, true)
	id := w.attack(true)
	at := "/incidents/" + id
	janet := w.playing("janet")
	evil := `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`
	form := janet.get(at).form("note")
	form.Set("text", evil)
	janet.post(at+"/note", form)
	body := janet.get(at).body()
	if strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") {
		t.Fatal("a note becomes markup")
	}
	if !strings.Contains(body, "&lt;script&gt;alert(1)") {
		t.Fatal("the note is not shown")
	}
	for _, path := range []string{"/incidents/" + url.PathEscape(evil), "/page/" + url.PathEscape(evil), "/signin/" + url.PathEscape(evil), at + "?show=" + url.QueryEscape(evil)} {
		if body := janet.get(path).body(); strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") {
			t.Errorf("%s: a hostile address becomes markup", path)
		}
	}
}

func TestDecisionShowsExactContent(t *testing.T) {
	w := newWorld(t, true)
	id := w.attack(true)
	d := w.state(id).Decisions[0]
	a := w.playing("carmen").get("/incidents/" + id + "/decisions/" + d.ID).is(http.StatusOK)
	a.contains("pause()", groups(d.Prepared.To.Hex()), groups(d.Prepared.Data.String()), "tocsin sign "+id+" "+d.ID, "Typed data (EIP-712)")
	digest := d.Message.With(decision.Approve).Digest().Hex()
	var shown []string
	for _, row := range rows(digest) {
		shown = append(shown, strings.Join(row, " "))
	}
	a.contains(strings.Join(shown, " "))
	w.playing("carmen").get("/incidents/" + id + "/decisions/none").is(http.StatusNotFound)
	w.playing("carmen").get("/incidents/none").is(http.StatusNotFound).contains("Not found").lacks("Not done")
}

func TestPlanPage(t *testing.T) {
	w := newWorld(t, true)
	a := w.playing("janet").get("/plan").is(http.StatusOK)
	for _, i := range w.plan.Issues {
		a.contains(i.Name)
		if !strings.Contains(a.body(), `id="issue-`+i.ID+`"`) {
			t.Errorf("issue %s has no anchor", i.ID)
		}
	}
	a.contains("Janet R", "janet@example.com", "Pause the vault")
}

func TestExport(t *testing.T) {
	w := newWorld(t, true)
	id := w.attack(true)
	a := w.playing("janet").get("/incidents/" + id + "/export").is(http.StatusOK)
	if got := a.Header().Get("Content-Type"); got != "application/zip" {
		t.Errorf("content type %q", got)
	}
	if !strings.HasPrefix(a.body(), "PK") {
		t.Error("it is no zip")
	}
}

func TestClocksAreLate(t *testing.T) {
	w := newWorld(t, true)
	id := w.attack(false)
	w.playing("janet").submit("/incidents/"+id, "answer", url.Values{"answer": {incident.Coming}})
	w.pass(3 * time.Hour)
	a := w.playing("janet").get("/incidents/" + id)
	a.contains("h late", "since")
	if !strings.Contains(a.body(), `data-state="late"`) {
		t.Error("a late clock is not marked")
	}
}
