package cli

import (
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

func TestTasksSayHowTheyAreDoneAndWhatIsOverdue(t *testing.T) {
	now := time.Date(2026, 11, 21, 23, 0, 0, 0, time.UTC)
	p := &plan.Plan{
		Channels:       []plan.Channel{{ID: "room", Name: "A room", Kind: "telegram-channel"}},
		Communications: []plan.Communication{{ID: "team", Name: "Team", Channel: "room"}},
	}
	s := &incident.State{
		ID:      "2026-11-21-1",
		Steps:   []incident.Step{{Step: "trace", State: incident.UnderWay}},
		Updates: []incident.Update{{ID: "team-1", Communication: "team", State: incident.Owed}},
	}
	tasks := []incident.Task{
		{Kind: incident.TaskAnswer, Title: "Say whether you come", Say: "You are called.", Due: now.Add(-time.Minute)},
		{Kind: incident.TaskStep, Ref: "trace", Title: "Trace", Say: "First this.\nThen that.", Due: now.Add(2 * time.Hour)},
		{Kind: incident.TaskStep, Ref: "patch", Title: "Patch", Due: now.Add(time.Minute)},
		{Kind: incident.TaskSecond, Ref: "waive-team", Title: "Confirm"},
		{Kind: incident.TaskSecond, Ref: "distrust", Title: "Confirm"},
		{Kind: incident.TaskUpdate, Ref: "team-1", Title: "Team"},
	}
	var b strings.Builder
	writeTasks(&b, p, s, tasks, "ada", now)
	for _, want := range []string{
		"1. Say whether you come, overdue since 22:59:00 UTC\n     You are called.\n     tocsin incident answer 2026-11-21-1 coming --as ada\n",
		"2. Trace, by 22 November 01:00 UTC\n     First this.\n     Then that.\n     tocsin incident step 2026-11-21-1 trace done --as ada\n",
		"3. Patch, by 23:01:00 UTC\n",
		"tocsin incident step 2026-11-21-1 patch begin --as ada\n",
		"tocsin incident waive 2026-11-21-1 team --as ada\n",
		"tocsin incident update 2026-11-21-1 team-1 --posted room --as ada\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the tasks do not say %q:\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "distrust") {
		t.Errorf("a command is told that depends on more:\n%s", b.String())
	}
}
