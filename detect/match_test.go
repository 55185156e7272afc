package detect

import (
	"testing"
	"time"

	"tocsin/evm"
	"tocsin/plan"
)

func TestMatchEvent(t *testing.T) {
	theft := func(where string) plan.Detector {
		return plan.Detector{Event: "Withdraw", Where: where, Mode: "page"}
	}
	for _, c := range []struct {
		name  string
		d     plan.Detector
		log   evm.Log
		finds bool
	}{
		{"no condition", theft(""), withdrawal(t, vault, alice, bob, 5), true},
		{"another contract", theft(""), withdrawal(t, token, alice, bob, 5), false},
		{"two arguments differ", theft("event.args.caller != event.args.owner"), withdrawal(t, vault, alice, bob, 5), true},
		{"two arguments are the same", theft("event.args.caller != event.args.owner"), withdrawal(t, vault, bob, bob, 5), false},
		{"amount above", theft("event.args.assets > ether(4)"), withdrawal(t, vault, alice, bob, 5), true},
		{"amount not above", theft("event.args.assets > ether(5)"), withdrawal(t, vault, alice, bob, 5), false},
		{"exact beyond 64 bits", theft(`event.args.assets == u256("5000000000000000000")`), withdrawal(t, vault, alice, bob, 5), true},
		{"units", theft(`event.args.assets == units("5.0", 18) && event.args.assets != units("5.000000000000000001", 18)`), withdrawal(t, vault, alice, bob, 5), true},
		{"arithmetic", theft("(event.args.assets - event.args.shares) * 3 + 7 % 4 == 3 && -event.args.assets / 2 < 0"), withdrawal(t, vault, alice, bob, 5), true},
		{"plain literal", theft("event.args.assets != 0"), withdrawal(t, vault, alice, bob, 5), true},
		{"address in small letters", theft(`event.args.owner == "0xb000000000000000000000000000000000000000"`), withdrawal(t, vault, alice, bob, 5), true},
		{"address in capitals", theft(`event.args.owner == "0xB000000000000000000000000000000000000000"`), withdrawal(t, vault, alice, bob, 5), true},
		{"address in a list", theft(`event.args.owner in ["0xa100000000000000000000000000000000000000", asset.vault]`), withdrawal(t, vault, alice, bob, 5), false},
		{"address of an asset", theft("event.args.owner == asset.cold_wallet && event.address == asset.vault"), withdrawal(t, vault, alice, token, 5), true},
		{"transaction and block", theft("tx.from == event.args.caller && tx.to == asset.vault && tx.value == 7 && !tx.failed && block.number == 12 && block.time == 1000"), withdrawal(t, vault, alice, bob, 5), true},
		{"on the whole chain", plan.Detector{Chain: testChain, Event: withdraw}, withdrawal(t, token, alice, bob, 5), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := compile(t, world(c.d))
			b := block(12, 1000, 1)
			add(b, &vault, 7, nil, 1, c.log)
			found := x.Block(testChain, b, &State{})
			if (len(found) == 1) != c.finds || len(found) > 1 {
				t.Fatalf("found %d: %s", len(found), say(found))
			}
		})
	}
}

func TestFindingSaysWhatAndWhere(t *testing.T) {
	x := compile(t, world(plan.Detector{
		Event: "Withdraw", Mode: "page", Where: "event.args.caller != event.args.owner", Amount: "event.args.assets",
		Message: "{caller} took {amount} of {event.args.owner} from {asset} in {{braces}}",
	}))
	b := block(12, 1000, 1)
	add(b, &vault, 0, nil, 1)
	add(b, &vault, 0, nil, 1, withdrawal(t, vault, alice, bob, 5))
	found := x.Block(testChain, b, &State{})
	if len(found) != 1 {
		t.Fatalf("found %d", len(found))
	}
	f := found[0]
	if want := alice.Hex() + " took 5 HUSD of " + bob.Hex() + " from Vault in {braces}"; f.Say != want {
		t.Errorf("says %q, want %q", f.Say, want)
	}
	if f.Amount != "5000000000000000000" || f.Mode != Page || f.Block != 12 || f.BlockHash != b.Hash || f.Tx != b.Transactions[1].Hash ||
		!f.At.Equal(time.Unix(1000, 0)) || f.Asset != "vault" || len(f.Issues) != 1 || f.Issues[0] != "theft" || f.Chain != testChain {
		t.Errorf("finding: %+v", f)
	}
	if again := x.Block(testChain, b, &State{}); again[0].ID != f.ID {
		t.Errorf("the same log has ids %s and %s", f.ID, again[0].ID)
	}
}

