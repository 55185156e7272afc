package detect

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/plan"
)

var attacker = evm.Address{0xee, 9}

// trace gives the last transaction of a block its calls.
func trace(b *evm.Block, calls ...evm.Frame) {
	tx := &b.Transactions[len(b.Transactions)-1]
	root := evm.Frame{Type: evm.CallFrame, From: tx.From, Value: tx.Value, Input: tx.Input, Calls: calls}
	if tx.To != nil {
		root.To = *tx.To
	}
	if b.Receipts[len(b.Transactions)-1].Status == 0 {
		root.Error = "execution reverted"
	}
	for len(b.Traces) < len(b.Transactions)-1 {
		b.Traces = append(b.Traces, evm.Frame{})
	}
	b.Traces = append(b.Traces, root)
}

func frame(kind evm.FrameType, from, to evm.Address, wei uint64, input []byte, calls ...evm.Frame) evm.Frame {
	f := evm.Frame{Type: kind, From: from, To: to, Input: input, Calls: calls}
	if wei > 0 {
		f.Value = uint256.NewInt(wei)
	}
	return f
}

func failed(f evm.Frame) evm.Frame {
	f.Error = "execution reverted"
	return f
}

func TestInternalCalls(t *testing.T) {
	call, err := evm.EncodeCall("withdraw(uint256,address,address)", []string{"9", alice.Hex(), bob.Hex()})
	if err != nil {
		t.Fatal(err)
	}
	inside := plan.Detector{Function: "withdraw", Internal: true, Where: "call.args.assets == 9"}
	anyCall := plan.Detector{Transaction: true, Internal: true}
	viewed := plan.Detector{Function: "function owed(uint256 assets) view returns (uint256)", Internal: true}
	owed, err := evm.EncodeCall("owed(uint256)", []string{"9"})
	if err != nil {
		t.Fatal(err)
	}
	direct := frame(evm.CallFrame, attacker, vault, 0, call)
	for _, c := range []struct {
		name  string
		d     plan.Detector
		calls []evm.Frame
		want  int
	}{
		{"a call", inside, []evm.Frame{direct}, 1},
		{"two calls", inside, []evm.Frame{direct, direct}, 2},
		{"deep below", inside, []evm.Frame{frame(evm.DelegateCallFrame, attacker, bob, 0, nil, direct)}, 1},
		{"of another contract", inside, []evm.Frame{frame(evm.CallFrame, attacker, token, 0, call)}, 0},
		{"another function", inside, []evm.Frame{frame(evm.CallFrame, attacker, vault, 0, []byte{1, 2, 3, 4})}, 0},
		{"that failed", inside, []evm.Frame{failed(direct)}, 0},
		{"below one that failed", inside, []evm.Frame{failed(frame(evm.CallFrame, attacker, bob, 0, nil, direct)), direct}, 1},
		{"its code in another's place", inside, []evm.Frame{frame(evm.DelegateCallFrame, attacker, vault, 0, call), frame(evm.CallCodeFrame, attacker, vault, 0, call)}, 0},
		{"a proxy that passes it on", inside, []evm.Frame{frame(evm.CallFrame, attacker, vault, 0, call, frame(evm.DelegateCallFrame, vault, bob, 0, call))}, 1},
		{"that may change nothing", inside, []evm.Frame{frame(evm.StaticCallFrame, attacker, vault, 0, call)}, 0},
		{"a view", viewed, []evm.Frame{frame(evm.StaticCallFrame, attacker, vault, 0, owed)}, 1},
		{"not asked for", plan.Detector{Function: "withdraw"}, []evm.Frame{direct}, 0},
		{"any call", anyCall, []evm.Frame{direct, frame(evm.CallFrame, attacker, vault, 5, nil), frame(evm.StaticCallFrame, attacker, vault, 0, call)}, 2},
		{"what a contract left behind", anyCall, []evm.Frame{frame(evm.SelfDestructFrame, attacker, vault, 5, nil), frame(evm.SelfDestructFrame, attacker, vault, 0, nil)}, 1},
		{"creation by a contract", plan.Detector{Chain: testChain, Transaction: true, Internal: true, Where: "call.depth == 1 && call.to == \"" + vault.Hex() + "\""}, []evm.Frame{frame(evm.CreateFrame, attacker, vault, 0, call)}, 1},
		{"code that creates is no call of a function", plan.Detector{Chain: testChain, Function: "withdraw(uint256,address,address)", Internal: true}, []evm.Frame{frame(evm.CreateFrame, attacker, vault, 0, call)}, 0},
		{"who calls, how deep and with what", plan.Detector{
			Function: "withdraw", Internal: true,
			Where: `call.from == "` + attacker.Hex() + `" && call.from != tx.from && call.to == asset.vault && call.value == 3 && call.depth == 2 && tx.value == 7 && tx.to == "` + bob.Hex() + `"`,
		}, []evm.Frame{frame(evm.CallFrame, bob, attacker, 0, nil, frame(evm.CallFrame, attacker, vault, 3, call))}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := compile(t, world(c.d))
			if x.Traces(testChain) != c.d.Internal || x.Traces(testChain+1) {
				t.Error("whether traces are wanted is not told")
			}
			b := block(3, 30, 1)
			add(b, &bob, 7, nil, 1)
			trace(b, c.calls...)
			found := x.Block(testChain, b, &State{})
			if len(found) != c.want {
				t.Fatalf("found %d, want %d: %s", len(found), c.want, say(found))
			}
			ids := map[string]bool{}
			for _, f := range found {
				ids[f.ID] = true
				if f.Tx != b.Transactions[0].Hash || f.Blind {
					t.Errorf("finding: %+v", f)
				}
			}
			if len(ids) != len(found) {
				t.Errorf("%d findings have %d ids", len(found), len(ids))
			}
			ahead := x.Ahead(testChain, b, &State{})
			if !slices.EqualFunc(ahead, found, func(a, b Finding) bool { return a.ID == b.ID }) {
				t.Errorf("found ahead: %s", say(ahead))
			}
		})
	}
}

