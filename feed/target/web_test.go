package target

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"tocsin/plan"
)

// names watches the records of example.org only.
func names(t *testing.T, expect map[string]string) *world {
	return with(t, plan.Detector{Kind: Web, Asset: "x", Expect: expect}, plan.Asset{ID: "x", Name: "Our domain", Kind: "dns", Location: "example.org"})
}

// told is what resolvers say of a type; each after the other, as "r1=a,b".
func told(typ string, views ...string) Sight {
	r := Records{Type: typ, Name: "example.org"}
	for _, v := range views {
		who, values, _ := strings.Cut(v, "=")
		view := View{Resolver: who}
		if values != "" {
			view.Values = strings.Split(values, ",")
		}
		r.Views = append(r.Views, view)
	}
	return Sight{Records: []Records{r}}
}

func TestNameServersThatChangeAreAFinding(t *testing.T) {
	w := names(t, nil)
	w.finds("observe", told("NS", "r1=ns1,ns2", "r2=ns1,ns2"), "Our domain", "NS ns1, ns2")
	w.quiet(told("NS", "r1=ns1,ns2", "r2=ns1,ns2"))
	w.finds("page", told("NS", "r1=evil1", "r2=evil1"), "the name servers (NS) of example.org: ns1, ns2 → evil1")
	w.quiet(told("NS", "r1=evil1", "r2=evil1"))
	w.finds("page", told("NS", "r1=ns1,ns2", "r2=ns1,ns2"), "evil1 → ns1, ns2, as it was until 2026-11-21 12:03:00 UTC")
	w.finds("page", told("NS", "r1="), "ns1, ns2 → nothing")
}

func TestResolversThatDisagreeAreAFinding(t *testing.T) {
	w := names(t, nil)
	w.finds("observe", told("MX", "r1=10 a", "r2=10 a", "r3=10 a"))
	w.finds("page", told("MX", "r1=10 a", "r2=10 b", "r3=10 a"), "10 a → 10 b according to r2, while r1 says 10 a, r3 says 10 a")
	w.quiet(told("MX", "r1=10 a", "r2=10 b", "r3=10 a")) // told once
	w.quiet(told("MX", "r1=10 b", "r2=10 b", "r3=10 a")) // it spreads
	w.finds("page", told("MX", "r1=10 b", "r2=10 b", "r3=10 b"), "all resolvers say 10 b now")
	w.quiet(told("MX", "r1=10 b", "r3=10 b")) // one that does not answer says nothing
	w.finds("page", told("MX", "r1=10 b", "r2=", "r3=10 b"), "10 b → nothing according to r2")
	w.finds("page", told("MX", "r1=10 b", "r2=10 b"), "all resolvers say 10 b again")
}

func TestResolversThatDisagreeFromTheBeginning(t *testing.T) {
	w := names(t, nil)
	out := w.see(told("CNAME", "r1=x", "r2=y", "r3=y"))
	if len(out.Findings) != 2 || !strings.Contains(out.Findings[0].Say, "y → x according to r1") || out.Findings[1].Mode != "observe" {
		t.Errorf("%+v", out)
	}
}

func TestWhatThePlanAcceptsIsNoFinding(t *testing.T) {
	w := names(t, map[string]string{"ns": "ns1, ns2, new1", "caa": "0 issue \"ca.example\"\n0 iodef \"mailto:a,b\""})
	w.finds("observe", told("NS", "r1=ns1,ns2"))
	w.quiet(told("NS", "r1=ns1,new1"))
	w.quiet(told("NS", "r1=ns1,ns2", "r2=new1"))
	w.finds("page", told("NS", "r1=evil1"), "→ evil1, where the plan expects ns1, ns2, new1")
	w.finds("page", told("NS", "r1=new1"), "evil1 → new1, as the plan expects")
	w.finds("page", told("NS", "r1="), "new1 → nothing, where the plan expects")
	out := w.see(told("CAA", `r1=0 issue "other"`))
	if len(out.Findings) != 2 || !strings.Contains(out.Findings[0].Say+out.Findings[1].Say, "where the plan expects") {
		t.Errorf("at first sight: %+v", out)
	}
}

