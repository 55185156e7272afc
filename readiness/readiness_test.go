package readiness

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/check"
	"tocsin/decision"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store/memory"
	"tocsin/upkeep"
)

// world is an engine with the example plan in force, as changed.
func world(t *testing.T, change func(*plan.Plan)) (World, *plan.Plan) {
	t.Helper()
	p, src, err := plan.Load(os.DirFS("../examples/vault"))
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(p)
	}
	now := time.Date(2026, 12, 6, 3, 0, 0, 0, time.UTC)
	e := engine.New(engine.Options{Store: memory.New(nil), Now: func() time.Time { return now }})
	if _, err := e.Pin(t.Context(), p, src.Files); err != nil {
		t.Fatal(err)
	}
	return World{Engine: e, Protocol: p.Protocol, Now: now}, p
}

// look is the gap of a code; none if there is none.
func look(t *testing.T, w World, code string) (Gap, bool) {
	t.Helper()
	gaps, err := Look(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(gaps, func(g Gap) bool { return g.Code == code })
	if i < 0 {
		return Gap{}, false
	}
	g := gaps[i]
	if g.Say == "" || g.Why == "" || g.Mend == "" || g.Level == "" {
		t.Errorf("%s says too little: %+v", code, g)
	}
	return g, true
}

func TestWhoHasNotRead(t *testing.T) {
	w, p := world(t, nil)
	g, ok := look(t, w, NotRead)
	if !ok || len(g.People) != len(p.CoreTeam) || !strings.Contains(g.Say, "Janet R") || g.Level != check.Warning {
		t.Fatalf("%+v", g)
	}
	for i, r := range p.CoreTeam {
		if err := w.Engine.ConfirmRead(t.Context(), p.Protocol, journal.Actor{Kind: journal.Person, ID: r.ID}, p.Hash()); err != nil {
			t.Fatal(err)
		}
		if g, ok := look(t, w, NotRead); ok != (i < len(p.CoreTeam)-1) || slices.Contains(g.People, r.ID) {
			t.Errorf("after %s: %+v", r.ID, g)
		}
	}
}

func TestFolderThatDiffers(t *testing.T) {
	w, p := world(t, nil)
	for folder, want := range map[evm.Hash]bool{{}: false, p.Hash(): false, {1}: true} {
		w.Folder = folder
		if _, ok := look(t, w, Differs); ok != want {
			t.Errorf("folder %s: %t, want %t", folder.Hex(), ok, want)
		}
	}
}

func TestAdoptionThatWaits(t *testing.T) {
	w, p := world(t, nil)
	if _, ok := look(t, w, Waiting); ok {
		t.Error("something waits that nobody proposed")
	}
	next, err := plan.ParseCanonical(p.Canonical())
	if err != nil {
		t.Fatal(err)
	}
	next.Version = "2.0"
	x, err := w.Engine.Propose(t.Context(), engine.PlanProposal{Plan: next, Summary: "Test"})
	if err != nil {
		t.Fatal(err)
	}
	g, ok := look(t, w, Waiting)
	if !ok || !strings.Contains(g.Say, "Version 2.0") || !slices.Equal(g.People, []string{"carmen", "oscar", "janet", "david"}) || !strings.Contains(g.Mend, x.Hash.Hex()) {
		t.Errorf("%+v", g)
	}
	w.Now = x.Adoption.Expires()
	if g, ok := look(t, w, Waiting); ok {
		t.Errorf("it waits although nobody can sign it: %+v", g)
	}
}

func TestPlanThatNobodyCanReplace(t *testing.T) {
	w, _ := world(t, nil)
	if g, ok := look(t, w, Irreplaced); ok {
		t.Errorf("%+v", g)
	}
	w, _ = world(t, func(p *plan.Plan) {
		p.Decisions = slices.DeleteFunc(p.Decisions, func(d plan.Decision) bool { return d.Adopts })
	})
	if g, ok := look(t, w, Irreplaced); !ok || !strings.Contains(g.Say, "no decision that adopts") {
		t.Errorf("%+v", g)
	}
}

func TestNoPlanAtAll(t *testing.T) {
	w := World{Engine: engine.New(engine.Options{Store: memory.New(nil)}), Protocol: "none"}
	if _, err := Look(t.Context(), w); err == nil {
		t.Error("no error")
	}
}

// Who is away shows without any chain; what was seen of the chains shows beside it, each once.
func TestAwayAndLive(t *testing.T) {
	w, p := world(t, nil)
	w.Live = &Report{Gaps: []Gap{{Code: SignerAway, Level: check.Note, Say: "old", Why: "-", Mend: "-"}, {Code: ActionFails, Level: check.Error, Say: "It would fail", Why: "-", Mend: "-"}}}
	if _, ok := look(t, w, SignerAway); ok {
		t.Error("what was known an hour ago stands there still")
	}
	if g, ok := look(t, w, ActionFails); !ok || g.Say != "It would fail" {
		t.Errorf("%+v", g)
	}
	for _, who := range []string{"carmen", "bella"} { // she and her stand-in
		if err := w.Engine.Away(t.Context(), p.Protocol, w.Now.Add(time.Hour), journal.Actor{Kind: journal.Person, ID: who}); err != nil {
			t.Fatal(err)
		}
	}
	g, ok := look(t, w, DecisionAway)
	if !ok || g.Level != check.Error || !strings.Contains(g.Say, "away") {
		t.Errorf("%+v", g)
	}
	w.Now = w.Now.Add(time.Hour)
	if _, ok := look(t, w, DecisionAway); ok {
		t.Error("they are away although their time is over")
	}
}

// Whoever may be asked to decide shows now and then that they hold their key: by signing that they do, or by an answer.
func TestKeysAreTried(t *testing.T) {
	w, p := world(t, nil)
	g, ok := look(t, w, KeyUntried)
	if !ok || !slices.Contains(g.People, "carmen") || slices.Contains(g.People, "hanna") || !strings.Contains(strings.Join(g.Evidence, " "), "0x25EA031c") {
		t.Fatalf("%+v", g)
	}
	carmen, _ := p.Person("carmen")
	digest := decision.Trial(p, &carmen, w.Now).Digest()
	secret, err := crypto.ToECDSA(crypto.Keccak256([]byte("tocsin demo key: carmen")))
	if err != nil {
		t.Fatal(err)
	}
	sig, err := crypto.Sign(digest[:], secret)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Engine.TryKey(t.Context(), p.Protocol, w.Now.UTC().Format(time.DateOnly), sig, nil, journal.Actor{Kind: journal.Person, ID: "carmen"}); err != nil {
		t.Fatal(err)
	}
	if g, _ := look(t, w, KeyUntried); slices.Contains(g.People, "carmen") || !slices.Contains(g.People, "oscar") {
		t.Errorf("%+v", g)
	}
	w.Now = w.Now.Add(upkeep.TryEvery - time.Minute)
	if g, ok := look(t, w, KeyStale); ok {
		t.Errorf("%+v", g)
	}
	w.Now = w.Now.Add(2 * time.Minute)
	if g, ok := look(t, w, KeyStale); !ok || !slices.Equal(g.People, []string{"carmen"}) || !strings.Contains(g.Evidence[0], "by signing that they hold it") || !strings.Contains(g.Evidence[0], "every 90 days") {
		t.Errorf("%+v", g)
	}
}
