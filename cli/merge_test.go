package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"tocsin/engine"
	"tocsin/incident"
	"tocsin/journal"
)

// TestMergeByCommands says that two incidents are one event, and that they are two after all.
func TestMergeByCommands(t *testing.T) {
	dir, change := dataFolder(t)
	as := func(who string, args ...string) []string {
		return append(append([]string{"incident"}, args...), "--data", dir, "--as", who)
	}
	var ids []string
	for _, text := range []string{"Users complain", "The vault is empty"} {
		change(func(e *engine.Engine) error {
			v, err := e.Open(t.Context(), incident.Command{Actor: journal.Actor{Kind: journal.Person, ID: "ada"}, Op: incident.OpOpen{Text: text}})
			if err == nil {
				ids = append(ids, v.State.ID)
			}
			return err
		})
	}
	tells(t, 2, as("ben", "merge", ids[0]), "the incident that goes on")
	tells(t, 2, as("ben", "merge", ids[0], ids[0]), "into itself")
	tells(t, 1, as("eve", "merge", ids[0], ids[1]), "may not")
	tells(t, 0, as("ben", "merge", ids[0], ids[1], "--why", "One thief"), "Ben merged incident "+ids[0]+" into it", "One thief")
	tells(t, 1, as("ben", "merge", ids[0], ids[1]), "was merged into "+ids[1], "Or reopen")
	tells(t, 0, as("ben", "show", ids[0]), "merged", "Merged into "+ids[1])
	if out := tells(t, 0, []string{"incident", "list", "--open", "--data", dir}); strings.Contains(out, ids[0]) {
		t.Errorf("what is merged is listed as open: %s", out)
	}
	var list struct {
		Incidents []struct{ ID, Phase, Into string }
	}
	out := tells(t, 0, []string{"incident", "list", "--json", "--data", dir})
	if err := json.Unmarshal([]byte(out), &list); err != nil || len(list.Incidents) != 2 {
		t.Fatalf("%v: %s", err, out)
	}
	for _, x := range list.Incidents {
		if x.ID == ids[0] && (x.Phase != "merged" || x.Into != ids[1]) {
			t.Errorf("%s is listed as %+v", x.ID, x)
		}
	}
	tells(t, 0, as("ben", "reopen", ids[0], "--why", "They are two"), "detected")
	tells(t, 0, as("ben", "show", ids[1]), "goes on by itself")
}

// TestAdoptByCommands has no newer plan to take up.
func TestAdoptByCommands(t *testing.T) {
	dir, change := dataFolder(t)
	id := ""
	change(func(e *engine.Engine) error {
		v, err := e.Open(t.Context(), incident.Command{Actor: journal.Actor{Kind: journal.Person, ID: "ada"}, Op: incident.OpOpen{}})
		if err == nil {
			id = v.State.ID
		}
		return err
	})
	at := []string{"incident", "adopt", id, "--data", dir}
	tells(t, 1, append(at, "--what"), "No newer plan is in force")
	tells(t, 2, at, "Nobody is named")
	tells(t, 1, append(at, "--as", "ada"), "runs by the plan in force already")
}
