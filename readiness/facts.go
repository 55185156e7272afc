package readiness

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tocsin/action/safe"
	"tocsin/evm"
	"tocsin/plan"
)

// Facts are what the chains say of a plan's contracts, for comparing with later.
type Facts struct {
	Plan      evm.Hash   `json:"plan"` // hash of the plan they were read for
	At        time.Time  `json:"at"`
	Contracts []Contract `json:"contracts"`
}

// Contract is what a chain says of a contract at one block.
type Contract struct {
	Asset          string      `json:"asset"`
	Chain          uint64      `json:"chain"`
	Address        evm.Address `json:"address"`
	Block          uint64      `json:"block"`
	BlockHash      evm.Hash    `json:"block_hash"`
	Code           evm.Hash    `json:"code_hash"`               // keccak256
	Owner          evm.Address `json:"owner,omitzero"`          // owner()
	Admin          evm.Address `json:"admin,omitzero"`          // of the proxy (EIP-1967)
	AdminOwner     evm.Address `json:"admin_owner,omitzero"`    // owner() of the admin, where it is a contract
	Implementation evm.Address `json:"implementation,omitzero"` // of the proxy (EIP-1967)
	Roles          []Role      `json:"roles,omitempty"`         // that accounts of the plan hold
	Safe           *safe.Facts `json:"safe,omitempty"`
}

// Role is a role that an account holds (AccessControl).
type Role struct {
	Name    string      `json:"name"`
	Account evm.Address `json:"account"`
}

// upgrader is who can upgrade a proxy, as far as its storage tells; zero if nobody.
func (c Contract) upgrader() evm.Address {
	switch {
	case c.AdminOwner != (evm.Address{}):
		return c.AdminOwner
	case c.Admin != (evm.Address{}):
		return c.Admin
	case c.Implementation != (evm.Address{}):
		return c.Owner
	}
	return evm.Address{}
}

// The slots in which proxies keep what they point at and who may change it (EIP-1967).
var (
	implementationSlot = evm.Hash{0x36, 0x08, 0x94, 0xa1, 0x3b, 0xa1, 0xa3, 0x21, 0x06, 0x67, 0xc8, 0x28, 0x49, 0x2d, 0xb9, 0x8d, 0xca, 0x3e, 0x20, 0x76, 0xcc, 0x37, 0x35, 0xa9, 0x20, 0xa3, 0xca, 0x50, 0x5d, 0x38, 0x2b, 0xbc}
	adminSlot          = evm.Hash{0xb5, 0x31, 0x27, 0x68, 0x4a, 0x56, 0x8b, 0x31, 0x73, 0xae, 0x13, 0xb9, 0xf8, 0xa6, 0x01, 0x6e, 0x24, 0x3e, 0x63, 0xb6, 0xe8, 0xee, 0x11, 0x78, 0xd6, 0xa7, 0x17, 0x85, 0x0b, 0x5d, 0x61, 0x03}
)

// roles are the roles that are asked for, by their widely used names.
var roles = [...]string{adminRole, "PAUSER_ROLE", "UPGRADER_ROLE", "MINTER_ROLE", "GUARDIAN_ROLE", "EXECUTOR_ROLE", "PROPOSER_ROLE", "TIMELOCK_ADMIN_ROLE"}

const adminRole = "DEFAULT_ADMIN_ROLE"

// roleID is how a contract knows a role.
func roleID(name string) evm.Hash {
	if name == adminRole {
		return evm.Hash{}
	}
	return evm.Keccak([]byte(name))
}

// read reads what the chain says of a contract of the plan.
func (k *survey) read(ctx context.Context, s *scene, a plan.Asset) (Contract, error) {
	c := Contract{Asset: a.ID, Chain: s.chain.ID, Address: a.Address, Block: s.head.Number, BlockHash: s.head.Hash}
	code, err := s.client.Code(ctx, a.Address)
	if err != nil {
		return c, err
	}
	c.Code = evm.Keccak(code)
	if len(code) == 0 {
		return c, nil
	}
	err = each(3, func(i int) (err error) {
		switch i {
		case 0:
			c.Owner, err = s.account(ctx, a.Address, "owner()")
		case 1:
			c.Implementation, err = s.slot(ctx, a.Address, implementationSlot)
		case 2:
			c.Admin, err = s.slot(ctx, a.Address, adminSlot)
		}
		return err
	})
	if err != nil {
		return c, err
	}
	if c.Admin != (evm.Address{}) {
		if c.AdminOwner, err = s.account(ctx, c.Admin, "owner()"); err != nil {
			return c, err
		}
	}
	if x, ok := k.safes[a.ID]; ok {
		f := x.facts
		c.Safe = &f
		return c, nil
	}
	c.Roles, err = k.rolesOf(ctx, s, a)
	return c, err
}

// rolesOf reads which accounts of the plan hold which roles of a contract.
func (k *survey) rolesOf(ctx context.Context, s *scene, a plan.Asset) ([]Role, error) {
	const has = "hasRole(bytes32,address)"
	if _, asked, err := s.yes(ctx, a.Address, has, roleID(adminRole).Hex(), a.Address.Hex()); err != nil || !asked {
		return nil, err
	}
	accounts := k.accounts(s.chain.ID)
	held := make([]bool, len(roles)*len(accounts))
	err := each(len(held), func(i int) error {
		holds, _, err := s.yes(ctx, a.Address, has, roleID(roles[i/len(accounts)]).Hex(), accounts[i%len(accounts)].Hex())
		held[i] = holds
		return err
	})
	var list []Role
	for i, holds := range held {
		if holds {
			list = append(list, Role{roles[i/len(accounts)], accounts[i%len(accounts)]})
		}
	}
	return list, err
}

// maxAccounts is for how many accounts roles are asked. The plan's order says which.
const maxAccounts = 64

// accounts are those of a plan that might hold a role on a chain: the executor, pausers, upgraders and senders, contracts, keys.
func (k *survey) accounts(chain uint64) []evm.Address {
	var list []evm.Address
	add := func(more ...evm.Address) {
		for _, a := range more {
			if a != (evm.Address{}) && !slices.Contains(list, a) && len(list) < maxAccounts {
				list = append(list, a)
			}
		}
	}
	add(k.Executor)
	for _, x := range k.Plan.Actions {
		add(x.Sender)
	}
	for _, x := range k.Plan.Assets {
		if x.Chain == chain {
			add(literal(x.Pausers)...)
			add(literal(x.Upgrader)...)
			add(x.Address)
		}
	}
	for _, x := range k.Plan.Assets {
		if x.Chain == chain {
			add(k.meant(slices.Concat(x.Pausers, x.Upgrader))...)
		}
	}
	add(k.meant(k.Plan.Everyone())...)
	return list
}

func (r Role) of(k *survey, c Contract) string {
	return fmt.Sprintf("%s of %s", r.Name, k.called(c.Chain, r.Account))
}
