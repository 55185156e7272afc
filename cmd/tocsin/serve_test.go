package main

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// sign signs a decision with a person's key file, as they would, and returns the signature.
func (w *world) sign(id, decision, person string) string {
	w.t.Helper()
	out := w.on("sign", id, decision, "--keystore", w.keyFile(person), "--yes")
	return strings.TrimSpace(out)
}

// approve hands a signature in as a person, by standard input.
func (w *world) approve(id, decision, person, signature string) {
	w.t.Helper()
	r := w.run(signature+"\n", "incident", "approve", id, decision, "--as", person, "--signature", "-", "--data", w.data)
	if r.code != 0 {
		w.t.Fatalf("%s may not approve: %s", person, r.err)
	}
}

// count says how often a kind of event happened.
func (r record) count(kind string) int {
	n := 0
	for _, e := range r.Timeline {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

func (r record) decision(t testing.TB, of string) string {
	t.Helper()
	for _, d := range r.Incident.Decisions {
		if d.Decision == of {
			return d.ID
		}
	}
	t.Fatalf("no decision %s is asked for", of)
	return ""
}

// walk does what is left for these people to do, until nothing is: steps and signatures, but for the one that would open the
// vault again.
func (w *world) walk(id string, people ...string) {
	w.t.Helper()
	for acted := true; acted; {
		acted = false
		for _, who := range people {
			r := w.show(id, who)
			for _, task := range r.Tasks {
				switch task.Kind {
				case "sign":
					if strings.Contains(task.Title, "Open the vault again") {
						continue
					}
					w.approve(id, task.Ref, who, w.sign(id, task.Ref, who))
				case "step":
					to := "done"
					if slices.ContainsFunc(r.Steps, func(s recordStep) bool { return s.ID == task.Ref && s.State == "now" }) {
						to = "begin"
					}
					args := []string{"incident", "step", id, task.Ref, to, "--as", who, "--note", "As the plan says."}
					if to == "done" && task.Ref == "identify-exploit" {
						args = append(args, "--answer", "No, the pause holds")
					}
					w.on(args...)
				default:
					continue
				}
				acted = true
				break
			}
		}
	}
}

// TestServe brings a team through an emergency: the real command, a real chain, a real mail server, and people who answer
// by their mail's link and do the rest on the command line beside the server.
func TestServe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.serve()
	if !s.Plan.First || s.Plan.Differs || s.Plan.InForce != s.Plan.Folder || !slices.Equal(s.Chains, []uint64{31337}) || s.Plan.Since.Location() != time.UTC {
		t.Errorf("ready: %+v", s.ready)
	}
	if err := w.stage.Attack(context.Background()); err != nil {
		t.Fatal(err)
	}
	id := w.opened()

	// A GET of the page's link answers nothing, however often; a POST does.
	link := w.post.page(t, "janet@example.com")
	visitor := &browser{t: t}
	for range 3 {
		if res, text := visitor.ask(link, nil); res.StatusCode != http.StatusOK || !strings.Contains(text, "Janet") {
			t.Errorf("the page's link answers %s", res.Status)
		}
	}
	if r := w.show(id, "janet"); len(r.Incident.Answers) != 0 || r.Tasks[0].Kind != "answer" {
		t.Errorf("a GET answered: %+v", r.Incident.Answers)
	}
	if res, _ := visitor.ask(link, url.Values{"answer": {"perhaps"}}); res.StatusCode < 400 {
		t.Errorf("an answer that is none: %s", res.Status)
	}
	if res, _ := visitor.ask(link, url.Values{"answer": {"coming"}}); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the answer: %s", res.Status)
	}
	if r := w.show(id, "janet"); len(r.Incident.Answers) != 1 || r.Incident.Answers[0].Person != "janet" || r.Incident.Answers[0].Answer != "coming" {
		t.Errorf("answers: %+v", r.Incident.Answers)
	}
	if res, _ := visitor.ask(strings.Replace(link, "/page/", "/page/x", 1), url.Values{"answer": {"coming"}}); res.StatusCode != http.StatusNotFound {
		t.Errorf("a link that was never sent: %s", res.Status)
	}
	w.on("incident", "answer", id, "coming", "--as", "david")

	// Another incident of the same issue, so that signatures can be carried from one to the other.
	var other record
	w.read(w.on("incident", "open", "--issue", "stolen-user-funds", "--as", "david", "--json", "A", "second", "vault"), &other)

	// Signing and handing in: only the right key over the right message counts, once.
	decision := w.show(id, "carmen").decision(t, "pause-contract")
	carmens := w.sign(id, decision, "carmen")
	approve := func(incident, person string) []string {
		return []string{"incident", "approve", incident, decision, "--as", person, "--signature", "-"}
	}
	w.refused(w.sign(id, decision, "oscar"), approve(id, "carmen"), "Carmen E signs with")
	w.refused(carmens, approve(id, "oscar"), "Oscar P signs with")
	w.refused(carmens, approve(other.Incident.ID, "carmen"), "for another incident")
	w.refused(carmens, approve(id, "janet"), "Janet R")
	w.refused(carmens, approve(id, "martin"), "Martin K")
	w.refused(carmens, append(approve(id, "carmen"), "--refuse"), "Carmen E signs with")
	if r := w.show(id, "carmen"); len(r.Incident.Decisions[0].Approvals) != 0 {
		t.Fatalf("a signature was taken that must not be: %+v", r.Incident.Decisions[0].Approvals)
	}
	w.approve(id, decision, "carmen", carmens)
	w.refused(carmens, approve(id, "carmen"), "already")
	w.approve(id, decision, "oscar", w.sign(id, decision, "oscar"))
	w.refused(carmens, approve(id, "carmen"), "agreed")

	// It is decided, and nothing is sent before somebody has said that it is real.
	if paused, err := w.stage.Paused(context.Background()); err != nil || paused {
		t.Fatalf("paused before it was validated: %v, %v", paused, err)
	}
	w.on("incident", "validate", id, "--as", "david", "--note", "Seen on the chain.")
	w.refused("", []string{"incident", "validate", id, "--as", "janet"}, "validated at")
	w.until("the pause, verified", func() bool {
		r := w.show(id, "janet")
		return len(r.Incident.Actions) == 1 && r.Incident.Actions[0].State == "verified"
	})
	if paused, err := w.stage.Paused(context.Background()); err != nil || !paused {
		t.Fatalf("not paused: %v, %v", paused, err)
	}
	w.until("containment", func() bool { return w.show(id, "janet").Incident.Phase == "contained" })

	w.walk(id, "janet", "david", "carmen", "oscar", "bella")
	r := w.show(id, "janet")
	for _, st := range r.Steps {
		if st.State == "now" || st.State == "under-way" {
			w.on("incident", "step", id, st.ID, "skipped", "--as", "janet", "--note", "Not today.")
		}
	}

	// The signature under the pause opens nothing else.
	for _, d := range w.show(id, "carmen").Incident.Decisions {
		if d.State == "open" {
			w.refused(carmens, []string{"incident", "approve", id, d.ID, "--as", "carmen", "--signature", "-"}, "")
		}
	}

	// Updates: what Tocsin cannot post itself has to be posted by a person who says so.
	w.until("updates", func() bool { return len(w.show(id, "janet").Incident.Updates) >= 3 })
	if r := w.run("", "incident", "update", id, "users-1", "--as", "janet", "--data", w.data); r.code != 2 || !strings.Contains(r.err, "Twitter") {
		t.Errorf("an update that nobody has posted: exit %d, %s", r.code, r.err)
	}
	w.on("incident", "update", id, "users-1", "--as", "janet", "--posted", "twitter,telegram,discord")
	w.refused("", []string{"incident", "update", id, "users-1", "--as", "david", "--posted", "twitter,telegram,discord"}, "posted it at")

	w.refused("", []string{"incident", "close", id, "--as", "janet"}, "Resolve it first")
	w.on("incident", "resolve", id, "--as", "janet", "--note", "The vault stays paused; the new one is open.")
	if got := w.show(id, "david").Incident.Phase; got != "contained" {
		t.Errorf("one person alone resolved it: %s", got)
	}
	w.on("incident", "resolve", id, "--as", "david")
	for _, u := range w.show(id, "janet").Incident.Updates {
		if u.State == "owed" && strings.HasPrefix(u.ID, "internal-post-mortem") {
			w.on("incident", "update", id, u.ID, "--as", "janet", "--posted", "operations")
		}
		if u.State == "owed" && strings.HasPrefix(u.ID, "public-post-mortem") {
			w.on("incident", "update", id, u.ID, "--as", "hanna", "--posted", "blog")
		}
	}
	w.on("incident", "close", id, "--as", "janet")
	w.refused("", []string{"incident", "close", id, "--as", "janet"}, "closed")

	// The export verifies, and not one byte of it can be changed unnoticed.
	file := filepath.Join(w.dir, "incident.zip")
	w.on("incident", "export", id, "--out", file)
	w.refused("", []string{"incident", "export", id, "--out", file}, "is there already")
	var v struct {
		Verifies bool           `json:"verifies"`
		Report   map[string]any `json:"report"`
	}
	ran := w.run("", "verify", file, "--json")
	if w.read(ran.out, &v); ran.code != 0 || !v.Verifies {
		t.Fatalf("verify: exit %d, %s%s", ran.code, ran.out, ran.err)
	}
	bad := flip(t, file)
	ran = w.run("", "verify", bad, "--json")
	if w.read(ran.out, &v); ran.code != 1 || v.Verifies {
		t.Errorf("verify with a changed byte: exit %d, %s%s", ran.code, ran.out, ran.err)
	}
	if r := w.show(id, "janet"); r.count("opened") != 1 || r.count("action-landed") != 1 || r.count("action-signed") != 1 || r.count("closed") != 1 {
		t.Errorf("something happened twice, or not at all: %+v", r.Timeline)
	}
	s.stop(t)
	if got := s.log.String(); got != "" {
		t.Errorf("the server complained:\n%s", got)
	}
}

