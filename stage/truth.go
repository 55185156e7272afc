package stage

import (
	"context"
	"fmt"

	"github.com/holiman/uint256"

	"tocsin/fault"
)

// Truth is what really happened so far, read off the chain: what the responders are to find out. It is the moderator's.
type Truth struct {
	World string
	Begun bool         // the attack was launched
	Held  bool         // the attacker is kept from going on
	Over  bool         // the attacker has given up, or has taken everything
	First Tx           // the attacker's first transaction, if it has begun
	Lost  *uint256.Int // of the users' money, gone from the vault; in HUSD's smallest unit
	Saved *uint256.Int // still in the vault, and not the attacker's; in HUSD's smallest unit
}

// Truth reads what happened so far.
func (s *Stage) Truth(ctx context.Context) (Truth, error) {
	x, err := s.truth(ctx)
	if err != nil {
		return Truth{}, fmt.Errorf("read what happened on stage: %w", err)
	}
	return x, nil
}

func (s *Stage) truth(ctx context.Context) (x Truth, err error) {
	x.World = s.world.ID
	if x.Begun, err = s.AttackBegun(ctx); err != nil {
		return x, err
	}
	if x.Held, err = s.Held(ctx); err != nil {
		return x, err
	}
	if x.Over, err = s.attackOver(ctx); err != nil {
		return x, err
	}
	if x.First, err = s.FirstMaliciousTx(ctx); err != nil && !fault.Is(err, fault.NotFound) {
		return x, err
	}
	head := s.chain.Head().Number // one block for both, or a theft in between would count twice
	if x.Lost, err = s.lossAt(ctx, head); err != nil {
		return x, err
	}
	if x.Saved, err = s.VaultBalance(ctx, &head); err != nil {
		return x, err
	}
	// In one world the attacker has money of his own in the vault, for as long as nobody has lost any.
	if s.world.bait > 0 && x.Begun && x.Lost.IsZero() {
		own := least(s.money(s.world.bait), x.Saved)
		x.Saved.Sub(x.Saved, own)
	}
	return x, nil
}
