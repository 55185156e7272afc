package app

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"tocsin/engine"
	"tocsin/incident"
)

// answer is what one operator was told.
type answer struct {
	status   int
	to, body string
}

// together has every operator post the same at the same time.
func together(path string, forms []url.Values, operators ...*operator) []answer {
	got := make([]answer, len(operators))
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for i, o := range operators {
		wg.Go(func() {
			<-begin
			got[i].status, got[i].to, got[i].body = o.post(path, forms[i%len(forms)])
		})
	}
	close(begin)
	wg.Wait()
	return got
}

// Of two who click the same thing at the same time one wins, the other is told, and nothing is doubled.
func TestTwoOperatorsClickTheSame(t *testing.T) {
	s := serve(t, nil)
	p, err := s.desk.Engine.InForce(t.Context(), "harbour-vault")
	if err != nil {
		t.Fatal(err)
	}
	a, b := s.signIn(p.CoreTeam[0].ID), s.signIn(p.CoreTeam[1].ID)

	// A double click is one incident, and both clicks lead to it.
	var incidents []string
	for _, got := range together("/open", []url.Values{{"command": {"one-click"}, "issue": {"stolen-user-funds"}, "text": {"Tokens leave."}}}, a, a, a) {
		if got.status != http.StatusSeeOther {
			t.Fatalf("open: status %d: %s", got.status, got.body)
		}
		incidents = append(incidents, got.to)
	}
	list, err := s.desk.Engine.List(t.Context(), true)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d incidents, %v, after one double click", len(list), err)
	}
	for _, to := range incidents {
		if to != "/incidents/"+list[0].ID {
			t.Errorf("a click led to %s, want incident %s", to, list[0].ID)
		}
	}
	at := "/incidents/" + list[0].ID

	count := func(kind string) int {
		t.Helper()
		v, err := s.desk.Engine.View(t.Context(), list[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, h := range happened(t, v) {
			if h.Event.Kind() == kind {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		verb  string
		form  func() url.Values
		event string
	}{
		{"validate", func() url.Values { return url.Values{"form": {"validate"}} }, incident.EventValidated{}.Kind()},
		{"end", func() url.Values {
			return url.Values{"form": {"step"}, "step": {"pause-contract"}, "state": {incident.Skipped}, "note": {"It is paused by hand."}}
		}, incident.EventStepEnded{}.Kind()},
		{"begin", func() url.Values { return url.Values{"form": {"step"}, "step": {s.step(t, list[0].ID)}} }, incident.EventStepBegun{}.Kind()},
	} {
		before := count(c.event)
		got := together(at+"/"+c.verb, []url.Values{c.form()}, a, b)
		won, told := 0, 0
		for _, x := range got {
			switch {
			case x.status == http.StatusSeeOther:
				won++
			case x.status == http.StatusConflict && strings.Contains(x.body, "role=\"alert\""):
				told++
			default:
				t.Errorf("%s: status %d", c.verb, x.status)
			}
		}
		if won != 1 || told != 1 || count(c.event) != before+1 {
			t.Errorf("%s: %d won, %d were told, %d events; want one each", c.verb, won, told, count(c.event)-before)
		}
	}
	v, err := s.desk.Engine.View(t.Context(), list[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	calls := map[string]bool{}
	for _, pg := range v.State.Pages {
		for _, c := range pg.Calls {
			if calls[c.Delivery] {
				t.Errorf("delivery %s is there twice", c.Delivery)
			}
			calls[c.Delivery] = true
		}
	}
	for _, h := range happened(t, v) {
		if h.Actor.Kind == "person" && (h.Actor.ID == "" || h.Actor.Via != "session") {
			t.Errorf("event %s has the actor %+v", h.Event.Kind(), h.Actor)
		}
	}
}

// step is the first step that a person can begin now.
func (s *served) step(t *testing.T, id string) string {
	t.Helper()
	v, err := s.desk.Engine.View(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range incident.StepsOf(v.Plan, v.State) {
		if st.Step.Action == "" && st.State == incident.StepNow {
			return st.ID
		}
	}
	t.Fatalf("incident %s has no step for a person", id)
	return ""
}

// happened is what happened in an incident as a view has it.
func happened(t testing.TB, v *engine.View) []incident.Happened {
	t.Helper()
	list, err := v.Happened(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return list
}
