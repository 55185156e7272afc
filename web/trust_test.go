package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tocsin/incident"
)

func TestAHiddenIncidentIsNowhere(t *testing.T) {
	w := newWorld(t, true)
	id := w.attack(false)
	at := "/incidents/" + id
	secret := w.pageSecret(id, "janet")
	w.playing("janet").get("/").is(http.StatusOK).contains("Incident " + id)
	w.playing("david").post(at+"/restrict", url.Values{"hide": {"janet"}, "why": {"It is his key"}, "form": {"restrict"}}).is(http.StatusSeeOther)

	w.playing("janet").get("/").is(http.StatusOK).lacks("Incident " + id)
	detector := "/detectors/" + url.PathEscape(w.detector())
	for _, path := range []string{"/detectors", detector} {
		if w.playing("janet").get(path).is(http.StatusOK).lacks("412.6 HUSD"); strings.Contains(w.playing("janet").get(path).body(), at) {
			t.Errorf("%s leads to it", path)
		}
		if !strings.Contains(w.playing("david").get(path).body(), at) {
			t.Errorf("%s does not lead others to it", path)
		}
	}
	for _, path := range []string{at, at + "/export", at + "/postmortem", at + "/decisions/decision-1"} {
		w.playing("janet").get(path).is(http.StatusNotFound).lacks("412.6 HUSD")
	}
	before := w.state(id).Version
	for name := range verbs {
		w.playing("janet").post(at+"/"+name, url.Values{"text": {"x"}, "why": {"x"}, "answer": {"coming"}}).is(http.StatusNotFound)
	}
	w.stranger().get("/page/" + secret).is(http.StatusGone).contains("no longer counts")
	w.stranger().post("/page/"+secret, url.Values{"answer": {incident.Coming}}).is(http.StatusGone)
	if got := w.state(id).Version; got != before {
		t.Errorf("somebody from whom it is hidden made %d events", got-before)
	}
	w.playing("david").get(at).is(http.StatusOK).contains("must not know of this incident").contains("Show it to them again")
}

// Whoever is distrusted stays signed in, but has no rights in that incident any more: they read and do nothing there, and are told
// so if they were called for it.
func TestADistrustedPersonHasNoRightsThere(t *testing.T) {
	w := newWorld(t, true)
	id := w.attack(false)
	at := "/incidents/" + id
	w.does(id, "janet", incident.OpAnswer{Answer: incident.Coming})
	w.playing("david").post(at+"/distrust", url.Values{"kind": {"person"}, "ref": {"janet"}, "form": {"distrust"}}).is(http.StatusSeeOther)
	before := w.state(id).Version
	for _, path := range []string{at, at + "/export", at + "/postmortem", at + "/decisions/decision-1"} {
		w.playing("janet").get(path).is(http.StatusForbidden).contains("You are shut out of this incident").lacks("412.6 HUSD")
	}
	for name := range verbs {
		w.playing("janet").post(at+"/"+name, url.Values{"text": {"x"}, "why": {"x"}, "answer": {"coming"}}).is(http.StatusForbidden).contains("You are shut out of this incident")
	}
	if got := w.state(id).Version; got != before {
		t.Errorf("somebody who is distrusted made %d events", got-before)
	}
	w.playing("janet").get("/").is(http.StatusOK).lacks("Incident " + id).lacks(at)
	w.playing("janet").get("/plan").is(http.StatusOK)
}

func TestALinkOverADistrustedWayCountsNoMore(t *testing.T) {
	w := newWorld(t, true)
	id := w.attack(false)
	at := "/incidents/" + id
	secret := w.pageSecret(id, "janet")
	w.stranger().get("/page/" + secret).is(http.StatusOK)
	var kind string
	for _, pg := range w.state(id).Pages {
		if pg.Person == "janet" {
			kind = pg.Calls[0].Contact
		}
	}
	w.playing("david").post(at+"/distrust", url.Values{"kind": {"channel"}, "ref": {kind}, "form": {"distrust"}}).is(http.StatusSeeOther)
	w.stranger().get("/page/" + secret).is(http.StatusGone)
	w.playing("janet").get(at).is(http.StatusOK).contains("Do not trust:")
	w.playing("david").post(at+"/trust", url.Values{"kind": {"channel"}, "ref": {kind}, "why": {"It was a false alarm"}, "form": {"trust-channel-" + kind}}).is(http.StatusSeeOther)
	w.playing("janet").post(at+"/trust", url.Values{"kind": {"channel"}, "ref": {kind}, "why": {"So it was"}, "form": {"trust-channel-" + kind}}).is(http.StatusSeeOther)
	w.stranger().get("/page/" + secret).is(http.StatusOK)
	w.playing("janet").get(at).is(http.StatusOK).lacks("Do not trust:")
}

func TestARoleIsHandedOverByForms(t *testing.T) {
	w := newWorld(t, true)
	id := w.attack(false)
	at := "/incidents/" + id
	w.does(id, "janet", incident.OpAnswer{Answer: incident.Coming})
	role := incident.RoleIncidentManager
	w.playing("janet").post(at+"/hand-over", url.Values{"role": {role}, "to": {"david"}, "note": {"The pause waits"}, "form": {"hand-over"}}).is(http.StatusSeeOther)
	if got := w.state(id).Holder(role); got != "janet" {
		t.Fatalf("before it is accepted %q holds the role", got)
	}
	w.playing("david").get(at).is(http.StatusOK).contains("holds it until you accept").contains("The pause waits")
	w.playing("david").post(at+"/accept", url.Values{"role": {role}, "form": {"accept-" + role}}).is(http.StatusSeeOther)
	if got := w.state(id).Holder(role); got != "david" {
		t.Errorf("after it was accepted %q holds the role", got)
	}
}

func TestACorrectedMomentShowsBoth(t *testing.T) {
	w := newWorld(t, true)
	id := w.attack(false)
	at := "/incidents/" + id
	w.pass(3600e9)
	w.playing("janet").post(at+"/correct", url.Values{"moment": {"detected"}, "at": {"2026-12-06T02:40:05"}, "why": {"A user wrote"}, "form": {"correct"}}).is(http.StatusSeeOther)
	w.playing("janet").get(at).is(http.StatusOK).contains("02:40:05").contains("recorded at 02:51:27").contains("A user wrote")
	w.playing("janet").post(at+"/correct", url.Values{"moment": {"detected"}, "at": {"tomorrow"}, "why": {"A user wrote"}, "form": {"correct"}}).contains("The time is missing")
}
