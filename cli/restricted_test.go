package cli

import (
	"path/filepath"
	"strings"
	"testing"

	"tocsin/engine"
	"tocsin/incident"
	"tocsin/journal"
)

// Every command that shows an incident shows nothing of one to somebody from whom it is hidden, and carries nothing out for them.
func TestAHiddenIncidentIsNoCommandsAffair(t *testing.T) {
	dir, change := dataFolder(t)
	change(see(t, "d1", "drain", "page"))
	var id string
	change(func(e *engine.Engine) error {
		list, err := e.List(t.Context(), true)
		if err != nil || len(list) != 1 {
			t.Fatalf("%d incidents: %v", len(list), err)
		}
		id = list[0].ID
		ada := journal.Actor{Kind: journal.Person, ID: "ada", Via: "test"}
		_, err = e.Do(t.Context(), id, incident.Command{Actor: ada, Op: incident.OpRestrict{Hide: []string{"ben"}, Why: "It is his key"}})
		return err
	})
	file := filepath.Join(t.TempDir(), "x.zip")
	lists := [][]string{{"incident", "list"}, {"findings"}}
	for _, line := range lists {
		out := tells(t, exitFine, append(line, "--data", dir, "--as", "ben", "--json"))
		if strings.Contains(out, id) || strings.Contains(out, "Money leaves") {
			t.Errorf("%s tells of it: %s", strings.Join(line, " "), out)
		}
	}
	for _, line := range [][]string{
		{"incident", "show", id},
		{"incident", "owed", id},
		{"incident", "export", id, "--out", file},
		{"incident", "validate", id},
		{"incident", "answer", id, "coming"},
		{"incident", "attach", id, "x"},
		{"sign", id, "decision-1"},
	} {
		out := tells(t, exitUnusable, append(line, "--data", dir, "--as", "ben"), "There is no incident")
		if strings.Contains(out, "Money leaves") {
			t.Errorf("%s tells of it: %s", strings.Join(line, " "), out)
		}
	}
	tells(t, exitFine, []string{"incident", "list", "--data", dir, "--as", "ada"}, id)
	tells(t, exitFine, []string{"findings", "--data", dir, "--as", "ada"}, id, "Money leaves")
	tells(t, exitFine, []string{"incident", "owed", id, "--data", dir, "--as", "ada"})
	tells(t, exitFine, []string{"incident", "export", id, "--out", file, "--data", dir, "--as", "ada"}, "verify")
	tells(t, exitFine, []string{"incident", "dismiss", id, "--why", "A drill of the bank's", "--data", dir, "--as", "ada"})
	tells(t, exitFine, []string{"incident", "dismiss", id, "--why", "So it was", "--data", dir, "--as", "cyd"})
	tells(t, exitFine, []string{"incident", "lessons", "--data", dir, "--as", "ada"}, "of 1 incident over")
	tells(t, exitFine, []string{"incident", "lessons", "--data", dir, "--as", "ben"}, "of no incidents over")
}
