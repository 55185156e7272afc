package detect

import (
	"encoding/json"
	"testing"

	"cel.dev/cel-go/cel"

	"tocsin/evm"
	"tocsin/plan"
)

// FuzzWhere: whatever a plan writes and a chain answers, compiling and judging end without a panic.
func FuzzWhere(f *testing.F) {
	for _, s := range []string{
		"event.args.assets > ether(5)", `event.args.caller == "0xa100000000000000000000000000000000000000"`, "1/0 == 1", "[1,2][tx.value]",
		`u256("0x1") in [2]`, `size("a") == 1`, "asset.vault == asset.cold_wallet", `units("1", 99) == 1`, "-(-1) == 1 ? true : !false", `"{" + "}"`, "a.b.c", "!!!", `hex("0x")==b""`,
	} {
		f.Add(s, "{caller}", []byte{1, 2, 3})
	}
	lang, err := newLanguage(world())
	if err != nil {
		f.Fatal(err)
	}
	e, err := evm.ParseEvent(withdraw)
	if err != nil {
		f.Fatal(err)
	}
	shape := eventShape(e, false)
	f.Fuzz(func(t *testing.T, where, message string, data []byte) {
		r := &rule{detector: plan.Detector{Message: message}, event: true, shape: shape}
		l := withdrawal(t, vault, alice, bob, 1)
		l.Data = data
		b := block(1, 1, 1)
		add(b, &vault, 0, data, 1, l)
		v := (&view{block: b, tx: &b.Transactions[0], receipt: &b.Receipts[0], log: &b.Receipts[0].Logs[0]}).through(shape)
		if m, problem := parseMessage(r); problem == nil {
			r.say = m
			r.render(v, facts{})
		}
		x, problem := lang.compile(where, variablesOf(true, shape), numberType)
		if problem != nil {
			if x, problem = lang.compile(where, variablesOf(true, shape), cel.BoolType); problem != nil {
				return
			}
		}
		_, _ = x.eval(v)
	})
}

// FuzzState: whatever stands in the database, a block is taken without a panic.
func FuzzState(f *testing.F) {
	f.Add([]byte(`{"recent":[{"number":1,"hash":"0x0100000000000000000000000000000000000000000000000000000000000000","time":5,"undo":{"d":{"window":-9,"n":3,"fired":true}}}],"spikes":{"d":null}}`), uint64(7))
	f.Add([]byte(`{"spikes":{"d":{"of":"","from":-5,"windows":[{"window":9,"n":1},{"window":1,"n":18446744073709551615}]}}}`), uint64(1)<<63)
	f.Add([]byte(`{"recent":[{"number":1,"hash":"0x0100000000000000000000000000000000000000000000000000000000000001","time":5,"undo":{"g":{"groups":{"x":{"window":1,"n":2,"sum":"5"}},"dropped":{"y":null}},"a":{"vigil":true,"was":null},"solvent":{"vigil":true}}}],"vigils":{"a":null,"solvent":{"of":"","seen":9}},"spikes":{"g":{"groups":{"x":null,"y":{"windows":[{"window":1,"n":1,"sum":"7"}]}}}}}`), uint64(3))
	grouped, absent := busySenders(), plan.Detector{ID: "a", Kind: "absence", Event: "Withdraw", Silent: 1e9}
	grouped.ID = "g"
	x := compile(f, world(failures(), grouped, absent, solvency()))
	f.Fuzz(func(t *testing.T, data []byte, time uint64) {
		var s State
		if json.Unmarshal(data, &s) != nil {
			return
		}
		for n := range uint64(3) {
			b := failing(n, time+n, 1, 9)
			x.Block(testChain, b, &s)
			x.Judge(testChain, b.Hash, []Answer{{Data: data}, worth(n, 2)}, &s)
			x.Warming(testChain, &s)
		}
		for range 4 {
			if last, ok := s.Last(); ok {
				s.Rollback(last.Hash)
			}
		}
	})
}
