package detect

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/plan"
)

// worth is an answer of one or more words.
func worth(values ...uint64) Answer {
	var a Answer
	for _, v := range values {
		w := uint256.NewInt(v).Bytes32()
		a.Data = append(a.Data, w[:]...)
	}
	return a
}

func holding(wei uint64) Answer { return Answer{Balance: uint256.NewInt(wei)} }

func solvency() plan.Detector {
	return plan.Detector{
		ID: "solvent", Name: "Solvency", Kind: "state", Mode: "act", Holds: "assets >= owed.debt + owed.arg1",
		Readings: map[string]plan.Reading{
			"assets": {Asset: "vault", Function: "totalAssets() returns (uint256)"},
			"owed":   {Asset: "vault", Function: "owed(address) returns (uint256 debt, uint256)", Args: []string{"cold-wallet"}},
		},
		Amount: "owed.debt + owed.arg1 - assets",
	}
}

// judged runs answers block by block, ten seconds apart, and returns what was said by block.
func judged(t *testing.T, d plan.Detector, answers ...[]Answer) []string {
	t.Helper()
	x := compile(t, world(d))
	var s State
	var said []string
	for i, a := range answers {
		b := block(uint64(i), 1000+10*uint64(i), 1)
		if found := x.Block(testChain, b, &s); len(found) != 0 {
			t.Errorf("the block alone found %s", say(found))
		}
		for _, f := range x.Judge(testChain, b.Hash, a, &s) {
			said = append(said, fmt.Sprintf("%d %s %s", f.Block, f.Mode, f.Say))
		}
		s = stored(t, s)
	}
	return said
}

func TestState(t *testing.T) {
	x := compile(t, world(solvency()))
	wants := x.Wants(testChain)
	call, err := evm.EncodeCall("owed(address)", []string{token.Hex()})
	if err != nil {
		t.Fatal(err)
	}
	if len(wants) != 2 || wants[0].To != vault || len(wants[0].Data) != 4 || string(wants[1].Data) != string(call) {
		t.Fatalf("wants %+v", wants)
	}
	if got := x.Readers(testChain); !slices.Equal(got, []string{"solvent"}) || x.Readers(1) != nil || x.Wants(1) != nil {
		t.Errorf("readers %v", got)
	}
	fine, bad := []Answer{worth(30), worth(10, 20)}, []Answer{worth(29), worth(10, 20)}
	revert := []Answer{{Failed: "the call reverted: paused"}, worth(10, 20)}
	short := []Answer{worth(29), worth(10)}
	const broken = "act Solvency: assets >= owed.debt + owed.arg1 does not hold at block %d: assets is 29, owed.debt is 10, owed.arg1 is 20."
	for _, c := range []struct {
		name    string
		d       func(*plan.Detector)
		answers [][]Answer
		want    []string
	}{
		{"holds", nil, [][]Answer{fine, fine}, nil},
		{"told once", nil, [][]Answer{fine, bad, bad, bad}, []string{"1 " + fmt.Sprintf(broken, 1)}},
		{"from the start", nil, [][]Answer{bad}, []string{"0 " + fmt.Sprintf(broken, 0)}},
		{"again after it held", nil, [][]Answer{bad, fine, bad}, []string{"0 " + fmt.Sprintf(broken, 0), "2 " + fmt.Sprintf(broken, 2)}},
		{"flapping is held back, and what stays wrong is told in the end", func(d *plan.Detector) { d.CoolDown = plan.Duration(40 * time.Second) }, [][]Answer{bad, fine, bad, bad, bad, bad}, []string{"0 " + fmt.Sprintf(broken, 0), "4 " + fmt.Sprintf(broken, 4)}},
		{"unreadable", nil, [][]Answer{fine, revert, revert, revert, revert}, []string{"3 page Solvency cannot be told, 3 times in a row up to block 3 (assets: the call reverted: paused). What it would find goes unnoticed meanwhile."}},
		{"unreadable now and then", nil, [][]Answer{revert, revert, fine, revert, revert, fine, revert}, nil},
		{"an answer of another form", nil, [][]Answer{short, short, short, bad}, []string{"2 page Solvency cannot be told, 3 times in a row up to block 2 (owed: ", "3 " + fmt.Sprintf(broken, 3)}},
		{"no contract", nil, [][]Answer{{{}, {}}, {{}, {}}, {{}, {}}}, []string{"2 page Solvency cannot be told, 3 times in a row up to block 2 (assets: decode result"}},
		{"an invariant that cannot be judged", func(d *plan.Detector) { d.Holds = "assets / owed.debt > 0" }, [][]Answer{{worth(1), worth(0, 0)}, {worth(1), worth(0, 0)}, {worth(1), worth(0, 0)}}, []string{"2 page Solvency cannot be told"}},
		{"a message of its own", func(d *plan.Detector) { d.Message = "{assets} against {owed.debt}, short of {amount}" }, [][]Answer{bad}, []string{"0 act 29 against 10, short of 0.000000000000000001 HUSD"}},
		{"a message without readings", func(d *plan.Detector) { d.Message = "Broke." }, [][]Answer{bad}, []string{"0 act Broke: assets is 29, owed.debt is 10, owed.arg1 is 20."}},
		{"too few answers", nil, [][]Answer{{worth(1)}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := solvency()
			if c.d != nil {
				c.d(&d)
			}
			said := judged(t, d, c.answers...)
			if !slices.EqualFunc(said, c.want, strings.HasPrefix) {
				t.Errorf("said\n%s", strings.Join(said, "\n"))
			}
		})
	}
}

