package target

import (
	"strings"
	"testing"

	"tocsin/plan"
)

// Whatever a plan says and whoever answers whatever: a target is made or refused with a reason, and nobody sees its secrets.
func FuzzTarget(f *testing.F) {
	f.Add(HTTP, "$.sync.lag", "< 10", "{asset} {{fails}}: {why}", "https://u:p@a.example/x?token=hidden", "", `{"sync":{"lag":1e99999999}}`)
	f.Add(HTTP, "header.x", ">= 3", "{why}", "http://[::1]:1/", "", ``)
	f.Add(Web, "ns", "a, b", "", "", "example.org.", "x")
	f.Add(Feed, "volatile", "x", "{title", "https://a.example#f", "", "")
	f.Fuzz(func(t *testing.T, kind, key, value, message, url, location, body string) {
		d := plan.Detector{ID: "d", Name: "Watch", Kind: kind, URL: url, Message: message, Asset: "x", Mode: "page", Failures: 1}
		if key != "" {
			d.Expect = map[string]string{key: value}
		}
		list, broken := Compile(&plan.Plan{Protocol: "acme", Detectors: []plan.Detector{d}, Assets: []plan.Asset{{ID: "x", Name: "Asset", Kind: "dns", Location: location}}})
		if len(list)+len(broken) > 1 {
			t.Fatalf("one detector makes %d targets and %d problems", len(list), len(broken))
		}
		for _, b := range broken {
			if b.Say == "" || b.Field == "" {
				t.Errorf("no reason: %+v", b)
			}
		}
		for _, target := range list {
			s := NewState()
			out := s.See(target, Sight{At: noon, Answer: &Answer{Status: 200, Body: []byte(body), Header: map[string][]string{"X": {body}}}, Entries: []Entry{{Title: body, Link: url}}})
			for _, g := range out.Findings {
				if strings.Contains(g.Say, "token=hidden") || g.Say == "" {
					t.Errorf("%q", g.Say)
				}
			}
		}
	})
}
