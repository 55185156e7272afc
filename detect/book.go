package detect

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"tocsin/evm"
	"tocsin/plan"
)

// book is the plan's address book: the names that stand for addresses in expressions.
type book struct {
	names  []string          // in the plan's order
	values []ref.Val         // an account, or a list of accounts
	why    map[string]string // names that stand for nothing, and why
}

func newBook(p *plan.Plan) *book {
	b := &book{why: map[string]string{}}
	for _, a := range p.Assets {
		name := variableOf("asset", a.ID)
		if a.Address == (evm.Address{}) {
			b.why[name] = a.Name + " has no address"
			continue
		}
		b.add(name, account(a.Address))
	}
	for _, who := range slices.Concat(p.CoreTeam, p.ExtendedTeam) {
		name := variableOf("person", who.ID)
		switch keys := addressesOf(who); len(keys) {
		case 0:
			b.why[name] = who.Name + " has no key with an address"
		case 1:
			b.add(name, account(keys[0]))
		default:
			b.why[name] = fmt.Sprintf("%s has %d keys with an address: write the one that is meant, address(\"0x…\")", who.Name, len(keys))
		}
	}
	for _, g := range p.Groups {
		name := variableOf("group", g.ID)
		var list []ref.Val
		for _, a := range groupAddresses(p, g.ID) {
			list = append(list, account(a))
		}
		if len(list) == 0 {
			b.why[name] = "nobody of " + g.Name + " has a key with an address"
			continue
		}
		b.add(name, types.NewRefValList(types.DefaultTypeAdapter, list))
	}
	return b
}

func (b *book) add(name string, v ref.Val) {
	b.names, b.values = append(b.names, name), append(b.values, v)
}

func (b *book) constants() []cel.EnvOption {
	opts := make([]cel.EnvOption, len(b.names))
	for i, name := range b.names {
		t := accountType
		if _, one := b.values[i].(account); !one {
			t = cel.ListType(accountType)
		}
		opts[i] = cel.Constant(name, t, b.values[i])
	}
	return opts
}

// variableOf names what an id stands for. Ids hold hyphens, which would read as minus; they hold no underscores, so that no
// two ids meet.
func variableOf(kind, id string) string { return kind + "." + strings.ReplaceAll(id, "-", "_") }

// addressesOf lists the addresses that a person signs with, each once.
func addressesOf(who plan.Person) []evm.Address {
	var keys []evm.Address
	for _, k := range who.Keys {
		if k.Address != (evm.Address{}) && !slices.Contains(keys, k.Address) {
			keys = append(keys, k.Address)
		}
	}
	return keys
}

// groupAddresses lists the addresses that the members of a group sign with, each once: those of the persons in it, in its
// groups, and in all shifts of its rotas.
func groupAddresses(p *plan.Plan, id string) []evm.Address {
	var list []evm.Address
	open := map[string]bool{}
	var add func(id string)
	add = func(id string) {
		if open[id] {
			return
		}
		open[id] = true
		if who, ok := p.Person(id); ok {
			for _, a := range addressesOf(who) {
				if !slices.Contains(list, a) {
					list = append(list, a)
				}
			}
		}
		if g, ok := p.Group(id); ok {
			for _, m := range g.Members {
				add(m)
			}
		}
		if r, ok := p.Rota(id); ok {
			for _, m := range r.Members {
				add(m)
			}
			for _, c := range r.Cover {
				add(c.Person)
			}
		}
	}
	add(id)
	return list
}
