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
	if s.places.safe == (evm.Address{}) {
		return nil
	}
	if s.opts.Safe == nil {
		return errNoSafe()
	}
	if err := s.opts.Safe.build(x, s.places); err != nil {
		return err
	}
	for _, at := range []evm.Address{safeSingleton(), safeHandler(), s.places.safe} {
		if err := settle(alloc, x, at); err != nil {
			return err
		}
	}
	return nil
}

// errNoSafe says that the plan wants a Safe, of which nothing is here.
func errNoSafe() error {
	return fault.New(fault.Unavailable, "The plan pauses through a Safe, and the Safe's contracts are not at hand.").
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
