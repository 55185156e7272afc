package cli

import (
	"testing"

	"tocsin/engine"
)

// What the page of an incident offers about severity, words and decisions is done on the command line, too.
func TestSeverityNotesAndProposalsFromTheCommandLine(t *testing.T) {
	dir, change := dataFolder(t)
	change(see(t, "d1", "drain", "page"))
	var id string
	change(func(e *engine.Engine) error {
		list, err := e.List(t.Context(), true)
		if err == nil && len(list) == 1 {
			id = list[0].ID
		}
		return err
	})
	as := func(who string, args ...string) []string {
		return append(append([]string{"incident"}, args...), "--data", dir, "--as", who)
	}
	tells(t, exitFine, as("ada", "note", id, "I look at the transactions."), "I look at the transactions.")
	tells(t, exitFine, as("ada", "severity", id, "low", "--why", "It is small"), "second person")
	tells(t, exitUnusable, as("ada", "severity", id, "nothing"), "The plan names no severity")
	tells(t, exitUnusable, as("ada", "propose", id, "nothing"), "no step")
	tells(t, exitUnusable, as("ada", "retry", id, "action-1"))
}
