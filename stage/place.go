package stage

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"tocsin/contracts"
	"tocsin/evm"
	"tocsin/fault"
)

// place puts into the first block what stands at addresses of the plan that no deployment would give it. The constructors of our
// contracts call nobody, so that their order does not matter.
func (s *Stage) place(alloc types.GenesisAlloc) error {
	x, err := newScene()
	if err != nil {
		return fmt.Errorf("make the first block: %w", err)
	}
	ours := func(at evm.Address, name, constructor string, args ...any) error {
		if at == (evm.Address{}) {
			return nil
		}
		c, err := contracts.Named(name)
		if err != nil {
			return err
		}
		made, err := creation(c, constructor, args...)
		if err != nil {
			return err
		}
		if err := x.construct(s.deployer.address(), at, made.data); err != nil {
			return fmt.Errorf("place contract %s at %s: %w", name, at, err)
		}
		return settle(alloc, x, at)
	}
	contract, constructor, args := s.coin.making()
	if err := ours(s.places.token, contract, constructor, args...); err != nil {
		return err
	}
	if err := ours(s.places.vault, s.world.contract, s.maker(), s.making()...); err != nil {
		return err
	}
	safes, err := s.safes()
	if err != nil || len(safes) == 0 {
		return err
	}
	if s.opts.Safe == nil {
		return errNoSafe(s.places.safe != (evm.Address{}))
	}
	stand := []evm.Address{safeSingleton(), safeHandler()}
	for _, p := range safes {
		if err := s.opts.Safe.build(x, p); err != nil {
			return err
		}
		stand = append(stand, p.safe)
	}
	for _, at := range stand {
		if err := settle(alloc, x, at); err != nil {
			return err
		}
	}
	return nil
}

// safes are the Safes that there are: that which the plan pauses through, and the world's own.
func (s *Stage) safes() ([]places, error) {
	var list []places
	if s.places.safe != (evm.Address{}) {
		list = append(list, s.places)
	}
	if len(s.world.owners) == 0 {
		return list, nil
	}
	own := places{safe: treasury(), threshold: 2}
	for _, name := range s.world.owners {
		a, err := Address(name)
		if err != nil {
			return nil, err
		}
		own.owners = append(own.owners, a)
	}
	return append(list, own), nil
}

// errNoSafe says that the plan, or the world, wants a Safe, of which nothing is here.
func errNoSafe(pauses bool) error {
	say := "A Safe is attacked in this world, and the Safe's contracts are not at hand."
	if pauses {
		say = "The plan pauses through a Safe, and the Safe's contracts are not at hand."
	}
	return fault.New(fault.Unavailable, "%s", say).
		Instead("Install the npm package @safe-global/safe-contracts, version 1.4.1, and name its folder.")
}

// settle adds an account of a scene to the first block.
func settle(alloc types.GenesisAlloc, x *scene, at evm.Address) error {
	if _, taken := alloc[common.Address(at)]; taken {
		return fault.New(fault.Invalid, "The plan has two things at %s, or an account of the stage.", at).Instead("Give every asset its own address.")
	}
	alloc[common.Address(at)] = x.account(at)
	return nil
}
