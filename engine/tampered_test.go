package engine_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/decision"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store"
	"tocsin/store/memory"
)

// bent is a database that somebody has tampered with.
type bent struct {
	store.Store
	records func([]journal.Record) []journal.Record
	plan    func(store.Plan) store.Plan
}

func (b *bent) Load(ctx context.Context, stream string, after uint64) ([]journal.Record, error) {
	records, err := b.Store.Load(ctx, stream, 0)
	if err == nil && b.records != nil && strings.HasPrefix(stream, "plan/") {
		records = b.records(records)
	}
	return records[min(after, uint64(len(records))):], err
}

func (b *bent) Plan(ctx context.Context, hash string) (store.Plan, error) {
	p, err := b.Store.Plan(ctx, hash)
	if err == nil && b.plan != nil {
		p = b.plan(p)
	}
	return p, err
}

// resealed writes the records anew after their data were changed, so that the chain of hashes holds.
func resealed(t testing.TB, records []journal.Record, change func(kind, data string) string) []journal.Record {
	t.Helper()
	var out []journal.Record
	var prev [32]byte
	for _, r := range records {
		env, err := r.Open(nil)
		if err != nil {
			t.Fatal(err)
		}
		data := change(env.Kind, string(env.Data))
		if data == "" {
			continue
		}
		env.Seq = uint64(len(out) + 1)
		next, err := journal.Seal(prev, env, raw(data), nil)
		if err != nil {
			t.Fatal(err)
		}
		out, prev = append(out, next), next.Hash
	}
	return out
}

type raw string

func (r raw) MarshalJSON() ([]byte, error) { return []byte(r), nil }

// TestTamperedDatabase: whoever holds the database, and may write whatever they like into it with hashes that hold, brings no plan
// into force. Each case is one that such a person might try.
func TestTamperedDatabase(t *testing.T) {
	clock := newClock()
	st := memory.New(nil)
	e := pinned(t, st, "a", clock.now, adoptable(t))
	evil := newer(t, "evil")
	evil.CoreTeam[0].Keys[0].Address = evm.Address{6, 6, 6}
	propose(t, e, evil)
	x := propose(t, e, newer(t, "2"))
	answer(t, e, x, "ada", decision.Approve)
	answer(t, e, x, "ben", decision.Approve)
	good, evilHash := newer(t, "2").Hash().Hex(), evil.Hash().Hex()
	only := func(kind string, change func(string) string) func(kind, data string) string {
		return func(k, data string) string {
			if k == kind {
				return change(data)
			}
			return data
		}
	}
	swap := func(old, new string) func(string) string {
		return func(s string) string {
			if !strings.Contains(s, old) {
				t.Fatalf("%q is not in %s", old, s)
			}
			return strings.ReplaceAll(s, old, new)
		}
	}
	hexOf := func(b []byte) string { return "0x" + evmHex(b) }
	foreign := x.Adoption.Message
	foreign.Protocol = "another"
	sigBen := hexOf(signs(t, x, "ben", decision.Approve))
	for name, c := range map[string]struct {
		change func(kind, data string) string
		say    string
	}{
		"another plan adopted":        {only("plan-adopted", swap(good, evilHash)), "adopts a plan that is not proposed"},
		"another plan everywhere":     {func(_, d string) string { return strings.ReplaceAll(d, good, evilHash) }, "signature"},
		"another plan pinned":         {only("plan-pinned", swap(adoptable(t).Hash().Hex(), evilHash)), "does not follow"},
		"signed by no approver":       {only("plan-adopted", swap(sigBen, hexOf(signs(t, x, "dan", decision.Approve)))), "does not name Dan"},
		"signed by nobody":            {only("plan-adopted", swap(sigBen, hexOf(signs(t, x, "mallory", decision.Approve)))), "nobody signs with"},
		"signed for another protocol": {only("plan-adopted", swap(sigBen, hexOf(signMessage(t, foreign.With(decision.Approve), "ben")))), "nobody signs with"},
		"signed in another's name":    {only("plan-adopted", swap(`"person":"ben"`, `"person":"cyd"`)), "is signed by ben"},
		"signed twice by one":         {only("plan-adopted", swap(sigBen, hexOf(signs(t, x, "ada", decision.Approve)))), "already"},
		"a refusal made a yes":        {only("plan-adopted", swap(sigBen, hexOf(signs(t, x, "ben", decision.Refuse)))), "opposite"},
		"expiry moved":                {only("plan-adopted", swap(`"expires":`, `"expires":9`)), "nobody signs with"},
		"the question removed":        {only("plan-proposed", func(string) string { return "" }), "were written"},
		"an answer removed, not the other": {only("plan-adopted", func(d string) string {
			at := strings.Index(d, `,{"person":"ben"`)
			return d[:at] + d[strings.LastIndex(d, "]"):]
		}), "not agreed"},
		"a kind of a newer release": {only("plan-adopted", func(d string) string { return d }), ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := &bent{Store: st, records: func(r []journal.Record) []journal.Record { return resealed(t, r, c.change) }}
			h, err := engine.New(engine.Options{Store: b, Now: clock.now}).VerifyAdoptions(t.Context(), "small")
			if c.say == "" { // resealing alone changes nothing: the cases above fail for their own reason
				if err != nil || h.InForce().Hash.Hex() != good {
					t.Errorf("%v", err)
				}
				return
			}
			if err == nil || !fault.Is(err, fault.Invalid) && c.say != "" {
				t.Fatalf("accepted, or refused without a reason: %v", err)
			}
			if s := err.Error(); !strings.Contains(s, c.say) || !strings.Contains(s, "tampered") {
				t.Errorf("it says %q, want %q", s, c.say)
			}
			if p, err := engine.New(engine.Options{Store: b, Now: clock.now}).InForce(t.Context(), "small"); err == nil {
				t.Errorf("version %s is taken to be in force", p.Version)
			}
		})
	}
}

