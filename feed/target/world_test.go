package target

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/detect"
	"tocsin/plan"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// world is one target and what is remembered of it; each look comes a minute after the one before.
type world struct {
	t      *testing.T
	target *Target
	state  *State
	at     time.Time
	ids    map[string]bool
}

// with compiles a plan of one detector, written in YAML.
func with(t *testing.T, d plan.Detector, assets ...plan.Asset) *world {
	t.Helper()
	d.ID, d.Name = "d", "Watch"
	if d.Mode == "" {
		d.Mode = "page"
	}
	p := &plan.Plan{Protocol: "acme", Detectors: []plan.Detector{d}, Assets: assets, Issues: []plan.Issue{{ID: "down", Detection: plan.Detection{Detectors: []string{"d"}}}}}
	list, broken := Compile(p)
	if len(broken) > 0 || len(list) != 1 {
		t.Fatalf("compile: %d targets, %v", len(list), broken)
	}
	return &world{t: t, target: list[0], state: NewState(), at: noon, ids: map[string]bool{}}
}

// see takes in a sight; what is remembered goes through JSON each time, as it does in a database.
func (w *world) see(g Sight) Outcome {
	w.t.Helper()
	w.at = w.at.Add(time.Minute)
	if g.At.IsZero() {
		g.At = w.at
	}
	out := w.state.See(w.target, g)
	b, err := json.Marshal(w.state)
	if err != nil {
		w.t.Fatal(err)
	}
	w.state = NewState()
	if err := json.Unmarshal(b, w.state); err != nil {
		w.t.Fatal(err)
	}
	for _, f := range out.Findings {
		if w.ids[f.ID] {
			w.t.Errorf("the id %s is given twice", f.ID)
		}
		w.ids[f.ID] = true
		if f.Detector != "d" || !slices.Equal(f.Issues, []string{"down"}) || !f.At.Equal(g.At) || f.Say == "" {
			w.t.Errorf("finding: %+v", f)
		}
	}
	return out
}

// quiet fails the test if a sight leads to anything.
func (w *world) quiet(g Sight) {
	w.t.Helper()
	if out := w.see(g); len(out.Findings)+len(out.Retracted) > 0 {
		w.t.Errorf("%+v", out)
	}
}

// finds fails the test unless a sight leads to one finding that says all of this.
func (w *world) finds(mode string, g Sight, says ...string) detect.Finding {
	w.t.Helper()
	out := w.see(g)
	if len(out.Findings) != 1 {
		w.t.Fatalf("%d findings, not one: %+v", len(out.Findings), out)
	}
	f := out.Findings[0]
	if f.Mode != mode {
		w.t.Errorf("mode %s, not %s: %s", f.Mode, mode, f.Say)
	}
	for _, s := range says {
		if !strings.Contains(f.Say, s) {
			w.t.Errorf("it does not say %q: %s", s, f.Say)
		}
	}
	return f
}

