package check

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/evm"
	"tocsin/plan"
)

// Sealing changes how contact details are kept, not who is reached; what hides behind a seal is not taken for granted.
func TestDifferencesOfSealedContacts(t *testing.T) {
	old := harbour(t)
	sealed := func(open bool, number string) *plan.Plan {
		p := harbour(t)
		p.Contacts.File, p.Contacts.Hash = "contacts.age", evm.Hash{1, number[len(number)-1]}
		for i := range p.CoreTeam {
			r := &p.CoreTeam[i]
			if r.Sealed, r.Contact = r.Contact, nil; r.ID == "ben" {
				r.Sealed[0].To = number
			}
			if !open {
				r.Sealed = nil
			}
		}
		return p
	}
	more := sealed(true, "+19995551213")
	more.Contacts.Readers = []string{"age1ada", "age1eve"}
	few := sealed(true, "+19995551213")
	few.Contacts.Readers = []string{"age1ada"}
	if d := Differences(few, more); len(d) != 1 || d[0].Effect != Weakens || !strings.Contains(d[0].Say, "now has age1eve among those who can open the contact details") {
		t.Errorf("another reader: %+v", d)
	}
	beside := sealed(false, "+19995551213") // a seal must not hide what stands openly
	beside.CoreTeam[1].Contact = []plan.Contact{{Kind: "phone", To: "+19995559999"}}
	if !slices.ContainsFunc(Differences(old, beside), func(d Difference) bool { return d.Code == "contact-to" && d.Effect == Weakens }) {
		t.Errorf("beside a seal: %+v", Differences(old, beside))
	}
	for _, c := range []struct {
		name     string
		old, new *plan.Plan
		code     string // of what weakens; empty if nothing does
		say      string
	}{
		{"sealed as they were", old, sealed(true, "+19995551213"), "", ""},
		{"sealed with another number", old, sealed(true, "+19995559999"), "contact-to", "Ben is now called at +19995559999 instead of +19995551213."},
		{"another number under the seal", sealed(true, "+19995551213"), sealed(true, "+19995559999"), "contact-to", "Ben is now called at +19995559999"},
		{"sealed and not opened", old, sealed(false, "+19995551213"), "contacts-file-hash", "They were not opened here"},
		{"sealed anew and not opened", sealed(false, "+19995551213"), sealed(false, "+19995559999"), "contacts-file-hash", "They were not opened here"},
	} {
		var weakening []Difference
		for _, d := range Differences(c.old, c.new) {
			if d.Effect == Weakens {
				weakening = append(weakening, d)
			}
		}
		switch {
		case c.code == "" && len(weakening) == 0:
		case c.code != "" && len(weakening) == 1 && weakening[0].Code == c.code && strings.Contains(weakening[0].Say, c.say):
		default:
			t.Errorf("%s: %+v", c.name, weakening)
		}
	}
}

func TestSummaryTellsWhatWeakens(t *testing.T) {
	old := harbour(t)
	for _, c := range []struct {
		name string
		new  *plan.Plan
		want string
	}{
		{"nothing", harbour(t), "no change in meaning"},
		{"one harmless", harbour(t, `version: "3"`, `version: "4"`), "1 change, none weakens the plan"},
		{"one weakening", harbour(t, "ring_every: 2m", "ring_every: 5m", `version: "3"`, `version: "4"`), "2 changes, 1 weakens the plan: The time from one ring to the next is now 5m instead of 2m"},
		{"two weakening, the graver first", harbour(t, "ring_every: 2m", "ring_every: 5m", "+19995551213", "+19995559999"), "2 changes, 2 weaken the plan: Ben is now called at +19995559999 instead of +19995551213; The time from one ring to the next is now 5m instead of 2m"},
	} {
		if got := Summarise(Differences(old, c.new)); got != c.want {
			t.Errorf("%s: %s", c.name, got)
		}
	}
	if got := Summarise(Differences(old, &plan.Plan{})); !strings.Contains(got, "; and ") || strings.Contains(got, "\n") {
		t.Errorf("a long summary: %s", got)
	}
}

