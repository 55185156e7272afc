package detect

import (
	"encoding/binary"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/plan"
)

// assault is the world of the ten detectors: quiet for hours, and then everything happens at once.
type assault struct {
	t     *testing.T
	at    map[string]evm.Address
	index *Index
}

func (a *assault) log(asset, declaration string, topics []evm.Hash, values ...uint64) evm.Log {
	l := evm.Log{Address: a.at[asset], Topics: append([]evm.Hash{topic(a.t, declaration)}, topics...)}
	for _, v := range values {
		w := uint256.NewInt(v).Bytes32()
		l.Data = append(l.Data, w[:]...)
	}
	return l
}

// block makes the block of a minute. In the last one the attack happens; the oracle has been silent for a while by then.
func (a *assault) block(n uint64, attack bool) *evm.Block {
	const (
		transfer = "event Transfer(address indexed from, address indexed to, uint256 value)"
		told     = "event AnswerUpdated(int256 indexed current, uint256 indexed round, uint256 at)"
	)
	b := block(n, 1_700_000_400+n*60, 1)
	to := a.at["vault"]
	tx := func(from evm.Address, status uint64, logs ...evm.Log) {
		add(b, &to, 0, nil, status, logs...)
		b.Transactions[len(b.Transactions)-1].From = from
	}
	for i := range uint64(5) {
		var who evm.Address
		binary.BigEndian.PutUint64(who[:], n*5+i+1)
		tx(who, 1, a.log("vault", withdraw, []evm.Hash{word(who), word(who), word(who)}, 1e6, 1e6), a.log("dollar", transfer, []evm.Hash{word(to), word(who)}, 1e6))
	}
	if n <= 350 {
		tx(bob, 1, a.log("oracle", told, []evm.Hash{{31: 1}, {31: 2}}, n))
	}
	if attack {
		tx(alice, 1, a.log("vault", withdraw, []evm.Hash{word(alice), word(alice), word(bob)}, 2e12, 1), a.log("dollar", transfer, []evm.Hash{word(to), word(alice)}, 2e12))
		tx(alice, 1, a.log("vault", "event Upgraded(address indexed implementation)", []evm.Hash{word(alice)}))
		tx(alice, 1, a.log("vault", "event OwnershipTransferred(address indexed from, address indexed to)", []evm.Hash{word(bob), word(alice)}))
		for range 30 {
			tx(alice, 0)
		}
	}
	return b
}

// The ten detectors that a protocol should start from compile, are quiet for hours of usual business, and each finds its
// part of an attack.
func TestTheTenFindAnAttack(t *testing.T) {
	p, _, err := plan.Load(os.DirFS("testdata/ten"))
	if err != nil {
		t.Fatal(err)
	}
	a := &assault{t: t, at: map[string]evm.Address{}, index: compile(t, p)}
	for _, x := range p.Assets {
		a.at[x.ID] = x.Address
	}
	// Answers stand in the order of the wants: what the vault holds and owes, and the executor's balance.
	fine, bad := []Answer{worth(5e12), worth(5e12), holding(1e18)}, []Answer{worth(3e12), worth(5e12), holding(1e17)}
	var s State
	for n := range uint64(420) {
		b := a.block(n, false)
		found := append(a.index.Block(1, b, &s), a.index.Judge(1, b.Hash, fine, &s)...)
		if len(found) != 0 {
			t.Fatalf("block %d, on a usual day: %s", n, say(found))
		}
	}
	if warming := a.index.Warming(1, &s); len(warming) != 0 {
		t.Errorf("still warming: %v", warming)
	}
	b := a.block(420, true)
	found := append(a.index.Block(1, b, &s), a.index.Judge(1, b.Hash, bad, &s)...)
	by := map[string]string{}
	for _, f := range found {
		by[f.Detector] = f.Say
	}
	for id, want := range map[string]string{
		"assets-cover-debt":  "The vault holds 2,000,000 USD less than it owes",
		"foreign-withdrawal": alice.Hex() + " withdrew 2,000,000 USD out of the account of " + bob.Hex(),
		"large-withdrawal":   bob.Hex() + " withdrew 2,000,000 USD at once",
		"outflow":            "2,000,005 USD left the vault in 10m, where 50 USD are usual",
		"vault-upgraded":     "The code of the vault was replaced by " + alice.Hex(),
		"owner-changed":      "The vault passed from " + bob.Hex() + " to " + alice.Hex(),
		"failures":           "fail, where 0 % are usual",
		"one-sender":         alice.Hex() + " sent 33 transactions in 5m",
		"price-silent":       "The oracle has told no price since ",
		"executor-empty":     "Executor holds 0.1 ETH, below 0.2 ETH: it may not be able to pause",
	} {
		if !strings.Contains(by[id], want) {
			t.Errorf("%s says %q, want %q", id, by[id], want)
		}
	}
	if len(p.Detectors) != 10 || len(by) != 10 {
		t.Errorf("%d of %d detectors found something", len(by), len(p.Detectors))
	}
	if !slices.Equal(a.index.Readers(1), []string{"assets-cover-debt", "executor-empty"}) {
		t.Errorf("readers %v", a.index.Readers(1))
	}
}