func evmHex(b []byte) string {
	const digits = "0123456789abcdef"
	var s []byte
	for _, c := range b {
		s = append(s, digits[c>>4], digits[c&15])
	}
	return string(s)
}

// The bytes of the record and of the plans are not taken at their word either.
func TestTamperedBytes(t *testing.T) {
	clock := newClock()
	st := memory.New(nil)
	e := pinned(t, st, "a", clock.now, adoptable(t))
	x := propose(t, e, newer(t, "2"))
	answer(t, e, x, "ada", decision.Approve)
	answer(t, e, x, "ben", decision.Approve)
	for name, b := range map[string]*bent{
		"another plan's bytes": {plan: func(p store.Plan) store.Plan { p.Canonical = newer(t, "evil").Canonical(); return p }},
		"no plan at all":       {plan: func(p store.Plan) store.Plan { p.Canonical = []byte("{"); return p }},
		"a changed line": {records: func(r []journal.Record) []journal.Record {
			r[1].Bytes = bytes.Replace(r[1].Bytes, []byte("changes its version"), []byte("changes its Version"), 1)
			return r
		}},
		"an event removed":      {records: func(r []journal.Record) []journal.Record { return slices.Delete(r, 2, 3) }},
		"the adoption removed":  {records: func(r []journal.Record) []journal.Record { return r[:len(r)-1] }},
		"the beginning removed": {records: func(r []journal.Record) []journal.Record { return r[1:] }},
	} {
		t.Run(name, func(t *testing.T) {
			b.Store = st
			_, err := engine.New(engine.Options{Store: b, Now: clock.now}).VerifyAdoptions(t.Context(), "small")
			want(t, err, fault.Invalid)
		})
	}
}

