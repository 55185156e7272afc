package web

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/exercise"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
)

// bridge is a second protocol on the same server, with people of the same ids: whatever it holds has the word tide in it.
const bridge = "tide-bridge"

// withBridge brings the plan of the second protocol into force, and lets its detector find a theft; it returns the incident.
func (w *world) withBridge() string {
	w.t.Helper()
	p, _, err := plan.Load(os.DirFS("../examples/vault"))
	if err != nil {
		w.t.Fatal(err)
	}
	p.Protocol, p.Name = bridge, "Tide Bridge"
	for i := range p.Issues {
		p.Issues[i].Name = "Tide: " + p.Issues[i].Name
	}
	for i := range p.Assets {
		p.Assets[i].Name = "Tide " + p.Assets[i].Name
	}
	for i := range p.Detectors {
		p.Detectors[i].Name = "Tide " + p.Detectors[i].Name
	}
	p.Detectors = append(p.Detectors, plan.Detector{ID: "tide-only", Name: "Tide only", Kind: "report", Mode: "page"})
	if _, err := w.engine.Pin(w.t.Context(), p, map[string][]byte{"plan.yaml": []byte("name: tide")}); err != nil {
		w.t.Fatal(err)
	}
	err = w.engine.Observe(w.t.Context(), engine.Observation{
		Protocol: bridge, Chain: 31337, Findings: []incident.Finding{
			{ID: "tide-1", Detector: w.detector(), Mode: "page", Issues: []string{"stolen-user-funds"}, Asset: "vault", Chain: 31337, Tx: evm.Hash{7}, At: w.clock(), Say: "The tide takes it."},
			{ID: "tide-2", Detector: "tide-only", Mode: "observe", At: w.clock(), Say: "The tide is told of."},
		},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	list, err := w.engine.List(w.t.Context(), true)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range list {
		if s.Protocol == bridge {
			return s.ID
		}
	}
	w.t.Fatal("no incident of the second protocol was opened")
	return ""
}

// linkOf makes the secret of a sign-in link for somebody of a protocol.
func (w *world) linkOf(protocol, person string) string {
	w.t.Helper()
	secret, err := w.access.SignInLink(w.t.Context(), access.Identity{Protocol: protocol, Person: person}, time.Hour)
	if err != nil {
		w.t.Fatal(err)
	}
	return secret
}

// also signs in for another protocol in the same browser.
func (a as) also(protocol, person string) as {
	a.w.t.Helper()
	res := a.post("/signin/"+a.w.linkOf(protocol, person), nil).is(http.StatusSeeOther)
	return as{w: a.w, cookies: res.Result().Cookies()}
}

// routes are the addresses that can be looked at, as they are registered.
func routes(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile("web.go")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, m := range regexp.MustCompile(`"GET (/[^"]*)"`).FindAllStringSubmatch(string(b), -1) {
		list = append(list, m[1])
	}
	if len(list) < 15 {
		t.Fatalf("only %d addresses are found in web.go", len(list))
	}
	return list
}

// Who belongs to one protocol learns nothing of another on the server: no title, no count, no stream, no export. Each address that can
// be looked at is tried, with the other's names in it.
func TestWhoBelongsToOneSeesNothingOfTheOther(t *testing.T) {
	w := newWorld(t, false)
	mine := w.attack(false)
	theirs := w.withBridge()
	d := w.state(theirs).Decisions[0].ID
	if _, err := w.engine.Mute(t.Context(), engine.MuteOrder{
		Protocol: bridge, Detector: "tide-only", Why: "the tide is loud", Until: w.clock().Add(time.Hour), Actor: journal.Actor{Kind: journal.Person, ID: "janet", Via: "test"},
	}); err != nil {
		t.Fatal(err)
	}
	x, err := w.engine.OpenSession(t.Context(), exercise.Command{Actor: actorOf("oscar"), Op: exercise.OpPlan{
		Protocol: bridge, Title: "The tide exercise", Scheduled: w.clock().Add(time.Hour), Moderator: "oscar", Watch: []string{"bella"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	drill := "/exercises/" + x.State.ID
	feed, err := w.access.MakeCalendar(t.Context(), access.Identity{Protocol: w.plan.Protocol, Person: "oscar"})
	if err != nil {
		t.Fatal(err)
	}
	// What is asked for, with the other's ids, and what answers: 0 is a page of one's own, that says nothing of the other.
	type try struct {
		path   string
		status int
	}
	tries := map[string][]try{
		"/{$}":                          {{"/", http.StatusOK}},
		"/in/{protocol}":                {{"/in/" + bridge, http.StatusNotFound}, {"/in/" + w.plan.Protocol, http.StatusOK}},
		"/healthz":                      {{"/healthz", http.StatusOK}},
		"/signin":                       {{"/signin", http.StatusOK}},
		"/signin/{secret}":              {{"/signin/unknown", http.StatusNotFound}},
		"/page/{secret}":                {{"/page/unknown", http.StatusNotFound}},
		"/sign/{secret}":                {{"/sign/unknown", http.StatusNotFound}},
		"/status/{file}":                {{"/status/nobody.json", http.StatusNotFound}},
		"/invitation/{secret}":          {{"/invitation/unknown", http.StatusNotFound}},
		"/calendar":                     {{"/calendar", http.StatusOK}, {"/in/" + bridge + "/calendar", http.StatusNotFound}},
		"/calendar/{file}":              {{"/calendar/" + feed + ".ics", http.StatusOK}, {"/calendar/unknown.ics", http.StatusNotFound}},
		"/.well-known/security.txt":     {{"/.well-known/security.txt", http.StatusNotFound}},
		"/open":                         {{"/open", http.StatusOK}, {"/in/" + bridge + "/open", http.StatusNotFound}},
		"/plan":                         {{"/plan", http.StatusOK}, {"/in/" + bridge + "/plan", http.StatusNotFound}},
		"/plan/adoptions":               {{"/plan/adoptions", http.StatusOK}, {"/in/" + bridge + "/plan/adoptions", http.StatusNotFound}},
		"/ready":                        {{"/ready", http.StatusOK}, {"/in/" + bridge + "/ready", http.StatusNotFound}},
		"/ready/key":                    {{"/ready/key", http.StatusOK}, {"/in/" + bridge + "/ready/key", http.StatusNotFound}},
		"/keys":                         {{"/keys", http.StatusOK}, {"/in/" + bridge + "/keys", http.StatusNotFound}},
		"/automatic":                    {{"/automatic", http.StatusOK}, {"/in/" + bridge + "/automatic", http.StatusNotFound}},
		"/lessons":                      {{"/lessons", http.StatusOK}, {"/in/" + bridge + "/lessons", http.StatusNotFound}},
		"/reports":                      {{"/reports", http.StatusNotFound}, {"/in/" + bridge + "/reports", http.StatusNotFound}},
		"/detectors":                    {{"/detectors", http.StatusOK}, {"/in/" + bridge + "/detectors", http.StatusNotFound}},
		"/detectors/{id}":               {{"/detectors/tide-only", http.StatusNotFound}, {"/detectors/" + w.detector(), http.StatusOK}, {"/in/" + bridge + "/detectors/tide-only", http.StatusNotFound}},
		"/detectors/{id}/mute":          {{"/detectors/tide-only/mute", http.StatusNotFound}, {"/in/" + bridge + "/detectors/tide-only/mute", http.StatusNotFound}},
		"/exercises":                    {{"/exercises", http.StatusOK}, {"/in/" + bridge + "/exercises", http.StatusNotFound}},
		"/exercises/{id}":               {{drill, http.StatusNotFound}},
		"/exercises/{id}/report":        {{drill + "/report", http.StatusNotFound}},
		"/exercises/{id}/moderate":      {{drill + "/moderate", http.StatusNotFound}},
		"/exercises/{id}/report/{form}": {{drill + "/report/pdf", http.StatusNotFound}},
		"/exercises/{id}/edits.patch":   {{drill + "/edits.patch", http.StatusNotFound}},
		"/exercises/{id}/public":        {{drill + "/public", http.StatusNotFound}},
		"/exercises/{id}/public/{form}": {{drill + "/public/md", http.StatusNotFound}},
		"/exercises/{id}/replay":        {{drill + "/replay", http.StatusNotFound}},
		"/exercises/{id}/pictures/{run}/{number}": {{drill + "/pictures/1/1", http.StatusNotFound}},
		"/exercises/{id}/script/{name}":           {{drill + "/script/money-leaves", http.StatusNotFound}},
		"/incidents/{id}":                         {{"/incidents/" + theirs, http.StatusNotFound}},
		"/incidents/{id}/export":                  {{"/incidents/" + theirs + "/export", http.StatusNotFound}},
		"/incidents/{id}/files/{evidence}":        {{"/incidents/" + theirs + "/files/evidence-1", http.StatusNotFound}},
		"/incidents/{id}/postmortem":              {{"/incidents/" + theirs + "/postmortem", http.StatusNotFound}},
		"/incidents/{id}/decisions/{decision}":    {{"/incidents/" + theirs + "/decisions/" + d, http.StatusNotFound}},
	}
	elsewhere := map[string]string{
		"/live":                    "says only that something changed, and not what; see TestLive",
		"/assets/{version}/{name}": "is the same for everybody",
	}
	who := w.signedIn("oscar") // the other plan has an oscar too
	for _, route := range routes(t) {
		if _, known := elsewhere[route]; known {
			continue
		}
		list, known := tries[route]
		if !known {
			t.Errorf("nobody tries %s with the other protocol's names: add it here", route)
		}
		for _, x := range list {
			a := who.get(x.path)
			if x.status != 0 && a.Code != x.status {
				t.Errorf("%s answers %d, want %d", x.path, a.Code, x.status)
			}
			said := strings.ReplaceAll(a.body(), x.path, "")
			for _, own := range []string{"tide-only", bridge} { // what they wrote themselves may come back to them
				if strings.Contains(x.path, own) {
					said = strings.ReplaceAll(said, own, "")
				}
			}
			if at := strings.Index(strings.ToLower(said), "tide"); at >= 0 {
				t.Errorf("%s tells of the other protocol: …%s", x.path, said[max(0, at-60):min(len(said), at+60)])
			}
			if x.status == http.StatusOK && strings.Contains(said, theirs) {
				t.Errorf("%s names the other's incident", x.path)
			}
		}
	}
	// An incident of the other answers as one that never was.
	if a, b := who.get("/incidents/"+theirs).text(), who.get("/incidents/1999-01-01-1").text(); strings.ReplaceAll(a, theirs, "X") != strings.ReplaceAll(b, "1999-01-01-1", "X") {
		t.Errorf("an incident of another protocol:\n%s\none that never was:\n%s", a, b)
	}
	who.get("/").lacks("All protocols").contains("Stolen")
	before := w.state(theirs).Version
	for verb := range verbs {
		if a := who.post("/incidents/"+theirs+"/"+verb, url.Values{"text": {"x"}, "why": {"x"}, "answer": {"coming"}}); a.Code != http.StatusNotFound {
			t.Errorf("%s in the other's incident answers %d", verb, a.Code)
		}
	}
	for _, path := range []string{"/open", "/plan/read", "/plan/adopt", "/detectors/tide-only/unmute", "/detectors/tide-only/mute"} {
		who.post("/in/"+bridge+path, url.Values{}).is(http.StatusNotFound)
	}
	who.post("/incidents/"+theirs+"/decisions/"+d+"/link", url.Values{}).is(http.StatusNotFound)
	for verb := range exerciseVerbs {
		who.post(drill+"/"+verb, url.Values{"why": {"x"}}).is(http.StatusNotFound)
	}
	if got := w.exercise(drill).Version; got != x.State.Version {
		t.Errorf("the other's exercise went from version %d to %d", x.State.Version, got)
	}
	if got := w.state(theirs).Version; got != before {
		t.Errorf("the other's incident went from version %d to %d", before, got)
	}
	// The same words are there for those whom they concern.
	theirOscar := w.stranger().also(bridge, "oscar")
	theirOscar.get("/").contains("Tide")
	theirOscar.get("/incidents/" + theirs).contains("Tide")
	theirOscar.get("/reports").contains("The tide is told of.")
	theirOscar.get(drill).contains("The tide exercise")
	theirOscar.get("/incidents/" + mine).is(http.StatusNotFound)
}

// Who belongs to two protocols sees both on one page, each with its name, and is led to pages that carry the protocol in their address.
func TestWhoBelongsToTwo(t *testing.T) {
	w := newWorld(t, false)
	mine, theirs := w.attack(false), w.withBridge()
	janet := w.signedIn("janet").also(bridge, "janet")

	all := janet.get("/").is(http.StatusOK)
	all.contains("All protocols", "Harbour Vault: plan in force", "Tide Bridge: plan in force", "Something is wrong: Harbour Vault", "Something is wrong: Tide Bridge", "Tide Bridge: Tide: ")
	for _, href := range []string{"/in/tide-bridge", "/in/harbour-vault", "/in/tide-bridge/open", "/in/harbour-vault/open", "/incidents/" + mine, "/incidents/" + theirs} {
		if !strings.Contains(all.body(), `href="`+href+`"`) {
			t.Errorf("the overview does not lead to %s", href)
		}
	}
	one := janet.get("/in/" + bridge).is(http.StatusOK).contains("Tide Bridge").lacks("Harbour Vault: plan")
	if strings.Contains(one.body(), mine) || !strings.Contains(one.body(), theirs) {
		t.Error("the overview of one protocol does not show its own incident alone")
	}
	for _, page := range []string{"/plan", "/detectors", "/open", "/detectors/" + w.detector(), "/detectors/" + w.detector() + "/mute"} {
		a := janet.get("/in/" + bridge + page).is(http.StatusOK).contains("Tide")
		if !strings.Contains(a.body(), "· Tide Bridge · Tocsin</title>") {
			t.Errorf("%s does not name its protocol in its title", page)
		}
		for _, m := range regexp.MustCompile(`(?:href|action)="(/(?:plan|detectors|open|reports)[^"]*)"`).FindAllStringSubmatch(a.body(), -1) {
			t.Errorf("%s leads to %s, which names no protocol", page, m[1])
		}
		janet.get(page).is(http.StatusOK).contains("Which protocol?", "Harbour Vault", "Tide Bridge")
	}
	// An incident's own page says whose it is, and its links stay in its protocol.
	a := janet.get("/incidents/"+theirs).is(http.StatusOK).contains("Tide Bridge", "All protocols")
	if !strings.Contains(a.body(), `href="/in/tide-bridge/plan"`) || strings.Contains(a.body(), `href="/in/harbour-vault/plan"`) {
		t.Error("the incident's page leads to another protocol's plan")
	}
	// Forms come back to where they stood, and do what they say in the protocol that they name.
	form := janet.get("/in/" + bridge + "/open").form("open")
	form.Set("text", "The bridge shakes.")
	res := janet.post("/in/"+bridge+"/open", form).is(http.StatusSeeOther)
	if id := strings.TrimPrefix(res.Header().Get("Location"), "/incidents/"); w.state(id).Protocol != bridge {
		t.Error("the incident was opened for another protocol")
	}
	janet.post("/open", url.Values{"text": {"which?"}}).is(http.StatusConflict).contains("Nothing was done yet", "Tide Bridge")
	muting := janet.get("/in/" + bridge + "/detectors/" + w.detector() + "/mute").form("mute")
	muting.Set("why", "noise")
	muting.Set("until", "30m")
	to := janet.post("/in/"+bridge+"/detectors/"+w.detector()+"/mute", muting).is(http.StatusSeeOther).Header().Get("Location")
	if !strings.HasPrefix(to, "/in/"+bridge+"/detectors/") {
		t.Errorf("muting leads to %s", to)
	}
	for protocol, want := range map[string]int{bridge: 1, w.plan.Protocol: 0} {
		if list, err := w.engine.Mutes(t.Context(), protocol); err != nil || len(list) != want {
			t.Errorf("%s has %d mutes, %v, want %d", protocol, len(list), err, want)
		}
	}
	// Signed out, she is so everywhere.
	janet.post("/signout", nil).to("/signin")
	janet.get("/").to("/signin")
}

// What is owed stands in one list, the most urgent first: a call that waits for an answer comes before what was begun earlier.
func TestOneListOfWhatIsOwed(t *testing.T) {
	w := newWorld(t, false)
	mine := w.attack(false)
	w.does(mine, "janet", incident.OpAnswer{Answer: incident.Coming})
	theirs := w.withBridge()
	janet := w.signedIn("janet").also(bridge, "janet")
	page := janet.get("/").is(http.StatusOK).contains("Tide Bridge: ", "Harbour Vault: ").body()
	sheet := page[strings.Index(page, `id="now"`):]
	answer, real := strings.Index(sheet, `data-key="`+theirs+`-answer`), strings.Index(sheet, `data-key="`+mine+`-validate`)
	if answer < 0 || real < 0 || answer > real {
		t.Errorf("the call stands at %d, and what is owed in the older incident at %d", answer, real)
	}
	if n := strings.Count(sheet[:strings.Index(sheet, "</section>")], `data-kind="act"`); n != 1 {
		t.Errorf("%d buttons are the one to press", n)
	}
	list, err := w.engine.Duties(t.Context(), engine.Member{Protocol: w.plan.Protocol, Person: "janet"}, engine.Member{Protocol: bridge, Person: "janet"})
	if err != nil || len(list) < 2 || list[0].Protocol != bridge || list[0].Kind != incident.TaskAnswer {
		t.Errorf("what is owed begins with %+v, %v", list, err)
	}
	if only, err := w.engine.Duties(t.Context(), engine.Member{Protocol: bridge, Person: "janet"}); err != nil || len(only) == 0 || len(only) >= len(list) {
		t.Errorf("of one protocol %d things are owed, of both %d, %v", len(only), len(list), err)
	}
	if none, err := w.engine.Duties(t.Context()); err != nil || len(none) != 0 {
		t.Errorf("nobody owes %+v, %v", none, err)
	}
}
