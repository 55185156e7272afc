package incident_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"tocsin/evm"
	"tocsin/incident"
	"tocsin/journal"
)

// repack writes a state and reads it back; it holds both to being the same.
func repack(t testing.TB, s *incident.State) *incident.State {
	t.Helper()
	b, err := s.Pack()
	if err != nil {
		t.Fatal(err)
	}
	back, err := incident.Unpack(b)
	if err != nil {
		t.Fatal(err)
	}
	if was, is := encode(t, s), encode(t, back); !bytes.Equal(was, is) {
		t.Fatalf("the state is read back differently:\n%s\n%s", was, is)
	}
	return back
}

// TestPackGoesOn plays random courses on states that were written and read back, beside the same on states that never were: each
// command has the same outcome on both, also one that is repeated.
func TestPackGoesOn(t *testing.T) {
	for seed := range 12 {
		c := &course{world: newWorld(t, loadPlan(t, "testdata/plan")), rand: rand.New(rand.NewPCG(uint64(seed), 7))}
		var given []incident.Command
		for n := range 120 {
			cmd := c.command()
			cmd.ID = fmt.Sprint("cmd", n)
			if len(given) > 0 && c.chance(10) {
				cmd = pick(c, given)
			}
			back := repack(t, c.state)
			want, wantErr := incident.Decide(c.plan, c.state, cmd, c.now)
			got, gotErr := incident.Decide(c.plan, back, cmd, c.now)
			if fmt.Sprint(wantErr) != fmt.Sprint(gotErr) || !bytes.Equal(encode(t, want), encode(t, got)) {
				t.Fatalf("seed %d: %T on what was read back: %v, %s; want %v, %s", seed, cmd.Op, gotErr, encode(t, got), wantErr, encode(t, want))
			}
			if _, err := c.do(cmd); err == nil {
				given = append(given, cmd)
			}
			c.now = c.now.Add(time.Duration(c.rand.Int64N(int64(c.pace()))))
		}
	}
}

// TestPackFindings keeps whatever a finding may hold, also what the terse form does not know.
func TestPackFindings(t *testing.T) {
	full := incident.Finding{
		ID: "f", Detector: "drain", Mode: "act", Issues: []string{"theft", "theft"}, Asset: "vault", Chain: 1 << 63, Block: 7,
		BlockHash: evm.Hash{1}, Tx: evm.Hash{2}, At: time.Date(2026, 1, 2, 3, 4, 5, 678901234, time.UTC), Amount: "12", Say: "Money\nleaves.\x00",
		Act: "It may.", Worse: true, Follows: "It was paused.", Retracted: "A reorg.", From: "2026-11-21-2", Text: "In my words", Contact: "mallory@example.org",
	}
	v := reflect.ValueOf(full)
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Fatalf("the test does not fill in %s", v.Type().Field(i).Name)
		}
	}
	elsewhere := full
	elsewhere.At = full.At.In(time.FixedZone("", 3600))
	none := incident.Finding{}
	s := &incident.State{Findings: []incident.Finding{full, none, elsewhere, full, {ID: "g", Issues: []string{}}}}
	s.Carried("one")
	back := repack(t, s)
	for i, want := range s.Findings {
		got := back.Findings[i]
		if !got.At.Equal(want.At) {
			t.Errorf("finding %d happened at %s, want %s", i, got.At, want.At)
		}
		got.At = want.At
		if !reflect.DeepEqual(got, want) && len(want.Issues)+len(got.Issues) > 0 {
			t.Errorf("finding %d is %+v, want %+v", i, got, want)
		}
	}
	if empty := repack(t, &incident.State{}); empty.Findings != nil || empty.Notes != nil {
		t.Errorf("an empty state has %v and %v", empty.Findings, empty.Notes)
	}
}

// TestUnpackRefuses: what another release wrote, or a broken disk, is refused.
func TestUnpackRefuses(t *testing.T) {
	s := &incident.State{ID: "x", Findings: []incident.Finding{{ID: "f", Say: "Money leaves."}}, Notes: []incident.Note{{By: "ben", Text: "Hm"}}}
	s.Carried("one")
	b, err := s.Pack()
	if err != nil {
		t.Fatal(err)
	}
	for n := range b {
		if _, err := incident.Unpack(b[:n]); err == nil {
			t.Fatalf("%d of %d bytes are read", n, len(b))
		}
	}
	if _, err := incident.Unpack(append(bytes.Clone(b), 0)); err == nil {
		t.Error("what follows is not minded")
	}
	if _, err := incident.Unpack(bytes.Replace(b, []byte(`"form":"`), []byte(`"form":"0`), 1)); err == nil {
		t.Error("another form is read")
	}
}

func FuzzUnpack(f *testing.F) {
	s := &incident.State{ID: "x", Findings: []incident.Finding{{ID: "f", Issues: []string{"a"}, Text: journal.Personal("t")}, {ID: "g"}}}
	s.Carried("one")
	b, err := s.Pack()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := incident.Unpack(b); err == nil {
			repack(t, s)
		}
	})
}
