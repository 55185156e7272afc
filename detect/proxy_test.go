package detect

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"tocsin/contracts"
	"tocsin/evm"
	"tocsin/plan"
)

// behind is a plan whose vault is a proxy.
func behind(kind string, d ...plan.Detector) *plan.Plan {
	p := world(d...)
	p.Assets[0].Proxy = kind
	p.Actions = []plan.Action{{ID: "halt", Name: "Halt", Kind: "call", Asset: "vault", Function: "pause()", Effect: &plan.Reading{Asset: "vault", Function: "paused() returns (bool)"}}}
	return p
}

func upgrade(t *testing.T) *evm.Block {
	b := block(7, 70, 1)
	add(b, &vault, 0, nil, 1, encoded(t, "Upgraded(address)", 1, bob.Hex()), withdrawal(t, vault, alice, bob, 5))
	return b
}

// The names of the slots are those of the standard.
func TestSlotsOfTheStandard(t *testing.T) {
	for kind, name := range map[string]string{proxyEIP1967: "eip1967.proxy.implementation", proxyBeacon: "eip1967.proxy.beacon"} {
		n := new(uint256.Int).SetBytes(crypto.Keccak256([]byte(name)))
		if want := evm.Hash(n.SubUint64(n, 1).Bytes32()); slotOf(kind) != want {
			t.Errorf("%s: %s, want %s", kind, slotOf(kind).Hex(), want.Hex())
		}
	}
	if got, want := AskBeacon(), []byte{0x5c, 0x60, 0xda, 0x1b}; !slices.Equal(got, want) {
		t.Errorf("a beacon is asked %x", got)
	}
}

func TestUpgradeIsFoundWithoutADetector(t *testing.T) {
	for name, c := range map[string]struct {
		p    *plan.Plan
		want string
		mode string
	}{
		"named by nobody":       {behind("eip1967"), "upgraded: The code of Vault was replaced by " + bob.Hex() + ".", Observe},
		"no proxy":              {behind("none"), "", ""},
		"minimal":               {behind("minimal"), "", ""},
		"beside others":         {behind("beacon", plan.Detector{Event: "Withdraw"}), "upgraded: The code of Vault was replaced by " + bob.Hex() + ".\nd: Test: Withdraw of Vault in block 7.", Observe},
		"by the plan's own":     {behind("eip1967", plan.Detector{ID: "ours", Event: "Upgraded", Message: "{implementation}"}), "ours: " + bob.Hex(), Observe},
		"the plan's is narrow":  {behind("eip1967", plan.Detector{ID: "ours", Event: "Upgraded", Where: "tx.failed"}), "upgraded: The code of Vault was replaced by " + bob.Hex() + ".", Observe},
		"named by an issue":     {issued(behind("eip1967")), "upgraded: The code of Vault was replaced by " + bob.Hex() + ".", Page},
		"named otherwise there": {abiOf(behind("eip1967"), "event Upgraded(address indexed newCode)"), "upgraded: The code of Vault was replaced by " + bob.Hex() + ".", Observe},
	} {
		t.Run(name, func(t *testing.T) {
			found := compile(t, c.p).Block(testChain, upgrade(t), &State{})
			if got := say(found); got != c.want {
				t.Fatalf("says %q, want %q", got, c.want)
			}
			if len(found) > 0 && (found[0].Mode != c.mode || found[0].Asset != "vault" || (c.mode == Page) != (len(found[0].Issues) == 1)) {
				t.Errorf("found %+v", found[0])
			}
		})
	}
}

func issued(p *plan.Plan) *plan.Plan {
	p.Issues = append(p.Issues, plan.Issue{ID: "replaced", Detection: plan.Detection{Detectors: []string{Upgraded}}})
	return p
}

func abiOf(p *plan.Plan, abi ...string) *plan.Plan {
	p.Assets[0].ABI = abi
	return p
}

func TestProxiesOfAChain(t *testing.T) {
	p := behind("beacon")
	p.Assets[1].Proxy, p.Assets[1].Chain = "minimal", 5
	x := compile(t, p)
	if got := x.Proxies(testChain); len(got) != 1 || got[0].Asset != "vault" || got[0].Address != vault || !got[0].Beacon() || got[0].Slot != slotOf("beacon") {
		t.Errorf("proxies %+v", got)
	}
	if got := x.Proxies(5); len(got) != 1 || got[0].Kind != "minimal" || got[0].Slot != (evm.Hash{}) {
		t.Errorf("proxies %+v", got)
	}
}

