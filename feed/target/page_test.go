package target

import (
	"fmt"
	"strings"
	"testing"
)

func served(items ...Item) Sight { return Sight{Page: &Page{Items: items}} }

func script(name, hash string) Item {
	h, _, _ := strings.Cut(strings.TrimPrefix(name, "https://"), "/")
	return Item{Kind: "script", Name: name, Host: h, Hash: hash}
}

func TestScriptsThatChangeAreAFinding(t *testing.T) {
	w := site(t, nil)
	own, more := script("https://app.example/a.js", "aaaaaaaaaaaaaaaa"), Item{Kind: inline, Hash: "1111", Begin: "start()"}
	w.finds("observe", served(own, more), "1 script from app.example", "1 inline script")
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