func TestWhatCannotRunIsSaid(t *testing.T) {
	for _, c := range []struct {
		name  string
		d     plan.Detector
		field string
		want  string
	}{
		{"too often", plan.Detector{Kind: HTTP, URL: "https://a.example/", Every: plan.Duration(time.Second)}, "every", "5s"},
		{"negative failures", plan.Detector{Kind: HTTP, URL: "https://a.example/", Failures: -1}, "failures", "less than once"},
		{"unknown key", plan.Detector{Kind: HTTP, URL: "https://a.example/", Expect: map[string]string{"stat": "200"}}, "expect.stat", "status, body"},
		{"no status", plan.Detector{Kind: HTTP, URL: "https://a.example/", Expect: map[string]string{"status": "fine"}}, "expect.status", "2xx"},
		{"no duration", plan.Detector{Kind: HTTP, URL: "https://a.example/", Expect: map[string]string{"latency": "fast"}}, "expect.latency", "duration"},
		{"latency beyond the time allowed", plan.Detector{Kind: HTTP, URL: "https://a.example/", Expect: map[string]string{"latency": "1m"}}, "expect.latency", "10s"},
		{"no path", plan.Detector{Kind: HTTP, URL: "https://a.example/", Expect: map[string]string{"$..a": "1"}}, "expect.$..a", "path"},
		{"no number", plan.Detector{Kind: HTTP, URL: "https://a.example/", Expect: map[string]string{"$.a": "< many"}}, "expect.$.a", "no number"},
		{"empty", plan.Detector{Kind: HTTP, URL: "https://a.example/", Expect: map[string]string{"body": " "}}, "expect.body", "empty"},
		{"feed expects", plan.Detector{Kind: Feed, URL: "https://a.example/", Expect: map[string]string{"body": "x"}}, "expect.body", "words"},
		{"web key", plan.Detector{Kind: Web, URL: "https://a.example/", Expect: map[string]string{"soa": "x"}}, "expect.soa", "volatile"},
		{"no address", plan.Detector{Kind: Web, URL: "https://a.example/", Expect: map[string]string{"addresses": "a.example"}}, "expect.addresses", "number"},
		{"placeholder", plan.Detector{Kind: HTTP, URL: "https://a.example/", Message: "It\nsays {title}"}, "message", "{status}"},
		{"brace", plan.Detector{Kind: Feed, URL: "https://a.example/", Message: "a } b"}, "message", "brace"},
		{"resolver", plan.Detector{Kind: Web, URL: "https://a.example/", Resolvers: []string{"dns.example"}}, "resolvers", "9.9.9.9"},
		{"resolver twice", plan.Detector{Kind: Web, URL: "https://a.example/", Resolvers: []string{"9.9.9.9", "9.9.9.9"}}, "resolvers", "twice"},
		{"no machine", plan.Detector{Kind: HTTP, URL: "https://exa mple/"}, "url", "no machine"},
		{"location", plan.Detector{Kind: Web, Asset: "x"}, "asset", "location"},
		{"location", plan.Detector{Kind: Web, Asset: "open"}, "asset", "location"},
	} {
		c.d.ID, c.d.Name = "d", "Watch"
		list, broken := Compile(&plan.Plan{Detectors: []plan.Detector{c.d}, Assets: []plan.Asset{{ID: "x", Name: "Account", Kind: "social", Location: "@acme on a site"}, {ID: "open", Name: "Domain", Kind: "dns", Location: "TBD"}}})
		if len(list) != 0 || len(broken) != 1 {
			t.Errorf("%s: %d targets, %v", c.name, len(list), broken)
			continue
		}
		if b := broken[0]; b.Field != c.field || b.Detector != "d" || !strings.Contains(b.Say, c.want) || b.Unready != (c.name == "location") {
			t.Errorf("%s: %+v", c.name, b)
		}
	}
}

func TestOtherKindsArePassedOver(t *testing.T) {
	list, broken := Compile(&plan.Plan{Detectors: []plan.Detector{{ID: "a", Kind: "match", Asset: "x"}, {ID: "b", Kind: "http"}, {ID: "c", Kind: "webhook", Secret: "X"}}})
	if len(list)+len(broken) != 0 {
		t.Errorf("%v %v", list, broken)
	}
	if list, broken := Compile(nil); len(list)+len(broken) != 0 {
		t.Error("no plan has targets")
	}
}

func TestWhereATargetIs(t *testing.T) {
	for _, c := range []struct {
		d         plan.Detector
		kind, loc string
		url, host string
	}{
		{plan.Detector{Kind: Web, Asset: "x"}, "domain", "App.Example.org", "https://App.Example.org/", "app.example.org"},
		{plan.Detector{Kind: Web, Asset: "x"}, "dns", "example.org.", "", "example.org"},
		{plan.Detector{Kind: Web, Asset: "x"}, "hosting", "https://app.example.org:8443/in", "https://app.example.org:8443/in", "app.example.org"},
		{plan.Detector{Kind: Web, Asset: "x", URL: "https://other.example/"}, "domain", "app.example.org", "https://other.example/", "other.example"},
		{plan.Detector{Kind: Web, URL: "http://127.0.0.1:80/"}, "", "", "http://127.0.0.1:80/", ""},
		{plan.Detector{Kind: HTTP, URL: "http://[::1]:80/", Asset: "x"}, "service", "", "http://[::1]:80/", ""},
	} {
		w := with(t, c.d, plan.Asset{ID: "x", Name: "App", Kind: c.kind, Location: c.loc})
		if w.target.URL != c.url || w.target.Host != c.host {
			t.Errorf("%+v: %q %q", c.d, w.target.URL, w.target.Host)
		}
	}
}

func TestAnAddressIsShownWithoutSecrets(t *testing.T) {
	for in, want := range map[string]string{
		"https://user:pass@a.example/x?token=1#y": "https://a.example/x",
		"https://a@b@c.example":                   "https://c.example",
		"//user:p@a.example/x@y?z":                "//a.example/x@y",
		"a.example?x":                             "a.example",
	} {
		if got := Plain(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}
