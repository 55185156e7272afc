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
// stored before it is first sent, and all transactions of an action share one nonce, until it is seen on the chain that
// another transaction used it: at most one can land.
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
	"tocsin/trial"
)

// Options are what an executor is made of.
type Options struct {
	Clients map[uint64]chain.Client  // by chain id
	Signer  signer.Signer            // nil: nothing can be sent
	Relays  map[uint64]Relay         // by chain id; where actions that the plan calls private go first
	Secret  func(name string) string // of requests, by the name of an environment variable; nil: none
	Status  Statuses                 // what the status files say; nil: none can be signed
	Turns   Turns                    // of nodes that share the signer's account; nil: there is only one
	Nonces  Nonces                   // what may still be used of the signer's account; nil: not known, so that no gap is filled
	Open    trial.Opener             // of transactions signed in advance; nil: none can be opened
	Now     func() time.Time         // nil: time.Now
	Logger  *slog.Logger             // nil: none
}

// Executor carries actions. It is an engine.Carrier.
type Executor struct {
	clients  map[uint64]chain.Client
	signer   signer.Signer
	now      func() time.Time
	log      *slog.Logger
	relays   map[uint64]Relay
	secret   func(string) string
	statuses Statuses
	turns    Turns
	held     Nonces
	open     trial.Opener
	nonces   sync.Mutex // from choosing a nonce until its transaction is sent
	spent    map[account]spentNonce
}

// New returns an executor.
func New(o Options) *Executor {
	x := &Executor{statuses: o.Status, turns: o.Turns, held: o.Nonces, open: o.Open, relays: o.Relays, secret: o.Secret, clients: o.Clients, signer: o.Signer, now: o.Now, log: o.Logger}
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

var (
	// errMoved says that the action moved on: look at it again.
	errMoved = errors.New("the action moved on")
	// errHandedOver says that another delivery carries the action now.
	errHandedOver = errors.New("another delivery carries the action")
)

// desk is the part of a parcel that an executor works with.
type desk interface {
	View(ctx context.Context) (*engine.View, error)
	Do(ctx context.Context, op incident.Op) (*engine.View, error)
}

// Carry carries one action as far as it goes.
func (x *Executor) Carry(ctx context.Context, p engine.Parcel) engine.Outcome {
	var out engine.Outcome
	var err error
	if p.Dispatch.Kind == incident.DispatchLook {
		out, err = x.look(ctx, p, p.Dispatch.Decision)
	} else {
		out, err = x.carry(ctx, p, p.Dispatch.Action)
	}
	if p.Dispatch.Kind == incident.DispatchAction && err == nil && out.State == engine.Landed {
		out, err = x.guard(ctx, p, p.Dispatch.Action)
	}
	if err != nil {
		x.log.Warn("carry out action", "incident", p.Incident, "action", p.Dispatch.Action, "err", err)
		return engine.Outcome{State: engine.Again, Say: fault.Sentence(err), After: min(time.Duration(p.Attempt)*500*time.Millisecond, 5*time.Second)}
	}
	return out
}

// carry looks at the action and does what comes next, until it is over. An error says that it is to be tried again.
func (x *Executor) carry(ctx context.Context, d desk, id string) (engine.Outcome, error) {
	for {
		if err := ctx.Err(); err != nil {
			return engine.Outcome{}, err
		}
		v, err := d.View(ctx)
		if err != nil {
			return engine.Outcome{}, err
		}
		a := v.State.Action(id)
		switch {
		case a == nil || a.Prepared == nil:
			return engine.Outcome{State: engine.Failed, Say: "The incident has no such action."}, nil
		case a.State == incident.Gone:
			return engine.Outcome{State: engine.Failed, Say: a.Say}, nil
		case a.State == incident.Verified || a.State == incident.Unneeded:
			return engine.Outcome{State: engine.Landed}, nil
		}
		w := &work{Executor: x, desk: d, view: v, action: a, client: x.clients[a.Prepared.Chain]}
		err = w.next(ctx)
		var no *refusal
		switch {
		case errors.As(err, &no):
			err = w.do(ctx, incident.OpFailed{Action: a.ID, Why: no.say, Known: len(a.Sends)})
		case fault.Is(err, fault.Expired): // the approvals, before anything was signed
			err = w.do(ctx, incident.OpFailed{Action: a.ID, Why: fault.Sentence(err), Known: len(a.Sends)})
		case errors.Is(err, errHandedOver):
			return handedOver, nil
		}
		if err != nil && !errors.Is(err, errMoved) {
			return engine.Outcome{}, err
		}
	}
}

// next does what the state of the action asks for.
func (w *work) next(ctx context.Context) error {
	if w.action.Prepared.Request != nil {
		return w.request(ctx)
	}
	if w.action.Prepared.Status != nil {
		return w.status(ctx)
	}
	if w.client == nil {
		if len(w.action.Sends) == 0 {
			return refuse("No endpoint for chain %d was given to this server.", w.action.Prepared.Chain)
		}
		return fault.New(fault.Unavailable, "No endpoint for chain %d was given to this server.", w.action.Prepared.Chain)
	}
	switch w.action.State {
	case incident.Ordered:
		return w.begin(ctx, "")
	case incident.Signed, incident.Sent:
		return w.land(ctx)
	default:
		return w.verify(ctx)
	}
}

// work is one look at an action.
type work struct {
	*Executor
	desk   desk
	view   *engine.View
	action *incident.Action
	client chain.Client
	public bool // everybody gets what is sent, not only the relay
	taken  bool // the chain took what was signed in this look

	gap   *uint64                // nonce before its own that was seen unused
	fills []incident.Transaction // made in this look
	told  string                 // why it waits, as it was recorded in this look
}

// do reports to the incident. A conflict says that somebody else was first: then the action is looked at again.
func (w *work) do(ctx context.Context, op incident.Op) error {
	_, err := w.desk.Do(ctx, op)
	if fault.Is(err, fault.Conflict) {
		return errMoved
	}
	return err
}

func (w *work) chain() plan.Chain {
	c, _ := w.view.Plan.Chain(w.action.Prepared.Chain)
	return c
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
		if err = w.client.Heads(ctx, f); err == nil {
			err = fault.New(fault.Unavailable, "Chain %d tells no heads.", w.action.Prepared.Chain)
		}
	}
	if errors.Is(err, errDone) {
		return nil
	}
	return err
}
