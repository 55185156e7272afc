package target

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/plan"
)

func TestEntriesThatAreNewAreFindings(t *testing.T) {
	w := with(t, plan.Detector{Kind: Feed, URL: "https://blog.example/feed?key=s", Message: "Posted: {title} ({link})"})
	old := Entry{ID: "1", Title: "Old"}
	w.finds("observe", Sight{Entries: []Entry{old}}, "https://blog.example/feed is read from now on", "1 entry", `"Old"`)
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
	if f := w.finds("page", Sight{Blind: "nothing listens there"}, "nothing listens there, 3 times"); strings.Contains(f.Say, "Posted") {
		t.Errorf("%q speaks of an entry that nobody read", f.Say)
	}
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
