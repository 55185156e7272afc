package incident

import (
	"encoding/json"
	"fmt"

	"tocsin/journal"
)

// KindVersion is the version of every kind of event so far.
const KindVersion = 1

// Decode turns a record of an incident's stream into what happened. A kind or version that this release does not know is
// an *UnknownKind: the incident may then be shown but not decided upon.
func Decode(r journal.Record) (Happened, error) {
	env, err := r.Open(nil)
	if err != nil {
		return Happened{}, fmt.Errorf("open record %d of %s: %w", r.Seq, r.Stream, err)
	}
	decode, ok := decoders[env.Kind]
	if !ok || env.KindV != KindVersion {
		return Happened{}, &UnknownKind{Stream: r.Stream, Seq: r.Seq, Kind: env.Kind, Version: env.KindV}
	}
	ev, err := decode(env.Data)
	if err != nil {
		return Happened{}, fmt.Errorf("read record %d of %s: %w", r.Seq, r.Stream, err)
	}
	return Happened{Event: ev, At: env.At, Actor: env.Actor, Command: env.Command}, nil
}

// UnknownKind is an event that a newer release wrote.
type UnknownKind struct {
	Stream  string
	Seq     uint64
	Kind    string
	Version int
}

func (u *UnknownKind) Error() string {
	return fmt.Sprintf("record %d of %s is of kind %q version %d, which this release does not know: a newer release wrote it; update this node", u.Seq, u.Stream, u.Kind, u.Version)
}

var decoders = func() map[string]func(json.RawMessage) (Event, error) {
	m := map[string]func(json.RawMessage) (Event, error){}
	for _, d := range []struct {
		kind string
		f    func(json.RawMessage) (Event, error)
	}{
		into[EventRedacted](), into[EventOpened](), into[EventFinding](), into[EventRetracted](), into[EventEscalated](), into[EventPageRequested](),
		into[EventPageRung](), into[EventCallOutcome](), into[EventPageEnded](), into[EventAnswered](), into[EventRoleTaken](),
		into[EventMustered](), into[EventNobody](), into[EventWentQuiet](), into[EventSeen](), into[EventOutOfReach](), into[EventWithinReach](), into[EventValidated](), into[EventSecondWanted](), into[EventDismissed](), into[EventSeverity](),
		into[EventProcedureBegun](), into[EventStepBegun](), into[EventStepEnded](), into[EventDecisionOpened](),
		into[EventApproval](), into[EventDecisionSettled](), into[EventActionOrdered](), into[EventActionSigned](),
		into[EventActionSent](), into[EventActionLanded](), into[EventActionUnlanded](), into[EventEffect](),
		into[EventActionFailed](), into[EventActionRetried](), into[EventContained](), into[EventUpdateOwed](),
		into[EventUpdateReminded](), into[EventUpdatePosted](), into[EventUpdateEnded](), into[EventResolved](),
		into[EventClosed](), into[EventReopened](), into[EventNoted](), into[EventRoleOffered](), into[EventRoleDeclined](), into[EventLeft](),
		into[EventCorrected](), into[EventDistrusted](), into[EventTrusted](), into[EventRestricted](), into[EventRevealed](),
		into[EventWaived](), into[EventReinstated](), into[EventPinned](), into[EventUpdateMoved](), into[EventUpdateSoon](),
		into[EventUpdateMissed](), into[EventUpdateRerouted](), into[EventUpdatePassedOn](), into[EventStepAnswered](),
		into[EventMerged](), into[EventAbsorbed](), into[EventReleased](), into[EventAdopted](), into[EventStepUndone](), into[EventStepAdded](), into[EventStepOverdue](), into[EventEvidence](),
		into[EventSafeAsked](), into[EventSafeUnread](), into[EventSentAnyway](), into[EventUnvouched](),
		into[EventActionWaits](), into[EventNonceFilled](), into[EventWithdrawn](), into[EventNotActed](), into[EventDenied](), into[EventOverride](), into[EventClock](), into[EventTakenIn](),
	} {
		m[d.kind] = d.f
	}
	return m
}()

// EventOf returns the empty event of a kind; false for a kind that this release does not know.
func EventOf(kind string) (Event, bool) {
	decode, ok := decoders[kind]
	if !ok {
		return nil, false
	}
	e, err := decode(json.RawMessage("{}"))
	return e, err == nil
}

func into[E Event]() struct {
	kind string
	f    func(json.RawMessage) (Event, error)
} {
	var zero E
	return struct {
		kind string
		f    func(json.RawMessage) (Event, error)
	}{zero.Kind(), func(data json.RawMessage) (Event, error) {
		var e E
		if err := json.Unmarshal(data, &e); err != nil {
			return nil, err
		}
		return e, nil
	}}
}
