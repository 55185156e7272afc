package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
)

// Carrier carries what leaves the house. It may be given the same parcel again after a crash, and must be safe for that.
type Carrier interface {
	Carry(ctx context.Context, p Parcel) Outcome
}

// Parcel is one delivery, claimed by this node while Carry runs; its context ends when the claim is lost.
type Parcel struct {
	ID       string // idempotency key
	Incident string
	Dispatch incident.Dispatch
	Attempt  int // from 1

	engine *Engine
	actor  journal.Actor
}

// View returns the parcel's incident as it stands.
func (p Parcel) View(ctx context.Context) (*View, error) { return p.engine.View(ctx, p.Incident) }

// Do reports to the parcel's incident.
func (p Parcel) Do(ctx context.Context, op incident.Op) (*View, error) {
	return p.engine.Do(ctx, p.Incident, incident.Command{Actor: p.actor, Op: op})
}

// Outcome is what became of a parcel.
type Outcome struct {
	State string        // Landed, Failed, Unknown, Again
	Say   string        // for people; no secrets
	After time.Duration // for Again: how long to wait
}

// The states of an outcome.
const (
	Landed  = store.Landed
	Failed  = store.Failed
	Unknown = store.Unknown
	Again   = "again"
)

// Carry names the carrier of a kind of dispatch. Call it before Run.
func (e *Engine) Carry(kind string, c Carrier) { e.carriers[kind] = c }

// deliver makes the row of a dispatch; a page also gets a link whose secret only the message carries.
func (e *Engine) deliver(s *incident.State, d incident.Dispatch, now time.Time) (store.Delivery, *store.Link, error) {
	var link *store.Link
	if d.Kind == incident.DispatchPage {
		d.Secret = hex.EncodeToString(e.bytes(24))
		link = &store.Link{
			Hash: LinkHash(d.Secret), Kind: "page", Person: d.Person, Stream: s.ID, Ref: d.Page, Expires: now.Add(pageLinkLife),
		}
	}
	payload, err := marshal(d)
	if err != nil {
		return store.Delivery{}, nil, err
	}
	// It is due at once, and by no clock: one that is ahead must not put it off for the nodes whose clocks are right.
	return store.Delivery{ID: d.ID, Stream: stream(s.ID), Kind: d.Kind, Payload: payload, State: store.Queued, Created: now}, link, nil
}

// pageLinkLife is how long a page's link answers.
const pageLinkLife = 7 * 24 * time.Hour

// LinkHash is under which a link's secret is kept.
func LinkHash(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}

// noTime is before all times: what is held is not over by then, and what is due by no clock is due.
var noTime = time.UnixMicro(0).UTC()

// fresh works a delivery that nobody has and that is due by no clock.
func (e *Engine) fresh(ctx context.Context, id string) error { return e.handle(ctx, id, noTime) }

// handle works one delivery if it is to be had at a time: claim, carry, report, finish.
func (e *Engine) handle(ctx context.Context, id string, at time.Time) error {
	from := e.now()
	if at.After(from) { // by another node's clock: whoever else saw it left by then must find it held
		from = at
	}
	d, ok, err := e.store.Claim(ctx, id, e.node, at, from.Add(claim))
	if err != nil || !ok {
		return err
	}
	out, lost := e.reported(ctx, d)
	if out.State == "" {
		out, lost = e.carry(ctx, d)
		if died(d) && !incident.Executed(d.Kind) && (out.State == Landed || out.State == Unknown) {
			out.Say = strings.TrimSpace(out.Say + " " + sentTwice)
		}
	}
	if lost {
		return nil // somebody else has it and will say what became of it
	}
	stopped := ctx.Err() != nil
	// What became of it is written even if the process is being stopped.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	switch out.State {
	case Landed, Unknown:
	case Failed:
		if stopped { // perhaps only because it was stopped: the next start carries it
			out.State = Again
			return e.finish(ctx, d, store.Queued, e.now(), out)
		}
	case Again:
		return e.finish(ctx, d, store.Queued, e.now().Add(min(out.After, longestWait)), out)
	default:
		out = Outcome{State: Unknown, Say: fmt.Sprintf("Its carrier said %q, which is no outcome.", out.State)}
	}
	if !incident.Executed(d.Kind) && d.Kind != incident.DispatchWord {
		op := incident.OpOutcome{Delivery: d.ID, Outcome: out.State, Say: out.Say}
		cmd := incident.Command{ID: "outcome/" + d.ID, Actor: journal.Actor{Kind: journal.Deliverer}, Op: op}
		if _, err := e.Do(ctx, incidentOf(d), cmd); err != nil {
			e.log.Error("report outcome", "delivery", d.ID, "err", err)
			if passing(err) { // it is kept with the delivery, to be reported later: what has been sent is not sent again for that
				return e.finish(ctx, d, store.Queued, e.now().Add(reportAgain), out)
			}
		}
	}
	return e.finish(ctx, d, out.State, time.Time{}, out)
}

