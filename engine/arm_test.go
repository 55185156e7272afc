package engine_test

import (
	"bytes"
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/arm"
	"tocsin/decision"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store"
)

// automatic is the small plan with what it does by itself about a theft, edited further by pairs of texts.
func automatic(t testing.TB, edits ...string) (*plan.Plan, map[string][]byte) {
	t.Helper()
	b, err := os.ReadFile("../incident/testdata/plan/plan.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range [][2]string{
		{"{ id: drain, name: Drain, kind: match, mode: page,", "{ id: drain, name: Drain, kind: match, mode: act, act_together: odd,"},
		{"    quiet_for: 1m\n", "    quiet_for: 1m\n    automatic: { action: pause, detectors: [drain], veto: [works], decision: pause, within: 3d, at_most: 1, per: 12h }\n"},
		{"issues:\n", "  - { id: works, name: Works, kind: match, mode: observe, asset: vault, function: unpause() }\nissues:\n"},
	} {
		edits = append([]string{e[0], e[1]}, edits...)
	}
	for i := 0; i+1 < len(edits); i += 2 {
		if !bytes.Contains(b, []byte(edits[i])) {
			t.Fatalf("the plan does not say %q", edits[i])
		}
		b = bytes.Replace(b, []byte(edits[i]), []byte(edits[i+1]), 1)
	}
	p, source, err := plan.Load(fstest.MapFS{"plan.yaml": {Data: b}})
	if err != nil {
		t.Fatal(err)
	}
	return p, source.Files
}

// startAutomatic makes an engine over a store, with the plan of automatic in force.
func startAutomatic(t testing.TB, st store.Store, node string, clock func() time.Time, edits ...string) *engine.Engine {
	t.Helper()
	e := engine.New(engine.Options{Store: st, Node: node, Now: clock})
	p, files := automatic(t, edits...)
	if _, err := e.Pin(t.Context(), p, files); err != nil {
		t.Fatal(err)
	}
	return e
}

// tested puts a backtest of the detector drain on record.
func tested(t testing.TB, e *engine.Engine) {
	t.Helper()
	p, err := e.InForce(t.Context(), "small")
	if err != nil {
		t.Fatal(err)
	}
	if err := e.RecordTests(t.Context(), "small", []arm.Test{{Detector: "drain", Of: arm.Imprint(p, "drain"), Chain: 31337, From: 1, To: 9000, Blocks: 9000, Verified: true}}, as("ada")); err != nil {
		t.Fatal(err)
	}
}

// signArm has a person sign an arming.
func signArm(t testing.TB, e *engine.Engine, a arm.Arm, person, choice string) (arm.Arm, error) {
	t.Helper()
	digest := a.Message.With(choice).Digest()
	sig, err := crypto.Sign(digest[:], key(t, person))
	if err != nil {
		t.Fatal(err)
	}
	return e.SignArm(t.Context(), "small", a.Number, choice, sig, as(person))
}

// armTheft has what is done about a theft armed by those whom the plan asks.
func armTheft(t testing.TB, e *engine.Engine) arm.Arm {
	t.Helper()
	tested(t, e)
	a, err := e.Arm(t.Context(), "small", "theft", time.Time{}, as("ada"))
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"ben", "cyd"} {
		if a, err = signArm(t, e, a, who, decision.Approve); err != nil {
			t.Fatal(err)
		}
	}
	if a.State != arm.Armed {
		t.Fatalf("it is %q after all have signed", a.State)
	}
	return a
}

// drained is a finding of the detector drain, which may act.
func drained(id string) incident.Finding {
	f := found(id)
	f.Mode = "act"
	return f
}

// agreeing is a finding of the detector that has to agree.
func agreeing(id string) incident.Finding {
	f := found(id)
	f.Detector = "odd"
	return f
}

// ordered are the actions that an incident has ordered.
func ordered(v *engine.View) (list []string) {
	for _, a := range v.State.Actions {
		list = append(list, a.Action+" "+a.State)
	}
	return list
}

// only returns the one incident that there is.
func only(t testing.TB, e *engine.Engine) *engine.View {
	t.Helper()
	l := list(t, e)
	if len(l) != 1 {
		t.Fatalf("%d incidents", len(l))
	}
	return view(t, e, l[0].ID)
}

// why is why an incident does not act by itself.
func why(v *engine.View) string {
	if n := len(v.State.NotActed); n > 0 {
		return v.State.NotActed[n-1].Why
	}
	return ""
}

