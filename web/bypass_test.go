package web

import (
	"net/url"
	"testing"

	"tocsin/incident"
)

// Whoever approved a decision may withdraw it on its page, with a reason; somebody who has nothing to do with it is not offered that.
func TestWithdrawOnThePage(t *testing.T) {
	w := newWorld(t, true)
	id := w.attack(true)
	d := w.state(id).Decisions[0]
	at := "/incidents/" + id
	w.playing("oscar").submit(at+"/decisions/"+d.ID, "sign-"+d.ID, nil).to(at + "#decision-" + d.ID)
	w.playing("carmen").get(at + "/decisions/" + d.ID).lacks("Withdraw it")
	oscar := w.playing("oscar")
	oscar.get(at+"/decisions/"+d.ID).contains("Withdraw it", "Everybody is told.")
	oscar.submit(at+"/decisions/"+d.ID, "withdraw-"+d.ID, url.Values{"why": {"I had misread it."}})
	if x := w.state(id).Decision(d.ID); x.State != incident.Withdrawn || x.Withdrawn == nil || x.Withdrawn.By != "oscar" {
		t.Fatalf("it is %s, by %+v", x.State, x.Withdrawn)
	}
	oscar.get(at+"/decisions/"+d.ID).contains("withdrew it", "I had misread it.")
}
