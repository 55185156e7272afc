package engine_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/decision"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store"
	"tocsin/store/memory"
)

// adoptable is the small plan with a decision that adopts: two of three.
func adoptable(t testing.TB) *plan.Plan {
	t.Helper()
	p, _ := small(t)
	p.Version = "1"
	p.Decisions = append(p.Decisions, plan.Decision{
		ID: "adopt", Name: "Adopt a plan", Adopts: true, Expires: plan.Duration(24 * time.Hour),
		Additional: plan.Approvers{Who: []string{"ada", "ben", "cyd"}, Need: 2},
	})
	return p
}

// newer is a plan that differs from the adoptable one.
func newer(t testing.TB, version string) *plan.Plan {
	t.Helper()
	p := adoptable(t)
	p.Version = version
	return p
}

// pinned is an engine over a store, with the adoptable plan in force.
func pinned(t testing.TB, st store.Store, node string, clock func() time.Time, p *plan.Plan) *engine.Engine {
	t.Helper()
	e := engine.New(engine.Options{Store: st, Node: node, Now: clock})
	if _, err := e.Pin(t.Context(), p, map[string][]byte{"plan.yaml": []byte("name: small")}); err != nil {
		t.Fatal(err)
	}
	return e
}

func propose(t testing.TB, e *engine.Engine, p *plan.Plan) *engine.Proposed {
	t.Helper()
	x, err := e.Propose(t.Context(), engine.PlanProposal{Plan: p, Files: map[string][]byte{"plan.yaml": []byte("version: " + p.Version)}, Summary: "It changes its version."})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// signs is a person's signature over an answer to a proposal.
func signs(t testing.TB, x *engine.Proposed, person, choice string) []byte {
	t.Helper()
	return signMessage(t, x.Adoption.Message.With(choice), person)
}

func signMessage(t testing.TB, m decision.Message, person string) []byte {
	t.Helper()
	digest := m.Digest()
	sig, err := crypto.Sign(digest[:], key(t, person))
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

func answer(t testing.TB, e *engine.Engine, x *engine.Proposed, person, choice string) *engine.Proposed {
	t.Helper()
	got, err := e.Answer(t.Context(), "small", x.ID, choice, signs(t, x, person, choice))
	if err != nil {
		t.Fatalf("%s: %v", person, err)
	}
	return got
}

func inForce(t testing.TB, e *engine.Engine) string {
	t.Helper()
	p, err := e.InForce(t.Context(), "small")
	if err != nil {
		t.Fatal(err)
	}
	return p.Version
}

func TestAdoption(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e, other := pinned(t, st, "a", clock.now, adoptable(t)), pinned(t, st, "b", clock.now, adoptable(t))
		opened := report(t, e)
		next := newer(t, "2")
		x := propose(t, e, next)
		if again := propose(t, other, next); again.ID != x.ID {
			t.Errorf("the same plan is proposed twice: %d and %d", x.ID, again.ID)
		}
		if got := answer(t, e, x, "ada", decision.Approve); got.State != engine.ProposalOpen || inForce(t, e) != "1" {
			t.Fatalf("one of two suffices: %s, version %s", got.State, inForce(t, e))
		}
		_, err := other.Answer(t.Context(), "small", x.ID, decision.Approve, signs(t, x, "ada", decision.Approve))
		want(t, err, fault.Conflict)
		clock.pass(time.Hour)
		if got := answer(t, other, x, "cyd", decision.Approve); got.State != engine.ProposalAdopted {
			t.Fatalf("two of two do not suffice: %s", got.State)
		}
		for _, node := range []*engine.Engine{e, other, engine.New(engine.Options{Store: st, Now: clock.now})} {
			if inForce(t, node) != "2" {
				t.Errorf("a node goes by version %s", inForce(t, node))
			}
		}
		files, err := other.Files(t.Context(), "small")
		if err != nil || string(files["plan.yaml"]) != "version: 2" {
			t.Errorf("files %q, %v", files["plan.yaml"], err)
		}
		if v := view(t, e, opened.State.ID); v.Plan.Version != "1" {
			t.Errorf("an incident changed its plan to version %s", v.Plan.Version)
		}
		if v := report(t, e); v.Plan.Version != "2" {
			t.Errorf("a new incident runs under version %s", v.Plan.Version)
		}
		h, err := e.VerifyAdoptions(t.Context(), "small")
		if err != nil || len(h.Reigns) != 2 || h.InForce().Hash != next.Hash() || !h.InForce().Since.Equal(clock.now()) {
			t.Fatalf("it does not verify: %+v, %v", h, err)
		}
		_, err = e.Answer(t.Context(), "small", x.ID, decision.Approve, signs(t, x, "ben", decision.Approve))
		want(t, err, fault.Conflict)
		st2, err := e.Standing(t.Context(), "small", adoptable(t).Hash())
		if err != nil || !st2.Differs || st2.InForce != next.Hash() {
			t.Errorf("standing %+v, %v", st2, err)
		}
	})
}

