package plan

import (
	"reflect"
	"strings"
	"testing"
)

// A contact that is no problem can be used; whatever was written, what is said about it is a sentence.
func FuzzContact(f *testing.F) {
	for _, to := range []string{"janet@example.com", "a@b", "@janet", "+1 (999) 555-1212", "+", "TBD", "tbd", "", "+99999999999999999999", "a@b.c\n", "\"a b\"@example.com", "+1999\x00"} {
		for _, kind := range []string{"email", "phone", "sms", "chat", "pigeon"} {
			f.Add(kind, to)
		}
	}
	f.Fuzz(func(t *testing.T, kind, to string) {
		say, do := badContact(kind, to)
		if (say == "") != (do == "") {
			t.Errorf("%q and %q", say, do)
		}
		if say != "" || strings.EqualFold(to, TBD) {
			return
		}
		switch kind {
		case "email":
			if strings.Count(to, "@") != 1 || strings.ContainsAny(to, " \t\n<>,;") {
				t.Errorf("%q passes as an e-mail address", to)
			}
		case "phone", "sms":
			if !strings.HasPrefix(numberMarks.Replace(to), "+") || strings.ContainsFunc(numberMarks.Replace(to)[1:], func(r rune) bool { return r < '0' || r > '9' }) {
				t.Errorf("%q passes as a telephone number", to)
			}
		}
	})
}

// An address that passes is the one that was written, and none passes that belongs to nobody.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"0x88bC4F6FCb5515C41D03673c039C596FA63952a9", "0x88bc4f6fcb5515c41d03673c039c596fa63952a9", "0x88bC4F6FCb5515C41D03673c039C596FA63952A9", "0x0", "0x", "", "TBD", "0x0000000000000000000000000000000000000000", "vitalik.eth"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		say, do := badAddress(s)
		if say != "" {
			if do == "" && strings.TrimSpace(say) == "" {
				t.Errorf("%q is refused without a word", s)
			}
			return
		}
		p, _, err := Load(Stored{"plan.yaml": []byte(head + "chains: [{id: 1, name: M}]\nassets: [{id: v, name: V, kind: contract, chain: 1, address: " + doubleQuote(s) + "}]\n")})
		if err != nil {
			t.Fatalf("%q passes but does not load: %v", s, err)
		}
		if got := p.Assets[0].Address.Hex(); !strings.EqualFold(got, s) {
			t.Errorf("%q loads as %s", s, got)
		}
	})
}

// Entries of an ABI and signatures are refused or have a name; a name that is read out of one is part of it.
func FuzzABI(f *testing.F) {
	for _, s := range []string{
		"function pause()", "event Paused(address account)", "error No(uint256)", "constructor()", "pause()", "pause", "function", "()", "(", "function f((uint256,(bool)[2]) a)",
		"paused() returns (bool)", "function f(" + strings.Repeat("(", 100), "event E(uint256[99999999999])", "function \x00()", "f(uint256[" + strings.Repeat("[", 50),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 4<<10 {
			return
		}
		if kind, name, err := abiName(s); err == nil && (kind == "") != (name == "") {
			t.Errorf("%q is a %q of the name %q", s, kind, name)
		} else if err == nil && !strings.Contains(s, name) {
			t.Errorf("%q is named %q", s, name)
		}
		for _, form := range []string{"abi", "signature", "function", "event"} {
			if say, do := badForm(form, s); (say == "") != (do == "") {
				t.Errorf("%s %q: %q and %q", form, s, say, do)
			}
		}
	})
}

// A text that is open says nothing of its own: white space and quotation marks around it change nothing.
func FuzzOpen(f *testing.F) {
	for _, s := range []string{"TBD", "TODO: ask Ada", "???", "[your name here]", "(provide details on how)", "Pause the vault", "", " ", "--", "____", "{{x}}", "(a) b (c)", "**TBD**", "lorem ipsum dolor"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if Open(s) != Open(" "+s+"\n") {
			t.Errorf("white space around %q matters", s)
		}
		if strings.TrimSpace(s) == "" && Open(s) {
			t.Errorf("%q is open", s)
		}
	})
}

// A text that a plan may hold survives being written, wherever it stands, and being saved in the place of another.
func FuzzWrite(f *testing.F) {
	for _, s := range nasty {
		f.Add(s, "b")
		f.Add("a", s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a)+len(b) > 4<<10 || strings.TrimSpace(clean(a)) == "" || strings.TrimSpace(clean(b)) == "" {
			return
		}
		p := &Plan{
			Tocsin: 1, Protocol: "a", Name: clean(a), Scope: Scope{Incident: []string{clean(a), clean(b)}}, Notes: []Note{{Text: clean(a)}},
			Unlisted:  []Unlisted{{ID: "x", Name: clean(a)}},
			Detectors: []Detector{{ID: "d", Name: "D", Kind: "report", Expect: map[string]string{clean(a): clean(b)}}},
		}
		if strings.ContainsAny(a, "\n\t") {
			p.Detectors[0].Expect = nil
		}
		q, src, err := Load(Stored(Write(p, "")))
		if err != nil || !reflect.DeepEqual(p.Canonical(), q.Canonical()) {
			t.Fatalf("%q and %q do not survive: %v\n%s", a, b, err, Write(p, "")["plan.yaml"])
		}
		p.Name, p.Scope.Incident[0], p.Notes[0].Text, p.Unlisted[0].Name = clean(b), clean(b), clean(b), clean(b)
		files, err := Save(p, src)
		if err != nil {
			t.Fatalf("%q does not take the place of %q: %v", b, a, err)
		}
		if r, _, err := Load(Stored(files)); err != nil || r.Hash() != p.Hash() {
			t.Errorf("%q is saved as something else: %v", b, err)
		}
	})
}
