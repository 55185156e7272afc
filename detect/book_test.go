package detect

import (
	"strings"
	"testing"

	"tocsin/evm"
	"tocsin/plan"
)

// team puts people into a plan.
func team(p *plan.Plan) *plan.Plan {
	key := func(a evm.Address) plan.Key { return plan.Key{Address: a} }
	p.CoreTeam = []plan.Person{
		{ID: "ada-l", Name: "Ada", Keys: []plan.Key{key(alice), key(alice)}},
		{ID: "bob", Name: "Bob", Keys: []plan.Key{key(bob), key(vault)}},
		{ID: "eve", Name: "Eve"},
	}
	p.Rotas = []plan.Rota{{ID: "night", Name: "Night", Members: []string{"bob"}}}
	p.Groups = []plan.Group{
		{ID: "signers", Name: "Signers", Members: []string{"ada-l", "eve", "on-call"}},
		{ID: "on-call", Name: "On call", Members: []string{"night", "signers"}},
		{ID: "talkers", Name: "Talkers", Members: []string{"eve"}},
	}
	return p
}

func TestAddressBook(t *testing.T) {
	for where, want := range map[string]int{
		"tx.from == person.ada_l":                           1,
		"tx.from != person.ada_l":                           0,
		"tx.from in group.signers":                          1,
		"asset.vault in group.signers":                      1, // Bob's other key, through group and rota
		"asset.cold_wallet in group.signers":                0,
		"size(group.signers) == 3":                          1,
		`gwei("1.5") == 1500000000 && gwei(2) == gwei("2")`: 1,
	} {
		b := block(1, 10, 1)
		add(b, &vault, 0, nil, 1)
		x := compile(t, team(world(plan.Detector{Transaction: true, Where: where})))
		if found := x.Block(testChain, b, &State{}); len(found) != want {
			t.Errorf("%s: found %d, want %d", where, len(found), want)
		}
	}
}

func TestNamesThatStandForNothing(t *testing.T) {
	for _, c := range []struct{ where, want string }{
		{"tx.from == person.bob", `where, line 1, column 12: person.bob stands for no address: Bob has 2 keys with an address: write the one that is meant, address("0x…")`},
		{"tx.from == person.eve", "column 12: person.eve stands for no address: Eve has no key with an address"},
		{"tx.failed ||\n   tx.from in group.talkers", "line 2, column 15: group.talkers stands for no address: nobody of Talkers has a key with an address"},
		{"tx.from == person.ada", "column 12: there is no person.ada here; did you mean person.ada_l?"},
		{"tx.from in group.signer", "column 12: there is no group.signer here; did you mean group.signers?"},
		{"tx.to == asset.site", "column 10: asset.site stands for no address: Site has no address"},
		{"tx.form == asset.vault", "column 1: there is no tx.form here; did you mean tx.from"},
		{"tx.value > gweis(5)", "there is no function gweis; there are u256, ether, gwei"},
		{"tx.value.plus(5) > 2", "there is no function plus; there are u256"},
		{`tx.value > gwei("1.0000000001")`, "column 16: "},
		{"tx.value > gwei(tx.value)", `gwei takes a literal, such as gwei("30")`},
	} {
		p := team(world(plan.Detector{Transaction: true, Where: c.where}))
		p.Assets = append(p.Assets, plan.Asset{ID: "site", Name: "Site"})
		_, problems := Compile(p, nil)
		if len(problems) != 1 || !strings.Contains(problems[0].Error(), c.want) {
			t.Errorf("%s: says %v, want %s", c.where, problems, c.want)
		}
	}
}
