package detect

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"tocsin/evm"
	"tocsin/plan"
)

// However a chain is reorganised, the detectors see at the end what they would have seen of the last branch alone.
func TestSightsOfTheCanonicalChain(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 15 {
		group := failures()
		group.ID, group.GroupBy, group.Baseline = "g", "sender", 3
		p := world(plan.Detector{Event: "Withdraw"}, plan.Detector{ID: "s", Kind: "absence", Event: "Withdraw", Silent: plan.Duration(30 * time.Second)}, group)
		x := compile(t, p)
		var got, want State
		forks := map[uint64]byte{}
		make := func(n uint64, fork byte) *evm.Block {
			parent := rand.New(rand.NewPCG(n, uint64(fork)))
			b := failing(n, 1000+61*n, fork, parent.IntN(9))
			for range parent.IntN(3) {
				add(b, &vault, 0, nil, 1, withdrawal(t, vault, alice, bob, 1))
			}
			return b
		}
		for n := uint64(0); n < 50; n++ {
			for back := min(n, uint64(r.IntN(4)*r.IntN(2)*r.IntN(2))); back > 0; back-- {
				n--
				got.Rollback(hashOf(n, forks[n]))
			}
			forks[n]++
			x.Block(testChain, make(n, forks[n]), &got)
			got = stored(t, got)
		}
		for n := uint64(0); n < 50; n++ {
			x.Block(testChain, make(n, forks[n]), &want)
		}
		a, b := x.Sights(testChain, &got), x.Sights(testChain, &want)
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("seen\n%+v\nwhere\n%+v\nwas", a, b)
		}
	}
}

func TestPointsAreStoredShort(t *testing.T) {
	p := points{{1000, 1.5}, {1060, -2}, {1060, 1e21}}
	b, err := json.Marshal(p)
	if err != nil || string(b) != "[1000,1.5,60,-2,0,1e+21]" {
		t.Fatalf("%s, %v", b, err)
	}
	var back points
	if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(back, p) {
		t.Errorf("%v, %v", back, err)
	}
	for _, bad := range []string{`[1]`, `[-1,2]`, `[1e300,2]`, `["a",1]`, "[" + strings.Repeat("1,1,", 60) + "1,1]"} {
		if err := json.Unmarshal([]byte(bad), &back); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

// What is kept to be looked at stays small beside what is kept to detect: it is stored with every block.
func TestWhatIsKeptToBeLookedAtIsSmall(t *testing.T) {
	var ds []plan.Detector
	for i := range 1000 {
		switch i % 3 {
		case 0:
			ds = append(ds, plan.Detector{ID: fmt.Sprintf("m%d", i), Event: "Withdraw"})
		case 1:
			ds = append(ds, plan.Detector{ID: fmt.Sprintf("a%d", i), Kind: "absence", Event: "Withdraw", Silent: plan.Duration(time.Hour)})
		default:
			ds = append(ds, plan.Detector{ID: fmt.Sprintf("b%d", i), Kind: "balance", Account: "vault", Below: "5"})
		}
	}
	x := compile(t, world(ds...))
	var s State
	r := rand.New(rand.NewPCG(1, 2))
	for n := range uint64(120) {
		b := block(n, 1.7e9+1000*n, 1)
		add(b, &vault, 0, nil, 1, withdrawal(t, vault, alice, bob, 1))
		x.Block(testChain, b, &s)
		x.Judge(testChain, b.Hash, []Answer{holding(r.Uint64())}, &s)
	}
	b, err := json.Marshal(State{Matches: s.Matches, Courses: s.Courses})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Matches) != 334 || len(s.Courses) != 666 {
		t.Fatalf("%d matches, %d courses", len(s.Matches), len(s.Courses))
	}
	if len(b) > 1000*900 {
		t.Errorf("%d bytes for 1,000 detectors", len(b))
	}
	// A plan without them keeps nothing of them.
	compile(t, world()).Block(testChain, block(120, 1.8e9, 1), &s)
	if len(s.Matches)+len(s.Courses) > 0 {
		t.Error("what is kept of detectors that are gone stays")
	}
}

// Whatever was stored, looking at it and going on from it is possible.
func TestSightsOfAnOddState(t *testing.T) {
	x := compile(t, world(plan.Detector{Event: "Withdraw"}, plan.Detector{ID: "b", Kind: "balance", Account: "vault", Below: "5"},
		plan.Detector{ID: "a", Kind: "absence", Event: "Withdraw", Silent: plan.Duration(time.Hour)}, plan.Detector{ID: "s", Kind: "spike", Metric: "events", Window: plan.Duration(time.Minute), Minimum: 3, GroupBy: "sender"}))
	for _, stored := range []string{
		`{"courses":{"a":null,"b":null},"matches":{"d":null},"spikes":{"s":null},"vigils":{"a":null,"b":null}}`,
		`{"courses":{"b":{"of":"x","points":[],"time":18446744073709551615}},"matches":{"d":{"windows":[{"window":-5,"n":1}],"last":{"time":18446744073709551615}}}}`,
	} {
		var s State
		if err := json.Unmarshal([]byte(stored), &s); err != nil {
			t.Fatal(err)
		}
		for n := range uint64(3) {
			b := block(n, 1000+n, 1)
			add(b, &vault, 0, nil, 1, withdrawal(t, vault, alice, bob, 1))
			x.Block(testChain, b, &s)
			x.Judge(testChain, b.Hash, []Answer{holding(4)}, &s)
			if got := x.Sights(testChain, &s); len(got) != 4 {
				t.Errorf("%d sights", len(got))
			}
		}
		s.Rollback(hashOf(2, 1))
		if got := x.Sights(testChain, &s); len(got) != 4 {
			t.Errorf("%d sights", len(got))
		}
	}
}