func TestMatchTransactions(t *testing.T) {
	call, err := evm.EncodeCall("withdraw(uint256,address,address)", []string{"9", alice.Hex(), bob.Hex()})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		d      plan.Detector
		to     *evm.Address
		input  []byte
		status uint64
		want   int
	}{
		{"any to the asset", plan.Detector{Transaction: true}, &vault, nil, 1, 1},
		{"any to another", plan.Detector{Transaction: true}, &token, nil, 1, 0},
		{"creation", plan.Detector{Transaction: true, Chain: testChain, Asset: ""}, nil, []byte{1}, 1, 1},
		{"function", plan.Detector{Function: "withdraw", Where: "call.args.assets == 9 && call.args.owner != tx.from"}, &vault, call, 1, 1},
		{"function that failed", plan.Detector{Function: "withdraw", Where: "tx.failed"}, &vault, call, 0, 1},
		{"other function", plan.Detector{Function: "pause"}, &vault, call, 1, 0},
		{"no calldata", plan.Detector{Function: "pause"}, &vault, []byte{1, 2}, 1, 0},
		{"by signature", plan.Detector{Function: "withdraw(uint256,address,address)"}, &vault, call, 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := compile(t, world(c.d))
			b := block(3, 30, 1)
			add(b, c.to, 0, c.input, c.status)
			if found := x.Block(testChain, b, &State{}); len(found) != c.want {
				t.Fatalf("found %d, want %d: %s", len(found), c.want, say(found))
			}
		})
	}
}

// An attacker who can make an expression fail must not become invisible by it; but nothing acts on a failure.
func TestWhatCannotBeJudgedIsReported(t *testing.T) {
	for name, c := range map[string]struct {
		d    plan.Detector
		log  evm.Log
		want int
	}{
		"division by zero": {plan.Detector{Event: "Withdraw", Mode: "act", Where: "event.args.assets / event.args.shares > 5"}, withdrawal(t, vault, alice, bob, 0), 1},
		"overflow":         {plan.Detector{Event: "Withdraw", Mode: "act", Where: `event.args.assets * u256("0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff") > 5`}, withdrawal(t, vault, alice, bob, 5), 1},
		"amount":           {plan.Detector{Event: "Withdraw", Mode: "act", Amount: "event.args.assets / (event.args.assets - event.args.shares)"}, withdrawal(t, vault, alice, bob, 5), 1},
		"short data": {plan.Detector{Event: "Withdraw", Mode: "act", Where: "event.args.assets > 5"}, func() evm.Log {
			l := withdrawal(t, vault, alice, bob, 5)
			l.Data = l.Data[:40]
			return l
		}(), 1},
		"short data of some other contract": {plan.Detector{Chain: testChain, Event: withdraw, Mode: "act", Where: "event.args.assets > 5"}, func() evm.Log {
			l := withdrawal(t, token, alice, bob, 5)
			l.Data = nil
			return l
		}(), 0},
		"fewer indexed than declared": {plan.Detector{Event: "Withdraw", Mode: "act", Where: "event.args.assets > 5"}, func() evm.Log {
			l := withdrawal(t, vault, alice, bob, 5)
			l.Topics = l.Topics[:2]
			return l
		}(), 0},
		"more topics than there can be": {plan.Detector{Event: "Withdraw", Mode: "act", Where: "event.args.assets > 5"}, func() evm.Log {
			l := withdrawal(t, vault, alice, bob, 5)
			l.Topics = append(l.Topics, make([]evm.Hash, 1000)...)
			return l
		}(), 0},
		"another number of topics at some other contract": {plan.Detector{Chain: testChain, Event: withdraw, Mode: "act"}, func() evm.Log {
			l := withdrawal(t, token, alice, bob, 5)
			l.Topics = l.Topics[:2]
			return l
		}(), 0},
		"no topics": {plan.Detector{Event: "Withdraw", Mode: "act"}, func() evm.Log {
			l := withdrawal(t, vault, alice, bob, 5)
			l.Topics = nil
			return l
		}(), 0},
	} {
		t.Run(name, func(t *testing.T) {
			x := compile(t, world(c.d))
			b := block(1, 10, 1)
			add(b, &vault, 0, nil, 1, c.log)
			found := x.Block(testChain, b, &State{})
			if len(found) != c.want {
				t.Fatalf("found %d, want %d", len(found), c.want)
			}
			for _, f := range found {
				if f.Mode != Page {
					t.Errorf("mode is %s", f.Mode)
				}
			}
		})
	}
}