func TestWhatCannotBeProposed(t *testing.T) {
	clock := newClock()
	ask := func(p *plan.Plan, change func(*plan.Plan), x engine.PlanProposal) error {
		t.Helper()
		if change != nil {
			change(p)
		}
		_, err := pinned(t, memory.New(nil), "a", clock.now, p).Propose(t.Context(), x)
		return err
	}
	adopts := func(f func(*plan.Decision)) func(*plan.Plan) {
		return func(p *plan.Plan) { f(&p.Decisions[len(p.Decisions)-1]) }
	}
	foreign := newer(t, "2")
	foreign.Protocol = "another"
	next := engine.PlanProposal{Plan: newer(t, "2")}
	for name, c := range map[string]struct {
		change func(*plan.Plan)
		ask    engine.PlanProposal
		code   fault.Code
		say    string
	}{
		"the same plan":            {nil, engine.PlanProposal{Plan: adoptable(t)}, fault.Conflict, "already in force"},
		"another protocol's":       {nil, engine.PlanProposal{Plan: foreign}, fault.Invalid, `plan of "another"`},
		"no such decision":         {nil, engine.PlanProposal{Plan: newer(t, "2"), Decision: "pause"}, fault.Invalid, "It has: adopt"},
		"nothing adopts":           {adopts(func(d *plan.Decision) { d.Adopts = false }), next, fault.Forbidden, "names no decision that adopts"},
		"its quorum is open":       {adopts(func(d *plan.Decision) { d.Unsettled = []string{"How many?"} }), next, fault.Forbidden, "new data folder|empty data folder"},
		"more are needed than are": {adopts(func(d *plan.Decision) { d.Additional.Need = 4 }), next, fault.Forbidden, "cannot be met"},
		"who must sign has no key": {adopts(func(d *plan.Decision) { d.Required = []string{"eve"} }), next, fault.Forbidden, "have an account"},
	} {
		t.Run(name, func(t *testing.T) {
			err := ask(adoptable(t), c.change, c.ask)
			want(t, err, c.code)
			if s := fault.Sentence(err); !strings.Contains(s, strings.Split(c.say, "|")[0]) && !strings.Contains(s, c.say[strings.Index(c.say, "|")+1:]) {
				t.Errorf("it says %q, want %q", s, c.say)
			}
		})
	}
}

func TestAnswersThatDoNotCount(t *testing.T) {
	clock := newClock()
	e := pinned(t, memory.New(nil), "a", clock.now, adoptable(t))
	x := propose(t, e, newer(t, "2"))
	hand := func(choice string, sig []byte) error {
		_, err := e.Answer(t.Context(), "small", x.ID, choice, sig)
		return err
	}
	want(t, hand(decision.Approve, signs(t, x, "dan", decision.Approve)), fault.Forbidden)     // no approver
	want(t, hand(decision.Approve, signs(t, x, "mallory", decision.Approve)), fault.Forbidden) // nobody
	want(t, hand(decision.Approve, []byte{1, 2, 3}), fault.Invalid)
	want(t, hand(decision.Approve, signs(t, x, "ada", decision.Refuse)), fault.Conflict) // the opposite
	other := x.Adoption.Message
	other.Action[0]++
	want(t, hand(decision.Approve, signMessage(t, other.With(decision.Approve), "ada")), fault.Forbidden) // of another plan
	_, err := e.Answer(t.Context(), "small", 99, decision.Approve, signs(t, x, "ada", decision.Approve))
	want(t, err, fault.NotFound)

	answer(t, e, x, "ada", decision.Approve)
	answer(t, e, x, "ben", decision.Refuse)
	if got := answer(t, e, x, "ada", decision.Refuse); got.State != engine.ProposalOpen || len(got.Adoption.Answers) != 3 {
		t.Errorf("%+v", got)
	}
	clock.pass(24 * time.Hour)
	want(t, hand(decision.Approve, signs(t, x, "cyd", decision.Approve)), fault.Expired)
	if inForce(t, e) != "1" {
		t.Error("it came into force")
	}
	anew := propose(t, e, newer(t, "2"))
	if anew.ID == x.ID {
		t.Fatal("what expired cannot be proposed anew")
	}
	if err := func() error {
		_, err := e.Answer(t.Context(), "small", anew.ID, decision.Approve, signs(t, x, "cyd", decision.Approve))
		return err
	}(); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a signature over what expired counts: %v", err)
	}
}