func TestFormIsNoDifference(t *testing.T) {
	old := harbour(t)
	for name, new := range map[string]*plan.Plan{
		"comments":   harbour(t, "tocsin: 1", "# A word\ntocsin: 1 # and another"),
		"form":       harbour(t, "scope:\n  incident: [Somebody takes what is not theirs]", "scope:\n  incident:\n    - \"Somebody takes what is not theirs\""),
		"defaults":   harbour(t, "confirmations: 3", "confirmations: 3, kind: live, reorg: 64", "ring_every: 2m", "ring_every: 120s\n  rounds: 2"),
		"order":      harbour(t, "required: [ada, keepers]", "required: [keepers, ada]", "who: [ben, cleo], need", "who: [cleo, ben], need", "participants: [ada, ben]", "participants: [ben, ada]"),
		"key order":  harbour(t, "name: Harbour\nversion: \"3\"\n", "version: \"3\"\nname: Harbour\n"),
		"list order": harbour(t, "  - {id: room, name: Room, kind: slack, to: \"#room\"}\n", "", "public: true}\n", "public: true}\n  - {id: room, name: Room, kind: slack, to: \"#room\"}\n"),
	} {
		if d := Differences(old, new); len(d) > 0 {
			t.Errorf("%s: %+v", name, d)
		}
	}
	split := fstest.MapFS{"a.yaml": {Data: []byte("tocsin: 1\nprotocol: x\nname: X\n")}, "b.yaml": {Data: []byte("channels: [{id: a, name: A, kind: slack}]\n")}}
	joined := fstest.MapFS{"plan.yaml": {Data: []byte("channels: [{id: a, name: A, kind: slack}]\nname: X\nprotocol: x\ntocsin: 1\n")}}
	p, _, err := plan.Load(split)
	if err != nil {
		t.Fatal(err)
	}
	q, _, err := plan.Load(joined)
	if err != nil {
		t.Fatal(err)
	}
	if d := Differences(p, q); len(d) > 0 {
		t.Errorf("files: %+v", d)
	}
}

func TestWeakeningComesFirst(t *testing.T) {
	found := Differences(harbour(t), harbour(t,
		"required: [ada, ben], adopts: true", "required: [ada], adopts: true",
		"everyone: 10m", "everyone: 5m", `version: "3"`, `version: "4"`, "ring_every: 2m", "ring_every: 5m"))
	var effects []string
	for _, d := range found {
		effects = append(effects, d.Effect)
	}
	want := []string{Weakens, Changes, Strengthens}
	if got := slices.Compact(effects); !slices.Equal(got, want) {
		t.Errorf("the order is %v", got)
	}
	if found[0].Subject != "decisions[law]" || found[0].Code != "decision-alone" {
		t.Errorf("who adopts the next plan comes first, not %s", found[0].Say)
	}
}

func TestAdoptionWeakensUnlessStricter(t *testing.T) {
	old := harbour(t)
	for name, c := range map[string]struct {
		edit   []string
		effect string
	}{
		"another approver": {[]string{"required: [ada, ben], adopts", "required: [ada, cleo], adopts"}, Weakens},
		"one fewer":        {[]string{"required: [ada, ben], adopts", "required: [ada], adopts"}, Weakens},
		"one more":         {[]string{"required: [ada, ben], adopts", "required: [ada, ben, cleo], adopts"}, Strengthens},
	} {
		d := Differences(old, harbour(t, c.edit...))
		i := slices.IndexFunc(d, func(d Difference) bool { return strings.HasPrefix(d.Code, "decision-required") })
		if i < 0 || d[0].Effect != Weakens && c.effect == Weakens || c.effect == Strengthens && d[i].Effect != Strengthens {
			t.Errorf("%s: %+v", name, d)
		}
		for _, x := range d {
			if x.Effect == Changes {
				t.Errorf("%s: nothing about adoption may be left open: %s", name, x.Say)
			}
		}
	}
}

