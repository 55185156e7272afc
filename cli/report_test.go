package cli

import (
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/journal"
)

func TestReportsStandInTheOverview(t *testing.T) {
	at := time.Date(2026, 12, 6, 2, 51, 27, 0, time.UTC)
	var b strings.Builder
	list := []incident.Finding{{Say: "A detector found it.", At: at}}
	for _, text := range []string{"one", "two", "three\nlines", "four", "five"} {
		list = append(list, incident.Finding{Say: "Somebody told us.", Text: journal.Personal(text), At: at})
	}
	list[5].Contact = "mallory@example.com"
	writeReports(&b, list)
	for want, n := range map[string]int{"2 earlier reports": 1, "> one": 0, "    > three\n    > lines\n": 1, "> five": 1, "To be reached at mallory@example.com": 1, "A detector": 0} {
		if got := strings.Count(b.String(), want); got != n {
			t.Errorf("%q stands %d times, want %d, in\n%s", want, got, n, b.String())
		}
	}
}
