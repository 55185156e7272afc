package target

import (
	"encoding/json"
	"fmt"
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

// site watches https://app.example/.
func site(t *testing.T, expect map[string]string) *world {
	return with(t, plan.Detector{Kind: Web, URL: "https://app.example/", Expect: expect})
}

func shown(c Certificate) Sight {
	if c.Until.IsZero() {
		c.From, c.Until = noon.Add(-24*time.Hour), noon.Add(80*24*time.Hour)
	}
	return Sight{Certificate: &c}
}

func TestACertificateOfAnotherIssuerIsAFinding(t *testing.T) {
	w := site(t, nil)
	good := Certificate{Issuer: "Good CA", Names: []string{"app.example"}, Key: "k1"}
	w.finds("observe", shown(good), "certificate by Good CA for app.example")
	good.Key = "k2"
	w.quiet(shown(good)) // renewed by the same
	w.finds("page", shown(Certificate{Issuer: "Other CA", Names: good.Names, Key: "k3"}), "the issuer of the certificate of app.example: Good CA → Other CA, and its key is another one")
	w.finds("page", shown(Certificate{Issuer: "Other CA", Names: []string{"app.example", "evil.example"}, Key: "k3"}), "app.example → app.example, evil.example")
	w.finds("page", shown(Certificate{Issuer: "Other CA", Names: []string{"app.example", "evil.example"}, Key: "k3", Mistrust: "nobody known has issued it"}), "not to be trusted: nobody known")
	w.finds("page", shown(Certificate{Issuer: "Other CA", Names: []string{"app.example", "evil.example"}, Key: "k3"}), "can be trusted again")
}

func TestTheIssuerThatThePlanNames(t *testing.T) {
	w := site(t, map[string]string{"issuer": "Good CA, Second CA"})
	w.finds("observe", shown(Certificate{Issuer: "Good CA", Key: "k"}))
	w.quiet(shown(Certificate{Issuer: "Second CA", Key: "k2"}))
	w.finds("page", shown(Certificate{Issuer: "Bad CA", Key: "k3"}), "where the plan expects Good CA, Second CA")
}

func TestACertificateThatEndsIsToldOnce(t *testing.T) {
	w := site(t, nil)
	long := func(left time.Duration, key string) Sight {
		return shown(Certificate{Issuer: "CA", Key: key, From: noon.Add(left - 90*24*time.Hour), Until: noon.Add(left)})
	}
	w.finds("observe", long(20*24*time.Hour, "k"))
	w.finds("page", long(10*24*time.Hour, "k"), "in 9 days")
	w.quiet(long(10*24*time.Hour, "k"))
	w.finds("page", long(90*24*time.Hour, "k2"), "was renewed")
	w.finds("page", long(-24*time.Hour, "k3"), "ended at")
	brief := shown(Certificate{Issuer: "CA", Key: "k4", From: noon.Add(-24 * time.Hour), Until: noon.Add(5 * 24 * time.Hour)})
	w.finds("page", brief, "was renewed") // made for six days: five are plenty
	w.quiet(brief)
}

func served(items ...Item) Sight { return Sight{Page: &Page{Items: items}} }

func script(name, hash string) Item {
	h, _, _ := strings.Cut(strings.TrimPrefix(name, "https://"), "/")
	return Item{Kind: "script", Name: name, Host: h, Hash: hash}
}

func TestScriptsThatChangeAreAFinding(t *testing.T) {
	w := site(t, nil)
	own, more := script("https://app.example/a.js", "aaaaaaaaaaaaaaaa"), Item{Kind: inline, Hash: "1111", Begin: "start()"}
	w.finds("observe", served(own, more), "1 scripts from app.example", "1 inline scripts")
	w.quiet(served(more, own)) // the order says nothing
	changed := own
	changed.Hash = "bbbbbbbbbbbbbbbb"
	w.finds("page", served(changed, more), "the script https://app.example/a.js changed: sha256 aaaaaaaaaaaa → bbbbbbbbbbbb")
	w.finds("page", served(own, more), "it is again as it was until 2026-11-21 12:03:00 UTC", "bbbbbbbbbbbb → aaaaaaaaaaaa")
	w.finds("page", served(own, more, script("https://evil.example/x.js", "e")), "a script comes from evil.example, a host never seen before", "new: script https://evil.example/x.js")
	w.finds("page", served(own, more), "gone: script https://evil.example/x.js")
	w.finds("page", served(own, more, Item{Kind: inline, Hash: "2222", Begin: "drain()"}), `new: inline script, sha256 2222, begins "drain()"`)
	guarded := own
	guarded.Guard = "sha384-x"
	w.finds("page", served(guarded, more), "gone: inline script", "the integrity of the script https://app.example/a.js: none → sha384-x")
	w.finds("page", served(guarded, more, Item{Kind: "form", Name: "https://evil.example/post", Host: "evil.example"}), "form that sends to https://evil.example/post")
	w.finds("page", served(guarded, more, Item{Kind: "policy", Name: "script-src *"}), "content security policy script-src *", "gone: form")
}

func TestAScriptThatCannotBeReadForAMomentIsAsItWas(t *testing.T) {
	w := site(t, nil)
	own := script("https://app.example/a.js", "aa")
	w.finds("observe", served(own))
	blind := own
	blind.Hash, blind.Blind = "", "it does not answer"
	w.quiet(served(blind))
	w.quiet(served(own))
	w.quiet(served(blind))
	w.quiet(served(blind))
	f := w.finds("page", served(blind), "the script https://app.example/a.js cannot be read: it does not answer, 3 times")
	if out := w.see(served(own)); len(out.Retracted) != 1 || out.Retracted[0] != f.ID || len(out.Findings) != 0 {
		t.Errorf("%+v", out)
	}
	changed := own
	changed.Hash = "bb"
	w.finds("page", served(changed), "aa → bb")
}

func TestAScriptThatWasNotReadAtFirstIsLearntLater(t *testing.T) {
	w := site(t, nil)
	own := script("https://app.example/a.js", "")
	own.Blind = "it does not answer"
	w.finds("observe", served(own))
	w.quiet(served(script("https://app.example/a.js", "aa")))
	w.finds("page", served(script("https://app.example/a.js", "bb")), "aa → bb")
}

func TestWhatMayChange(t *testing.T) {
	w := site(t, map[string]string{"volatile": "https://cdn.example/t.js, inline", "hosts": "app.example, cdn.example"})
	tag := script("https://cdn.example/t.js", "aa")
	w.finds("observe", served(tag, Item{Kind: inline, Hash: "1"}))
	tag.Hash = "bb"
	w.quiet(served(tag, Item{Kind: inline, Hash: "2"}, Item{Kind: inline, Hash: "3"}))
	w.finds("page", served(tag, script("https://evil.example/x.js", "e")), "evil.example, which the plan does not name")
	w.quiet(served(tag, script("https://evil.example/x.js", "e")))

	w = site(t, nil)
	g := served(tag, Item{Kind: inline, Hash: "1"})
	g.Page.Volatile = []string{"inline"}
	w.finds("observe", g, "not compared, for it differs at each answer: inline")
	w.quiet(served(tag, Item{Kind: inline, Hash: "2"}))
}

func TestAFindingListsOnlySoMuch(t *testing.T) {
	w := site(t, nil)
	w.finds("observe", served())
	var items []Item
	for n := range 40 {
		items = append(items, Item{Kind: inline, Hash: fmt.Sprint(n), Begin: strings.Repeat("x\n", 500)})
	}
	f := w.finds("page", served(items...), "32 more changes")
	if len(f.Say) > 4000 || strings.Contains(f.Say, "\n") {
		t.Errorf("%d bytes: %q", len(f.Say), f.Say)
	}
}

func TestEntriesThatAreNewAreFindings(t *testing.T) {
	w := with(t, plan.Detector{Kind: Feed, URL: "https://blog.example/feed?key=s", Message: "Posted: {title} ({link})"})
	old := Entry{ID: "1", Title: "Old"}
	w.finds("observe", Sight{Entries: []Entry{old}}, "https://blog.example/feed is read from now on", "1 entries", `"Old"`)
	w.quiet(Sight{Entries: []Entry{old}})
	f := w.finds("page", Sight{Entries: []Entry{{ID: "2", Title: "Airdrop\x1b[2J", Link: "https://evil.example/x?token=1"}, old}}, "Posted: Airdrop", "(https://evil.example/x)")
	if strings.ContainsAny(f.Say, "\x1b?") {
		t.Errorf("%q", f.Say)
	}
	w.quiet(Sight{Entries: []Entry{{ID: "2", Title: "Airdrop"}}})
	w.quiet(Sight{Entries: nil})
	w.quiet(Sight{Entries: []Entry{old}}) // it was seen before
	w.quiet(Sight{Blind: "nothing listens there"})
	w.quiet(Sight{Blind: "nothing listens there"})
	w.finds("page", Sight{Blind: "nothing listens there"}, "nothing listens there, 3 times")
}

func TestWordsChooseEntries(t *testing.T) {
	w := with(t, plan.Detector{Kind: Feed, URL: "https://blog.example/feed", Words: []string{"ACME", " drain "}})
	w.finds("observe", Sight{})
	w.quiet(Sight{Entries: []Entry{{ID: "1", Title: "Weather"}}})
	w.finds("page", Sight{Entries: []Entry{{ID: "2", Title: "Acme vault", Link: "https://a.example/"}}}, `a new entry: "Acme vault", https://a.example/`)
	w.finds("page", Sight{Entries: []Entry{{ID: "3", Text: "They drained it"}}}, "They drained it")
}

func TestAFloodOfEntriesIsFewFindings(t *testing.T) {
	w := with(t, plan.Detector{Kind: Feed, URL: "https://blog.example/feed"})
	w.finds("observe", Sight{})
	var flood []Entry
	for n := range 300 {
		flood = append(flood, Entry{Title: fmt.Sprintf("Entry %d", 299-n)}) // known by their texts alone
	}
	out := w.see(Sight{Entries: flood})
	if len(out.Findings) != mostTold+1 || !strings.Contains(out.Findings[0].Say, `"Entry 0"`) || !strings.Contains(out.Findings[mostTold].Say, "290 more") {
		t.Errorf("%d findings: %+v", len(out.Findings), out.Findings)
	}
	w.quiet(Sight{Entries: flood})
}

func TestTheSameEntryIsTheSameFinding(t *testing.T) {
	ids := map[string]bool{}
	for range 2 { // two nodes that read the same from the same state
		w := with(t, plan.Detector{Kind: Feed, URL: "https://blog.example/feed"})
		w.finds("observe", Sight{})
		ids[w.finds("page", Sight{Entries: []Entry{{ID: "2"}}}).ID] = true
	}
	if len(ids) != 1 {
		t.Errorf("%v", ids)
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
