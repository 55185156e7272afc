package act

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"tocsin/chain"
	"tocsin/engine"
	"tocsin/execute"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/outside"
	"tocsin/signer"
)

// Options are what is needed to send.
type Options struct {
	Client chain.Client // of the action's chain
	Signer signer.Signer
	Now    func() time.Time
	Logger *slog.Logger    // nil: none
	Say    func(string)    // told what happens, one sentence each; nil: nobody is
	Ready  *outside.Anyway // why it is sent without the plan's approvers; nil: it is not
	Also   bool            // it is sent although another transaction of the account waits
	Pause  time.Duration   // before it is tried again; 0: a second
}

// Answer takes an answer in. Faults are those of Record.Accept.
func (f *File) Answer(a outside.Answer, now time.Time) (outside.Answer, error) {
	a, err := f.record.Accept(f.plan, a, now)
	if err != nil {
		return a, err
	}
	return a, f.add(lineAnswer, now, a)
}

// Send has it carried out: it goes on from wherever it stands, until it is over or ctx ends. What came of it stands in the record. Faults
// say why it was not ordered; unavailable if ctx ended before it was over.
func (f *File) Send(ctx context.Context, o Options) error {
	if o.Say == nil {
		o.Say = func(string) {}
	}
	if err := f.begin(ctx, o); err != nil {
		return err
	}
	x := execute.New(execute.Options{Clients: map[uint64]chain.Client{o.Client.ChainID(): o.Client}, Signer: o.Signer, Now: o.Now, Logger: o.Logger})
	d := desk{f, o}
	last := ""
	for !f.record.Over() {
		_, err := x.CarryAt(ctx, d, theAction)
		if f.record.Over() {
			break
		}
		if err != nil && ctx.Err() == nil {
			if s := fault.Sentence(err); s != last {
				last = s
				o.Say(s + " It is tried again.")
			}
		}
		pause := o.Pause
		if pause == 0 {
			pause = time.Second
		}
		wait := time.NewTimer(pause)
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return f.unfinished()
		}
	}
	return nil
}

// unfinished says how it stands when it is stopped.
func (f *File) unfinished() error {
	if len(f.record.Sends) == 0 {
		return fault.New(fault.Unavailable, "It was stopped before anything was signed: nothing was sent.").Instead("Run the same command again to go on.")
	}
	return fault.New(fault.Unavailable, "IT IS NOT KNOWN WHETHER IT LANDED: the transaction %s may have been sent.", f.record.Sends[len(f.record.Sends)-1].Hash.Hex()).
		Instead("Run the same command again: it goes on with that transaction and sends no other beside it.")
}

// begin orders it, or has it tried again after it failed.
func (f *File) begin(ctx context.Context, o Options) error {
	switch {
	case f.record.Order == nil:
	case f.record.State == outside.Failed && len(f.record.Sends) > 0 && f.record.Landed == nil:
		return fault.New(fault.Conflict, "It failed, and a transaction of it was sent and may still land: %s", f.record.Say).Instead("Prepare it again once its nonce is used.")
	case f.record.State == outside.Failed && !o.Now().Before(f.record.Expires()):
		return fault.New(fault.Expired, "It failed, and the approvals have expired: %s", f.record.Say).Instead("Prepare it again and have it signed.")
	case f.record.State == outside.Failed:
		if err := f.alone(ctx, o); err != nil {
			return err
		}
		o.Say("It failed before: " + f.record.Say + " It is tried again.")
		return f.add(lineRetry, o.Now(), struct{}{})
	default:
		return nil
	}
	facts, said, err := Reread(ctx, o.Client, f.plan, f.record.Request)
	if err != nil {
		return err
	}
	if o.Ready != nil && f.record.Anyway == nil {
		x, err := f.record.Insist(f.plan, o.Ready.Person, o.Ready.Why, o.Now())
		if err != nil {
			return err
		}
		if err := f.add(lineAnyway, o.Now(), x); err != nil {
			return err
		}
	}
	order, err := f.record.Settle(f.plan, facts, said, o.Now())
	if err != nil {
		return err
	}
	if err := f.alone(ctx, o); err != nil {
		return err
	}
	return f.add(lineOrder, o.Now(), order)
}

// alone looks whether something waits that may be this action.
func (f *File) alone(ctx context.Context, o Options) error {
	if o.Also {
		return nil
	}
	pr, err := f.record.Prepared(f.plan)
	if err != nil {
		return err
	}
	return waits(ctx, o.Client, pr.Effect, o.Signer.Address())
}

// desk is the record as package execute sees it.
type desk struct {
	file *File
	o    Options
}

// View is how the action stands.
func (d desk) View(context.Context) (*engine.View, error) {
	return &engine.View{State: d.file.state, Plan: d.file.plan}, nil
}

// Do decides what follows from a report by the rules of an incident, and writes it down before it returns.
func (d desk) Do(_ context.Context, op incident.Op) (*engine.View, error) {
	f, now := d.file, d.o.Now()
	events, err := incident.Decide(f.plan, f.state, incident.Command{Actor: journal.Actor{Kind: journal.Executor}, Op: op}, now)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		if w, ok := e.(incident.EventActionWaits); ok {
			d.o.Say(f.state.Action(theAction).Prepared.Words.Title + " has not landed yet. " + w.Why)
		}
		if _, err := event(line{Kind: e.Kind(), Data: []byte("{}")}); err != nil {
			continue // about people, whom nobody calls here
		}
		if err := f.add(e.Kind(), now, e); err != nil {
			return nil, err
		}
		d.o.Say(f.told(e))
	}
	return d.View(context.Background())
}

// told says what happened.
func (f *File) told(e incident.Event) string {
	title := f.state.Action(theAction).Prepared.Words.Title
	switch e := e.(type) {
	case incident.EventActionSigned:
		return fmt.Sprintf("%s: the transaction %s is signed and on the disk (nonce %d of %s).", title, e.Tx.Hash.Hex(), e.Tx.Nonce, e.Tx.From.Hex())
	case incident.EventActionSent:
		return title + ": the chain took the transaction."
	case incident.EventActionLanded:
		return fmt.Sprintf("%s: landed in block %d.", title, e.Landing.Block)
	case incident.EventActionUnlanded:
		return title + ": " + e.Why + " It is sent again."
	case incident.EventEffect:
		if e.State == incident.Unneeded {
			return fmt.Sprintf("%s: in effect already, %s at block %d; nothing is sent.", title, e.Got, e.Block)
		}
		if e.Holds {
			return fmt.Sprintf("%s: verified, the chain answers %s at block %d.", title, e.Got, e.Block)
		}
		return fmt.Sprintf("%s: not in effect yet, the chain answers %s at block %d.", title, e.Got, e.Block)
	case incident.EventActionFailed:
		return title + " failed: " + e.Why
	}
	return title
}
