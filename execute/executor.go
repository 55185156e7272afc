// Package execute carries actions out: read the effect, simulate, sign, store, send, confirm, verify.
//
//	ordered ─ effect holds already ──────────────────────────────▶ unneeded
//	   │ simulate, sign, store                                          ▲
//	   ▼                                                                │
//	signed ─ send ─▶ sent ─ receipt, confirmations ─▶ landed ─ reading ─▶ verified
//	                  │  ▲                             │ reorganised
//	                  └──┴── send again, raise the fee ┴──▶ sent again
//
// Each arrow is a command to the engine, so that a process that dies anywhere goes on from the last one. A transaction is
// stored before it is first sent, and all transactions of an action share one nonce: at most one can land.
package execute

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"tocsin/chain"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/signer"
)

// Options are what an executor is made of.
type Options struct {
	Clients map[uint64]chain.Client // by chain id
	Signer  signer.Signer           // nil: nothing can be sent
	Now     func() time.Time        // nil: time.Now
	Logger  *slog.Logger            // nil: none
}

// Executor carries actions. It is an engine.Carrier.
type Executor struct {
	clients map[uint64]chain.Client
	signer  signer.Signer
	now     func() time.Time
	log     *slog.Logger
	nonces  sync.Mutex // from choosing a nonce until its transaction is sent
}

// New returns an executor.
func New(o Options) *Executor {
	x := &Executor{clients: o.Clients, signer: o.Signer, now: o.Now, log: o.Logger}
	if x.now == nil {
		x.now = time.Now
	}
	if x.log == nil {
		x.log = slog.New(slog.DiscardHandler)
	}
	return x
}

// refusal is a reason for which an action cannot be carried out; trying again would not help.
type refusal struct{ say string }

func (r *refusal) Error() string { return r.say }

func refuse(format string, args ...any) error { return &refusal{fmt.Sprintf(format, args...)} }

// errChanged says that the action moved on meanwhile: look at it again.
var errChanged = errors.New("the action moved on")

// Carry carries one action as far as it goes.
func (x *Executor) Carry(ctx context.Context, p engine.Parcel) engine.Outcome {
	for {
		v, err := p.View(ctx)
		if err != nil {
			return again(p, err)
		}
		a := v.State.Action(p.Dispatch.Action)
		if a == nil {
			return engine.Outcome{State: engine.Failed, Say: "The incident has no such action."}
		}
		w := &work{Executor: x, parcel: p, view: v, action: a, client: x.clients[a.Prepared.Chain]}
		if w.client == nil {
			err = refuse("No endpoint for chain %d was given to this server.", a.Prepared.Chain)
		}
		switch {
		case err != nil:
		case a.State == incident.Ordered:
			err = w.begin(ctx, "")
		case a.State == incident.Signed || a.State == incident.Sent:
			err = w.land(ctx)
		case a.State == incident.LandedOnce:
			err = w.verify(ctx)
		case a.State == incident.Gone:
			return engine.Outcome{State: engine.Failed, Say: a.Say}
		default:
			return engine.Outcome{State: engine.Landed}
		}
		var no *refusal
		switch {
		case err == nil || errors.Is(err, errChanged) || fault.Is(err, fault.Conflict):
			if ctx.Err() != nil {
				return engine.Outcome{State: engine.Again, Say: "The server is stopping."}
			}
		case errors.As(err, &no):
			if _, err := p.Do(ctx, incident.OpFailed{Action: a.ID, Why: no.say}); err != nil && !fault.Is(err, fault.Conflict) {
				return again(p, err)
			}
			return engine.Outcome{State: engine.Failed, Say: no.say}
		default:
			x.log.Warn("carry out action", "incident", p.Incident, "action", a.ID, "err", err)
			return again(p, err)
		}
	}
}

// again has the parcel tried again after a pause that grows with its attempts.
func again(p engine.Parcel, err error) engine.Outcome {
	return engine.Outcome{State: engine.Again, Say: fault.Sentence(err), After: min(time.Duration(p.Attempt)*500*time.Millisecond, 5*time.Second)}
}

// work is one look at an action.
type work struct {
	*Executor
	parcel engine.Parcel
	view   *engine.View
	action *incident.Action
	client chain.Client
}

func (w *work) do(ctx context.Context, op incident.Op) error {
	_, err := w.parcel.Do(ctx, op)
	return err
}

func (w *work) chain() plan.Chain {
	c, _ := w.view.Plan.Chain(w.action.Prepared.Chain)
	return c
}

// reading is what an effect's reading answered.
type reading struct {
	holds bool
	got   string
	head  evm.Header
}

// read asks the effect's reading at the head.
func (w *work) read(ctx context.Context) (reading, error) {
	head, err := w.client.Head(ctx)
	if err != nil {
		return reading{}, err
	}
	e := w.action.Prepared.Effect
	if e == nil {
		return reading{head: head}, nil
	}
	answer, err := w.client.Call(ctx, chain.Message{To: &e.To, Data: e.Data}, &head.Number)
	if err != nil {
		return reading{}, fmt.Errorf("read the effect: %w", err)
	}
	holds, got, err := e.Holds(answer)
	if err != nil {
		return reading{}, refuse("The effect cannot be read: %s.", fault.Sentence(err))
	}
	return reading{holds, got, head}, nil
}

// errDone ends the waiting for heads.
var errDone = errors.New("done")

// eachHead calls f now and at each new head, until f returns errDone or fails.
func (w *work) eachHead(ctx context.Context, f func(evm.Header) error) error {
	head, err := w.client.Head(ctx)
	if err != nil {
		return err
	}
	if err = f(head); err == nil {
		err = w.client.Heads(ctx, f)
	}
	if errors.Is(err, errDone) {
		return nil
	}
	return err
}