func TestStateIsFoundAsItIs(t *testing.T) {
	p := world(solvency())
	p.Issues[0].Detection.Detectors = []string{"solvent"}
	p.Detectors[0].Asset = "vault"
	x := compile(t, p)
	var s State
	b := block(3, 1000, 1)
	x.Block(testChain, b, &s)
	found := x.Judge(testChain, b.Hash, []Answer{worth(29), worth(10, 20)}, &s)
	if len(found) != 1 {
		t.Fatalf("found %s", say(found))
	}
	f := found[0]
	if f.Amount != "1" || f.Asset != "vault" || f.BlockHash != b.Hash || f.Block != 3 || !f.At.Equal(time.Unix(1000, 0)) || f.Issues[0] != "theft" || f.Tx != (evm.Hash{}) {
		t.Errorf("finding %+v", f)
	}
	if s.Looked == nil || s.Looked.Number != 3 || s.Looked.Time != 1000 {
		t.Errorf("looked %+v", s.Looked)
	}
	if again := x.Judge(testChain, b.Hash, []Answer{worth(1), worth(10, 20)}, &s); again != nil {
		t.Error("a block was judged twice")
	}
	if gone := s.Rollback(b.Hash); !slices.Equal(gone, []string{f.ID}) {
		t.Errorf("retracted %v", gone)
	}
	if s.Vigils["solvent"] != nil {
		t.Error("the vigil of a block rolled back stands")
	}
	if x.Judge(testChain, hashOf(9, 9), []Answer{worth(1), worth(10, 20)}, &s) != nil {
		t.Error("a block was judged that was never seen")
	}
}

// Answers may come late, but not after those of a later block.
func TestAnswersInOrder(t *testing.T) {
	x := compile(t, world(solvency()))
	var s State
	for n := range uint64(4) {
		x.Block(testChain, block(n, 1000+n, 1), &s)
	}
	bad := []Answer{worth(1), worth(10, 20)}
	if found := x.Judge(testChain, hashOf(2, 1), bad, &s); len(found) != 1 || found[0].Block != 2 {
		t.Fatalf("found %s", say(found))
	}
	if x.Judge(testChain, hashOf(1, 1), bad, &s) != nil || s.Looked.Number != 2 {
		t.Error("answers of an earlier block were judged after those of a later one")
	}
	if gone := s.Rollback(hashOf(3, 1)); len(gone) != 0 {
		t.Errorf("retracted %v with a block that had nothing to do with it", gone)
	}
	if gone := s.Rollback(hashOf(2, 1)); len(gone) != 1 || s.Vigils["solvent"] != nil {
		t.Errorf("retracted %v, vigils %v", gone, s.Vigils)
	}
}

