package web

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"tocsin/incident"
)

// Somebody who leads falls asleep: the others are shown who, and put themselves or somebody else in their place by one tap.
func TestARoleWhoseHolderWentQuietIsTakenByOneTap(t *testing.T) {
	w := newWorld(t, true)
	id := w.attack(false)
	at := "/incidents/" + id
	role := incident.RoleIncidentManager
	ask := w.plan.Escalation.AskAgain.Or(15 * time.Minute)
	w.does(id, "janet", incident.OpAnswer{Answer: incident.Coming})
	w.does(id, "david", incident.OpAnswer{Answer: incident.Coming})
	if got := w.state(id).Holder(role); got != "janet" {
		t.Fatalf("%q leads", got)
	}
	w.pass(ask - time.Minute)
	w.does(id, "david", incident.OpNote{Text: "I am here"})
	w.playing("david").get(at).is(http.StatusOK).lacks("Somebody has gone quiet")
	w.pass(time.Minute)
	w.playing("david").get(at).is(http.StatusOK).contains("Somebody has gone quiet").contains("Nothing is heard of Janet R").contains("I take it: Incident manager")
	w.playing("janet").get(at).is(http.StatusOK).lacks("I take it: Incident manager").contains("Ask David L").contains("Call Carmen E for it")
	w.playing("david").post(at+"/hand-over", url.Values{"role": {role}, "to": {"carmen"}, "form": {"relieve-" + role + "-carmen"}}).is(http.StatusSeeOther)
	w.playing("david").get(at).is(http.StatusOK).contains("Carmen E is asked to take it").contains("I take it: Incident manager")
	w.playing("david").post(at+"/role", url.Values{"role": {role}, "form": {"relieve-" + role}}).is(http.StatusSeeOther)
	if got := w.state(id).Holder(role); got != "david" {
		t.Errorf("after he took it %q leads", got)
	}
	w.playing("david").get(at).is(http.StatusOK).lacks("I take it: Incident manager")
	w.playing("carmen").post(at+"/role", url.Values{"role": {"nothing"}, "form": {"relieve-" + role}}).contains("The plan names no role")
}