// What the plan looks for is looked up in the code that compilers make.
func TestMissing(t *testing.T) {
	compiled, err := contracts.Vault()
	if err != nil {
		t.Fatal(err)
	}
	code := compiled.Bytecode
	p := behind("eip1967",
		plan.Detector{ID: "a", Name: "Withdrawals", Event: "Withdraw"},
		plan.Detector{ID: "b", Name: "Upgrades", Event: "Upgraded"},
		plan.Detector{ID: "c", Name: "Sweeps", Function: "sweep(address to)"},
		plan.Detector{ID: "d", Name: "Drains", Event: "Drained(address indexed who)"},
		plan.Detector{ID: "e", Name: "Pauses", Function: "pause"},
		plan.Detector{ID: "f", Name: "Sums", Kind: "state", Readings: map[string]plan.Reading{"a": {Asset: "vault", Function: "sum() returns (uint256)"}}, Holds: "a > 1"},
		plan.Detector{ID: "g", Name: "Calls", Transaction: true},
		plan.Detector{ID: "h", Name: "Others", Asset: "cold-wallet", Event: "Nothing()"},
	)
	p.Assets[0].ABI = append(p.Assets[0].ABI, "function pause(uint256 until)") // of an older version
	p.Actions = append(p.Actions, plan.Action{ID: "sweep", Name: "Sweep", Kind: "call", Asset: "vault", Function: "sweep(address to)"})
	got := compile(t, p).Missing("vault", code)
	want := []string{
		"no function sweep(address), for which the detector Sweeps and the action Sweep look",
		"no event Drained(address), for which the detector Drains looks",
		"no function sum(), for which the detector Sums looks",
	}
	if !slices.Equal(got, want) {
		t.Errorf("missing\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := compile(t, p).Missing("cold-wallet", nil); got != nil {
		t.Errorf("of what is no proxy: %v", got)
	}
}

func TestSelectorWithLeadingZeros(t *testing.T) {
	for _, c := range []struct {
		code, constant []byte
		want           bool
	}{
		{[]byte{0x62, 1, 2, 3}, []byte{0, 1, 2, 3}, true},
		{[]byte{0x63, 9, 1, 2, 3}, []byte{9, 1, 2, 3}, true},
		{[]byte{0x63, 9, 1, 2}, []byte{9, 1, 2, 3}, false},
		{nil, []byte{9}, false},
	} {
		if got := holds(c.code, c.constant); got != c.want {
			t.Errorf("%x in %x: %v", c.constant, c.code, got)
		}
	}
}

func TestMinimal(t *testing.T) {
	for name, c := range map[string]struct {
		before, after string
		want          bool
	}{
		"EIP-1167":            {"363d3d373d3d3d363d73", "5af43d82803e903d91602b57fd5bf3", true},
		"with PUSH0":          {"5f5f365f5f37365f73", "5af43d5f5f3e5f3d91602a57fd5bf3", true},
		"shorter":             {"3d3d3d3d363d3d37363d73", "5af43d3d93803e602a57fd5bf3", true},
		"with arguments":      {"363d3d373d3d3d363d73", "5af43d82803e903d91602b57fd5bf3cafe", true},
		"a contract":          {"6080604052", "5b00", false},
		"pushed, not called":  {"363d3d373d3d3d363d73", "5af1", false},
		"cut off":             {"363d3d373d3d3d363d73", "", false},
		"too far in the code": {strings.Repeat("5b", 40) + "73", "5af4", false},
	} {
		code, err := hex.DecodeString(c.before + strings.TrimPrefix(strings.ToLower(bob.Hex()), "0x") + c.after)
		if err != nil {
			t.Fatal(err)
		}
		if a, ok := Minimal(code); ok != c.want || ok && a != bob {
			t.Errorf("%s: %v, %v", name, a, ok)
		}
	}
}

func TestBehindTellsEachCodeOnce(t *testing.T) {
	x := compile(t, issued(behind("eip1967")))
	at := evm.Header{Number: 9, Time: 90, Hash: evm.Hash{9}}
	first := x.Behind("vault", alice, evm.Address{}, []byte{1, 2, 3}, at)
	if len(first) != 1 || !strings.Contains(first[0].Say, "lacks what the plan looks for: no function pause(), for which the action Halt looks; no function paused(), for which the action Halt looks.") ||
		first[0].Mode != Page || first[0].Block != 9 || first[0].Detector != Upgraded {
		t.Fatalf("found %+v", first)
	}
	again := x.Behind("vault", alice, alice, []byte{1, 2, 3}, evm.Header{Number: 10})
	if len(again) != 1 || again[0].ID != first[0].ID {
		t.Errorf("the same code is another finding: %+v", again)
	}
	moved := x.Behind("vault", bob, alice, nil, at)
	if len(moved) != 2 || !strings.Contains(moved[0].Say, "runs the code at "+bob.Hex()+" now") || !strings.Contains(moved[1].Say, "There is no code") || moved[1].ID == first[0].ID {
		t.Errorf("found %s", say(moved))
	}
	if none := x.Behind("vault", evm.Address{}, alice, nil, at); len(none) != 1 || !strings.Contains(none[0].Say, "is no proxy of kind eip1967") {
		t.Errorf("found %s", say(none))
	}
	if found := x.Behind("cold-wallet", bob, alice, nil, at); found != nil {
		t.Errorf("of what is no proxy: %s", say(found))
	}
}

// FuzzMinimal: whatever code is looked at, there is an answer.
func FuzzMinimal(f *testing.F) {
	f.Add([]byte("\x36\x3d\x73aaaaaaaaaaaaaaaaaaaa\x5a\xf4"))
	f.Add([]byte{0x73})
	x, _ := Compile(behind("eip1967", plan.Detector{Event: "Withdraw"}), nil)
	f.Fuzz(func(t *testing.T, code []byte) {
		Minimal(code)
		if n := len(x.Missing("vault", code)); n > 3 {
			t.Errorf("%d are missing", n)
		}
	})
}