func TestArmedActsInTheSameCommit(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := startAutomatic(t, st, "a", clock.now)
		a := armTheft(t, e)
		f := follow(t, e, clock.now().Add(time.Hour))
		f.see(drained("f1"), agreeing("f2"))
		v := only(t, e)
		if got := ordered(v); !slices.Equal(got, []string{"pause ordered"}) {
			t.Fatalf("ordered %v; why not: %s", got, why(v))
		}
		if v.State.Phase != incident.Detected {
			t.Errorf("it is %s", v.State.Phase)
		}
		if n := count(v, "action-ordered"); n != 1 {
			t.Errorf("ordered %d times", n)
		}
		x := v.State.Decision(v.State.Actions[0].Decision)
		if x == nil || x.State != incident.Met || x.Armed == nil || x.Armed.Number != a.Number || len(x.Approvals) != 2 || x.Finding != "f1" {
			t.Errorf("by the decision %+v", x)
		}
		for _, y := range v.State.Decisions {
			if y.State == incident.Open && y.Subject.Ref == "pause" {
				t.Error("people are asked for what is ordered already")
			}
		}
		s, err := e.Arms(t.Context(), "small")
		if err != nil || len(s.Uses) != 1 || s.Uses[0].Incident != v.State.ID {
			t.Errorf("used %+v, %v", s.Uses, err)
		}
		f.see(drained("f3"), agreeing("f4"))
		if got := ordered(view(t, e, v.State.ID)); len(got) != 1 {
			t.Errorf("ordered again: %v", got)
		}
	})
}

func TestAgreeingFindingActs(t *testing.T) {
	clock := newClock()
	e := startAutomatic(t, open(t), "a", clock.now)
	armTheft(t, e)
	f := follow(t, e, clock.now().Add(time.Hour))
	f.see(drained("f1"))
	v := only(t, e)
	if len(v.State.Actions) != 0 || !strings.Contains(why(v), "Oddity has not found the same within 10 minutes") {
		t.Fatalf("ordered %v; why not: %q", ordered(v), why(v))
	}
	open := v.State.Decisions[0]
	f.see(agreeing("f2"))
	v = only(t, e)
	if got := ordered(v); !slices.Equal(got, []string{"pause ordered"}) {
		t.Fatalf("ordered %v; why not: %s", got, why(v))
	}
	if x := v.State.Decision(open.ID); x.State != incident.Withdrawn {
		t.Errorf("what people were asked is %s", x.State)
	}
}

func TestNotArmed(t *testing.T) {
	both := func(f *follower) { f.see(drained("f1"), agreeing("f2")) }
	for name, c := range map[string]struct {
		edits []string
		do    func(t *testing.T, e *engine.Engine, clock *watchmaker, f *follower)
		why   string
	}{
		"never armed": {nil, func(_ *testing.T, _ *engine.Engine, _ *watchmaker, f *follower) { both(f) }, "It is not armed."},
		"waits for signatures": {nil, func(t *testing.T, e *engine.Engine, _ *watchmaker, f *follower) {
			tested(t, e)
			a, err := e.Arm(t.Context(), "small", "theft", time.Time{}, as("ada"))
			if err != nil {
				t.Fatal(err)
			}
			if a, err = signArm(t, e, a, "ben", decision.Approve); err != nil || a.State != arm.Asked {
				t.Fatalf("%s, %v", a.State, err)
			}
			both(f)
		}, "It is not armed: it waits for signatures."},
		"expired": {nil, func(t *testing.T, e *engine.Engine, clock *watchmaker, f *follower) {
			armTheft(t, e)
			clock.pass(3 * 24 * time.Hour)
			again := follow(t, e, clock.now().Add(time.Hour))
			both(again)
		}, "It is not armed any more: that ended at 24 November 10:00 UTC."},
		"vetoed in the same block": {nil, func(t *testing.T, e *engine.Engine, _ *watchmaker, f *follower) {
			armTheft(t, e)
			w := found("w1")
			w.Detector, w.Mode, w.Issues, w.Say = "works", "observe", nil, "Planned works."
			f.see(drained("f1"), agreeing("f2"), w)
		}, "The detector Works found something at"},
		"vetoed before": {nil, func(t *testing.T, e *engine.Engine, clock *watchmaker, f *follower) {
			armTheft(t, e)
			w := found("w1")
			w.Detector, w.Mode, w.Issues, w.Say = "works", "observe", nil, "Planned works."
			f.see(w)
			clock.pass(59 * time.Minute)
			both(f)
		}, "Planned works."},
		"disarmed": {nil, func(t *testing.T, e *engine.Engine, _ *watchmaker, f *follower) {
			armTheft(t, e)
			for _, who := range []string{"ada", "dan"} {
				if _, err := e.Disarm(t.Context(), "small", "theft", "We upgrade", as(who)); err != nil {
					t.Fatal(err)
				}
			}
			both(f)
		}, "It is not armed."},
		"an exercise": {nil, func(t *testing.T, e *engine.Engine, _ *watchmaker, f *follower) {
			armTheft(t, e)
			o := f.observation(drained("f1"), agreeing("f2"))
			o.Exercise = &incident.Exercise{Scenario: "theft", Chain: 31337}
			if err := e.Observe(t.Context(), o); err != nil {
				t.Fatal(err)
			}
		}, "exercise"},
		"used up": {nil, func(t *testing.T, e *engine.Engine, clock *watchmaker, f *follower) {
			armTheft(t, e)
			both(f)
			v := only(t, e)
			if len(v.State.Actions) != 1 {
				t.Fatal("the first was not ordered")
			}
			clock.pass(11 * time.Hour)
			g := follow(t, e, clock.now().Add(time.Hour))
			other := []incident.Finding{drained("g1"), agreeing("g2")}
			for i := range other {
				other[i].Asset = "other"
			}
			g.see(other...)
		}, "It has acted once within 12h already"},
	} {
		t.Run(name, func(t *testing.T) {
			clock := newClock()
			e := startAutomatic(t, open(t), "a", clock.now, c.edits...)
			c.do(t, e, clock, follow(t, e, clock.now().Add(time.Hour)))
			l := list(t, e)
			v := view(t, e, l[0].ID)
			if name != "used up" && len(v.State.Actions) != 0 || !strings.Contains(why(v), c.why) {
				t.Errorf("ordered %v; why not: %q, want %q", ordered(v), why(v), c.why)
			}
		})
	}
}

