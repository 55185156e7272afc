package contacts

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"filippo.io/age"

	"tocsin/fault"
	"tocsin/plan"
)

func details() *Details {
	return &Details{Salt: [32]byte{1}, Contacts: map[string][]plan.Contact{
		"ada": {{Kind: "phone", To: "+19995550100"}, {Kind: "email", To: "ada@example.com", Note: "not on Sundays"}},
		"bo":  {{Kind: "phone", To: plan.TBD}},
	}}
}

func key(t *testing.T) *age.X25519Identity {
	t.Helper()
	k, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// sealed is a plan whose contact details lie in a file that k reads.
func sealedFor(t *testing.T, d *Details, k *age.X25519Identity) (*plan.Plan, map[string][]byte) {
	t.Helper()
	file, err := Seal(d, []string{k.Recipient().String()})
	if err != nil {
		t.Fatal(err)
	}
	text := "tocsin: 1\nprotocol: a\nname: A\ncore_team:\n  - {id: ada, name: Ada, contact: [{kind: chat, to: ada}]}\nextended_team: [{id: bo, name: Bo}]\n" +
		"contacts: {file: people.age, hash: \"" + d.Hash().Hex() + "\"}\n"
	p, src, err := plan.Load(fstest.MapFS{"plan.yaml": {Data: []byte(text)}, "people.age": {Data: file}})
	if err != nil {
		t.Fatal(err)
	}
	return p, src.Files
}

func TestOpenFillsTheLaddersAndKeepsTheHash(t *testing.T) {
	k := key(t)
	p, files := sealedFor(t, details(), k)
	before := p.Hash()
	if err := Open(p, files, k.String()); err != nil {
		t.Fatal(err)
	}
	ada, _ := p.Person("ada")
	if l := ada.Ladder(); len(l) != 3 || l[0].Kind != "chat" || l[1].To != "+19995550100" {
		t.Errorf("ladder %+v", l)
	}
	bo, _ := p.Person("bo")
	if l := bo.Ladder(); len(l) != 1 {
		t.Errorf("ladder %+v", l)
	}
	if p.Hash() != before {
		t.Error("opening changed the plan's hash")
	}
	if bytes.Contains(p.Canonical(), []byte("19995550100")) {
		t.Error("the canonical form holds a number")
	}
	if err := Open(p, nil, ""); err != nil {
		t.Errorf("opened twice: %v", err)
	}
}

func TestTheHashIsThatOfTheDetails(t *testing.T) {
	a, b := details(), details()
	if a.Hash() != b.Hash() {
		t.Error("the same details hash differently")
	}
	b.Salt[31] = 7
	if a.Hash() == b.Hash() {
		t.Error("the salt does not change the hash")
	}
	for _, change := range []func(*Details){
		func(d *Details) { d.Contacts["ada"][0].To = "+19995550199" },
		func(d *Details) { d.Contacts["ada"][1].Note = "" },
		func(d *Details) { d.Contacts["ada"] = d.Contacts["ada"][:1] },
		func(d *Details) {
			d.Contacts["ada"][0], d.Contacts["ada"][1] = d.Contacts["ada"][1], d.Contacts["ada"][0]
		},
		func(d *Details) { delete(d.Contacts, "bo") },
	} {
		c := details()
		change(c)
		if c.Hash() == a.Hash() {
			t.Errorf("%s hashes as %s", c.Bytes(), a.Bytes())
		}
	}
	again, err := Parse(a.Bytes())
	if err != nil || again.Hash() != a.Hash() {
		t.Errorf("read back: %v", err)
	}
}

func TestSealingAnewForOthersIsTheSamePlan(t *testing.T) {
	first, second := key(t), key(t)
	p, files := sealedFor(t, details(), first)
	again, err := Seal(details(), []string{first.Recipient().String(), second.Recipient().String()})
	if err != nil {
		t.Fatal(err)
	}
	before := p.Hash()
	files["people.age"] = again
	if err := Open(p, files, "# made by hand\n"+second.String()+"\n"); err != nil || p.Hash() != before {
		t.Errorf("opened by the second reader: %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	k := key(t)
	other := details()
	other.Contacts["ada"][0].To = "+19995550666"
	stranger := details()
	stranger.Contacts["eve"] = []plan.Contact{{Kind: "chat", To: "eve"}}
	swap := func(d *Details) func(*plan.Plan, map[string][]byte) {
		return func(_ *plan.Plan, files map[string][]byte) {
			b, err := Seal(d, []string{k.Recipient().String()})
			if err != nil {
				t.Fatal(err)
			}
			files["people.age"] = b
		}
	}
	for name, c := range map[string]struct {
		spoil func(*plan.Plan, map[string][]byte)
		key   string
		say   string
		code  fault.Code
	}{
		"no key":            {nil, " ", "no key opens them", fault.Invalid},
		"not a key":         {nil, "hello", "cannot be read", fault.Invalid},
		"another's key":     {nil, key(t).String(), "not among the readers", fault.Forbidden},
		"another number":    {swap(other), k.String(), "are not those that the plan names", fault.Conflict},
		"somebody unknown":  {func(p *plan.Plan, f map[string][]byte) { swap(stranger)(p, f); p.Contacts.Hash = stranger.Hash() }, k.String(), `name "eve"`, fault.Invalid},
		"no file":           {func(_ *plan.Plan, f map[string][]byte) { delete(f, "people.age") }, k.String(), "is not there", fault.NotFound},
		"not an age file":   {func(_ *plan.Plan, f map[string][]byte) { f["people.age"] = []byte("hello") }, k.String(), "not an age file", fault.Invalid},
		"cut short":         {func(_ *plan.Plan, f map[string][]byte) { f["people.age"] = f["people.age"][:len(f["people.age"])-9] }, k.String(), "damaged", fault.Invalid},
		"one bit is turned": {func(_ *plan.Plan, f map[string][]byte) { f["people.age"][len(f["people.age"])-3] ^= 1 }, k.String(), "damaged", fault.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			p, files := sealedFor(t, details(), k)
			if c.spoil != nil {
				c.spoil(p, files)
			}
			err := Open(p, files, c.key)
			if fault.CodeOf(err) != c.code || !strings.Contains(fault.Sentence(err), c.say) {
				t.Errorf("%v: %s", fault.CodeOf(err), fault.Sentence(err))
			}
			if r, _ := p.Person("ada"); len(r.Ladder()) != 1 || p.Contacts.Open {
				t.Error("something was opened all the same")
			}
		})
	}
}

func TestSealRefuses(t *testing.T) {
	k := key(t).Recipient().String()
	for name, c := range map[string]struct {
		d       *Details
		readers []string
		say     string
	}{
		"nobody reads":   {details(), nil, "Nobody is named"},
		"not a reader":   {details(), []string{k, "age1nonsense"}, `"age1nonsense" is not a reader`},
		"without a salt": {&Details{}, []string{k}, "no salt"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Seal(c.d, c.readers); err == nil || !strings.Contains(fault.Sentence(err), c.say) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for text, say := range map[string]string{
		`{`:                           "cannot be read",
		`{"contacts":{},"people":{}}`: "cannot be read",
		`{"contacts":{}} x`:           "follows",
		`{"salt":"12","contacts":{}}`: "64 hexadecimal digits",
		`{"contacts":{"a":[{"kind":"pigeon","to":"b"}]}}`:       "no kind of contact named pigeon",
		`{"contacts":{"a":[{"kind":"phone","to":"0664 123"}]}}`: "not a telephone number",
		`{"contacts":{"a":[{"kind":"email"}]}}`:                 "does not say where",
		strings.Repeat(" ", largest+1):                          "larger than 4 MiB",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(fault.Sentence(err), say) {
			t.Errorf("%.60s: %v", text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(details().Bytes())
	f.Add([]byte(`{"contacts":{"a":null}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := Parse(b)
		if err != nil {
			return
		}
		again, err := Parse(d.Bytes())
		if err != nil || again.Hash() != d.Hash() {
			t.Errorf("%q does not survive being written: %v", b, err)
		}
	})
}