// sentTwice is said of what went out, and perhaps had gone out before.
const sentTwice = "It may have been sent twice: whoever had it before stopped in the middle."

// kept is what stays with a delivery of what an attempt came to.
type kept struct {
	Outcome
	Attempt int `json:",omitempty"` // from 1; 0 if an older release wrote it
}

// died reports whether the attempt before this one ended without a word: its node died, or lost the database.
func died(d store.Delivery) bool {
	if d.Attempts < 2 {
		return false
	}
	var k kept
	if len(d.Outcome) == 0 || json.Unmarshal(d.Outcome, &k) != nil {
		return true
	}
	return k.Attempt != 0 && k.Attempt != d.Attempts-1
}

// longestWait is until when a delivery is tried again at the latest, whatever any clock says.
const longestWait = time.Minute

// reportAgain is after how long an outcome is reported again that the database did not take.
const reportAgain = 2 * time.Second

// passing reports whether a command failed for a reason that may pass: the database, and not that the incident does not
// take it, or is one that only a newer release understands.
func passing(err error) bool {
	var unknown *incident.UnknownKind
	if errors.As(err, &unknown) {
		return false
	}
	code := fault.CodeOf(err)
	return code == fault.Internal || code == fault.Unavailable
}

// reported returns the outcome of a delivery that was carried before: one that could not be reported yet, or one that a node
// reported before it died. It is not carried again.
func (e *Engine) reported(ctx context.Context, d store.Delivery) (Outcome, bool) {
	if d.Attempts < 2 || incident.Executed(d.Kind) {
		return Outcome{}, false
	}
	var kept Outcome
	if err := json.Unmarshal(d.Outcome, &kept); err == nil && slices.Contains([]string{Landed, Failed, Unknown}, kept.State) {
		return kept, false
	}
	if d.Kind == incident.DispatchWord {
		return Outcome{}, false
	}
	v, err := e.View(ctx, incidentOf(d))
	if err != nil {
		return Outcome{}, false
	}
	return Outcome{State: v.State.Outcome(d.ID)}, false
}

func (e *Engine) finish(ctx context.Context, d store.Delivery, state string, notBefore time.Time, out Outcome) error {
	b, err := marshal(kept{out, d.Attempts})
	if err != nil {
		return err
	}
	err = e.store.Finish(ctx, d.ID, d.Epoch, state, notBefore, b)
	if isLost(err) {
		return nil // somebody else has it; they will finish it
	}
	return err
}

// incidentOf is the incident that a delivery belongs to; empty if it belongs to none.
func incidentOf(d store.Delivery) string {
	id, ok := strings.CutPrefix(d.Stream, kindIncident+"/")
	if !ok {
		return ""
	}
	return id
}

// carry hands a claimed delivery to its carrier and keeps the claim alive meanwhile; lost tells that somebody else has it.
func (e *Engine) carry(ctx context.Context, d store.Delivery) (out Outcome, lost bool) {
	var dp incident.Dispatch
	if err := json.Unmarshal(d.Payload, &dp); err != nil {
		return Outcome{State: Failed, Say: "The delivery cannot be read: " + err.Error()}, false
	}
	c, ok := e.carriers[d.Kind]
	if !ok {
		return Outcome{State: Failed, Say: "This server carries no " + d.Kind + "."}, false
	}
	carrying, cancel := context.WithCancelCause(ctx)
	var wg sync.WaitGroup
	begun := e.now()
	wg.Go(func() { e.hold(carrying, cancel, d, begun) })
	defer func() {
		if p := recover(); p != nil { // a defect of ours with one parcel must not end the server in the middle of an emergency
			e.log.Error("a carrier panicked", "delivery", d.ID, "panic", p, "stack", string(debug.Stack()))
			out = Outcome{State: Again, Say: "Tocsin failed at this; it tries again.", After: min(time.Duration(d.Attempts)*time.Second, time.Minute)}
		}
		cancel(nil)
		wg.Wait()
		lost = isLost(context.Cause(carrying))
	}()
	kind := journal.Deliverer
	if incident.Executed(d.Kind) {
		kind = journal.Executor
	}
	return c.Carry(carrying, Parcel{ID: d.ID, Incident: incidentOf(d), Dispatch: dp, Attempt: d.Attempts, engine: e, actor: journal.Actor{Kind: kind, Node: e.node}}), false
}

// hold renews a claim, which is held since start, until ctx ends; if the claim is lost it ends ctx.
func (e *Engine) hold(ctx context.Context, lose context.CancelCauseFunc, d store.Delivery, start time.Time) {
	tick := time.NewTicker(renewEvery)
	defer tick.Stop()
	renewed := start
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			now := e.now()
			err := e.store.Renew(ctx, d.ID, d.Epoch, d.Lease.Add(now.Sub(start)))
			if err == nil {
				renewed = now
				continue
			}
			if isLost(err) || !e.now().Before(renewed.Add(claim)) && ctx.Err() == nil {
				lose(store.ErrLost) // or as good as: the database does not answer, and another node may take it
				return
			}
		}
	}
}