func TestBalance(t *testing.T) {
	low := plan.Detector{Kind: "balance", Account: "vault", Below: "1000000000000000000", Above: "5000000000000000000", Mode: "page"}
	for _, c := range []struct {
		name    string
		d       func(*plan.Detector)
		answers [][]Answer
		want    []string
	}{
		{"within", nil, [][]Answer{{holding(1e18)}, {holding(5e18)}}, nil},
		{"below", nil, [][]Answer{{holding(1e18)}, {holding(999e15)}, {holding(1)}}, []string{"1 page Test: Vault holds 0.999 ETH at block 1, below 1 ETH."}},
		{"above", nil, [][]Answer{{holding(6e18)}}, []string{"0 page Test: Vault holds 6 ETH at block 0, above 5 ETH."}},
		{"a person's key", func(d *plan.Detector) { d.Account, d.Asset, d.Chain = "ada", "", testChain }, [][]Answer{{holding(0)}}, []string{"0 page Test: Ada (" + alice.Hex() + ") holds 0 ETH at block 0, below 1 ETH."}},
		{"an address", func(d *plan.Detector) {
			d.Account, d.Asset, d.Chain, d.Message = bob.Hex(), "", testChain, "{account} has {balance}, {limit}, by {amount}"
		}, [][]Answer{{holding(0)}}, []string{"0 page " + bob.Hex() + " has 0 ETH, below 1 ETH, by 1 ETH"}},
		{"a token", func(d *plan.Detector) { d.Asset, d.Below, d.Above = "coin", "250", "" }, [][]Answer{{worth(249)}}, []string{"0 page Test: Vault holds 2.49 COIN at block 0, below 2.5 COIN."}},
		{"unreadable", nil, [][]Answer{{{Failed: "no answer"}}, {{Failed: "no answer"}}, {{}}}, []string{"2 page Test cannot be told"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := low
			if c.d != nil {
				c.d(&d)
			}
			x := world(d)
			x.Assets = append(x.Assets, plan.Asset{ID: "coin", Name: "Coin", Kind: "token", Chain: testChain, Address: evm.Address{0xc0}, Unit: "COIN", Decimals: 2})
			x.CoreTeam = []plan.Person{{ID: "ada", Name: "Ada", Keys: []plan.Key{{Address: alice}}}}
			if d.Asset == "" {
				x.Detectors[0].Asset = ""
			}
			index := compile(t, x)
			if wants := index.Wants(testChain); len(wants) != 1 {
				t.Fatalf("wants %+v", wants)
			}
			var s State
			var said []string
			for i, a := range c.answers {
				b := block(uint64(i), 1000+10*uint64(i), 1)
				index.Block(testChain, b, &s)
				for _, f := range index.Judge(testChain, b.Hash, a, &s) {
					said = append(said, fmt.Sprintf("%d %s %s", f.Block, f.Mode, f.Say))
				}
			}
			if !slices.EqualFunc(said, c.want, strings.HasPrefix) {
				t.Errorf("said\n%s", strings.Join(said, "\n"))
			}
		})
	}
}