func TestAPlanThatExpectsMoreThanBefore(t *testing.T) {
	w := names(t, nil)
	w.finds("observe", told("NS", "r1=ns1"))
	w.target = names(t, map[string]string{"ns": "ns9"}).target
	w.finds("page", told("NS", "r1=ns1"), "ns1, where the plan expects ns9")
	w.quiet(told("NS", "r1=ns1"))
	w.finds("page", told("NS", "r1=ns9"), "ns1 → ns9, as the plan expects")
}

func TestAddressesAreLearnt(t *testing.T) {
	w := names(t, nil)
	w.finds("observe", told("A", "r1=192.0.2.1,192.0.2.2", "r2=192.0.2.3"), "A 192.0.2.1, 192.0.2.2, 192.0.2.3")
	w.quiet(told("A", "r1=192.0.2.3,192.0.2.4"))
	w.quiet(told("A", "r1=192.0.2.4"))
	w.finds("page", told("A", "r1=203.0.113.9"), "203.0.113.9, of which none was seen in the last 7 days")
	w.quiet(told("A", "r1=203.0.113.9,203.0.113.10"))
	w.finds("page", told("A", "r1=192.0.2.1"), "203.0.113.9, 203.0.113.10 → 192.0.2.1, as before 2026-11-21 12:04:00 UTC")
	w.finds("page", told("A", "r1=203.0.113.9"), "→ 203.0.113.9") // again
	w.finds("page", told("A", "r1=192.0.2.1"), "→ 192.0.2.1")
	w.finds("page", told("A", "r1="), "→ nothing")
	w.quiet(told("A", "r1="))
	w.finds("page", told("A", "r1=192.0.2.1"), "nothing → 192.0.2.1")
}

func TestAddressesThatStayAreKnownAndOldOnesForgotten(t *testing.T) {
	w := names(t, nil)
	w.finds("observe", told("A", "r1=192.0.2.1"))
	w.finds("page", told("A", "r1=203.0.113.9"), "192.0.2.1 → 203.0.113.9")
	w.at = w.at.Add(25 * time.Hour)
	w.quiet(told("A", "r1=203.0.113.9"))
	w.quiet(told("A", "r1=203.0.113.9"))
	w.quiet(told("A", "r1=192.0.2.1,203.0.113.9"))
	w.at = w.at.Add(8 * 24 * time.Hour) // nobody looked
	w.quiet(told("A", "r1=203.0.113.9"))
	w.finds("page", told("A", "r1=192.0.2.1"), "203.0.113.9 → 192.0.2.1")
}

func TestAddressesThatThePlanNames(t *testing.T) {
	w := names(t, map[string]string{"addresses": "192.0.2.1, 192.0.2.2"})
	w.finds("observe", told("A", "r1=192.0.2.1"))
	w.finds("page", told("A", "r1=192.0.2.1,203.0.113.9"), "203.0.113.9, where the plan expects 192.0.2.1, 192.0.2.2")
	w.quiet(told("A", "r1=203.0.113.9"))
	w.finds("page", told("A", "r1=192.0.2.2"), "as the plan expects")
}

func TestNoResolverAnswers(t *testing.T) {
	w := names(t, nil)
	blind := Sight{RecordsBlind: "no name server tells its records"}
	w.quiet(blind)
	w.quiet(blind)
	f := w.finds("page", blind, "no name server tells its records, 3 times in a row")
	out := w.see(told("NS", "r1=a"))
	if len(out.Retracted) != 1 || out.Retracted[0] != f.ID || !strings.Contains(out.RetractedWhy, "records can be seen again") {
		t.Errorf("%+v", out)
	}
}

func FuzzState(f *testing.F) {
	f.Add([]byte(`{"v":1,"targets":{"d":{"of":"web example.org ","web":{"records":{"NS":{"value":["a"],"since":"2026-11-21T12:00:00Z"}}}}}}`), "a,b", "c")
	f.Add([]byte(`{"targets":{"d":{"of":"web example.org ","web":{}}}}`), "", "x")
	f.Add([]byte(`{"targets":{"d":null}}`), "\x00", "x,x")
	f.Fuzz(func(t *testing.T, state []byte, one, two string) {
		w := names(t, nil)
		if err := json.Unmarshal(state, w.state); err != nil {
			return
		}
		for _, typ := range []string{"NS", "A"} {
			out := w.state.See(w.target, told(typ, "r1="+one, "r2="+two))
			for _, f := range out.Findings {
				if f.ID == "" || f.Say == "" {
					t.Errorf("%+v", f)
				}
			}
		}
	})
}
