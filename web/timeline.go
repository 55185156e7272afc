package web

import (
	"strconv"

	"tocsin/incident"
)

// timelineShown is how many entries a page shows at once; a long incident stays quick to open.
const timelineShown = 60

// timeline is what happened, newest first.
type timeline struct {
	Filters []filter
	Entries []entry
	Earlier int // not shown
	All     string
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
}

// The kinds of entries, in the order in which they can be filtered by.
var entryKinds = []string{"Phase", "Decision", "Action", "Step", "Page", "Finding", "Update", "Note"}

// entryKind is the kind of an event for people; large are those that everybody asks about afterwards.
func entryKind(e incident.Event) (kind string, large bool) {
	switch e.(type) {
	case incident.EventOpened, incident.EventValidated, incident.EventContained, incident.EventResolved, incident.EventClosed,
		incident.EventDismissed, incident.EventReopened:
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
	case incident.EventNoted:
		return "Note", false
	case incident.EventEscalated, incident.EventPageRequested, incident.EventPageRung, incident.EventCallOutcome,
		incident.EventPageEnded, incident.EventAnswered, incident.EventMustered, incident.EventRoleTaken:
		return "Page", false
	default:
		return "Record", false
	}
}

// timeline makes the timeline: only of one kind if show names one, all of it if all is set.
func (l *look) timeline(show string, all bool) timeline {
	t := timeline{All: l.base() + "?all=1"}
	if show != "" {
		t.All += "&show=" + show
	}
	t.All += "#timeline"
	counts := map[string]int{}
	happened := l.view.Happened
	for i := len(happened) - 1; i >= 0; i-- {
		h := happened[i]
		kind, large := entryKind(h.Event)
		counts[kind]++
		if show != "" && kind != show {
			continue
		}
		if !all && len(t.Entries) >= timelineShown {
			t.Earlier++
			continue
		}
		t.Entries = append(t.Entries, entry{
			Key: "event-" + strconv.Itoa(i+1), At: l.at(h.At), Kind: kind, Moment: large,
			Say: incident.Describe(l.plan, l.state, h),
		})
	}
	t.Filters = append(t.Filters, filter{Label: "All " + strconv.Itoa(len(happened)), Href: l.base() + "#timeline", Current: show == ""})
	for _, kind := range entryKinds {
		if n := counts[kind]; n > 0 {
			t.Filters = append(t.Filters, filter{
				Label: kind + " " + strconv.Itoa(n), Href: l.base() + "?show=" + kind + "#timeline", Current: show == kind,
			})
		}
	}
	return t
}
