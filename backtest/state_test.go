package backtest

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tocsin/fault"
)

// stopping ends a replay before a piece, as a kill would: nothing is saved after what was saved last.
type stopping struct {
	Source
	after int
}

var errKilled = errors.New("killed")

func (s *stopping) Next(ctx context.Context) (Piece, error) {
	p, err := s.Source.Next(ctx)
	if s.after--; s.after < 0 && err == nil {
		p.Load = func(context.Context) (Loaded, error) { return Loaded{}, errKilled }
	}
	return p, err
}

// Wherever a run ends and however often, those that go on find together what one undisturbed run does.
func TestResuming(t *testing.T) {
	rec := recorded(t)
	files := []string{file(t, "a.jsonl", rec.lines[:70]...), file(t, "b.jsonl", rec.lines[70:]...)}
	want := found(t, sound(t, Options{AttackTx: rec.attack}, files...))
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 3))
		clock := time.Unix(0, 0)
		o := Options{AttackTx: rec.attack, State: filepath.Join(t.TempDir(), "state")}
		o.Now = func() time.Time { // saves now and then
			clock = clock.Add(time.Duration(r.IntN(200)) * time.Millisecond)
			return clock
		}
		var got *Report
		for runs := 0; ; runs++ {
			before, _ := os.ReadFile(o.State)
			o.Source = &stopping{NewFiles(files, false), 1 + r.IntN(90)}
			report, err := run(t, o)
			if err == nil {
				got = report
				if runs == 0 {
					t.Errorf("seed %d was never disturbed", seed)
				}
				break
			}
			if !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
			if r.IntN(3) == 0 && before != nil { // this run left nothing behind
				if err := os.WriteFile(o.State, before, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		if found(t, got) != want || got.Resumed == 0 {
			t.Errorf("seed %d found\n%s\nwant\n%s", seed, found(t, got), want)
		}
	}
}

// A file that was still being written when it was replayed is replayed to its end once it is whole.
func TestResumingAFileThatGrows(t *testing.T) {
	rec := recorded(t)
	whole := append(bytes.Join(rec.lines, []byte("\n")), '\n')
	path := file(t, "blocks.jsonl", rec.lines...)
	o := Options{AttackTx: rec.attack}
	want := found(t, sound(t, o, path))
	o.State = filepath.Join(t.TempDir(), "state")
	r := rand.New(rand.NewPCG(5, 6))
	for cut := r.IntN(len(whole) / 4); ; cut += 1 + r.IntN(len(whole)/4) {
		cut = min(cut, len(whole))
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		o.Source = nil
		report, err := run(t, o, path)
		if cut == len(whole) {
			if err != nil || found(t, report) != want {
				t.Errorf("%v, found\n%s\nwant\n%s", err, found(t, report), want)
			}
			return
		}
		if !fault.Is(err, fault.Invalid) && err != nil {
			t.Fatal(err)
		}
	}
}

func TestStateOfSomethingElse(t *testing.T) {
	rec := recorded(t)
	path := file(t, "blocks.jsonl", rec.lines...)
	state := filepath.Join(t.TempDir(), "state")
	sound(t, Options{State: state}, path)
	other := examplePlan(t)
	other.Detectors[0].Where = "true"
	block := uint64(3)
	for name, o := range map[string]Options{
		"plan":      {Plan: other},
		"attack":    {AttackTx: rec.attack},
		"block":     {AttackBlock: &block},
		"detectors": {Detectors: []string{"unauthorised-withdrawal"}},
		"loose":     {Loose: true},
	} {
		o.State = state
		if r, err := run(t, o, path); !fault.Is(err, fault.Invalid) || r != nil {
			t.Errorf("another %s: %v", name, err)
		}
	}
	if r := sound(t, Options{State: state}, path); r.Resumed != r.Blocks {
		t.Errorf("all was done, and %d of %d are said to have been", r.Resumed, r.Blocks)
	}
	for _, text := range []string{"", "{}", "null", "[]", `{"v":2,"done":{}}`, "{\"v\":1"} {
		if err := os.WriteFile(state, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if r, err := run(t, Options{State: state}, path); !fault.Is(err, fault.Invalid) || r != nil {
			t.Errorf("state %q: %v", text, err)
		}
	}
	if _, err := run(t, Options{State: filepath.Join(t.TempDir(), "no", "state")}, path); !fault.Is(err, fault.Invalid) {
		t.Errorf("a state file that cannot be written: %v", err)
	}
}
