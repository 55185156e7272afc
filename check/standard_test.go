package check

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tocsin/fault"
	"tocsin/plan"
)

var scoredOn = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

const standardHead = "tocsin: 1\nprotocol: harbour\nname: Harbour\n"

func scored(t *testing.T, text, id string) Control {
	t.Helper()
	p, src, err := plan.Load(fstest.MapFS{"plan.yaml": {Data: []byte(standardHead + text)}})
	if err != nil {
		t.Fatalf("%v", err)
	}
	s, err := Score(p, src, SFCIncidentResponse, scoredOn)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(s.Controls, func(c Control) bool { return c.ID == id })
	if i < 0 {
		t.Fatalf("there is no control %s", id)
	}
	return s.Controls[i]
}

func TestControls(t *testing.T) {
	for _, c := range standardCases {
		t.Run(c.id, func(t *testing.T) {
			if x := scored(t, "", c.id); x.Status != ControlNot || len(x.Evidence) > 0 || len(x.Missing) == 0 {
				t.Errorf("an empty plan: %+v", x)
			}
			met := scored(t, c.met, c.id)
			if met.Status != ControlMet || len(met.Evidence) == 0 {
				t.Errorf("want met, have %s\n%s", met.Status, strings.Join(met.Missing, "\n"))
			}
			for _, e := range met.Evidence {
				if !strings.Contains(e, "plan.yaml:") {
					t.Errorf("evidence without a place: %s", e)
				}
			}
			for _, part := range c.parts {
				if !strings.Contains(c.met, part[0]) {
					t.Fatalf("the plan does not say %q", part[0])
				}
				x := scored(t, strings.Replace(c.met, part[0], part[1], 1), c.id)
				if x.Status != ControlPartly {
					t.Errorf("without %q: want partly, have %s", part[0], x.Status)
				}
				if wanted := part[2]; !strings.Contains(strings.Join(x.Missing, "\n"), wanted) {
					t.Errorf("without %q: want %q among\n%s", part[0], wanted, strings.Join(x.Missing, "\n"))
				}
			}
		})
	}
}

func TestEveryControlIsTested(t *testing.T) {
	want := strings.Fields("ir-1.1.1 ir-1.1.2 ir-2.1.1 ir-2.1.2 ir-2.1.3 ir-2.1.4 ir-3.1.1 ir-3.1.2 ir-3.1.3 ir-4.1.1 ir-4.1.2 ir-4.1.3 ir-5.1.1")
	s, err := Score(nil, nil, SFCIncidentResponse, scoredOn)
	if err != nil {
		t.Fatal(err)
	}
	var ids, tested []string
	for _, c := range s.Controls {
		ids = append(ids, c.ID)
	}
	for _, c := range standardCases {
		tested = append(tested, c.id)
	}
	if !slices.Equal(ids, want) || !slices.Equal(tested, want) {
		t.Errorf("controls %v, tested %v", ids, tested)
	}
	if s.Not != len(want) || s.Met+s.Partly > 0 {
		t.Errorf("nothing meets %d and a part of %d", s.Met, s.Partly)
	}
}

func TestTheExampleIsScoredHonestly(t *testing.T) {
	p, src, err := plan.Load(os.DirFS("../examples/vault"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := Score(p, src, SFCIncidentResponse, scoredOn)
	if err != nil {
		t.Fatal(err)
	}
	if s.Met+s.Partly+s.Not != len(s.Controls) || s.Met == 0 || s.Partly == 0 {
		t.Errorf("%d met, %d partly, %d not of %d", s.Met, s.Partly, s.Not, len(s.Controls))
	}
	for _, c := range s.Controls {
		if c.ID == "ir-2.1.4" && c.Status != ControlNot {
			t.Errorf("the example says nothing about logs, and is %s: %s", c.Status, c.Evidence)
		}
	}
}

func TestSealedContactsAreNotTakenForWritten(t *testing.T) {
	i := slices.IndexFunc(standardCases, func(c standardCase) bool { return c.id == "ir-2.1.3" })
	p, src, err := plan.Load(fstest.MapFS{"plan.yaml": {Data: []byte(standardHead + standardCases[i].met)}})
	if err != nil {
		t.Fatal(err)
	}
	p.Contacts.File = "contacts.age"
	s, err := Score(p, src, SFCIncidentResponse, scoredOn)
	if err != nil {
		t.Fatal(err)
	}
	if c := s.Controls[4]; c.Status != ControlPartly || !strings.Contains(strings.Join(c.Missing, " "), "the contact details are sealed") {
		t.Errorf("%+v", c)
	}
}

func TestUnknownStandards(t *testing.T) {
	_, err := Score(&plan.Plan{}, nil, "iso", scoredOn)
	if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), "sfc-ir") {
		t.Errorf("%v", err)
	}
}