// A process that knows which plan is in force goes on by it, whatever is put behind the record it has proven.
func TestTamperedWhileRunning(t *testing.T) {
	clock := newClock()
	b := &bent{Store: memory.New(nil)}
	e := pinned(t, b, "a", clock.now, adoptable(t))
	x := propose(t, e, newer(t, "2"))
	answer(t, e, x, "ada", decision.Approve)
	if inForce(t, e) != "1" {
		t.Fatal("adopted by one")
	}
	b.records = func(r []journal.Record) []journal.Record {
		last := r[len(r)-1]
		forged, err := journal.Seal(last.Hash, journal.Envelope{
			Stream: last.Stream, Seq: last.Seq + 1, Kind: "plan-adopted", KindV: 1, At: last.At, Actor: journal.Actor{Kind: journal.Person},
		}, map[string]any{"proposal": x.ID, "hash": x.Hash, "version": "2", "adoption": x.Adoption}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return append(r, forged)
	}
	if inForce(t, e) != "1" {
		t.Error("a forged adoption counts")
	}
	if _, err := e.VerifyAdoptions(t.Context(), "small"); !fault.Is(err, fault.Invalid) {
		t.Errorf("the next start takes it: %v", err)
	}
}

// TestExportedAdoptions: what is written verifies without a server, and not if it was changed on the way.
func TestExportedAdoptions(t *testing.T) {
	clock := newClock()
	e := pinned(t, memory.New(nil), "a", clock.now, adoptable(t))
	x := propose(t, e, newer(t, "2"))
	answer(t, e, x, "ada", decision.Approve)
	answer(t, e, x, "ben", decision.Approve)
	clock.pass(time.Minute)
	propose(t, e, newer(t, "3"))
	a, err := e.Adoptions(t.Context(), "small")
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := a.Write(&buf); err != nil {
		t.Fatal(err)
	}
	back, err := engine.ReadAdoptions(bytes.NewReader(buf.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	h, err := back.Verify()
	if err != nil || h.InForce().Hash != newer(t, "2").Hash() || len(h.Open(clock.now())) != 1 {
		t.Fatalf("%+v, %v", h, err)
	}
	if p, ok := back.PlanOf(newer(t, "3").Hash()); !ok || p.Version != "3" {
		t.Error("what is proposed is not in it")
	}
	for name, change := range map[string]func(string) string{
		"cut off":       func(s string) string { return s[:len(s)/2] },
		"more behind":   func(s string) string { return s + "{}" },
		"newer form":    func(s string) string { return strings.Replace(s, `"tocsin_adoptions": 1`, `"tocsin_adoptions": 2`, 1) },
		"a plan's byte": func(s string) string { return strings.Replace(s, `\"version\":\"2\"`, `\"version\":\"4\"`, 1) },
		"its protocol":  func(s string) string { return strings.Replace(s, `"protocol": "small"`, `"protocol": "large"`, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			changed := change(buf.String())
			if changed == buf.String() {
				t.Fatal("nothing was changed")
			}
			x, err := engine.ReadAdoptions(strings.NewReader(changed))
			if err == nil {
				_, err = x.Verify()
			}
			want(t, err, fault.Invalid)
		})
	}
}

// The files that a plan was adopted with are held to its hash.
func TestTamperedFiles(t *testing.T) {
	clock := newClock()
	p := adoptable(t)
	p.Attachments = []plan.Attachment{{Name: "vault.json", Hash: evm.Keccak([]byte("[]"))}}
	st := memory.New(nil)
	e := engine.New(engine.Options{Store: st, Now: clock.now})
	if _, err := e.Pin(t.Context(), p, map[string][]byte{"vault.json": []byte("[]")}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Files(t.Context(), "small"); err != nil {
		t.Fatal(err)
	}
	other := engine.New(engine.Options{Store: memory.New(nil), Now: clock.now})
	if _, err := other.Pin(t.Context(), p, map[string][]byte{"vault.json": []byte("[1]")}); err != nil {
		t.Fatal(err)
	}
	_, err := other.Files(t.Context(), "small")
	want(t, err, fault.Invalid)
}
