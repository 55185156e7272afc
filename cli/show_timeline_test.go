package cli

import (
	"strings"
	"testing"
	"time"

	"tocsin/incident"
)

func TestTimelineEndsWithWhatPeopleDid(t *testing.T) {
	at := time.Date(2026, 11, 21, 20, 58, 39, 0, time.UTC)
	list := []shownEvent{{at, "opened", "tocsin", "It opened."}}
	for i := range 100 {
		list = append(list, shownEvent{at.Add(time.Duration(i) * time.Second), "finding", "detector", "Money leaves"})
	}
	for range timelineShown - 1 {
		list = append(list, shownEvent{at.Add(2 * time.Minute), "noted", "janet", "A note"})
	}
	s := &incident.State{ID: "2026-11-21-1", Opened: at, Last: at.Add(2 * time.Minute)}

	var end strings.Builder
	writeTimeline(&end, list, s, false)
	for _, want := range []string{"… 1 before that: tocsin incident show 2026-11-21-1 --timeline\n", "  20:58:39  Money leaves (100 times until 21:00:18)\n"} {
		if !strings.Contains(end.String(), want) {
			t.Errorf("the end does not say %q:\n%s", want, end.String())
		}
	}
	if n := strings.Count(end.String(), "A note"); n != timelineShown-1 {
		t.Errorf("the end has %d notes:\n%s", n, end.String())
	}

	var all strings.Builder
	writeTimeline(&all, list, s, true)
	if n := strings.Count(all.String(), "Money leaves"); n != 100 || strings.Contains(all.String(), "before that") {
		t.Errorf("the whole timeline has %d findings:\n%s", n, all.String())
	}
}
