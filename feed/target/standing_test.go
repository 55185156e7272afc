package target

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"tocsin/detect"
	"tocsin/plan"
)

// stands fails the test unless the target of a world stands like this.
func (w *world) stands(p *plan.Plan, state, why string) {
	w.t.Helper()
	list := w.state.Sights(p)
	if len(list) != 1 {
		w.t.Fatalf("%d sights", len(list))
	}
	if g := list[0]; g.State != state || !strings.Contains(g.Why, why) || why == "" && g.Why != "" || g.Detector != "d" || g.Name != "Watch" {
		w.t.Errorf("%+v, not %s %q", g, state, why)
	}
}

// shows holds the figure of the target to what it should be.
func (w *world) shows(p *plan.Plan, want string) {
	w.t.Helper()
	if got := w.state.Sights(p)[0].Value.Text; got != want {
		w.t.Errorf("it shows %q, want %q", got, want)
	}
}

func TestHowATargetStands(t *testing.T) {
	d := plan.Detector{ID: "d", Name: "Watch", Kind: HTTP, URL: "https://a.example/", Failures: 2}
	p := &plan.Plan{Protocol: "acme", Detectors: []plan.Detector{{ID: "other", Kind: "match"}, d}}
	w := with(t, d)
	w.stands(p, detect.Unknown, "not been looked at yet")
	w.see(answered(200, ""))
	w.stands(p, detect.Quiet, "")
	w.shows(p, "answers")
	w.see(answered(500, ""))
	w.stands(p, detect.Quiet, "")
	w.shows(p, "1 failure")
	w.see(answered(500, ""))
	w.stands(p, detect.Firing, "It answers with status 500, since 2026-11-21 12:02:00 UTC")
	w.see(answered(200, ""))
	w.stands(p, detect.Quiet, "")
	p.Detectors[1].Every = 1
	w.stands(p, detect.Off, "too often")
}

func TestHowADomainStands(t *testing.T) {
	assets := []plan.Asset{{ID: "x", Name: "Our domain", Kind: "dns", Location: "example.org"}}
	d := plan.Detector{ID: "d", Name: "Watch", Kind: Web, Asset: "x", Expect: map[string]string{"mx": "10 a"}}
	p := &plan.Plan{Protocol: "acme", Detectors: []plan.Detector{d}, Assets: assets}
	w := with(t, d, assets...)
	w.see(told("NS", "r1=a", "r2=a"))
	w.stands(p, detect.Quiet, "")
	w.shows(p, "as known")
	w.see(told("NS", "r1=a", "r2=b"))
	w.shows(p, "not as known")
	w.stands(p, detect.Firing, "The name servers (NS): a resolver says b, where a was")
	w.see(told("NS", "r1=b", "r2=b"))
	w.stands(p, detect.Quiet, "")
	w.see(told("MX", "r1=10 b"))
	w.stands(p, detect.Firing, "10 b is not what the plan expects")
	w.see(told("MX", "r1=10 a"))
	w.see(told("A", "r1=192.0.2.1"))
	w.see(told("A", "r1=203.0.113.9"))
	w.stands(p, detect.Firing, "The addresses (A) are 203.0.113.9 since")
}

func TestHowAPageStands(t *testing.T) {
	d := plan.Detector{ID: "d", Name: "Watch", Kind: Web, URL: "https://app.example/", Expect: map[string]string{"hosts": "app.example"}}
	p := &plan.Plan{Protocol: "acme", Detectors: []plan.Detector{d}}
	w := with(t, d)
	w.see(served(script("https://evil.example/x.js", "e")))
	w.stands(p, detect.Firing, "Scripts come from evil.example, which the plan does not name")
	w.see(served())
	w.stands(p, detect.Quiet, "")
	w.see(shown(Certificate{Issuer: "CA", Key: "k", Mistrust: "it is for another name", From: noon.Add(-80 * 24 * time.Hour), Until: noon.Add(24 * time.Hour)}))
	w.stands(p, detect.Firing, "not to be trusted: it is for another name; the certificate is good until 2026-11-22 12:00:00 UTC only")
}

func TestWhatADatabaseKeeps(t *testing.T) {
	for _, none := range []string{"", "null"} {
		if s, err := Stored([]byte(none)); err != nil || s.V != StateVersion {
			t.Errorf("%q: %v", none, err)
		}
	}
	for _, bad := range []string{"{", `{"v":2}`, `{"v":"x"}`} {
		if _, err := Stored([]byte(bad)); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
	w := with(t, plan.Detector{Kind: Feed, URL: "https://a.example/"})
	w.see(Sight{Entries: []Entry{{ID: "1"}}})
	b, err := json.Marshal(w.state)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := Stored(b); err != nil || s.First(w.target) {
		t.Errorf("what was seen is forgotten: %v", err)
	}
}
