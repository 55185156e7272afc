package document

import (
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tocsin/examples"
	"tocsin/plan"
)

// printed is when the test's documents are made.
var printed = time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)

// vaultPlan is the example plan.
func vaultPlan(t *testing.T) *plan.Plan {
	t.Helper()
	return loaded(t, examples.Vault())
}

func loaded(t *testing.T, dir fs.FS) *plan.Plan {
	t.Helper()
	p, _, err := plan.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// planOf loads a plan from text.
func planOf(t *testing.T, text string) *plan.Plan {
	t.Helper()
	return loaded(t, fstest.MapFS{"plan.yaml": {Data: []byte(text)}})
}

// sparePlan says little, and leaves much open.
const sparePlan = `tocsin: 1
protocol: ferry
name: Ferry Bridge
issues:
  - { id: jam, name: Messages stand still, symptoms: [Nothing arrives] }
  - { id: theft, name: Theft, procedure: stop, detection: { manual: [{ what: TBD }] } }
procedures:
  - id: stop
    name: Stop the bridge
    steps:
      - { id: halt, name: Halt it, how: TBD, decision: stop }
      - { id: look, name: Look around, how: (say which tools) , irreversible: true }
core_team:
  - { id: nora, name: Nora Berg, title: Engineer, contact: [{ kind: phone, to: TBD }] }
  - { id: otto, name: Otto Lind }
groups:
  - { id: captains, name: Captains, members: [nora, otto] }
unlisted:
  - { id: ceo, name: CEO }
communications:
  - { id: users, name: Word to users, responsible: ceo }
decisions:
  - { id: stop, name: Stop it, required: [ceo, captains], unsettled: [Must both captains agree?] }
actions:
  - { id: halt, name: Halt, kind: call, asset: lock, function: halt() }
chains: [{ id: 5, name: Sound }]
assets:
  - { id: lock, name: The lock, kind: contract, chain: 5, address: TBD }
notes:
  - { about: "procedures[stop]", text: "Ask the harbour master first." }
  - { about: "issues", text: "We met on a Tuesday." }
  - { text: "A note on everything." }
`

// nasty is what nobody means well by: markup, a turned direction of writing, pictures, and steering characters.
const nasty = "</title><script>alert(1)</script><img src=x onerror=alert(1)> \"quoted\" & 'so'; , \\ \u202egnp.exe \U0001F6A8 שלום مرحبا 漢字\r\nBEGIN:VEVENT\x07 {{.Hash}} ](javascript:x)"

// spoil puts a text into every free text of a plan.
func spoil(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && !bound(f.Tag.Get("plan")) && f.Type != reflect.TypeFor[plan.Timing]() {
				spoil(v.Field(i), text)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			spoil(v.Index(i), text)
		}
	case reflect.String:
		if v.CanSet() {
			v.SetString(text)
		}
	}
}

func spoiled(t *testing.T) *plan.Plan {
	t.Helper()
	p := vaultPlan(t)
	spoil(reflect.ValueOf(p).Elem(), nasty)
	long := strings.Repeat("Ω very long name ", 100_000/17)
	p.Name, p.Issues[0].Name, p.Procedures[0].Name, p.CoreTeam[0].Name, p.Procedures[0].Steps[0].Name = long, long, long, long, long
	p.Issues[1].Name, p.Decisions[0].Name = strings.Repeat("W", 100_000), strings.Repeat("\U0001F600", 1000)
	return p
}
