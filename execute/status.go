package execute

import (
	"context"
	"fmt"
	"time"

	"tocsin/action"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/signer"
	"tocsin/status"
)

// Statuses keep what the status files say. An engine does.
type Statuses interface {
	Status(ctx context.Context, protocol string) (*status.State, error)
	SetStatus(ctx context.Context, protocol string, x status.Set) (*status.State, error)
	PublishStatus(ctx context.Context, protocol string, by evm.Address, sign engine.SignStatus) error
}

// SignStatus signs status files with a signer.
func SignStatus(k signer.Signer) engine.SignStatus {
	return func(ctx context.Context, s status.Status) (status.File, error) {
		sig, err := k.SignTyped(ctx, s.Typed())
		return status.File{Status: s, Signer: k.Address(), Signature: sig}, err
	}
}

// status carries out an action that has the status file say something. In an exercise it is played: nothing is signed and nothing published.
func (w *work) status(ctx context.Context) error {
	pr, exercise := w.action.Prepared, w.view.State.Exercise != nil
	if !exercise {
		switch {
		case w.statuses == nil || w.signer == nil:
			return refuse("This server was started without a key file, so it cannot sign the status file.")
		case pr.Sender != w.signer.Address():
			return refuse("The plan has %s sign the status file, and the key file is that of %s.", pr.Sender.Hex(), w.signer.Address().Hex())
		}
	}
	switch w.action.State {
	case incident.Ordered:
		return w.beginStatus(ctx, exercise)
	case incident.LandedOnce:
		if exercise {
			return w.do(ctx, incident.OpEffect{Action: w.action.ID, Got: "EXERCISE: nothing was published; the app would read " + pr.Status.Says(), Holds: true})
		}
		return w.proveStatus(ctx)
	}
	if !exercise {
		if err := w.setStatus(ctx); err != nil {
			return err
		}
	}
	return w.on(ctx, incident.OpLanded{Action: w.action.ID, Landing: incident.Landing{Status: 1, At: w.view.State.Now(w.now()).UTC()}})
}

// on reports to the incident, which has moved on by it.
func (w *work) on(ctx context.Context, op incident.Op) error {
	if err := w.do(ctx, op); err != nil {
		return err
	}
	return errMoved
}

// beginStatus looks whether the app is told so already, and records that it is about to be.
func (w *work) beginStatus(ctx context.Context, exercise bool) error {
	if !exercise {
		s, err := w.statuses.Status(ctx, w.view.State.Protocol)
		if err != nil {
			return err
		}
		if now := s.Now(); now.Text.Equal(w.action.Prepared.Status.Text) {
			if seen, err := w.seenStatus(ctx, now.Sequence); err == nil && seen.Text.Equal(now.Text) {
				return w.do(ctx, incident.OpEffect{Action: w.action.ID, Got: seenAs(seen), Holds: true, Before: true})
			}
		}
	}
	if err := w.vouched(ctx); err != nil {
		return err
	}
	return w.on(ctx, incident.OpSent{Action: w.action.ID})
}

// setStatus has the file say it, signs it, and has it served. All of that may be done again.
func (w *work) setStatus(ctx context.Context) error {
	protocol := w.view.State.Protocol
	s, err := w.statuses.SetStatus(ctx, protocol, status.Set{
		Text: w.action.Prepared.Status.Text, Incident: w.view.State.ID, Deed: w.action.ID, Action: w.action.Action,
	})
	if err != nil {
		return err
	}
	if _, err := w.stillSaid(s); err != nil {
		return err
	}
	err = w.statuses.PublishStatus(ctx, protocol, w.signer.Address(), SignStatus(w.signer))
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) { // another plan came into force meanwhile
		return refuse("%s", fault.Sentence(err))
	}
	return err
}

// stillSaid is what the action had the file say; refused if another action has had it say something else since.
func (w *work) stillSaid(s *status.State) (status.Change, error) {
	own, ok := s.By(w.view.State.ID, w.action.ID)
	now := s.Now()
	switch {
	case !ok:
		return own, refuse("It is not on record that the status file was to say this.")
	case now.Sequence != own.Sequence:
		return own, refuse("Another action has taken its place: the status file says %s since %s.", action.Says(now.Text), now.At.UTC().Format("2006-01-02 15:04 UTC"))
	}
	return own, nil
}

// proveStatus reads the file from outside until it says it, or until its time is over. Whoever keeps the file on the way may be behind.
func (w *work) proveStatus(ctx context.Context) error {
	pr, until := w.action.Prepared, w.action.Landed.At.Add(defaultWithin)
	tick := time.NewTicker(proofEvery)
	defer tick.Stop()
	for {
		s, err := w.statuses.Status(ctx, w.view.State.Protocol)
		if err != nil {
			return err
		}
		own, err := w.stillSaid(s)
		if err != nil {
			return err
		}
		seen, err := w.seenStatus(ctx, own.Sequence)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil:
			return w.do(ctx, incident.OpEffect{Action: w.action.ID, Got: seenAs(seen), Holds: true})
		case w.view.State.Now(w.now()).After(until):
			return refuse("The status file was signed and is served, but the app does not get it from %s: %s", pr.Status.URL, fault.Sentence(err))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// seenStatus is the file as the app gets it, proven as the app proves it; its number is at least newest.
func (w *work) seenStatus(ctx context.Context, newest uint64) (status.Status, error) {
	pr := w.action.Prepared
	code, body, err := page(ctx, pr.Status.URL)
	switch {
	case err != nil:
		return status.Status{}, fault.New(fault.Unavailable, "%s does not answer: %s.", pr.Words.Target, bare(err))
	case code != 200:
		return status.Status{}, fault.New(fault.Unavailable, "%s answers %d.", pr.Words.Target, code)
	}
	return status.Verify(body, status.Expected{Protocol: w.view.State.Protocol, Signer: pr.Sender, Newest: newest}, w.now())
}

func seenAs(s status.Status) string {
	return fmt.Sprintf("the app is told %s (number %d)", action.Says(s.Text), s.Sequence)
}
