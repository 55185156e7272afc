package web

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"tocsin/incident"
)

func TestMuting(t *testing.T) {
	w := newWorld(t, false)
	id := w.detector()
	at := "/detectors/" + id + "/mute"
	janet, oscar, martin := w.signedIn("janet"), w.signedIn("oscar"), w.signedIn("martin")
	janet.get(at).is(http.StatusOK).contains("It is not muted", "Ask to mute it", "It takes two", "7 days")
	janet.submit(at, "mute", url.Values{"until": {"1h"}, "why": {" "}}).is(http.StatusUnprocessableEntity).contains("The reason is missing.")
	janet.submit(at, "mute", url.Values{"until": {"200h"}, "why": {"Long"}}).is(http.StatusUnprocessableEntity).contains("7 days at most")
	janet.submit(at, "mute", url.Values{"until": {"soon"}, "why": {"Long"}}).is(http.StatusUnprocessableEntity).contains("is not a length of time")
	janet.submit(at, "mute", url.Values{"until": {"1h"}, "why": {"We move the funds ourselves"}}).to(at)
	janet.get(at).contains("Janet R wants it muted until", "We move the funds ourselves", "Withdraw that").lacks("I agree: mute it", "Ask to mute it")
	martin.get(at).contains("Janet R wants it muted until").lacks("I agree", "ithdraw that", "let it ring")
	martin.post(at, url.Values{}).is(http.StatusForbidden)
	w.attack(false) // one person's word keeps nothing quiet
	oscar.get(at).contains("I agree: mute it", "No: let it ring")
	oscar.submit(at, "mute", url.Values{"back": {"/detectors/" + id + "#mute"}}).to("/detectors/" + id + "#mute")
	janet.get(at).contains("Muted until", "Janet R and Oscar P", "found nothing since", "Unmute")
	w.observe(205, nil, incident.Finding{ID: "q", Detector: id, Mode: "page", Issues: []string{"stolen-user-funds"}, Asset: "vault", Chain: 31337, At: w.clock(), Say: "More left."})
	janet.get(at).contains("It has kept quiet about 1 finding")
	martin.post("/detectors/"+id+"/unmute", url.Values{}).is(http.StatusForbidden)
	janet.submit(at, "unmute", nil).to(at)
	janet.get(at).contains("It is not muted").lacks("Unmute")
	janet.post("/detectors/"+id+"/unmute", url.Values{"form": {"unmute"}}).is(http.StatusConflict).contains("is not muted")
	janet.post(at, url.Values{"why": {"x"}, "until": {"1h"}, "back": {"https://evil.example"}}).to(at)
	w.pass(time.Hour)
	janet.get(at).contains("It is not muted").lacks("wants it muted")
}

func TestOnlyDetectorsAreMuted(t *testing.T) {
	w := newWorld(t, false)
	janet := w.signedIn("janet")
	janet.get("/detectors/blind/mute").is(http.StatusOK).contains("blind")
	janet.get("/detectors/none/mute").is(http.StatusNotFound)
	janet.post("/detectors/none/mute", url.Values{"why": {"x"}}).is(http.StatusNotFound)
	w.stranger().get("/detectors/blind/mute").to("/signin")
	w.stranger().post("/detectors/blind/mute", url.Values{"why": {"x"}}).is(http.StatusUnauthorized)
}