// A plan that comes back into force does not bring back to life what was signed when it was in force first.
func TestSignaturesCountOnce(t *testing.T) {
	clock := newClock()
	e := pinned(t, memory.New(nil), "a", clock.now, adoptable(t))
	adopt := func(p *plan.Plan) *engine.Proposed {
		x := propose(t, e, p)
		answer(t, e, x, "ada", decision.Approve)
		return answer(t, e, x, "ben", decision.Approve)
	}
	waiting := propose(t, e, newer(t, "3"))
	answer(t, e, waiting, "cyd", decision.Approve)
	first := adopt(newer(t, "2"))
	_, err := e.Answer(t.Context(), "small", waiting.ID, decision.Approve, signs(t, waiting, "ada", decision.Approve))
	want(t, err, fault.Conflict) // overtaken
	adopt(adoptable(t))
	if inForce(t, e) != "1" {
		t.Fatalf("version %s", inForce(t, e))
	}
	x := propose(t, e, newer(t, "2"))
	for _, s := range first.Adoption.Answers {
		_, err := e.Answer(t.Context(), "small", x.ID, s.Choice, s.Signature)
		want(t, err, fault.Forbidden)
	}
}

// Two nodes take two answers at the same moment: both are kept, and the plan is adopted once.
func TestAnswersAtOnce(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		var nodes []*engine.Engine
		for i := range 3 {
			nodes = append(nodes, pinned(t, st, fmt.Sprint(i), clock.now, adoptable(t)))
		}
		x := propose(t, nodes[0], newer(t, "2"))
		var wg sync.WaitGroup
		errs := make([]error, len(nodes))
		for i, person := range []string{"ada", "ben", "cyd"} {
			sig := signs(t, x, person, decision.Approve)
			wg.Go(func() { _, errs[i] = nodes[i].Answer(t.Context(), "small", x.ID, decision.Approve, sig) })
		}
		wg.Wait()
		late := 0
		for _, err := range errs {
			if fault.Is(err, fault.Conflict) {
				late++
			} else if err != nil {
				t.Error(err)
			}
		}
		h, err := nodes[0].VerifyAdoptions(t.Context(), "small")
		if err != nil || len(h.Reigns) != 2 || late != 1 || len(h.InForce().Adoption.Answers) != 2 {
			t.Errorf("%d came late; %+v, %v", late, h, err)
		}
	})
}

func TestReadings(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := pinned(t, st, "a", clock.now, adoptable(t))
		hash := adoptable(t).Hash()
		for range 2 {
			if err := e.ConfirmRead(t.Context(), "small", as("ada"), hash); err != nil {
				t.Fatal(err)
			}
		}
		h, err := e.VerifyAdoptions(t.Context(), "small")
		if err != nil || len(h.Read(hash)) != 1 || !h.HasRead(hash, "ada") || h.HasRead(hash, "ben") {
			t.Errorf("%v, %v", h.Read(hash), err)
		}
		want(t, e.ConfirmRead(t.Context(), "small", as("ada"), evm.Hash{1}), fault.Conflict)
		want(t, e.ConfirmRead(t.Context(), "small", as("mallory"), hash), fault.Forbidden)
		want(t, e.ConfirmRead(t.Context(), "small", journal.Actor{}, hash), fault.Forbidden)
	})
}
