package readiness

import (
	"context"
	"fmt"

	"github.com/holiman/uint256"

	"tocsin/check"
	"tocsin/evm"
)

// cost is what an action takes from the executor.
type cost struct {
	chain  uint64
	action string
	gas    uint64
	value  *uint256.Int // wei
}

// times is how often the executor should be able to pay for the dearest action at the present fee.
const times = 10

// purse says whether the executor can pay.
func (k *survey) purse(ctx context.Context) {
	if k.Executor == (evm.Address{}) {
		return
	}
	for _, c := range k.Plan.Chains {
		s := k.scenes[c.ID]
		if s == nil {
			continue
		}
		if err := k.pays(ctx, s); err != nil {
			k.unseen(s, "executor", "What the executor holds on chain "+fmt.Sprint(c.ID), err)
		}
	}
}

func (k *survey) pays(ctx context.Context, s *scene) error {
	var dearest cost
	most := new(uint256.Int)
	fee, err := s.client.Fee(ctx)
	if err != nil {
		return err
	}
	for _, x := range k.costs {
		if x.chain != s.chain.ID {
			continue
		}
		wei, over := new(uint256.Int).MulOverflow(uint256.NewInt(x.gas), fee.Cap)
		if x.value != nil && !over {
			wei, over = wei.AddOverflow(wei, x.value)
		}
		if over {
			wei = new(uint256.Int).SetAllOne()
		}
		if !wei.Lt(most) {
			most, dearest = wei, x
		}
	}
	if dearest.action == "" {
		return nil // nothing here is sent by the executor
	}
	has, err := s.client.Balance(ctx, k.Executor, &s.head.Number)
	if err != nil {
		return err
	}
	many, over := new(uint256.Int).MulOverflow(most, uint256.NewInt(times))
	evidence := []string{fmt.Sprintf("%s holds %s wei; %d gas at %s wei each", k.Executor.Hex(), has.Dec(), dearest.gas, fee.Cap.Dec())}
	mend := fmt.Sprintf("Send %s some of the chain's currency.", k.Executor.Hex())
	switch {
	case has.Lt(most):
		k.add(s, Gap{
			Code: ExecutorEmpty, Level: check.Error, Of: "executor", Evidence: evidence, Mend: mend,
			Say: fmt.Sprintf("The executor holds %s wei on chain %d, and %s may take %s.", has.Dec(), s.chain.ID, dearest.action, most.Dec()),
			Why: "The transaction could not be sent.",
		})
	case over || has.Lt(many):
		k.add(s, Gap{
			Code: ExecutorLow, Level: check.Warning, Of: "executor", Evidence: evidence, Mend: mend,
			Say: fmt.Sprintf("The executor holds %s wei on chain %d, and ten times %s may take %s.", has.Dec(), s.chain.ID, dearest.action, many.Dec()),
			Why: "In an emergency fees rise and transactions have to be replaced by dearer ones.",
		})
	}
	return nil
}
