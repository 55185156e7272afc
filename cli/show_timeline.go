package cli

import (
	"fmt"
	"io"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// timelineShown is how many entries of the timeline follow what is to be done, the newest: more would push that off the screen.
const timelineShown = 12

// writeTimeline prints what happened: all of it, or the end.
func writeTimeline(w io.Writer, list []shownEvent, s *incident.State, whole bool) {
	fmt.Fprintln(w, "\nTimeline (UTC):")
	if !whole {
		list = folded(list)
	}
	if more := len(list) - timelineShown; more > 0 && !whole {
		fmt.Fprintf(w, "  … %d before that: tocsin incident show %s --timeline\n", more, s.ID)
		list = list[more:]
	}
	clock := "15:04:05"
	if s.Opened.Format(time.DateOnly) != s.Last.Format(time.DateOnly) {
		clock = time.DateTime
	}
	for _, e := range list {
		fmt.Fprintf(w, "  %s  %s\n", e.At.Format(clock), clip(e.Say))
	}
}

// folded takes findings in a row that say the same together: an attack that goes on brings one each block. The first of them stays.
func folded(list []shownEvent) []shownEvent {
	var out []shownEvent
	times := 0
	for i, e := range list {
		if i > 0 && e.Kind == (incident.EventFinding{}).Kind() && list[i-1].Kind == e.Kind && list[i-1].Say == e.Say {
			times++
			out[len(out)-1].Say = fmt.Sprintf("%s (%d times until %s)", e.Say, times, e.At.Format("15:04:05"))
			continue
		}
		times = 1
		out = append(out, e)
	}
	return out
}

// distrustedOf says what is not to be relied on, in the plan's words, and who said so.
func distrustedOf(p *plan.Plan, x incident.Distrust) string {
	ref := clip(x.Ref)
	if x.Kind == incident.DistrustPerson {
		ref = incident.NameOf(p, x.Ref)
	}
	say := fmt.Sprintf("Do not trust: %s %s, by %s", x.Kind, ref, incident.NameOf(p, x.By))
	if x.Why != "" {
		say += ": " + clip(x.Why)
	}
	return say
}
