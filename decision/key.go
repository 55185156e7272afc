package decision

import (
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/evm"
	"tocsin/plan"
)

// Keys are the accounts with which a person signs by a key of their own.
func Keys(person *plan.Person) []evm.Address {
	var keys []evm.Address
	for _, k := range person.Keys {
		if (k.Kind == "" || k.Kind == plan.KeyAddress) && k.Address != (evm.Address{}) {
			keys = append(keys, k.Address)
		}
	}
	return keys
}

// Contracts are the accounts of a person that are contracts, by the chain they are on.
func Contracts(person *plan.Person) []plan.Key { return kind(person, plan.KeyContract) }

// Passkeys are the passkeys of a person whose signatures can be checked.
func Passkeys(person *plan.Person) []plan.Key { return kind(person, plan.KeyPasskey) }

func kind(person *plan.Person, kind string) []plan.Key {
	var keys []plan.Key
	for _, k := range person.Keys {
		if k.Kind == kind && k.Proves() {
			keys = append(keys, k)
		}
	}
	return keys
}

// Signers are all that a person signs with, as SignerOf names them.
func Signers(person *plan.Person) []evm.Address {
	var list []evm.Address
	for _, k := range person.Keys {
		if s := SignerOf(k); s != (evm.Address{}) && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// SignerOf is how a record names a key: an account by its address, and a passkey by what an account of its public key would be called.
// Zero if nothing by the key could be checked.
func SignerOf(k plan.Key) evm.Address {
	switch {
	case k.Kind != plan.KeyPasskey:
		return k.Address
	case !k.Proves():
		return evm.Address{}
	}
	return evm.Address(crypto.Keccak256(k.Point())[12:])
}

// KeyOf is the key of a person that a record names; false if they have none of it.
func KeyOf(person *plan.Person, signer evm.Address) (plan.Key, bool) {
	for _, k := range person.Keys {
		if signer != (evm.Address{}) && SignerOf(k) == signer {
			return k, true
		}
	}
	return plan.Key{}, false
}

// Called is how people call a key: an account by its address, a passkey by its id.
func Called(k plan.Key) string {
	switch k.Kind {
	case plan.KeyPasskey:
		return "the passkey " + k.Passkey
	case plan.KeyContract:
		return "the contract " + k.Address.Hex()
	}
	return k.Address.Hex()
}

// CalledIn is how people call a key that a record of a person's names.
func CalledIn(p *plan.Plan, person string, signer evm.Address) string {
	if x, ok := p.Person(person); ok {
		if k, ok := KeyOf(&x, signer); ok {
			return Called(k)
		}
	}
	return signer.Hex()
}

// SameKeys reports whether two persons sign with the same, whatever is noted of it.
func SameKeys(a, b *plan.Person) bool {
	bare := func(x *plan.Person) []plan.Key {
		list := slices.Clone(x.Keys)
		for i := range list {
			k := &list[i]
			k.Note, k.TryEvery = "", 0
			if k.Kind == "" {
				k.Kind = plan.KeyAddress
			}
			if point := k.Point(); point != nil {
				k.Public = string(point)
			}
		}
		return list
	}
	return slices.Equal(bare(a), bare(b))
}

// Holder is whoever signs with what a record names by a plan; the first, where the plan gives it to several; nil if nobody does.
func Holder(p *plan.Plan, signer evm.Address) *plan.Person {
	return whose(p, func(x *plan.Person) bool { return slices.Contains(Signers(x), signer) })
}

// whose is the first person of a plan of whom something holds; nil if it holds of nobody.
func whose(p *plan.Plan, is func(*plan.Person) bool) *plan.Person {
	for _, team := range [][]plan.Person{p.CoreTeam, p.ExtendedTeam} {
		for i := range team {
			if is(&team[i]) {
				return &team[i]
			}
		}
	}
	return nil
}

// expected names what a person signs with.
func expected(person *plan.Person) string {
	var list []string
	for _, k := range person.Keys {
		if SignerOf(k) != (evm.Address{}) {
			list = append(list, Called(k))
		}
	}
	return strings.Join(list, " or ")
}