func TestLargeGroupsAreEstimated(t *testing.T) {
	large := func(need int) *plan.Plan {
		p := harbour(t)
		p.Groups = append(p.Groups, plan.Group{ID: "all", Name: "All", Need: need})
		for i := range 3 * mostVoices {
			id := fmt.Sprintf("member-%d", i)
			p.ExtendedTeam = append(p.ExtendedTeam, plan.Person{ID: id, Name: id})
			p.Groups[len(p.Groups)-1].Members = append(p.Groups[len(p.Groups)-1].Members, id)
		}
		p.Decisions[0].Required = []string{"ada", "all"}
		return p
	}
	for _, c := range []struct {
		old, new int
		say      string
	}{
		{5, 3, `"Pause the vault" now needs 2 approvers fewer: 4 instead of 6.`},
		{0, 3, `"Pause the vault" could never be approved; now it can be, by 4 persons.`},
	} {
		d := Differences(large(c.old), large(c.new))
		if len(d) == 0 || d[0].Say != c.say || d[0].Effect != Weakens {
			t.Errorf("want %s\nhave %+v", c.say, d)
		}
	}
}

func TestWhoeverCoversAShiftGetsAVoice(t *testing.T) {
	rota := func(cover string) *plan.Plan {
		return harbour(t, "members: [ben, cleo], need: 2}", "members: [ben, watchers], need: 1}", "members: [ada, ben]}", "members: [ada, ben]"+cover+"}")
	}
	d := Differences(rota(""), rota(", cover: [{from: 2027-01-01, to: 2027-01-02, person: cleo}]"))
	want := `Cleo may now approve "Pause the vault".`
	if len(d) == 0 || d[0].Say != want || d[0].Effect != Weakens {
		t.Errorf("want %s\nhave %+v", want, d)
	}
}

func TestNothingHidesBehindAMove(t *testing.T) {
	cleo := "  - id: cleo\n    name: Cleo\n    contact: [{kind: phone, to: \"+19995551214\"}]\n    keys: [{address: \"0x9d782321232617e36488C7FAaF27dfF6E2CdB4c1\"}]\n"
	moved := strings.Replace(cleo, "0x9d782321232617e36488C7FAaF27dfF6E2CdB4c1", "0x541f18CB2BAEA19F43eEa9C94FD8D1121bC9Bc83", 1)
	old, new := harbour(t), harbour(t, cleo, "extended_team:\n"+moved)
	for _, pair := range [][2]*plan.Plan{{old, new}, {new, old}} {
		d := Differences(pair[0], pair[1])
		if len(d) == 0 || d[0].Code != "key-address" || !strings.HasPrefix(d[0].Say, "Cleo signs with another key") {
			t.Errorf("%+v", d)
		}
	}
}

func TestADecisionUnderAnotherNameIsCompared(t *testing.T) {
	d := Differences(harbour(t), harbour(t, "  - id: pause\n    name: Pause the vault", "  - id: halt\n    name: Pause the vault",
		"required: [ada, keepers]", "required: [cleo]", "decision: pause", "decision: halt"))
	for _, want := range []string{
		`Cleo alone can now approve "Pause the vault".`,
		`The action "Pause" now needs 2 approvers fewer: 1 instead of 3.`,
	} {
		if !slices.ContainsFunc(d, func(d Difference) bool { return d.Say == want && d.Effect == Weakens }) {
			t.Errorf("want %s\nhave %+v", want, d)
		}
	}
}

func TestNilPlansAreEmpty(t *testing.T) {
	if d := Differences(nil, nil); len(d) > 0 {
		t.Errorf("nothing differs from nothing: %v", d)
	}
	if d := Differences(nil, harbour(t)); len(d) == 0 {
		t.Error("a plan does not differ from nothing")
	}
}

func TestNamesCannotFakeSentences(t *testing.T) {
	p := harbour(t)
	p.CoreTeam[1].Name = "Ben\nStrengthens the plan\n  All is well"
	p.CoreTeam[1].Keys[0].Address[3]++
	for _, d := range Differences(harbour(t), p) {
		if strings.Contains(d.Say, "\n") {
			t.Errorf("%q", d.Say)
		}
	}
}