// Whatever is rolled back, and whichever heads were read, what stands is what a straight run over the same finds.
func TestReorgsOfVigilsLeaveNoTrace(t *testing.T) {
	low := plan.Detector{ID: "low", Kind: "balance", Account: "vault", Below: "50", CoolDown: plan.Duration(20 * time.Second)}
	quiet := plan.Detector{ID: "quiet", Kind: "absence", Event: "Withdraw", Silent: plan.Duration(30 * time.Second)}
	d := solvency()
	d.ID, d.Holds, d.Readings, d.Amount = "d", "a > 40", map[string]plan.Reading{"a": {Asset: "vault", Function: "a() returns (uint256)"}}, ""
	x := compile(t, world(d, low, quiet))
	at := func(n uint64, fork byte) (*evm.Block, []Answer) {
		r := rand.New(rand.NewPCG(n, uint64(fork)))
		b := block(n, 1000+7*n, fork)
		if r.IntN(4) == 0 {
			add(b, &vault, 0, nil, 1, withdrawal(t, vault, alice, bob, n))
		}
		answers := []Answer{worth(r.Uint64N(100)), holding(r.Uint64N(100))}
		if r.IntN(3) == 0 {
			answers[0] = Answer{Failed: "no answer"}
		}
		return b, answers
	}
	kinds := map[string]int{}
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 2))
		var s State
		type past struct {
			fork byte
			read bool
		}
		var canonical []past
		live := map[string]bool{}
		note := func(found []Finding) {
			for _, f := range found {
				if live[f.ID] {
					t.Fatalf("seed %d: %s found twice", seed, f.ID)
				}
				live[f.ID] = true
				kinds[f.Detector]++
			}
		}
		for range 90 {
			if depth := r.IntN(6); r.IntN(5) == 0 && depth < len(s.Recent) {
				for range depth {
					n := len(canonical) - 1
					for _, id := range s.Rollback(hashOf(uint64(n), canonical[n].fork)) {
						if !live[id] {
							t.Fatalf("seed %d: %s retracted without having been found", seed, id)
						}
						delete(live, id)
					}
					canonical = canonical[:n]
				}
			}
			p := past{fork: byte(1 + r.IntN(3)), read: r.IntN(4) > 0}
			b, answers := at(uint64(len(canonical)), p.fork)
			note(x.Block(testChain, b, &s))
			if p.read {
				note(x.Judge(testChain, b.Hash, answers, &s))
			}
			canonical = append(canonical, p)
			s = stored(t, s)
		}
		var straight State
		found := 0
		for n, p := range canonical {
			b, answers := at(uint64(n), p.fork)
			found += len(x.Block(testChain, b, &straight))
			if p.read {
				found += len(x.Judge(testChain, b.Hash, answers, &straight))
			}
		}
		if found == 0 || found != len(live) {
			t.Fatalf("seed %d: %d findings stand, %d of the canonical blocks", seed, len(live), found)
		}
	}
	if len(kinds) != 3 {
		t.Errorf("only %v found anything", kinds)
	}
}

// What thousands of detectors leave behind stays small, and questions that are the same are asked once.
func TestManyDetectors(t *testing.T) {
	p := world()
	for i := range 10_000 {
		d := plan.Detector{ID: fmt.Sprintf("d%d", i), Name: "D", Asset: "vault"}
		switch i % 4 {
		case 0:
			d.Kind, d.Account, d.Below = "balance", fmt.Sprintf("0x%040x", i%100+1), "50"
		case 1:
			d.Kind, d.Holds, d.Readings = "state", fmt.Sprintf("a > %d && %s", i, strings.Repeat("true && ", 9)+"true"), read("a() returns (uint256)")
		case 2:
			d.Kind, d.Event, d.Silent = "absence", "Withdraw", plan.Duration(time.Hour)
		case 3:
			d.Kind, d.Metric, d.Window, d.Baseline, d.Factor = "spike", "failed_share", plan.Duration(time.Minute), 30, 5
		}
		p.Detectors = append(p.Detectors, d)
	}
	x := compile(t, p)
	if n := len(x.Wants(testChain)); n != 26 { // every fourth of a hundred accounts, and one reading
		t.Fatalf("%d wants", n)
	}
	answers := make([]Answer, 26)
	for i := range answers {
		answers[i] = Answer{Balance: uint256.NewInt(60), Data: worth(1 << 40).Data}
	}
	var s State
	for n := range uint64(12) {
		b := block(n, 1000+n*12, 1)
		add(b, &vault, 0, nil, 1, withdrawal(t, vault, alice, bob, 1))
		x.Block(testChain, b, &s)
		if found := x.Judge(testChain, b.Hash, answers, &s); len(found) != 0 {
			t.Fatalf("found %s", say(found[:1]))
		}
	}
	enc, err := json.Marshal(s)
	if err != nil || len(enc) > 6<<20 {
		t.Errorf("the state takes %d bytes: %v", len(enc), err)
	}
}
