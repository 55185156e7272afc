package execute

import (
	"context"
	"fmt"
	"time"

	"tocsin/evm"
	"tocsin/fault"
)

// Turns are taken by nodes that share an account: one chooses a nonce at a time. An engine gives them.
type Turns interface {
	Lease(ctx context.Context, name string, until time.Time) (epoch uint64, ok bool, err error)
	Release(ctx context.Context, name string) error
}

const (
	turnFor = 30 * time.Second // in which a nonce is chosen, its transaction signed, stored and sent
	justNow = time.Minute      // a transaction that was sent so lately counts although the endpoint does not know of it yet
)

// account is one on one chain, which all protocols there send from.
type account struct {
	chain   uint64
	address evm.Address
}

func (a account) String() string { return fmt.Sprintf("account/%d/%s", a.chain, a.address.Hex()) }

// spentNonce is the last nonce that an account has sent with.
type spentNonce struct {
	nonce uint64
	at    time.Time
}

// turn waits for the account's turn in this process and takes it among the nodes, until done is called.
func (x *Executor) turn(ctx context.Context, a account) (done func(), err error) {
	x.nonces.Lock()
	if x.turns == nil {
		return x.nonces.Unlock, nil
	}
	_, ok, err := x.turns.Lease(ctx, a.String(), x.now().Add(turnFor))
	if err == nil && !ok {
		err = fault.New(fault.Unavailable, "Another node sends from %s just now.", a.address.Hex())
	}
	if err != nil {
		x.nonces.Unlock()
		return nil, err
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), turnFor)
		defer cancel()
		if err := x.turns.Release(ctx, a.String()); err != nil {
			x.log.Warn("the turn of an account runs out by itself", "account", a.address.Hex(), "err", err)
		}
		x.nonces.Unlock()
	}, nil
}

// next is the nonce to send with, in the account's turn: the one that the chain names, unless this process has just sent with it. An
// endpoint may answer before it knows of what another one took.
func (x *Executor) next(a account, named uint64) uint64 {
	if s, ok := x.spent[a]; ok && x.now().Sub(s.at) < justNow && s.nonce >= named {
		return s.nonce + 1
	}
	return named
}

// spend notes, in the account's turn, that a transaction with a nonce was taken.
func (x *Executor) spend(a account, nonce uint64) {
	if x.spent == nil {
		x.spent = map[account]spentNonce{}
	}
	x.spent[a] = spentNonce{nonce, x.now()}
}
