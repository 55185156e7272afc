package document

import (
	"regexp"
	"strings"
	"testing"

	"tocsin/plan"
)

// Nothing of a public rendering tells who anybody is, how to reach them, what they sign with, or where a secret lies.
func TestPublicTellsNobody(t *testing.T) {
	p := loadExample(t, "../examples/vault")
	before := p.Hash()
	text := string(Markdown(p, RenderOptions{Public: true}))
	for _, team := range [][]plan.Person{p.CoreTeam, p.ExtendedTeam} {
		for _, r := range team {
			tells := []string{}
			if r.TimeZone != p.Rotas[0].TimeZone {
				tells = append(tells, r.TimeZone)
			}
			if !r.Body {
				first, _, _ := strings.Cut(r.Name, " ")
				tells = append(tells, r.Name, first, "| "+r.ID+" ")
			}
			for _, c := range r.Contact {
				tells = append(tells, c.To)
			}
			for _, k := range r.Keys {
				tells = append(tells, k.Address.Hex(), strings.ToLower(k.Address.Hex()))
			}
			for _, s := range tells {
				if s != "" && s != "console" && regexp.MustCompile(`\b`+regexp.QuoteMeta(s)).MatchString(text) {
					t.Errorf("%q of %s is public", s, r.ID)
				}
			}
		}
	}
	for _, a := range p.Assets {
		if a.SecretAt != "" && strings.Contains(text, a.SecretAt) {
			t.Errorf("where the secret of %s lies is public", a.ID)
		}
	}
	for _, stays := range []string{"CEO", "Security Consultant", "Incident manager", "Law Enforcement", "CEO and CFO release the amount", "| Pause the contract | CEO, COO |", "0x88bC4F6FCb5515C41D03673c039C596FA63952a9"} {
		if !strings.Contains(text, stays) {
			t.Errorf("%q is missing from the public rendering", stays)
		}
	}
	if p.Hash() != before {
		t.Error("the plan itself was changed")
	}
}

// A public plan is a plan: it can be read again, and it refers to the same people everywhere.
func TestPublicIsAPlan(t *testing.T) {
	p := loadExample(t, "../examples/vault")
	open := Public(p)
	open.Attachments = nil
	again, _, err := plan.Load(folder(plan.Write(open, "")))
	if err != nil || again.Hash() != open.Hash() {
		t.Fatalf("the public plan does not load as it is: %v", err)
	}
	same(t, open)
	if got := again.Decisions[0].Required; len(got) != 2 || again.NameOf(got[0]) != "CEO" || again.NameOf(got[1]) != "COO" {
		t.Errorf("the pause is decided by %q", got)
	}
}
