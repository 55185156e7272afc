package main

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// neighbour makes the plan of a second protocol on the same chain, with the same detectors and with people of the same ids who are
// reached elsewhere; it returns its folder.
func (w *world) neighbour() string {
	w.t.Helper()
	dir := filepath.Join(w.dir, "neighbour")
	if err := os.CopyFS(dir, os.DirFS(w.plan)); err != nil {
		w.t.Fatal(err)
	}
	for _, name := range []string{"plan.yaml", "team.yaml"} {
		file := filepath.Join(dir, name)
		b, err := os.ReadFile(file)
		if err != nil {
			w.t.Fatal(err)
		}
		text := strings.NewReplacer("\nprotocol: harbour-vault\nname: Harbour Vault\n", "\nprotocol: tide-bridge\nname: Tide Bridge\n", "@example.com", "@tide.example").Replace(string(b))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	return dir
}

// incidents are those of each protocol.
func (w *world) incidents() map[string][]string {
	w.t.Helper()
	var l struct {
		Incidents []struct{ ID, Protocol, Issue string } `json:"incidents"`
	}
	w.read(w.on("incident", "list", "--json"), &l)
	of := map[string][]string{}
	for _, s := range l.Incidents {
		if s.Issue == "stolen-user-funds" {
			of[s.Protocol] = append(of[s.Protocol], s.ID)
		}
	}
	return of
}

// TestTwoProtocols runs one server of two protocols that watch the same contract: each opens its own incident and calls its own people,
// also after a kill; and when one is left out at the start, what it owes goes on, and the server says what does not.
func TestTwoProtocols(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tide := w.neighbour()
	if r := w.run("", "serve", "--plan", w.plan, "--plan", w.plan, "--data", w.data, "--listen", "127.0.0.1:0"); r.code != 2 || !strings.Contains(r.err, `"harbour-vault"`) {
		t.Errorf("the same protocol twice: exit %d, %s", r.code, r.err)
	}
	s := w.serve("--plan", tide)
	if err := w.stage.Attack(context.Background()); err != nil {
		t.Fatal(err)
	}
	w.until("an incident of each protocol", func() bool { of := w.incidents(); return len(of) == 2 })
	links := map[string]string{"harbour-vault": w.post.page(t, "janet@example.com"), "tide-bridge": w.post.page(t, "janet@tide.example")}
	of := w.incidents()
	for protocol, link := range links {
		res, text := (&browser{t: t}).ask(link, nil)
		name := map[string]string{"harbour-vault": "Harbour Vault", "tide-bridge": "Tide Bridge"}[protocol]
		if res.StatusCode != http.StatusOK || !strings.Contains(text, "Tocsin for "+name) {
			t.Errorf("the page of %s answers %s and does not say whose it is", protocol, res.Status)
		}
	}

	s.kill()
	s = w.serve("--plan", tide)
	if got := w.incidents(); !slices.Equal(got["harbour-vault"], of["harbour-vault"]) || !slices.Equal(got["tide-bridge"], of["tide-bridge"]) || len(of["tide-bridge"]) != 1 || len(of["harbour-vault"]) != 1 {
		t.Fatalf("incidents before the kill %v, and after it %v", of, got)
	}
	// The same id is somebody in both plans: which is meant has to be said.
	if r := w.run("", "person", "link", "janet", "--data", w.data); r.code != 2 || !strings.Contains(r.err, "--protocol: harbour-vault, tide-bridge") {
		t.Errorf("a link for janet: exit %d, %s", r.code, r.err)
	}
	if r := w.run("", "person", "link", "jnaet", "--data", w.data); r.code != 2 || !strings.Contains(r.err, "Use an id of the plan: ") || !strings.Contains(r.err, "janet") {
		t.Errorf("a misspelt name: %d %q", r.code, r.err)
	}
	for _, line := range [][]string{{"findings"}, {"mutes"}, {"who", "stolen-user-funds"}, {"incident", "open", "--as", "janet"}} {
		r := w.run("", append(line, "--data", w.data)...)
		if r.code != 2 || !strings.Contains(r.err, "--protocol: harbour-vault, tide-bridge") {
			t.Errorf("tocsin %s: exit %d, %s%s", strings.Join(line, " "), r.code, r.out, r.err)
		}
	}
	b := &browser{t: t}
	for _, protocol := range []string{"harbour-vault", "tide-bridge"} {
		var l struct{ Link, Protocol string }
		w.read(w.on("person", "link", "janet", "--protocol", protocol, "--json"), &l)
		if l.Protocol != protocol {
			t.Errorf("the link is of %q", l.Protocol)
		}
		if res, _ := b.ask(l.Link, url.Values{}); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("sign in for %s: %s", protocol, res.Status)
		}
	}
	_, page := b.ask(s.URL+"/", nil)
	for _, id := range []string{of["harbour-vault"][0], of["tide-bridge"][0]} {
		if !strings.Contains(page, "/incidents/"+id) {
			t.Errorf("the overview does not lead to %s", id)
		}
	}
	var owed struct {
		Duties []struct{ Protocol, Incident, Kind string }
	}
	w.read(w.on("incident", "owed", "--as", "janet", "--json"), &owed)
	for protocol, ids := range of {
		if !slices.ContainsFunc(owed.Duties, func(d struct{ Protocol, Incident, Kind string }) bool {
			return d.Protocol == protocol && d.Incident == ids[0] && d.Kind == "answer"
		}) {
			t.Errorf("janet does not owe an answer to %s: %+v", protocol, owed.Duties)
		}
	}

	s.stop(t)
	s = w.serve() // without the second plan
	if !slices.ContainsFunc(s.Say, func(line string) bool {
		return strings.Contains(line, "tide-bridge") && strings.Contains(line, "ONE INCIDENT OF IT IS OPEN")
	}) {
		t.Errorf("nothing is said of the protocol that was left out: %q", s.Say)
	}
	at, err := url.Parse(links["tide-bridge"])
	if err != nil {
		t.Fatal(err)
	}
	if res, _ := (&browser{t: t}).ask(s.URL+at.Path, url.Values{"answer": {"coming"}}); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the answer to the protocol that was left out: %s", res.Status)
	}
	tideID := of["tide-bridge"][0]
	w.until("the answer", func() bool { return len(w.show(tideID, "janet").Incident.Answers) == 1 })
	if n := len(w.show(of["harbour-vault"][0], "janet").Incident.Answers); n != 0 {
		t.Errorf("%d have answered in the other protocol's incident", n)
	}
	s.stop(t)
	s = w.serve("--plan", tide) // nothing is lost
	if r := w.show(tideID, "janet"); r.count("opened") != 1 || len(r.Incident.Answers) != 1 || slices.ContainsFunc(s.Say, func(line string) bool { return strings.Contains(line, "no --plan names it") }) {
		t.Errorf("with both plans again: %+v, %q", r.Incident, s.Say)
	}
	s.stop(t)
}
