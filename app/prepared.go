package app

import (
	"context"
	"strings"

	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
	"tocsin/plan/sealed"
	"tocsin/trial"
)

// TransactionsKey is the environment variable that holds the key of transactions that were signed in advance.
const TransactionsKey = "TOCSIN_TRANSACTIONS_KEY"

// longestTransaction is how long a transaction that was signed in advance may be, in bytes, also in hexadecimal.
const longestTransaction = 1 << 18

// prepared opens files of transactions that were signed in advance, as files gives them; nil without a key.
func prepared(key string, files func(ctx context.Context, p *plan.Plan, name string) ([]byte, error)) trial.Opener {
	if strings.TrimSpace(key) == "" {
		return nil
	}
	return func(ctx context.Context, p *plan.Plan, name string) ([]byte, []byte, error) {
		file, err := files(ctx, p, name)
		if err != nil {
			return nil, nil, err
		}
		text, err := sealed.Open(file, key, name, longestTransaction)
		return file, text, err
	}
}

// prepared opens what the plans that this server looks after had signed in advance.
func (s *server) prepared() trial.Opener { return prepared(s.o.Prepared, adopted(s.desk.Engine)) }

// adopted are the files of plans as they came into force.
func adopted(e *engine.Engine) func(context.Context, *plan.Plan, string) ([]byte, error) {
	return func(ctx context.Context, p *plan.Plan, name string) ([]byte, error) {
		return e.FileOf(ctx, p.Hash(), name)
	}
}

// Prepared opens what a plan folder that was read had signed in advance, with a key; nil without one.
func Prepared(key string, files map[string][]byte) trial.Opener {
	return prepared(key, func(_ context.Context, _ *plan.Plan, name string) ([]byte, error) {
		b, ok := files[name]
		if !ok {
			return nil, fault.New(fault.NotFound, "The plan folder does not hold %q.", name)
		}
		return b, nil
	})
}

// nonces know what actions under way may still use.
type nonces struct{ engine *engine.Engine }

// Held looks into all incidents that go on.
func (n nonces) Held(ctx context.Context, chain uint64, from evm.Address, nonce uint64) (bool, error) {
	list, err := n.engine.List(ctx, true)
	if err != nil {
		return false, err
	}
	for _, x := range list {
		v, err := n.engine.View(ctx, x.ID)
		if err != nil {
			return false, err
		}
		if v.ReadOnly != nil || v.State.Holding(from, nonce, chain) { // what a newer release wrote may hold it
			return true, nil
		}
	}
	return false, nil
}
