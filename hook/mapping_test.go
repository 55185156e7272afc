package hook_test

import (
	"strings"
	"testing"

	"tocsin/hook"
	"tocsin/plan"
)

func TestMapping(t *testing.T) {
	h := compile(t, plan.Detector{
		Asset: "vault", Message: "Route {id} lost {amount}",
		Mapping: map[string]string{
			"each": "$.events", "say": "$.what['in words']", "id": "$['route-id']", "amount": "$.lost[-1]", "asset": "$.asset", "issue": "$.issue",
			"status": "$.state", "at": "$.when", "tx": "$.tx", "block": "$.block",
		},
	})
	m := read(t, h, nil, `{"events":[
		{"route-id":"r1","what":{"in words":"Relayer stopped"},"lost":[1,412600000000000000000000],"asset":"bridge","issue":"bridge-halted","state":"open","when":1796525400,"tx":"0x`+strings.Repeat("ab", 32)+`","block":"0xcc"},
		{"route-id":"r2","state":"closed"},
		{"route-id":"r3","what":{},"lost":[1.5],"asset":"moon","issue":"theft","when":"tomorrow","tx":"0x12","block":-1}
	]}`)
	if len(m.Findings) != 2 || len(m.Resolved) != 1 {
		t.Fatalf("%+v", m)
	}
	f := m.Findings[0]
	if f.Amount != "412600000000000000000000" || f.Asset != "bridge" || f.Chain != 10 || len(f.Issues) != 1 || f.Issues[0] != "bridge-halted" || f.Block != 204 || f.Tx[0] != 0xab || f.At.Unix() != 1796525400 {
		t.Errorf("%+v", f)
	}
	if want := "As reported by Our monitor: Route r1 lost 412600000000000000000000. Relayer stopped."; f.Say != want {
		t.Errorf("says %q, want %q", f.Say, want)
	}
	f = m.Findings[1]
	for _, told := range []string{
		"Nothing stood at $.what['in words'], where the plan looks for the words.", "1.5", "no asset of the plan", `the issue "theft"`, "tomorrow", "is no hash", "is no number", "Route r3 lost 1.5.",
	} {
		if !strings.Contains(f.Say, told) {
			t.Errorf("does not say %q: %s", told, f.Say)
		}
	}
	if f.Asset != "vault" || f.Chain != 1 || len(f.Issues) != 2 || f.Amount != "" || f.Block != 0 || !f.At.Equal(now) {
		t.Errorf("what cannot be read is not as the detector has it: %+v", f)
	}
	if m.Why != "Our monitor says that it was resolved at 2026-12-06 02:51:27 UTC." {
		t.Errorf("why %q", m.Why)
	}
	if lone := read(t, h, nil, `{"nothing":"of it"}`); len(lone.Findings) != 1 || !strings.Contains(lone.Findings[0].Say, "No list stood at $.events") {
		t.Errorf("a body without the list: %+v", lone)
	}
}

func TestWrongMapping(t *testing.T) {
	d := plan.Detector{ID: "monitor", Name: "M", Kind: "webhook", Message: "{host} is down", Mapping: map[string]string{
		"say": "labels.summary", "id": "$.a-b", "host": "$.host", "tx": "$.a[?@.b]", "at": "$..time", "block": "$.0", "amount": "$['x", "status": "$.ok",
	}}
	h, problems := hook.Compile(protocol(d), d)
	want := map[string]string{
		"mapping.say": "write $", "mapping.id": "['a…']", "mapping.host": "no \"host\"", "mapping.tx": "a path leads to one value", "mapping.at": "a name belongs",
		"mapping.block": "begin with a digit", "mapping.amount": "must end", "message": "nothing named \"host\"",
	}
	for _, p := range problems {
		if !strings.Contains(p.Say, want[p.Field]) || want[p.Field] == "" {
			t.Errorf("%s: %s", p.Field, p.Say)
		}
		delete(want, p.Field)
	}
	for f := range want {
		t.Errorf("nothing is said of %s", f)
	}
	// The alarm comes all the same.
	m := read(t, h, nil, `{"message":"the site is down"}`)
	if len(m.Findings) != 1 || !strings.Contains(m.Findings[0].Say, "The plan's path for the words cannot be read") || !strings.Contains(m.Findings[0].Say, "the site is down") {
		t.Errorf("%+v", m)
	}
}

func TestPathsAreReadAsWritten(t *testing.T) {
	for _, s := range []string{"$", "$.a", "$.a.b_1", "$[0]", "$[-1].x", "$['a b']['it\\'s']", "$.é['0']", `$['a\\b']`} {
		p, err := hook.ParsePath(s)
		if err != nil {
			t.Errorf("%s: %v", s, err)
			continue
		}
		if p.String() != s {
			t.Errorf("%s is written %s", s, p)
		}
	}
	if p, err := hook.ParsePath(`$["a"].b`); err != nil || p.String() != "$.a.b" {
		t.Errorf("%s %v", p, err)
	}
	for _, s := range []string{"", "a", "$a", "$.", "$[", "$[]", "$[01]", "$[*]", "$.*", "$[1:2]", "$['a'", "$['a']b", "$.a b", "$" + strings.Repeat(".a", 300)} {
		if p, err := hook.ParsePath(s); err == nil {
			t.Errorf("%q is read as %s", s, p)
		}
	}
}

func TestParagraphs(t *testing.T) {
	if got := hook.Paragraphs(" a\r\nb\n\n\n\n c\x00\x1b[31m\u202e\t d \xff\n "); got != "a\nb\n\n c[31m  d \uFFFD" {
		t.Errorf("%q", got)
	}
}
