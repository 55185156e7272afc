package incident_test

import (
	"fmt"
	"testing"
	"time"

	"tocsin/incident"
)

func TestReliefs(t *testing.T) {
	p := loadPlan(t, "testdata/muster/plan")
	at := time.Date(2026, 11, 21, 22, 0, 0, 0, time.UTC)
	later := at.Add(15 * time.Minute)
	comes := func(who string) incident.Answer {
		return incident.Answer{Person: who, Answer: incident.Coming, At: at}
	}
	s := &incident.State{
		ID: "a", Protocol: "harbour", Issue: "theft", Severity: "critical", Phase: incident.Validated, Procedure: "stop-theft",
		Answers: []incident.Answer{comes("ada"), comes("cyd"), {Person: "dan", Answer: incident.Cannot, At: at}},
		Roles:   []incident.Holding{{Role: "incident-manager", Person: "ada"}},
	}
	expect := func(what, want string) {
		t.Helper()
		if got := fmt.Sprintf("%+v", incident.Reliefs(p, s, later)); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	expect("everybody is there", "[]")
	s.Pages = []incident.Page{{ID: "page-1", Person: "ada", State: incident.Ringing, Requested: later}}
	expect("ada is called for something else", "[]")
	s.Pages[0].Quiet = true
	expect("ada is asked", "[{Role:incident-manager Holder:ada Quiet:[] Since:2026-11-21 22:00:00 +0000 UTC Next:[cyd ben eve] Asked:}]")
	s.Offers = []incident.Offer{{Role: "incident-manager", From: "ada", To: "ben", By: "cyd", At: later}}
	expect("ben is asked to take it", "[{Role:incident-manager Holder:ada Quiet:[] Since:2026-11-21 22:00:00 +0000 UTC Next:[cyd ben eve] Asked:ben}]")
	s.Hidden, s.HiddenBy = []string{"eve"}, []string{"ada"}
	s.Pages, s.Offers, s.Roles = nil, nil, []incident.Holding{{Role: "incident-manager", Person: "cyd"}}
	s.Answers[0] = incident.Answer{Person: "ada", Answer: incident.WentQuiet, At: later}
	expect("nobody leads technically, and ada went quiet", "[{Role:lead Holder: Quiet:[ada] Since:2026-11-21 22:15:00 +0000 UTC Next:[cyd ben] Asked:}]")
	s.Phase = incident.Contained
	expect("it is contained", "[]")
}
