package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tocsin/decision"
	"tocsin/engine"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
)

// opens opens an incident by hand that nothing is known of.
func (w *world) opens(person, text string) string {
	w.t.Helper()
	v, err := w.engine.Open(w.t.Context(), incident.Command{
		Actor: journal.Actor{Kind: journal.Person, ID: person, Via: "test"}, Op: incident.OpOpen{Protocol: w.plan.Protocol, Title: text, Text: text},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return v.State.ID
}

// comesIntoForce has a newer plan adopted.
func (w *world) comesIntoForce(edit func(*plan.Plan)) *plan.Plan {
	w.t.Helper()
	p, err := plan.ParseCanonical(w.plan.Canonical())
	if err != nil {
		w.t.Fatal(err)
	}
	edit(p)
	x, err := w.engine.Propose(w.t.Context(), engine.PlanProposal{Plan: p, Files: map[string][]byte{"plan.yaml": nil}, Summary: "A newer one."})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, person := range []string{"janet", "carmen", "oscar"} {
		x, err = w.engine.Answer(w.t.Context(), w.plan.Protocol, x.ID, decision.Approve, sign(person, x.Adoption.Message.With(decision.Approve).Digest()))
		if err != nil {
			w.t.Fatal(err)
		}
	}
	if x.State != engine.ProposalAdopted {
		w.t.Fatalf("the newer plan is %s", x.State)
	}
	return p
}

func TestMergeOnThePage(t *testing.T) {
	w := newWorld(t, true)
	into := w.attack(false)
	from := w.opens("janet", "Users cannot withdraw")
	other := w.opens("janet", "Somebody else's secret")
	w.does(other, "janet", incident.OpRestrict{Hide: []string{"david"}})
	secret := w.pageSecret(from, "david")
	at := "/incidents/" + from

	// Only what the person sees is offered, and nothing is merged into what they do not see.
	w.playing("david").get(at).is(http.StatusOK).contains("It is the same event as another one").contains(into + ": ").lacks(other)
	w.playing("david").post(at+"/merge", url.Values{"into": {other}, "form": {"merge"}}).is(http.StatusNotFound)
	w.playing("david").post(at+"/merge", url.Values{"into": {from}, "form": {"merge"}, "why": {"As I wrote"}}).is(http.StatusUnprocessableEntity).
		contains("into itself").contains("As I wrote")
	if w.state(from).Phase != incident.Detected {
		t.Fatalf("it is %s", w.state(from).Phase)
	}

	w.playing("david").post(at+"/merge", url.Values{"into": {into}, "form": {"merge"}, "why": {"The vault is empty"}}).is(http.StatusSeeOther)
	w.playing("david").get(at).is(http.StatusOK).contains("It goes on in").markup(`href="/incidents/` + into).contains("The vault is empty").contains("Reopen it").contains("The post-mortem of both is written there").
		lacks("Is it real?")
	w.playing("david").get("/incidents/" + into).is(http.StatusOK).contains("Merged into this one").markup(`href="` + at)
	if body := w.playing("david").get("/").is(http.StatusOK).body(); !strings.Contains(body, at) {
		t.Error("the overview does not list what was merged")
	}

	// The link in the message about the first answers the second.
	w.stranger().get("/page/" + secret).is(http.StatusOK).contains("are you coming?")
	w.stranger().post("/page/"+secret, url.Values{"answer": {incident.ComingNoSign}}).is(http.StatusSeeOther)
	if a := w.state(into).Answer("david"); a == nil || a.Answer != incident.ComingNoSign {
		t.Errorf("the answer is %+v where it goes on", a)
	}

	// Who does not see the one where it goes on learns no more than that.
	w.does(into, "david", incident.OpRestrict{Hide: []string{"carmen"}})
	if body := w.playing("carmen").get(at).is(http.StatusOK).contains("another incident").body(); strings.Contains(body, `href="/incidents/`+into) {
		t.Error("it leads to what is hidden from her")
	}
	carmens := w.pageSecret(from, "carmen")
	w.stranger().get("/page/" + carmens).is(http.StatusGone).contains("no longer counts")

	w.playing("janet").post(at+"/reopen", url.Values{"why": {"They are two"}, "form": {"reopen"}}).is(http.StatusSeeOther)
	w.playing("janet").get("/incidents/" + into).is(http.StatusOK).lacks("Merged into this one")
	w.playing("janet").get(at).is(http.StatusOK).lacks("It goes on in incident").contains("Is it real?")
}

// TestANewerPlanOnThePage shows what a newer plan changes in an incident, and takes it up.
func TestANewerPlanOnThePage(t *testing.T) {
	w := newWorld(t, true)
	id := w.attack(false)
	at := "/incidents/" + id
	w.playing("janet").get(at).is(http.StatusOK).lacks("Run by the newer plan")
	next := w.comesIntoForce(func(p *plan.Plan) {
		p.Version = "9.9"
		proc, _ := p.Issue("stolen-user-funds")
		for i := range p.Procedures {
			if p.Procedures[i].ID == proc.Procedure {
				p.Procedures[i].Steps = append(p.Procedures[i].Steps, plan.Step{ID: "sing", Name: "Sing a song", Purpose: "tell", Owner: p.Roles[0].ID})
			}
		}
	})
	w.playing("janet").get(at).is(http.StatusOK).contains("version 9.9").contains("New step: Sing a song.").contains("Run by the newer plan")
	w.playing("janet").post(at+"/adopt", url.Values{"plan": {"nonsense"}, "form": {"adopt"}}).is(http.StatusUnprocessableEntity)
	w.playing("janet").post(at+"/adopt", url.Values{"plan": {w.plan.Hash().Hex()}, "form": {"adopt"}}).is(http.StatusConflict)
	w.playing("janet").post(at+"/adopt", url.Values{"plan": {next.Hash().Hex()}, "form": {"adopt"}}).is(http.StatusSeeOther)
	w.playing("janet").get(at).is(http.StatusOK).contains("Sing a song").lacks("Run by the newer plan").contains("took up the newer plan, version 9.9")
}
