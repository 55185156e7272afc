package upkeep

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

var start = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

func team() *plan.Plan {
	return &plan.Plan{
		CoreTeam:     []plan.Person{{ID: "ada", Name: "Ada", Keys: []plan.Key{{Address: evm.Address{1}}}}, {ID: "firm", Name: "The firm", Body: true}},
		ExtendedTeam: []plan.Person{{ID: "eve", Name: "Eve"}},
	}
}

// before stands for the hash of the event before; only the first has none.
func before(version uint64) [32]byte { return [32]byte{31: byte(version)} }

// do carries out a command; the events go through the record's own form.
func do(t *testing.T, s *State, who string, op Op, now time.Time) (*State, []Event, error) {
	t.Helper()
	actor := journal.Actor{Kind: journal.Person, ID: who}
	if who == "" {
		actor = journal.Actor{Kind: journal.Clock}
	}
	events, err := Decide(team(), s, Command{Actor: actor, Op: op}, now)
	next := s.Next()
	for _, e := range events {
		rec, err := journal.Seal(before(next.Version), journal.Envelope{Stream: "upkeep/x", Seq: next.Version + 1, Kind: e.Kind(), KindV: KindVersion, At: now, Actor: actor}, e, func() [16]byte { return [16]byte{} })
		if err != nil {
			t.Fatal(err)
		}
		h, err := Decode(rec)
		if err != nil {
			t.Fatal(err)
		}
		next.Apply(h)
	}
	return next, events, err
}

func TestAwayAndBack(t *testing.T) {
	s := &State{}
	s, _, err := do(t, s, "ada", OpAway{Until: start.Add(time.Hour)}, start)
	if err != nil || !s.Away(start)["ada"].Equal(start.Add(time.Hour)) {
		t.Fatalf("%v, %+v", err, s)
	}
	if len(s.Away(start.Add(time.Hour))) != 0 {
		t.Error("she is away when her time is over")
	}
	if _, events, err := do(t, s, "ada", OpAway{Until: start.Add(time.Hour)}, start); err != nil || len(events) != 0 {
		t.Errorf("said twice: %v, %v", events, err)
	}
	if s, _, err = do(t, s, "ada", OpBack{}, start); err != nil || len(s.Away(start)) != 0 {
		t.Errorf("%v, %+v", err, s)
	}
	if _, events, err := do(t, s, "ada", OpBack{}, start); err != nil || len(events) != 0 {
		t.Errorf("back twice: %v, %v", events, err)
	}
}

func TestFactsAreRecordedOncePerPlan(t *testing.T) {
	s := &State{}
	op := OpFacts{Plan: evm.Hash{1}, Facts: json.RawMessage(`{"a":1}`)}
	s, _, err := do(t, s, "", op, start)
	if err != nil || string(s.Facts) != `{"a":1}` || s.Plan != op.Plan || !s.Read.Equal(start) {
		t.Fatalf("%v, %+v", err, s)
	}
	op.Facts = json.RawMessage(`{"a":2}`)
	if _, events, err := do(t, s, "", op, start); err != nil || len(events) != 0 {
		t.Errorf("recorded over: %v, %v", events, err)
	}
	op.Anew = true
	for who, code := range map[string]fault.Code{"": fault.Forbidden, "eve": fault.Forbidden, "firm": fault.Forbidden} {
		if _, _, err := do(t, s, who, op, start); !fault.Is(err, code) {
			t.Errorf("%q: %v", who, err)
		}
	}
	if s, _, err = do(t, s, "ada", op, start); err != nil || string(s.Facts) != `{"a":2}` || s.By != "ada" {
		t.Errorf("%v, %+v", err, s)
	}
	op.Anew, op.Plan, op.Facts = false, evm.Hash{2}, json.RawMessage(`{"a":3}`)
	if s, _, err = do(t, s, "", op, start); err != nil || string(s.Facts) != `{"a":3}` || s.By != "" {
		t.Errorf("a newer plan: %v, %+v", err, s)
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		who   string
		op    Op
		code  fault.Code
		words string
	}{
		{"ada", OpAway{Until: start}, fault.Invalid, "over already"},
		{"ada", OpAway{Until: start.Add(Longest + time.Second)}, fault.Invalid, "90 days"},
		{"mallory", OpAway{Until: start.Add(time.Hour)}, fault.Forbidden, "not a person"},
		{"firm", OpAway{Until: start.Add(time.Hour)}, fault.Forbidden, "organisation"},
		{"", OpBack{}, fault.Forbidden, "Only a person"},
		{"ada", OpFacts{Facts: json.RawMessage(`{`)}, fault.Invalid, "no JSON"},
		{"ada", nil, fault.Invalid, "does not know"},
	} {
		if _, events, err := do(t, &State{}, c.who, c.op, start); !fault.Is(err, c.code) || !strings.Contains(fault.Sentence(err), c.words) || len(events) != 0 {
			t.Errorf("%s %+v: %v", c.who, c.op, err)
		}
	}
}

func TestUnknownKind(t *testing.T) {
	rec, err := journal.Seal([32]byte{}, journal.Envelope{Stream: "upkeep/x", Seq: 1, Kind: "signer-away", KindV: KindVersion + 1, At: start}, EventBack{}, func() [16]byte { return [16]byte{} })
	if err != nil {
		t.Fatal(err)
	}
	var unknown *UnknownKind
	if _, err := Decode(rec); err == nil || !asUnknown(err, &unknown) {
		t.Errorf("%v", err)
	}
}

func asUnknown(err error, to **UnknownKind) bool {
	u, ok := err.(*UnknownKind)
	*to = u
	return ok
}
