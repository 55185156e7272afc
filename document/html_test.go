package document

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"tocsin/plan"
)

// parsedPage is a page that was parsed: its words, its anchors and where its links lead.
type parsedPage struct {
	text  string
	ids   map[string]int
	links []string
	names map[string]int // elements
	odd   []string       // attributes that load or run something
}

func parsePage(t *testing.T, b []byte) parsedPage {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	p := parsedPage{ids: map[string]int{}, names: map[string]int{}}
	var text strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		switch n.Type {
		case html.TextNode:
			if n.Parent == nil || n.Parent.Data != "style" {
				text.WriteString(n.Data)
			}
		case html.ElementNode:
			p.names[n.Data]++
			for _, a := range n.Attr {
				switch {
				case a.Key == "id":
					p.ids[a.Val]++
				case a.Key == "href":
					p.links = append(p.links, a.Val)
				case a.Key == "src" || a.Key == "srcset" || a.Key == "style" || strings.HasPrefix(a.Key, "on"):
					p.odd = append(p.odd, n.Data+" "+a.Key)
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(root)
	p.text = text.String()
	return p
}

// sound fails unless the page stands alone, its anchors are unique and its links lead somewhere.
func (p parsedPage) sound(t *testing.T) {
	t.Helper()
	for id, n := range p.ids {
		if n != 1 {
			t.Errorf("the anchor %q stands %d times", id, n)
		}
	}
	for _, l := range p.links {
		if id, inside := strings.CutPrefix(l, "#"); inside {
			if p.ids[id] == 0 {
				t.Errorf("a link leads to %q, which is not there", l)
			}
		} else if !strings.HasPrefix(l, "https://") && !strings.HasPrefix(l, "http://") && !strings.HasPrefix(l, "mailto:") && !strings.HasPrefix(l, "tel:") {
			t.Errorf("a link leads to %q", l)
		}
	}
	for _, name := range []string{"script", "link", "img", "iframe", "object", "form"} {
		if p.names[name] > 0 {
			t.Errorf("the page has an element %s", name)
		}
	}
	if len(p.odd) > 0 {
		t.Errorf("the page loads or runs something: %v", p.odd)
	}
}

func TestHTMLHoldsThePlan(t *testing.T) {
	p := vaultPlan(t)
	got := parsePage(t, HTML(p, RenderOptions{}))
	got.sound(t)
	want := []string{
		"If something is happening now", "+19995551212", p.Hash().Hex(), "Carmen E and Oscar P must both approve.",
		"2 of 2 Responders (Janet R and David L) must approve.", "May add their approval, none must: Administrators.",
		"Every depositor, because nobody reaches their money", "Only the app or the network is in trouble.", "every 4 hours until it is resolved",
		"by 5 days after resolution", "every 7 days at 09:00 Europe/Vienna", "This cannot be undone.", "The team's password store, entry \"registrar\"",
		"The trace view of a public block explorer", "event.args.caller != event.args.owner", "What happened: {{.What}}",
		"every 30 days until 3 exercises in a row went clean, then every 180 days",
	}
	for _, i := range p.Issues {
		want = append(append(append(want, i.Name), i.Activation...), i.Symptoms...)
	}
	for _, r := range p.Procedures {
		for _, s := range r.Steps {
			want = append(want, s.Name, s.Expect, s.Verify, s.Why)
		}
	}
	for _, a := range p.Assets {
		want = append(want, a.Name, a.Recovery)
	}
	for _, d := range p.Detectors {
		want = append(want, d.Name, d.Message)
	}
	for _, w := range want {
		if !strings.Contains(got.text, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
	for _, s := range p.Exercises.Scenarios {
		for _, h := range s.Held {
			if strings.Contains(got.text, h.Text) {
				t.Errorf("the page tells what the moderator holds back: %q", h.Text)
			}
		}
	}
	first, contents := strings.Index(got.text, "If something is happening now"), strings.Index(got.text, "Contents")
	if first < 0 || contents < first {
		t.Errorf("what to do now stands at %d, after the contents at %d", first, contents)
	}
}

func TestHTMLShowsWhatIsOpen(t *testing.T) {
	got := parsePage(t, HTML(planOf(t, sparePlan), RenderOptions{}))
	got.sound(t)
	for _, w := range []string{
		"still to be written: (say which tools)", "still to be written: the procedure", "still to be written: who does it", "still to be written: the address",
		"still to be written: how many of them", "CEO (on no list)", "Must both captains agree?", "still to be written: automatic detection; there is none",
		"Ask the harbour master first.", "We met on a Tuesday.", "A note on everything.", "places are still to be written",
	} {
		if !strings.Contains(got.text, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
	if got.names["mark"] < 10 {
		t.Errorf("%d places are marked as open", got.names["mark"])
	}
	note, procedure := strings.Index(got.text, "Ask the harbour master"), strings.LastIndex(got.text, "Who is told when")
	if note > procedure {
		t.Error("the note about a procedure does not stand with it")
	}
}

// private is what a public rendering must not hold.
func private(p *plan.Plan) []string {
	var all []string
	for _, team := range [][]plan.Person{p.CoreTeam, p.ExtendedTeam} {
		for _, r := range team {
			if !r.Body {
				all = append(all, strings.Fields(r.Name)[0])
			}
			for _, c := range r.Contact {
				if c.Kind != "terminal" {
					all = append(all, c.To)
				}
			}
			for _, k := range r.Keys {
				all = append(all, k.Address.Hex())
			}
		}
	}
	for _, a := range p.Assets {
		if a.SecretAt != "" {
			all = append(all, a.SecretAt)
		}
	}
	for _, one := range p.Exercises.Scenarios {
		for _, h := range one.Held {
			all = append(all, h.Text)
		}
	}
	return append(all, "new channel per incident", "event.args.caller")
}

func TestHTMLPublic(t *testing.T) {
	p := vaultPlan(t)
	b := HTML(p, RenderOptions{Public: true})
	got := parsePage(t, b)
	got.sound(t)
	for _, w := range private(p) {
		if strings.Contains(strings.ToLower(string(b)), strings.ToLower(w)) {
			t.Errorf("the public page holds %q", w)
		}
	}
	for _, w := range []string{"CEO and COO must both approve.", "Pause the contract", p.Hash().Hex(), "public"} {
		if !strings.Contains(got.text, w) {
			t.Errorf("the public page does not say %q", w)
		}
	}
}

func TestHTMLOfHostilePlan(t *testing.T) {
	for _, o := range []RenderOptions{{}, {Public: true}} {
		b := HTML(spoiled(t), o)
		got := parsePage(t, b)
		got.sound(t)
		if strings.ContainsRune(got.text, '\u202e') {
			at := strings.IndexRune(got.text, '\u202e')
			t.Errorf("the page holds a character that turns the direction of writing: %q", got.text[max(0, at-200):at])
		}
		if !o.Public && !strings.Contains(got.text, "<script>alert(1)</script>") {
			t.Error("what was written is not shown as it was written")
		}
	}
	HTML(&plan.Plan{}, RenderOptions{Public: true})
	HTML(nil, RenderOptions{})
}

func TestHTMLOfSealedContacts(t *testing.T) {
	p := planOf(t, sparePlan)
	p.Contacts.File = "contacts.age"
	p.CoreTeam[1].Sealed = []plan.Contact{{Kind: "phone", To: "+43 660 1"}}
	if got := parsePage(t, HTML(p, RenderOptions{})); !strings.Contains(got.text, "+43 660 1") {
		t.Error("the page does not show the details that were opened")
	}
	p.CoreTeam[1].Sealed = nil
	if got := parsePage(t, HTML(p, RenderOptions{})); !strings.Contains(got.text, "sealed in contacts.age") {
		t.Error("the page does not say where the details lie")
	}
}