func TestVetoPasses(t *testing.T) {
	clock := newClock()
	e := startAutomatic(t, open(t), "a", clock.now)
	armTheft(t, e)
	f := follow(t, e, clock.now().Add(3*time.Hour))
	w := found("w1")
	w.Detector, w.Mode, w.Issues = "works", "observe", nil
	f.see(w)
	clock.pass(time.Hour + time.Second)
	f.see(drained("f1"), agreeing("f2"))
	if v := only(t, e); len(v.State.Actions) != 1 {
		t.Errorf("why not: %s", why(v))
	}
}

// A finding that a reorganisation takes back before anything is signed stops what was ordered, and does not count as a use.
func TestRetractedBeforeSigning(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := startAutomatic(t, st, "a", clock.now)
		armTheft(t, e)
		f := follow(t, e, clock.now().Add(time.Hour))
		f.see(drained("f1"), agreeing("f2"))
		o := f.observation()
		o.Retracted, o.RetractedWhy = []string{"f1"}, "Its block is gone."
		if err := e.Observe(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		v := only(t, e)
		if got := ordered(v); !slices.Equal(got, []string{"pause failed"}) {
			t.Fatalf("it is %v", got)
		}
		want(t, report1(e, v.State.ID, incident.OpSigned{Action: v.State.Actions[0].ID, Tx: incident.Transaction{Nonce: 1}}), fault.Conflict)
		s, err := e.Arms(t.Context(), "small")
		if err != nil || len(s.Uses) != 0 {
			t.Errorf("used %+v, %v", s.Uses, err)
		}
		if x := v.State.Decisions[len(v.State.Decisions)-1]; x.State != incident.Open || x.Armed != nil {
			t.Errorf("people are not asked now: %+v", x)
		}
		f.see(drained("f9"))
		if got := ordered(only(t, e)); !slices.Equal(got, []string{"pause failed", "pause ordered"}) {
			t.Errorf("found again: %v; why not: %s", got, why(only(t, e)))
		}
	})
}