// Calls of several functions of one name are findings of their own.
func TestInternalCallsOfOneName(t *testing.T) {
	p := world(plan.Detector{Function: "pull", Internal: true})
	p.Assets[0].ABI = append(p.Assets[0].ABI, "function pull(uint256 shares)", "function pull(uint256 shares, address to)")
	x := compile(t, p)
	one, err := evm.EncodeCall("pull(uint256)", []string{"1"})
	if err != nil {
		t.Fatal(err)
	}
	two, err := evm.EncodeCall("pull(uint256,address)", []string{"1", bob.Hex()})
	if err != nil {
		t.Fatal(err)
	}
	b := block(3, 30, 1)
	add(b, &bob, 0, nil, 1)
	trace(b, frame(evm.CallFrame, bob, vault, 0, one), frame(evm.CallFrame, bob, vault, 0, two))
	found := x.Block(testChain, b, &State{})
	if len(found) != 2 || found[0].ID == found[1].ID {
		t.Fatalf("found %s", say(found))
	}
}

// The transaction's own call counts like one within, traced or not; one that failed is seen as without traces.
func TestInternalSeesTheTransactionToo(t *testing.T) {
	call, err := evm.EncodeCall("withdraw(uint256,address,address)", []string{"9", alice.Hex(), bob.Hex()})
	if err != nil {
		t.Fatal(err)
	}
	x := compile(t, world(plan.Detector{
		Function: "withdraw", Internal: true, Where: "call.depth == 0 && call.from == tx.from && call.to == tx.to && call.value == tx.value",
		Message: "{call.from} called at {call.depth}",
	}))
	for _, status := range []uint64{1, 0} {
		b := block(3, 30, byte(status))
		add(b, &vault, 7, call, status)
		trace(b)
		found := x.Block(testChain, b, &State{})
		if len(found) != 1 || found[0].Say != alice.Hex()+" called at 0" {
			t.Errorf("status %d: %s", status, say(found))
		}
	}
}