func TestDepthHoldsFindingsBack(t *testing.T) {
	x := compile(t, world(plan.Detector{Event: "Withdraw", Depth: "2"}))
	var s State
	one := block(1, 10, 1)
	add(one, &vault, 0, nil, 1, withdrawal(t, vault, alice, bob, 5))
	if found := x.Block(testChain, one, &s); len(found) != 0 {
		t.Fatal("found without a block on top")
	}
	if found := x.Block(testChain, block(2, 11, 1), &s); len(found) != 0 {
		t.Fatal("found with one block on top")
	}
	found := x.Block(testChain, block(3, 12, 1), &s)
	if len(found) != 1 || found[0].Block != 1 {
		t.Fatalf("found %d", len(found))
	}
	for _, number := range []uint64{3, 2} {
		if gone := s.Rollback(hashOf(number, 1)); len(gone) != 0 {
			t.Errorf("rolling back block %d retracts %v", number, gone)
		}
	}
	if gone := s.Rollback(one.Hash); len(gone) != 1 || gone[0] != found[0].ID {
		t.Errorf("retracted %v", gone)
	}

	s = State{}
	x.Block(testChain, one, &s)
	s.Rollback(one.Hash)
	for n := uint64(1); n < 6; n++ {
		if found := x.Block(testChain, block(n, 10+n, 2), &s); len(found) != 0 {
			t.Errorf("a finding of an orphaned block came up in block %d", n)
		}
	}
}

// A block that comes back brings its findings under new ids: the old ones stay retracted.
func TestBlockThatComesBack(t *testing.T) {
	x := compile(t, world(plan.Detector{Event: "Withdraw"}))
	var s State
	b := block(1, 10, 1)
	add(b, &vault, 0, nil, 1, withdrawal(t, vault, alice, bob, 5))
	first := x.Block(testChain, b, &s)
	if again := x.Block(testChain, b, &s); len(again) != 0 {
		t.Fatal("a block was counted twice")
	}
	s.Rollback(b.Hash)
	second := x.Block(testChain, b, &s)
	if len(second) != 1 || second[0].ID == first[0].ID {
		t.Fatalf("ids %v and %v", first, second)
	}
}

func TestHostileTextIsTamed(t *testing.T) {
	x := compile(t, world(plan.Detector{Event: "Named", Message: "named {name}"}))
	e, err := evm.ParseEvent("event Named(string name, int64 by, uint8[] list, (uint8 a, bool b) pair)")
	if err != nil {
		t.Fatal(err)
	}
	call, err := evm.EncodeCall("f(string,int64,uint8[],(uint8,bool))", []string{`"bad\n\u202eevil"`, "-5", "[1,2]", "(1,true)"})
	if err != nil {
		t.Fatal(err)
	}
	b := block(1, 1, 1)
	add(b, &vault, 0, nil, 1, evm.Log{Address: vault, Topics: []evm.Hash{e.Topic()}, Data: call[4:]})
	if got := say(x.Block(testChain, b, &State{})); got != "d: named bad��evil" {
		t.Errorf("says %q", got)
	}
	x = compile(t, world(plan.Detector{Event: "Named", Where: `event.args.by == -5 && event.args.list[1] == 2 && size(event.args.list) == 2 && event.args.name.startsWith("bad")`}))
	if found := x.Block(testChain, b, &State{}); len(found) != 1 {
		t.Errorf("found %s", say(found))
	}
}