// Once it is signed, it goes its way: nobody can recall a transaction.
func TestRetractedAfterSigning(t *testing.T) {
	clock := newClock()
	e := startAutomatic(t, open(t), "a", clock.now)
	armTheft(t, e)
	f := follow(t, e, clock.now().Add(time.Hour))
	f.see(drained("f1"), agreeing("f2"))
	v := only(t, e)
	if err := report1(e, v.State.ID, incident.OpSigned{Action: "action-1", Tx: incident.Transaction{Nonce: 1, Hash: [32]byte{1}}}); err != nil {
		t.Fatal(err)
	}
	o := f.observation()
	o.Retracted, o.RetractedWhy = []string{"f1"}, "Its block is gone."
	if err := e.Observe(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if got := ordered(only(t, e)); !slices.Equal(got, []string{"pause signed"}) {
		t.Errorf("it is %v", got)
	}
	if s, err := e.Arms(t.Context(), "small"); err != nil || len(s.Uses) != 1 {
		t.Errorf("used %+v, %v", s.Uses, err)
	}
}

// report1 carries out what the executor reports.
func report1(e *engine.Engine, id string, op incident.Op) error {
	_, err := e.Do(context.Background(), id, incident.Command{Actor: journal.Actor{Kind: journal.Executor, ID: "executor"}, Op: op})
	return err
}

// Two nodes that find the same issue at two places at once, over one database, act no more often than the plan lets them.
func TestTwoNodesActOnce(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		nodes := []*engine.Engine{startAutomatic(t, st, "a", clock.now), startAutomatic(t, st, "b", clock.now)}
		armTheft(t, nodes[0])
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			wg.Go(func() {
				fs := []incident.Finding{drained(string(rune('a'+i)) + "1"), agreeing(string(rune('a'+i)) + "2")}
				for k := range fs {
					fs[k].Asset = "asset-" + string(rune('a'+i))
				}
				errs[i] = nodes[i%2].Observe(t.Context(), engine.Observation{Protocol: "small", Chain: 31337, Findings: fs})
			})
		}
		wg.Wait()
		acts := 0
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, s := range list(t, nodes[0]) {
			acts += len(view(t, nodes[1], s.ID).State.Actions)
		}
		if acts != 1 || len(list(t, nodes[0])) != len(errs) {
			t.Errorf("%d actions in %d incidents", acts, len(list(t, nodes[0])))
		}
		s, err := nodes[1].Arms(t.Context(), "small")
		if err != nil || len(s.Uses) != 1 {
			t.Errorf("used %+v, %v", s.Uses, err)
		}
	})
}

// A record of what is armed that somebody changed arms nothing, and so does one of a newer release.
func TestTamperedArms(t *testing.T) {
	clock := newClock()
	st := open(t)
	e := startAutomatic(t, st, "a", clock.now)
	armTheft(t, e)
	recs, err := st.Load(t.Context(), "arms/small", 0)
	if err != nil {
		t.Fatal(err)
	}
	last := recs[len(recs)-1]
	bad := last
	bad.Seq, bad.Bytes = last.Seq+1, []byte(`{"kind":"armed"}`)
	if err := st.Commit(t.Context(), store.Commit{Appends: []store.Append{{Stream: "arms/small", Expect: last.Seq, Kind: "arms", Protocol: "small", Records: append(recs[:0:0], bad)}}}); err != nil {
		t.Fatal(err)
	}
	f := follow(t, e, clock.now().Add(time.Hour))
	f.see(drained("f1"), agreeing("f2"))
	if v := only(t, e); len(v.State.Actions) != 0 || !strings.Contains(why(v), "does not hold") {
		t.Errorf("ordered %v; why not: %s", ordered(v), why(v))
	}
}

// carried remembers what left the house.
type carried struct {
	mu   sync.Mutex
	list []incident.Dispatch
}

func (c *carried) Carry(_ context.Context, p engine.Parcel) engine.Outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, p.Dispatch)
	return engine.Outcome{State: engine.Landed}
}

// Whoever arms or disarms in secret must not be able to: the core team is told.
func TestEverybodyIsToldOfArming(t *testing.T) {
	clock := newClock()
	e := startAutomatic(t, open(t), "a", clock.now)
	var out carried
	e.Carry(incident.DispatchWord, &out)
	armTheft(t, e)
	for _, who := range []string{"ada", "dan"} {
		if _, err := e.Disarm(t.Context(), "small", "theft", "We upgrade", as(who)); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	told := map[string]int{}
	for _, d := range out.list {
		told[d.Person]++
		if d.To == "" || d.Subject == "" || !strings.Contains(d.Text, "Theft") && !strings.Contains(d.Text, "act by itself") {
			t.Errorf("told %+v", d)
		}
	}
	for _, who := range []string{"ada", "ben", "cyd", "dan"} {
		if told[who] != 3 { // armed, to be disarmed, disarmed
			t.Errorf("%s was told %d times", who, told[who])
		}
	}
	last := out.list[len(out.list)-1]
	if !strings.Contains(last.Subject, "Theft") {
		t.Errorf("the last is %+v", last)
	}
}
