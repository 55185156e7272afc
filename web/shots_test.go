package web

import (
	"os"
	"testing"
	"time"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/incident"
)

// TestShots leads a real incident and an exercise through their phases and stores pictures of the pages on the way: for
// people to look at. It runs where TOCSIN_SHOTS names the folder to store them in.
func TestShots(t *testing.T) {
	if os.Getenv("TOCSIN_SHOTS") == "" {
		return
	}
	if err := os.MkdirAll(os.Getenv("TOCSIN_SHOTS"), 0o700); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, true)
	b := newBrowser(t, w)
	b.signIn("janet")
	w.readings = []Reading{
		{Asset: "vault", Label: "Harbour Vault", Value: "not paused", Say: "17,118.1 HUSD in it", Danger: true, Block: 230, At: w.clock()},
	}
	desk := func(path, name string) {
		b.size(1360, 1000)
		b.open(path)
		b.shot(name)
	}
	phone := func(path, name string) {
		b.size(360, 1400)
		b.open(path)
		b.shot(name + "-phone")
	}
	desk("/", "overview-quiet")
	phone("/", "overview-quiet")
	desk("/open", "open")
	desk("/plan", "plan")
	w.proposed()
	desk("/plan", "adoption")
	phone("/plan", "adoption")
	id := w.attack(true)
	at := "/incidents/" + id
	w.pass(70 * time.Second)
	desk("/", "overview-live")
	desk(at, "detected")
	phone(at, "detected")
	w.does(id, "janet", incident.OpAnswer{Answer: incident.Coming, Note: "at the desk in five minutes"})
	w.pass(40 * time.Second)
	w.does(id, "janet", incident.OpValidate{Note: "It took ten times what it ever put in."})
	d := w.state(id).Decisions[0]
	w.signs(id, "carmen", &d, decision.Approve)
	b.play("oscar")
	desk(at, "validated")
	phone(at, "validated")
	desk(at+"/decisions/"+d.ID, "decision")
	w.signs(id, "oscar", &d, decision.Approve)
	a := w.state(id).Actions[0]
	tx := evm.Hash{9, 9}
	w.acts(id, incident.OpSigned{Action: a.ID, Tx: incident.Transaction{Hash: tx, Raw: []byte{1}, Nonce: 41, At: w.clock()}})
	w.acts(id, incident.OpSent{Action: a.ID, Tx: tx})
	b.play("janet")
	desk(at, "sent")
	w.pass(10 * time.Second)
	w.acts(id, incident.OpLanded{Action: a.ID, Landing: incident.Landing{Tx: tx, Block: 231, BlockHash: evm.Hash{7}, Status: 1, At: w.clock()}})
	w.acts(id, incident.OpEffect{Action: a.ID, Got: "true", Holds: true, Block: 231, Hash: evm.Hash{7}})
	w.observe(240, nil)
	w.readings[0].Value, w.readings[0].Danger = "paused", false
	w.pass(3 * time.Minute)
	desk(at, "contained")
	phone(at, "contained")
	real := w.attack(false)
	desk("/incidents/"+real, "real")
	phone("/incidents/"+real, "real")
	desk("/", "overview-two")
	phone("/page/"+w.pageSecret(real, "janet"), "page-link")
	phone("/signin", "signin")
	for _, v := range incident.StepsOf(w.plan, w.state(id)) {
		if v.State != incident.Done {
			w.does(id, "janet", incident.OpEndStep{Step: v.ID, State: incident.Skipped, Note: "not needed in this exercise"})
		}
	}
	w.does(id, "janet", incident.OpResolve{Note: "The vault is open again.", Absent: incident.Reopening(w.plan, w.state(id))})
	w.does(id, "david", incident.OpResolve{Note: "The vault is open again.", Absent: incident.Reopening(w.plan, w.state(id))})
	desk(at, "resolved")
	desk(at+"/postmortem", "postmortem")
	b.dark()
	desk("/plan", "dark-adoption")
	phone("/plan", "dark-adoption")
	desk("/incidents/"+real, "dark-real")
	desk(at, "dark-drill")
	phone("/incidents/"+real, "dark-real")
}
