package web

import (
	"context"
	"net/url"
	"strconv"

	"tocsin/incident"
)

// timelineShown is how many entries a page shows at once; a long incident stays quick to open.
const timelineShown = 60

// timeline is what happened, newest first.
type timeline struct {
	Filters []filter
	Entries []entry
	Earlier string // where those before them stand
	Latest  string // where the newest stand, if these are not
	Note    *form
}

// filter is one choice of what the timeline shows.
type filter struct {
	Label   string
	Href    string
	Current bool
}

// entry is one thing that happened.
type entry struct {
	Key    string
	At     moment
	Kind   string
	Say    string
	Moment bool // a large stop
	Times  int  // how often it was found in a row, if more than once
	Since  moment
}

// again takes what was found just before in with what was found after it, if it says the same: an attack that goes on brings a finding
// each block, and what people did must stay in sight. The key is that of the first, so that the entry stays the same one while it grows.
func (e *entry) again(before entry) bool {
	if e.Kind != "Finding" || before.Kind != "Finding" || e.Say != before.Say {
		return false
	}
	e.Times, e.Since, e.Key = max(e.Times, 1)+1, before.At, before.Key
	return true
}

// The kinds of entries, in the order in which they can be filtered by.
var entryKinds = []string{"Phase", "Decision", "Action", "Step", "Page", "Finding", "Update", "Note"}

// entryKind is the kind of an event for people; large are those that everybody asks about afterwards.
func entryKind(e incident.Event) (kind string, large bool) {
	switch e.(type) {
	case incident.EventOpened, incident.EventValidated, incident.EventContained, incident.EventResolved, incident.EventClosed,
		incident.EventDismissed, incident.EventReopened, incident.EventMerged, incident.EventAbsorbed, incident.EventReleased, incident.EventAdopted:
		return "Phase", true
	case incident.EventApproval:
		return "Decision", true
	case incident.EventDecisionOpened, incident.EventDecisionSettled, incident.EventSecondWanted:
		return "Decision", false
	case incident.EventEffect, incident.EventActionOrdered, incident.EventActionSigned, incident.EventActionSent,
		incident.EventActionLanded, incident.EventActionUnlanded, incident.EventActionFailed, incident.EventActionRetried:
		return "Action", false
	case incident.EventProcedureBegun, incident.EventStepBegun, incident.EventStepEnded:
		return "Step", false
	case incident.EventFinding, incident.EventRetracted:
		return "Finding", false
	case incident.EventUpdateOwed, incident.EventUpdateReminded, incident.EventUpdatePosted, incident.EventUpdateEnded:
		return "Update", false
	case incident.EventNoted, incident.EventRedacted:
		return "Note", false
	case incident.EventEscalated, incident.EventPageRequested, incident.EventPageRung, incident.EventCallOutcome,
		incident.EventPageEnded, incident.EventAnswered, incident.EventMustered, incident.EventRoleTaken, incident.EventSeen:
		return "Page", false
	default:
		return "Record", false
	}
}

// timeline makes the timeline, newest first: only of one kind if show names one, and only what came before an event if before is
// the number of one.
func (l *look) timeline(ctx context.Context, show string, before uint64) (timeline, error) {
	t := timeline{}
	counts := map[string]uint64{}
	var kinds []string // of events, that are shown
	for name, n := range l.view.Kinds {
		kind := kindOfEvent(name)
		counts[kind] += n
		if kind == show {
			kinds = append(kinds, name)
		}
	}
	if show == "" || len(kinds) > 0 {
		list, err := l.view.Latest(ctx, before, timelineShown+1, kinds...)
		if err != nil {
			return t, err
		}
		for i, x := range list {
			if i == timelineShown {
				t.Earlier = l.base() + "?" + url.Values{"show": {show}, "before": {strconv.FormatUint(list[i-1].Seq, 10)}}.Encode() + "#timeline"
				break
			}
			kind, large := entryKind(x.Event)
			e := entry{
				Key: "event-" + strconv.FormatUint(x.Seq, 10), At: l.at(x.At), Kind: kind, Moment: large,
				Say: incident.Describe(l.plan, l.state, x.Happened),
			}
			if n := len(t.Entries); n == 0 || !t.Entries[n-1].again(e) {
				t.Entries = append(t.Entries, e)
			}
		}
	}
	if before > 0 {
		t.Latest = l.base() + "?" + url.Values{"show": {show}}.Encode() + "#timeline"
	}
	t.Filters = append(t.Filters, filter{Label: "All " + strconv.FormatUint(l.view.Events, 10), Href: l.base() + "#timeline", Current: show == ""})
	for _, kind := range entryKinds {
		if n := counts[kind]; n > 0 {
			t.Filters = append(t.Filters, filter{
				Label: kind + " " + strconv.FormatUint(n, 10), Href: l.base() + "?show=" + kind + "#timeline", Current: show == kind,
			})
		}
	}
	return t, nil
}

// kindOfEvent is the kind for people of a kind of events.
func kindOfEvent(name string) string {
	e, ok := incident.EventOf(name)
	if !ok {
		return "Record"
	}
	kind, _ := entryKind(e)
	return kind
}
