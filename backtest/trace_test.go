package backtest

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// insidePlan looks for transfers of the token that the vault makes within transactions.
func insidePlan(t testing.TB) *plan.Plan {
	p := examplePlan(t)
	vault, ok := p.Asset("vault")
	if !ok {
		t.Fatal("the example has no vault")
	}
	p.Detectors = []plan.Detector{
		{ID: "inside", Name: "Inside", Kind: "match", Chain: vault.Chain, Function: "transfer(address,uint256)", Internal: true, Where: "call.depth > 0 && call.from == asset.vault && tx.from == call.args.arg0"},
		{ID: "calls", Name: "Calls", Kind: "match", Asset: "vault", Transaction: true},
	}
	return p
}

// tracer is an endpoint that knows the calls of the recorded blocks.
type tracer struct {
	*played
	frames map[evm.Hash][]evm.Frame
	err    error
}

func (c *tracer) Trace(_ context.Context, b *evm.Block) ([]evm.Frame, error) {
	if len(b.Transactions) == 0 {
		return []evm.Frame{}, nil
	}
	return c.frames[b.Hash], c.err
}

func tracing(t *testing.T, rec *recording) *tracer {
	t.Helper()
	c := &tracer{played: &played{rec: rec}, frames: map[evm.Hash][]evm.Frame{}}
	for _, line := range rec.traced {
		l, err := decodeLine(line, false, true)
		if err != nil {
			t.Fatal(err)
		}
		c.frames[l.Block.Hash] = l.Block.Traces
	}
	return c
}

// What was called within transactions is found in files and at an endpoint alike, verified or not.
func TestTracesAreReplayed(t *testing.T) {
	rec, p := recorded(t), insidePlan(t)
	last := uint64(len(rec.blocks)) - 1
	fromFile := sound(t, Options{Plan: p}, file(t, "blocks.jsonl", rec.traced...))
	inside := fromFile.detector(t, "inside")
	if int(inside.Count) < len(rec.thefts) || len(fromFile.NotRun) != 0 || len(fromFile.Notes) != 0 {
		t.Fatalf("found %d of %d thefts; not run %v, notes %q", inside.Count, len(rec.thefts), fromFile.NotRun, fromFile.Notes)
	}
	stolen := map[string]bool{}
	for _, f := range inside.Findings {
		stolen[f.Tx.Hex()] = true
	}
	for _, tx := range rec.thefts {
		if !stolen[tx] {
			t.Errorf("theft %s was not found", tx)
		}
	}
	want := found(t, fromFile)
	if got := found(t, sound(t, Options{Plan: p, Loose: true}, file(t, "blocks.jsonl", rec.traced...))); got != want {
		t.Errorf("unverified found\n%s\nwant\n%s", got, want)
	}
	if got := found(t, sound(t, Options{Plan: p, Source: NewEndpoint(tracing(t, rec), 0, last, 0)})); got != want {
		t.Errorf("the endpoint found\n%s\nwant\n%s", got, want)
	}
}

// Traces of which nothing is known leave out what needs them, and say so; those of some blocks are counted.
func TestTracesThatAreMissing(t *testing.T) {
	rec, p := recorded(t), insidePlan(t)
	last := uint64(len(rec.blocks)) - 1
	cannot := tracing(t, rec)
	cannot.err = fault.New(fault.Unavailable, "It has no tracer.").Because(chain.ErrNoTraces)
	with := uint64(1) // a block that holds something
	for len(rec.blocks[with].Transactions) == 0 {
		with++
	}
	for name, o := range map[string]Options{
		"a file":                       {Source: NewFiles([]string{file(t, "blocks.jsonl", rec.lines...)}, false)},
		"an endpoint without a method": {Source: NewEndpoint(&played{rec: rec}, 0, last, 0)},
		"an endpoint that refuses":     {Source: NewEndpoint(cannot, with, last, 0)},
	} {
		o.Plan = p
		r := sound(t, o)
		if len(r.NotRun) != 1 || r.NotRun[0].ID != "inside" || !strings.Contains(r.NotRun[0].Why, "it looks for calls within transactions, which cannot be told") || r.detector(t, "calls").Count == 0 {
			t.Errorf("%s: %+v", name, r.NotRun)
		}
	}
	mixed := append([][]byte{}, rec.lines...)
	copy(mixed, rec.traced[:with+1])
	r := sound(t, Options{Plan: p}, file(t, "blocks.jsonl", mixed...))
	for _, f := range r.detector(t, "inside").Findings {
		if f.Blind || f.Block > with {
			t.Errorf("found %+v", f)
		}
	}
	if len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "came without all of their traces") {
		t.Errorf("notes %q", r.Notes)
	}
}

// Traces that contradict their block are no better than a block that contradicts itself.
func TestTracesThatCannotBeTrue(t *testing.T) {
	rec, p := recorded(t), insidePlan(t)
	lines := append([][]byte{}, rec.traced...)
	at := len(lines) - 1
	for !bytes.Contains(lines[at], []byte(`"type":"CALL","value":"0x0"}`)) && !bytes.Contains(lines[at], []byte(`"value":"0x0","type":"CALL"}`)) {
		at--
	}
	lines[at] = bytes.ReplaceAll(lines[at], []byte(`"value":"0x0","type":"CALL"}`), []byte(`"value":"0x1","type":"CALL"}`))
	lines[at] = bytes.ReplaceAll(lines[at], []byte(`"type":"CALL","value":"0x0"}`), []byte(`"type":"CALL","value":"0x1"}`))
	_, err := run(t, Options{Plan: p}, file(t, "blocks.jsonl", lines...))
	if err == nil || !strings.Contains(err.Error(), "begins with another value") {
		t.Errorf("replayed: %v", err)
	}
	only := *p
	only.Detectors = only.Detectors[1:]
	if _, err := run(t, Options{Plan: &only}, file(t, "blocks.jsonl", lines...)); err != nil {
		t.Errorf("traces that nobody wants: %v", err)
	}
}
