package detect

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/plan"
)

const testChain = 31337

var (
	vault = evm.Address{0xaa, 1}
	token = evm.Address{0xbb, 2}
	alice = evm.Address{0xa1}
	bob   = evm.Address{0xb0}
)

const withdraw = "event Withdraw(address indexed caller, address indexed receiver, address indexed owner, uint256 assets, uint256 shares)"

// world is a plan with two contracts and the given detectors.
func world(detectors ...plan.Detector) *plan.Plan {
	p := &plan.Plan{
		Protocol: "test",
		Chains:   []plan.Chain{{ID: testChain, Name: "test", Reorg: 8}},
		Assets: []plan.Asset{
			{ID: "vault", Name: "Vault", Kind: "contract", Chain: testChain, Address: vault, Unit: "HUSD", Decimals: 18, ABI: []string{
				withdraw, "event Paused(address account)", "event Named(string name, int64 by, uint8[] list, (uint8 a, bool b) pair)",
				"function withdraw(uint256 assets, address receiver, address owner) returns (uint256)", "function pause()",
			}},
			{ID: "cold-wallet", Name: "Cold wallet", Kind: "contract", Chain: testChain, Address: token},
		},
		Detectors: detectors,
	}
	for i := range p.Detectors {
		d := &p.Detectors[i]
		if d.Kind == "" {
			d.Kind = "match"
		}
		if d.Asset == "" && d.Chain == 0 {
			d.Asset = "vault"
		}
		if d.Name == "" {
			d.Name = "Test"
		}
		if d.ID == "" {
			d.ID = "d"
		}
	}
	p.Issues = []plan.Issue{{ID: "theft", Detection: plan.Detection{Detectors: []string{"d"}}}}
	return p
}

func compile(t testing.TB, p *plan.Plan) *Index {
	t.Helper()
	x, problems := Compile(p, nil)
	for _, problem := range problems {
		t.Fatal(problem)
	}
	return x
}

func word(a evm.Address) (h evm.Hash) { copy(h[12:], a[:]); return h }

func topic(t testing.TB, declaration string) evm.Hash {
	t.Helper()
	e, err := evm.ParseEvent(declaration)
	if err != nil {
		t.Fatal(err)
	}
	return e.Topic()
}

// withdrawal is a log of a withdrawal of ether.
func withdrawal(t testing.TB, at, caller, owner evm.Address, ether uint64) evm.Log {
	amount := new(uint256.Int).Mul(uint256.NewInt(ether), uint256.NewInt(1e18)).Bytes32()
	return evm.Log{
		Address: at, Topics: []evm.Hash{topic(t, withdraw), word(caller), word(caller), word(owner)},
		Data: append(amount[:], amount[:]...),
	}
}

// block makes a block at a height; what tells it from others of that height is the fork.
func block(number, time uint64, fork byte) *evm.Block {
	b := &evm.Block{}
	b.Number, b.Time, b.Hash = number, time, hashOf(number, fork)
	if number > 0 {
		b.ParentHash = hashOf(number-1, fork)
	}
	return b
}

func hashOf(number uint64, fork byte) (h evm.Hash) {
	h[0] = fork
	binary.BigEndian.PutUint64(h[24:], number)
	return h
}

// add puts a transaction into a block.
func add(b *evm.Block, to *evm.Address, value uint64, input []byte, status uint64, logs ...evm.Log) {
	n := uint64(len(b.Transactions))
	hash := evm.Hash{1: byte(n + 1), 2: byte(b.Number), 3: b.Hash[0]}
	for i := range logs {
		logs[i].Index, logs[i].TxHash = n*100+uint64(i), hash
	}
	b.Transactions = append(b.Transactions, evm.Transaction{Hash: hash, From: alice, To: to, Value: uint256.NewInt(value), Input: input, Index: n})
	b.Receipts = append(b.Receipts, evm.Receipt{TxHash: hash, From: alice, To: to, Status: status, TxIndex: n, Logs: logs})
}

func say(found []Finding) string {
	var lines []string
	for _, f := range found {
		lines = append(lines, f.Detector+": "+f.Say)
	}
	return strings.Join(lines, "\n")
}
