package readiness

import (
	"context"
	"fmt"

	"github.com/holiman/uint256"

	"tocsin/action"
	"tocsin/check"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
	"tocsin/trial"
)

// roomy is how many times the present base fee a transaction that was signed in advance should be able to pay: it cannot be offered more.
const roomy = 3

// advance opens a transaction that was signed in advance and says whether it could still land. ok is false if it need not be tried.
func (k *survey) advance(ctx context.Context, s *scene, a plan.Action) (pr action.Prepared, ok bool, err error) {
	if k.Open == nil {
		k.tried(s, a, Untried, "It is encrypted, and no key was given.")
		k.add(s, Gap{
			Code: PreparedSealed, Level: check.Warning, Of: a.ID, Say: a.Name + " was signed in advance, and no key to open it was given.",
			Why: "Nobody knows whether it can still land, and here it could not be sent.", Mend: "Give the key in TOCSIN_TRANSACTIONS_KEY, or as a file that TOCSIN_TRANSACTIONS_KEY_FILE names.",
		})
		return pr, false, nil
	}
	pr, _, err = trial.Signed(ctx, k.Open, k.Plan, a.ID)
	if fault.Is(err, fault.Internal) || fault.Is(err, fault.Unavailable) {
		return pr, false, err
	}
	if err != nil {
		k.void(s, a, fault.Sentence(err))
		return pr, false, nil
	}
	t := pr.Transaction
	st, err := trial.StandingOf(ctx, s.client, t.From, s.head)
	if err != nil {
		return pr, false, err
	}
	void := false
	cheap := ""
	for _, w := range t.Wants(st) {
		if w.Kind == action.Cheap {
			cheap = w.Say
			continue
		}
		k.void(s, a, w.Say)
		void = true
	}
	if cheap == "" && st.BaseFee != nil && t.Cap.Lt(new(uint256.Int).Mul(st.BaseFee, uint256.NewInt(roomy))) {
		cheap = fmt.Sprintf("It offers at most %s gwei per gas, less than %d times the %s gwei that a block takes now.", action.Scaled(t.Cap, 9), roomy, action.Scaled(st.BaseFee, 9))
	}
	if cheap != "" {
		k.add(s, Gap{
			Code: PreparedCheap, Level: check.Warning, Of: a.ID, Say: fmt.Sprintf("%s may wait. %s", a.Name, cheap),
			Why: "In an emergency fees rise, and what was signed in advance cannot be offered more.", Mend: "Have a new one signed that may offer more, and put it into the plan.",
		})
	}
	if who := k.busy(t.From, a.ID); who != "" {
		k.add(s, Gap{
			Code: PreparedShared, Level: check.Warning, Of: a.ID, Say: fmt.Sprintf("%s was signed by %s, which is %s.", a.Name, t.From.Hex(), who),
			Why: "The next transaction that this account sends takes its nonce, and what was signed in advance can never land.", Mend: "Sign it with an account that does nothing else.",
		})
	}
	return pr, !void, nil
}

// void says that a transaction which was signed in advance cannot land.
func (k *survey) void(s *scene, a plan.Action, why string) {
	k.tried(s, a, Fails, why)
	k.add(s, Gap{
		Code: PreparedVoid, Level: check.Error, Of: a.ID, Say: fmt.Sprintf("%s was signed in advance and cannot land. %s", a.Name, why),
		Why: "In an emergency it would not be sent.", Mend: "Have a new one signed, encrypt it and put it into the plan.",
	})
}

// busy says what an account does besides what it signed in advance; empty if nothing, as far as the plan tells.
func (k *survey) busy(from evm.Address, id string) string {
	if from == k.Executor && from != (evm.Address{}) {
		return "the account that Tocsin sends from"
	}
	for _, x := range k.Plan.Actions {
		if x.ID != id && x.Kind != action.Signed && x.Sender == from {
			return "the sender of " + x.Name
		}
	}
	return ""
}
