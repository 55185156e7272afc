package engine_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/decision"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/outside"
	"tocsin/plan"
	"tocsin/store/memory"
)

// What was done without the server is proved again by whoever takes it in, stands there once, and raises no approval of the incident.
func TestTakeIn(t *testing.T) {
	p, src, err := plan.Load(os.DirFS("../examples/vault"))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 12, 6, 3, 0, 0, 0, time.UTC)
	e := engine.New(engine.Options{Store: memory.New(nil), Now: func() time.Time { return now }})
	ctx, janet := t.Context(), journal.Actor{Kind: journal.Person, ID: "janet"}
	if _, err := e.Pin(ctx, p, src.Files); err != nil {
		t.Fatal(err)
	}
	v, err := e.Open(ctx, incident.Command{Actor: janet, Op: incident.OpOpen{Protocol: p.Protocol, Title: "Theft", Issue: "stolen-user-funds"}})
	if err != nil {
		t.Fatal(err)
	}
	request, err := outside.Ask(p, outside.Asking{ID: "act-record-1", Action: "pause-vault", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	r := outside.Record{Request: request}
	for _, who := range []string{"carmen", "oscar"} {
		key, err := crypto.ToECDSA(crypto.Keccak256([]byte("tocsin demo key: " + who)))
		if err != nil {
			t.Fatal(err)
		}
		digest := r.Message.With(decision.Approve).Digest()
		sig, err := crypto.Sign(digest[:], key)
		if err != nil {
			t.Fatal(err)
		}
		a, err := r.Accept(p, outside.Answer{Choice: decision.Approve, Form: outside.ByMessage, Signature: sig}, now)
		if err != nil {
			t.Fatal(err)
		}
		r.Answers = append(r.Answers, a)
	}
	r.Order, r.State, r.Got, r.Block, r.Ended = &outside.Order{At: now}, outside.Unneeded, "true", 7, now
	now = now.Add(time.Hour)
	take := func(r outside.Record, seen *incident.SeenLanding) (*engine.View, error) {
		return e.TakeIn(ctx, v.State.ID, incident.Command{Actor: janet, Op: incident.OpTakeIn{Record: r, Seen: seen}})
	}
	for name, change := range map[string]func(*outside.Record){
		"an approval less": func(r *outside.Record) { r.Answers = r.Answers[:1] },
		"an approval of another": func(r *outside.Record) {
			r.Answers = append(r.Answers[:1:1], r.Answers[0])
			r.Answers[1].Person = "oscar"
		},
		"another action":            func(r *outside.Record) { r.Action = "unpause-vault" },
		"another plan":              func(r *outside.Record) { r.Message.Plan[0]++ },
		"another protocol":          func(r *outside.Record) { r.Message.Protocol = "other" },
		"a landing out of nowhere":  func(r *outside.Record) { r.State, r.Landed = outside.Verified, &outside.Landing{Status: 1} },
		"nothing that was done yet": func(r *outside.Record) { r.State = "" },
	} {
		x := r
		change(&x)
		if _, err := take(x, nil); err == nil || fault.Is(err, fault.Internal) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := take(r, &incident.SeenLanding{Block: 7}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a chain is said to have shown what did not land: %v", err)
	}
	if _, err := e.Do(ctx, v.State.ID, incident.Command{Actor: janet, Op: incident.OpTakeIn{Record: r, Plan: p}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("past the look at the plan: %v", err)
	}
	for range 2 {
		if v, err = take(r, nil); err != nil {
			t.Fatal(err)
		}
	}
	if x := v.State.Outside("act-record-1"); len(v.State.TakenIn) != 1 || x.By != "janet" || len(x.Record.Answers) != 2 || len(v.State.Actions) != 0 {
		t.Errorf("%+v", v.State.TakenIn)
	}
	for _, d := range v.State.Decisions {
		if len(d.Approvals) > 0 {
			t.Errorf("it counts for %s", d.ID)
		}
	}
	told := ""
	list, err := v.Happened(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range list {
		if _, ok := h.Event.(incident.EventTakenIn); ok {
			told += incident.Describe(p, v.State, h)
		}
	}
	if !strings.Contains(told, "Janet R took it in from a file") || !strings.Contains(told, "Carmen") || !strings.Contains(told, "Nothing landed") || strings.Count(told, "took it in") != 1 {
		t.Errorf("it says %q", told)
	}
}