// flip copies an export with one digit of one event changed.
func flip(t *testing.T, file string) string {
	t.Helper()
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var out bytes.Buffer
	zw := zip.NewWriter(&out)
	changed := false
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if i := bytes.Index(b, []byte(`"block":`)); f.Name == "events.jsonl" && i > 0 {
			i += len(`"block":`)
			b[i] = '0' + (b[i]-'0'+1)%10
			changed = true
		}
		to, err := zw.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := zw.Close(); err != nil || !changed {
		t.Fatal(changed, err)
	}
	bad := file + ".bad"
	if err := os.WriteFile(bad, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return bad
}

// TestServeAfterKill kills the server twice: what happened on the chain meanwhile is found, what was decided goes out, once.
func TestServeAfterKill(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.serve()
	w.until("the watch", func() bool { return s.watches(w) })
	s.kill()
	if err := w.stage.Attack(context.Background()); err != nil { // while nobody watches
		t.Fatal(err)
	}
	s = w.serve()
	if s.Plan.First || s.Plan.Differs {
		t.Errorf("ready after a kill: %+v", s.ready)
	}
	id := w.opened()
	w.post.page(t, "janet@example.com")
	decision := w.show(id, "carmen").decision(t, "pause-contract")
	w.on("incident", "answer", id, "coming", "--as", "janet")
	w.approve(id, decision, "carmen", w.sign(id, decision, "carmen"))
	s.kill()

	// People go on beside a server that is down; what they order goes out once it is back.
	w.approve(id, decision, "oscar", w.sign(id, decision, "oscar"))
	w.on("incident", "validate", id, "--as", "janet")
	s = w.serve()
	w.until("containment", func() bool { return w.show(id, "janet").Incident.Phase == "contained" })
	r := w.show(id, "janet")
	if r.count("opened") != 1 || r.count("action-signed") != 1 || r.count("action-landed") != 1 {
		t.Errorf("something happened twice, or not at all: %+v", r.Timeline)
	}
	w.once(id)
	s.stop(t)
}

// watches reports whether the server has looked at a block.
func (s *server) watches(w *world) bool {
	b := w.signedIn(s, "janet")
	_, text := b.ask(s.URL+"/", nil)
	return strings.Contains(text, "is watched up to block") || strings.Contains(text, "Watched up to block")
}

// once holds the mail to one message for each page and ring.
func (w *world) once(id string) {
	w.t.Helper()
	var links map[string]int
	w.until("a letter for each call", func() bool { // what a node had in its hands when it died goes out a little later
		want := w.show(id, "janet").count("page-rung")
		links = map[string]int{}
		for _, l := range w.post.all() {
			if link := pageLink.FindString(l.Text); link != "" {
				links[link]++
			}
		}
		return len(links) >= want
	})
	owned := 0 // letters that the record itself says may have gone out before
	for _, e := range w.show(id, "janet").Timeline {
		owned += strings.Count(e.Say, "may have been sent twice")
	}
	for link, n := range links {
		if owned -= n - 1; owned < 0 {
			w.t.Errorf("%d letters with the link %s, and nobody says so", n, link)
		}
	}
}

// signedIn returns a browser in which a person has signed in by a link of their own.
func (w *world) signedIn(s *server, person string) *browser {
	w.t.Helper()
	b := &browser{t: w.t}
	link := strings.TrimSpace(w.on("person", "link", person))
	if !strings.HasPrefix(link, s.URL+"/signin/") {
		w.t.Fatalf("the link is %s", link)
	}
	if res, _ := b.ask(link, url.Values{}); res.StatusCode != http.StatusSeeOther || b.cookie == nil {
		w.t.Fatalf("signing in: %s", res.Status)
	}
	return b
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.serve()
	stranger := &browser{t: t}
	for _, page := range []string{"/", "/plan", "/open", "/incidents/2026-01-01-1", "/nowhere"} {
		if res, _ := stranger.ask(s.URL+page, nil); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/signin" {
			t.Errorf("%s to a stranger: %s, to %q", page, res.Status, res.Header.Get("Location"))
		}
	}
	if res, text := stranger.ask(s.URL+"/signin", nil); res.StatusCode != http.StatusOK || !strings.Contains(text, "tocsin person link") {
		t.Errorf("the help says %s:\n%s", res.Status, text)
	}
	if res, _ := stranger.ask(s.URL+"/open", url.Values{"text": {"help"}}); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("a stranger opens an incident: %s", res.Status)
	}

	link := strings.TrimSpace(w.on("person", "link", "janet"))
	for range 3 { // mail scanners
		if res, _ := stranger.ask(link, nil); res.StatusCode != http.StatusOK || stranger.cookie != nil {
			t.Errorf("looking at the link: %s, cookie %v", res.Status, stranger.cookie)
		}
	}
	janet := &browser{t: t}
	if res, _ := janet.ask(link, url.Values{}); res.StatusCode != http.StatusSeeOther || janet.cookie == nil {
		t.Fatalf("signing in: %s", res.Status)
	}
	if c := janet.cookie; !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
		t.Errorf("the cookie: %+v", c)
	}
	if res, text := janet.ask(s.URL+"/", nil); res.StatusCode != http.StatusOK || !strings.Contains(text, "Janet") {
		t.Errorf("the overview: %s", res.Status)
	}
	second := &browser{t: t}
	if res, text := second.ask(link, url.Values{}); res.StatusCode < 400 || second.cookie != nil || !strings.Contains(text, "used already") {
		t.Errorf("the link signed in twice: %s", res.Status)
	}
	if res, _ := second.ask(link, nil); res.StatusCode < 400 {
		t.Errorf("the used link still shows its button: %s", res.Status)
	}
	// The session outlives the server.
	s.kill()
	s = w.serve()
	if res, _ := janet.ask(s.URL+"/", nil); res.StatusCode != http.StatusOK {
		t.Errorf("the session after a restart: %s", res.Status)
	}
	if res, _ := janet.ask(s.URL+"/signout", url.Values{}); res.StatusCode != http.StatusSeeOther {
		t.Errorf("signing out: %s", res.Status)
	}
	if res, _ := janet.ask(s.URL+"/", nil); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the cookie still opens the console: %s", res.Status)
	}
	for _, who := range []string{"nobody", "officer", "../janet", ""} {
		if r := w.run("", "person", "link", who, "--data", w.data); r.code == 0 || r.out != "" {
			t.Errorf("a link for %q: exit %d, %s", who, r.code, r.out)
		}
	}
}

func TestAFolderThatDiffersChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.serve()
	first := s.Plan.InForce
	s.stop(t)
	file := filepath.Join(w.plan, "plan.yaml")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.Replace(b, []byte("name: Harbour Vault"), []byte("name: Harbour Vault II"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	s = w.serve()
	if p := s.Plan; !p.Differs || p.First || p.InForce != first || p.Folder == first {
		t.Errorf("ready: %+v", p)
	}
	if !slices.ContainsFunc(s.Say, func(say string) bool { return strings.Contains(say, "differs from the plan in force") }) {
		t.Errorf("says %q", s.Say)
	}
	b2 := w.signedIn(s, "janet")
	_, text := b2.ask(s.URL+"/", nil)
	if !strings.Contains(text, "folder holds another plan") || strings.Contains(text, "Harbour Vault II") {
		t.Errorf("the overview does not say that the folder differs, or shows the folder's plan")
	}
	var r record
	w.read(w.on("incident", "open", "--as", "janet", "--json"), &r)
	if r.Incident.ID == "" || !strings.Contains(w.on("incident", "show", r.Incident.ID, "--json"), `"plan": "`+first+`"`) {
		t.Error("the incident does not run under the plan in force")
	}
	// A folder that cannot be read as a plan is refused, and what is in force stays.
	s.stop(t)
	if err := os.WriteFile(file, []byte("tocsin: 1\nprotocol: [\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := w.run("", "serve", "--plan", w.plan, "--data", w.data, "--listen", "127.0.0.1:0"); r.code != 2 || !strings.Contains(r.err, "problem") {
		t.Errorf("a broken folder: exit %d, %s", r.code, r.err)
	}
}

// TestTwoServers runs two servers on one data folder: whatever happens, happens once, also when the one that leads dies.
func TestTwoServers(t *testing.T) {
	t.Parallel()
	twoServers(t, newWorld(t))
}

func twoServers(t *testing.T, w *world) {
	one, two := w.serve(), w.serve()
	if one.Plan.InForce != two.Plan.InForce || one.Plan.First == two.Plan.First {
		t.Errorf("ready: %+v and %+v", one.ready, two.ready)
	}
	if err := w.stage.Attack(context.Background()); err != nil {
		t.Fatal(err)
	}
	id := w.opened()
	decision := w.show(id, "carmen").decision(t, "pause-contract")
	for _, who := range []string{"carmen", "oscar"} {
		w.approve(id, decision, who, w.sign(id, decision, who))
	}
	// A page answered at one server is known to the other.
	b := w.signedIn(two, "janet")
	link, err := url.Parse(w.post.page(t, "janet@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	if res, _ := b.ask(one.URL+link.Path, url.Values{"answer": {"coming"}}); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the answer: %s", res.Status)
	}
	if _, text := b.ask(fmt.Sprintf("%s/incidents/%s", two.URL, id), nil); !strings.Contains(text, "Janet R is coming") {
		t.Error("the other server does not know the answer")
	}
	w.on("incident", "validate", id, "--as", "janet")
	one.kill() // it was first, so it leads
	w.until("containment", func() bool { return w.show(id, "janet").Incident.Phase == "contained" })
	r := w.show(id, "janet")
	if r.count("opened") != 1 || r.count("action-landed") != 1 || len(r.Incident.Actions) != 1 {
		t.Errorf("something happened twice, or not at all: %+v", r.Timeline)
	}
	nonces := map[uint64]bool{}
	for _, send := range r.Incident.Actions[0].Sends {
		nonces[send.Nonce] = true
	}
	if len(nonces) != 1 {
		t.Errorf("sends with %d nonces", len(nonces))
	}
	// The attacker who goes on against a paused vault may fail so often that this is an issue of its own.
	var l struct {
		Incidents []struct{ ID, Issue, Title string }
	}
	w.read(w.on("incident", "list", "--json"), &l)
	thefts := 0
	for _, x := range l.Incidents {
		if x.Issue == "stolen-user-funds" {
			thefts++
		}
	}
	if thefts != 1 {
		t.Errorf("%d incidents of one theft: %+v", thefts, l.Incidents)
	}
	w.once(id)
	two.stop(t)
}
