package engine_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/decision"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/journal"
	"tocsin/store"
	"tocsin/store/memory"
)

// What a protocol had armed and which keys were tried leave the house with it, and are checked by what they mean: an export that says that
// something was armed which the plan's approvers did not sign does not verify, though each record is in its place.
func TestExportOfArmsAndUpkeep(t *testing.T) {
	clock := newClock()
	st := memory.New(nil)
	e := startAutomatic(t, st, "a", clock.now)
	armTheft(t, e)
	p, err := e.InForce(t.Context(), "small")
	if err != nil {
		t.Fatal(err)
	}
	ben, _ := p.Person("ben")
	digest := decision.Trial(p, &ben, clock.now()).Digest()
	sig, err := crypto.Sign(digest[:], key(t, "ben"))
	if err != nil {
		t.Fatal(err)
	}
	if err := e.TryKey(t.Context(), "small", clock.now().UTC().Format(time.DateOnly), sig, nil, as("ben")); err != nil {
		t.Fatal(err)
	}
	verified := func(st store.Store) engine.ProtocolExport {
		t.Helper()
		var b bytes.Buffer
		if _, err := engine.New(engine.Options{Store: st, Node: "b", Now: clock.now}).ExportProtocol(t.Context(), "small", &b); err != nil {
			t.Fatal(err)
		}
		x, err := engine.VerifyExport(bytes.NewReader(b.Bytes()), int64(b.Len()), nil)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	x := verified(st)
	has := map[string]int{}
	for _, s := range x.Streams {
		has[s.Stream] = s.Records
	}
	if !x.OK() || has["arms/small"] < 5 || has["upkeep/small"] != 1 {
		t.Fatalf("%+v", x)
	}
	for name, tt := range map[string]struct{ stream, old, new, say string }{
		"approvals for another": {"arms/", `"number":1,"answer"`, `"number":9,"answer"`, "The arming 1 does not hold: it was armed without those whom the plan asks."},
		"an answer of another":  {"arms/", `"person":"ben"`, `"person":"ada"`, "The arming 1 does not hold: The answer of"},
		"asked by another":      {"arms/", `"proposer":"ada"`, `"proposer":"ben"`, "The arming 1 does not hold: It does not follow from the plan"},
		"tried by another":      {"upkeep/", `"person":"ben"`, `"person":"cyd"`, "That cyd tried a key on"},
		"tried another day":     {"upkeep/", `"day":"20`, `"day":"19`, "does not hold: "},
		"of another plan":       {"upkeep/", `"plan":"` + p.Hash().Hex(), `"plan":"` + evm.Hash{1}.Hex(), "which is not in the export"},
	} {
		x := verified(&shorter{st, func(stream string, records []journal.Record) []journal.Record {
			if strings.HasPrefix(stream, tt.stream) {
				return reworded(t, records, tt.old, tt.new)
			}
			return records
		}})
		if len(x.Failures) == 0 || !strings.Contains(x.Failures[0], tt.say) {
			t.Errorf("%s: %q", name, x.Failures)
		}
	}
}

// reworded is a stream that says something else, each record of which is in its place.
func reworded(t *testing.T, records []journal.Record, old, new string) []journal.Record {
	t.Helper()
	var prev [32]byte
	var out []journal.Record
	changed := false
	for _, r := range records {
		env, err := r.Open(nil)
		if err != nil {
			t.Fatal(err)
		}
		data := bytes.ReplaceAll(env.Data, []byte(old), []byte(new))
		changed = changed || !bytes.Equal(data, env.Data)
		next, err := journal.Seal(prev, env, json.RawMessage(data), func() [16]byte { return [16]byte{9} })
		if err != nil {
			t.Fatal(err)
		}
		prev, out = next.Hash, append(out, next)
	}
	if !changed {
		t.Fatalf("no record says %s", old)
	}
	return out
}