func TestOutflowWithinTransactions(t *testing.T) {
	x := compile(t, world(plan.Detector{
		Kind: "spike", Metric: "outflow", Internal: true, Window: plan.Duration(time.Minute), Minimum: 3, Message: "{count} left",
	}))
	const ether = 1e18
	b := block(3, 30, 1)
	add(b, &bob, 0, nil, 1)
	trace(b,
		frame(evm.CallFrame, vault, alice, 2*ether, nil),
		frame(evm.CallFrame, vault, vault, 9*ether, nil), // to itself
		frame(evm.CallFrame, alice, vault, 9*ether, nil), // comes in
		frame(evm.DelegateCallFrame, vault, bob, 9*ether, nil, frame(evm.CallFrame, vault, bob, 2*ether, nil)),
		failed(frame(evm.CallFrame, vault, bob, 9*ether, nil)),
	)
	add(b, &bob, 0, nil, 0)
	trace(b, frame(evm.CallFrame, vault, bob, 9*ether, nil))
	found := x.Block(testChain, b, &State{})
	if len(found) != 1 || found[0].Say != "4 ETH left" {
		t.Fatalf("found %s", say(found))
	}
}

// A contract can call another as often as gas allows: the findings stay few, and none is passed over in silence.
func TestManyCallsOfOneTransaction(t *testing.T) {
	x := compile(t, world(plan.Detector{Transaction: true, Internal: true}))
	b := block(1, 10, 1)
	add(b, &bob, 7, nil, 1)
	calls := make([]evm.Frame, 5000)
	for i := range calls {
		calls[i] = frame(evm.CallFrame, bob, vault, 0, nil)
	}
	trace(b, calls...)
	found := x.Block(testChain, b, &State{})
	if len(found) != maxAlike+1 || !strings.Contains(found[maxAlike].Say, fmt.Sprint(5000-maxAlike, " more calls")) {
		t.Fatalf("found %d, the last %s", len(found), found[len(found)-1].Say)
	}
}

func TestInternalIsRefused(t *testing.T) {
	for name, d := range map[string]plan.Detector{
		"event":         {Event: "Withdraw", Internal: true},
		"events":        {Kind: "spike", Metric: "events", Event: "Withdraw", Internal: true, Window: plan.Duration(time.Minute), Minimum: 1},
		"failures":      {Kind: "spike", Metric: "failed_share", Internal: true, Window: plan.Duration(time.Minute), Minimum: 0.5},
		"unknown name":  {Function: "withdraw", Where: "call.from == tx.from"},
		"nobody's coin": {Kind: "spike", Chain: testChain, Metric: "outflow", Internal: true, Window: plan.Duration(time.Minute), Minimum: 1},
	} {
		if _, problems := Compile(world(d), nil); len(problems) != 1 || problems[0].Unready {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

// The two that the document shows are quiet while people come through the router, and find a contract that empties the vault.
func TestTheDocumentedInternalCalls(t *testing.T) {
	p, _, err := plan.Load(os.DirFS("testdata/internal"))
	if err != nil {
		t.Fatal(err)
	}
	x, s := compile(t, p), &State{}
	safe, _ := p.Asset("vault")
	router, _ := p.Asset("router")
	call, err := evm.EncodeCall("withdraw(uint256,address,address)", []string{"9", alice.Hex(), alice.Hex()})
	if err != nil {
		t.Fatal(err)
	}
	const ether = 1e18
	step := func(n uint64, by evm.Address, times int) []Finding {
		b := block(n, 1_700_000_400+n*60, 1)
		add(b, &by, 0, nil, 1)
		one := frame(evm.CallFrame, by, safe.Address, 0, call, frame(evm.CallFrame, safe.Address, alice, ether, nil))
		trace(b, slices.Repeat([]evm.Frame{one}, times)...)
		return x.Block(1, b, s)
	}
	for n := range uint64(400) {
		if found := step(n, router.Address, 1); len(found) != 0 {
			t.Fatalf("block %d, on a usual day: %s", n, say(found))
		}
	}
	found := step(400, attacker, 60)
	if len(found) != 61 || found[0].Say != attacker.Hex()+" called withdraw within a transaction of "+alice.Hex() ||
		found[60].Say != "60 ETH left the vault in 10m, where 10 ETH are usual" {
		t.Fatalf("found %d: %s, %s", len(found), found[0].Say, found[len(found)-1].Say)
	}
}
