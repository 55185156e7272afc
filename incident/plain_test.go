package incident_test

import (
	"encoding/json"
	"strings"
	"testing"

	"tocsin/incident"
)

func TestStateWritesWhatReportersWrotePlainly(t *testing.T) {
	s := &incident.State{ID: "i1", Title: "Odd", Findings: []incident.Finding{
		{ID: "f1", Say: "Somebody told us.", Text: "Deposits vanish", Contact: "mallory@example.com"}, {ID: "f2", Say: "Found."},
	}}
	b, err := json.Marshal(map[string]any{"incident": s})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"title":"Odd"`, `"id":"f1"`, `"text":"Deposits vanish"`, `"contact":"mallory@example.com"`, `"id":"f2"`} {
		if strings.Count(string(b), want) != 1 {
			t.Errorf("%s stands %d times in %s", want, strings.Count(string(b), want), b)
		}
	}
	if strings.Contains(string(b), "$personal") {
		t.Errorf("it is written as in the journal: %s", b)
	}
}
