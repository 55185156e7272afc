package document

import (
	"testing"

	"tocsin/plan"
)

func TestNamesAreTakenOutOfTexts(t *testing.T) {
	p := planOf(t, `tocsin: 1
protocol: ferry
name: Ferry
core_team:
  - { id: will, name: Will Brandt, title: Pilot, contact: [{ kind: chat, to: "@brandt" }, { kind: phone, to: "+43 1 2345" }] }
  - { id: zoe, name: Zoë Maier, roles: [lead] }
  - { id: ann, name: Ann Other, title: Pilot }
extended_team:
  - { id: police, name: Harbour Police, body: true, title: Law enforcement }
roles: [{ id: lead, name: Leader }]
`)
	p.CoreTeam[0].Sealed = []plan.Contact{{Kind: "signal", To: "+49 30 777"}}
	for text, want := range map[string]string{
		"Call Will Brandt, or @brandt, on +43 1 2345.": "Call Pilot, or (left out), on (left out).",
		"Will knows; ask zoe or ZOË MAIER.":            "Pilot knows; ask Leader or Leader.",
		"This will do.":                                "This will do.",
		"Annex, willing, Wills; Ann's key":             "Annex, willing, Wills; Pilot (2)'s key",
		"Ann, Ann":                                     "Pilot (2), Pilot (2)",
		"Ring the harbour, or the Harbour Police":      "Ring the harbour, or the Law enforcement",
		"Signal: +49 30 777":                           "Signal: (left out)",
		"":                                             "",
	} {
		p.Scope.Activation = []string{text}
		if got := withoutPeople(p).Scope.Activation[0]; text != "" && got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	q := withoutPeople(p)
	for _, team := range [][]plan.Person{q.CoreTeam, q.ExtendedTeam} {
		for _, r := range team {
			if len(r.Contact)+len(r.Keys) > 0 {
				t.Errorf("%s can still be reached", r.Name)
			}
		}
	}
	if q.CoreTeam[0].ID != "person-1" || len(q.Members("lead", printed)) != 1 || q.Members("lead", printed)[0] != "person-2" {
		t.Errorf("the ids are %s, the leader is %v", q.CoreTeam[0].ID, q.Members("lead", printed))
	}
	if p.CoreTeam[0].Name != "Will Brandt" {
		t.Error("the plan itself was changed")
	}
}
