package detect

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/evm"
	"tocsin/plan"
)

// versions is a plan whose vault has been upgraded: two events and two functions of each name.
func versions(d ...plan.Detector) *plan.Plan {
	p := world(d...)
	p.Assets[0].ABI = []string{
		"event Withdraw(address indexed owner, uint256 assets, uint256 fee)",
		"event Withdraw(address indexed owner, uint256 assets)",
		"event Moved(address indexed owner, uint256 assets)",
		"event Moved(address owner, uint256 assets)",
		"function pause()",
		"function pause(uint256 until)",
	}
	return p
}

func encoded(t *testing.T, declaration string, indexed int, args ...string) evm.Log {
	t.Helper()
	e, err := evm.ParseEvent(declaration)
	if err != nil {
		t.Fatal(err)
	}
	data, err := evm.EncodeCall(e.Signature(), args)
	if err != nil {
		t.Fatal(err)
	}
	l := evm.Log{Address: vault, Topics: []evm.Hash{e.Topic()}, Data: data[4:]}
	for range indexed {
		l.Topics, l.Data = append(l.Topics, evm.Hash(l.Data[:32])), l.Data[32:]
	}
	return l
}

func TestNameMeansEveryShape(t *testing.T) {
	older := encoded(t, "Withdraw(address,uint256)", 1, alice.Hex(), "7")
	newer := encoded(t, "Withdraw(address,uint256,uint256)", 1, bob.Hex(), "9", "1")
	for name, c := range map[string]struct {
		d    plan.Detector
		want string
	}{
		"by name":      {plan.Detector{Event: "Withdraw", Where: "event.args.assets > 6", Amount: "event.args.assets", Message: "{owner} {amount}"}, "d: " + alice.Hex() + " 7\nd: " + bob.Hex() + " 9"},
		"by signature": {plan.Detector{Event: "Withdraw(address,uint256)", Message: "{owner}"}, "d: " + alice.Hex()},
		"counted once": {plan.Detector{Kind: "spike", Metric: "events", Event: "Withdraw", Window: min1, Minimum: 2, Message: "{count}"}, "d: 2"},
		"added up":     {plan.Detector{Kind: "spike", Metric: "outflow", Event: "Withdraw", Amount: "event.args.assets", Window: min1, Minimum: 1e-18, Message: "{count}"}, "d: 0.000000000000000016"},
	} {
		t.Run(name, func(t *testing.T) {
			p := versions(c.d)
			p.Assets[0].Unit = ""
			b := block(1, 60, 1)
			add(b, &vault, 0, nil, 1, older, newer)
			if got := say(compile(t, p).Block(testChain, b, &State{})); got != c.want {
				t.Errorf("found\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestShapesOfOneSignature(t *testing.T) {
	x := compile(t, versions(plan.Detector{Event: "Moved", Message: "{owner} {assets}"}))
	b := block(1, 60, 1)
	add(b, &vault, 0, nil, 1, encoded(t, "Moved(address,uint256)", 1, alice.Hex(), "1"), encoded(t, "Moved(address,uint256)", 0, alice.Hex(), "2"))
	if got, want := say(x.Block(testChain, b, &State{})), fmt.Sprintf("d: %s 1\nd: %s 2", alice.Hex(), alice.Hex()); got != want {
		t.Errorf("found %s, want %s", got, want)
	}
	odd := block(2, 61, 1)
	add(odd, &vault, 0, nil, 1, encoded(t, "Moved(address,uint256)", 2, alice.Hex(), "1"))
	var s State
	if found := x.Block(testChain, odd, &s); len(found) != 0 || s.Unfit["d"] == nil || s.Unfit["d"].Count != 1 {
		t.Errorf("what no shape has is told as %s, counted %v", say(found), s.Unfit)
	}
}

func TestEveryFunctionOfAName(t *testing.T) {
	x := compile(t, versions(plan.Detector{Function: "pause"}))
	for _, call := range []string{"pause()", "pause(uint256)"} {
		var args []string
		if call != "pause()" {
			args = []string{"1"}
		}
		data, err := evm.EncodeCall(call, args)
		if err != nil {
			t.Fatal(err)
		}
		b := block(1, 60, 1)
		add(b, &vault, 0, data, 1)
		if found := x.Block(testChain, b, &State{}); len(found) != 1 {
			t.Errorf("%s: found %d", call, len(found))
		}
	}
}

func TestFieldThatOneShapeLacks(t *testing.T) {
	for column, d := range map[int]plan.Detector{
		2: {Event: "Withdraw", Where: "tx.failed ||\n event.args.fee > 1"},
		3: {Event: "Withdraw", Amount: "\n  event.args.fee"},
		4: {Event: "Withdraw", Message: "taken:\n   {fee}"},
	} {
		_, problems := Compile(versions(d), nil)
		if len(problems) != 1 {
			t.Fatalf("problems: %v", problems)
		}
		if p := problems[0]; p.Line != 2 || p.Column != column || !strings.HasPrefix(p.Say, "Withdraw(address,uint256), one of 2 of that name: ") {
			t.Errorf("says %v", p)
		}
	}
}

// Without any ABI a signature is enough.
func TestSignatureAlone(t *testing.T) {
	transfer := func(indexed int, value string) evm.Log {
		return encoded(t, "Transfer(address,address,uint256)", indexed, alice.Hex(), bob.Hex(), value)
	}
	const value, address = "1461501637330902918203684832716283019655932542976", "77" // one above what an address can hold
	for name, c := range map[string]struct {
		event   string
		log     evm.Log
		message string
		want    string
	}{
		"with what is indexed":        {"Transfer(address indexed,address indexed,uint256)", transfer(2, address), "{arg0} {arg2}", alice.Hex() + " 77"},
		"none is":                     {"Transfer(address,address,uint256)", transfer(0, address), "{arg1} {arg2}", bob.Hex() + " 77"},
		"all are":                     {"Transfer(address,address,uint256)", transfer(3, address), "{arg1} {arg2}", bob.Hex() + " 77"},
		"some are, and one way fits":  {"Transfer(address,address,uint256)", transfer(2, value), "{arg0} {arg1} {arg2}", alice.Hex() + " " + bob.Hex() + " " + value},
		"some are, and no value used": {"Transfer(address,address,uint256)", transfer(2, address), "moved", "moved"},
		"more than there are":         {"Transfer(address,address,uint256)", func() evm.Log { l := transfer(3, value); l.Topics = append(l.Topics, evm.Hash{}); return l }(), "moved", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := world(plan.Detector{Event: c.event, Message: c.message})
			p.Assets[0].ABI = nil
			b := block(1, 60, 1)
			add(b, &vault, 0, nil, 1, c.log)
			if got := strings.TrimPrefix(say(compile(t, p).Block(testChain, b, &State{})), "d: "); got != c.want {
				t.Errorf("says %q, want %q", got, c.want)
			}
		})
	}
}

// What cannot be told apart is never guessed.
func TestIndexedValuesThatCannotBeTold(t *testing.T) {
	p := world(plan.Detector{Event: "Transfer(address,address,uint256)", Where: "event.args.arg2 > 5"})
	p.Assets[0].ABI = nil
	b := block(1, 60, 1)
	add(b, &vault, 0, nil, 1, encoded(t, "Transfer(address,address,uint256)", 2, alice.Hex(), bob.Hex(), "77"))
	found := compile(t, p).Block(testChain, b, &State{})
	if len(found) != 1 || !strings.Contains(found[0].Say, "cannot be told from the log: write indexed behind their types") {
		t.Errorf("says %s", say(found))
	}
}

func TestCallOfOneMegabyte(t *testing.T) {
	e, err := evm.ParseEvent("event Named(string name, int64 by, uint8[] list, (uint8 a, bool b) pair)")
	if err != nil {
		t.Fatal(err)
	}
	big := make([]byte, 1<<20)
	x := compile(t, world(
		plan.Detector{ID: "call", Function: "withdraw", Where: "call.args.assets == 0"},
		plan.Detector{ID: "log", Event: "Named", Where: "size(event.args.list) == 0 && size(event.args.name) == 0", Message: "{name}"},
	))
	m, err := evm.ParseSignature("withdraw(uint256,address,address)")
	if err != nil {
		t.Fatal(err)
	}
	selector := m.Selector()
	b := block(1, 60, 1)
	add(b, &vault, 0, append(selector[:], big...), 1, evm.Log{Address: vault, Topics: []evm.Hash{e.Topic()}, Data: big})
	if got := say(x.Block(testChain, b, &State{})); got != "call: Test: withdraw called on Vault in block 1.\nlog: " {
		t.Errorf("says %q", got)
	}
}

// Who writes calldata does not decide how long it takes to judge them.
func TestListThatIsTooLong(t *testing.T) {
	x := compile(t, world(plan.Detector{Event: "Named", Where: "7 in event.args.list"}))
	for length, want := range map[int]string{4096: "", 4097: "the list has more than 4096 values"} {
		list := "[" + strings.TrimSuffix(strings.Repeat("1,", length), ",") + "]"
		b := block(1, 60, 1)
		add(b, &vault, 0, nil, 1, encoded(t, "Named(string,int64,uint8[],(uint8,bool))", 0, `"n"`, "1", list, "(1,true)"))
		if got := say(x.Block(testChain, b, &State{})); !strings.Contains(got, want) || (want == "") != (got == "") {
			t.Errorf("%d: says %q", length, got)
		}
	}
}
