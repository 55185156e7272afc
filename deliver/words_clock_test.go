package deliver

import (
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

func TestPinsStandInEveryPage(t *testing.T) {
	c, v := mail(landed), view()
	v.State.Pins = []incident.Pin{{Name: "Notes", Link: "https://notes.example.com/7"}, {Link: "https://chat.example.com/room"}}
	deliverer(c, began).deliver(t.Context(), v, call(), 1)
	want := "Responders' room: https://chat.example.com/room\nNotes: https://notes.example.com/7\n"
	if m := c.sent[0]; !strings.Contains(m.Body, want) {
		t.Errorf("body %q", m.Body)
	}
}

func TestRemindersSayHowLateItIs(t *testing.T) {
	dp := incident.Dispatch{ID: "x", Kind: incident.DispatchReminder, Update: "users-1", Person: "janet-r", Contact: "email", To: "janet@example.com"}
	for name, x := range map[string]struct {
		at     time.Duration
		change func(*incident.Update)
		want   string
	}{
		"soon":   {50 * time.Minute, func(*incident.Update) {}, "Soon due: Message to users"},
		"due":    {time.Hour, func(*incident.Update) {}, "Due: Message to users"},
		"missed": {2 * time.Hour, func(u *incident.Update) { u.Missed = began.Add(time.Hour) }, "Missed: Message to users"},
		"asked":  {time.Hour, func(u *incident.Update) { u.State = incident.Asked }, "Due: Message to users"},
	} {
		c, v := mail(landed), view()
		x.change(&v.State.Updates[0])
		deliverer(c, began.Add(x.at)).deliver(t.Context(), v, dp, 1)
		if len(c.sent) != 1 || !strings.HasPrefix(c.sent[0].Subject, x.want) {
			t.Errorf("%s: sent %+v", name, c.sent)
		} else if asked := strings.Contains(c.sent[0].Body, "approval"); asked != (name == "asked") {
			t.Errorf("%s: body %q", name, c.sent[0].Body)
		}
	}
}

func TestOverdueStepIsTold(t *testing.T) {
	c, v := mail(landed), view()
	v.Plan.Procedures = []plan.Procedure{{ID: "stop", Name: "Stop", Steps: []plan.Step{{ID: "pause", Name: "Pause", Budget: plan.Duration(5 * time.Minute)}}}}
	v.State.Procedure, v.State.Phase, v.State.Moments.Validated = "stop", incident.Validated, began
	dp := incident.Dispatch{ID: "x", Kind: incident.DispatchOverdue, Step: "pause", Person: "janet-r", Contact: "email", To: "janet@example.com"}
	d := deliverer(c, began.Add(6*time.Minute))
	d.deliver(t.Context(), v, dp, 1)
	if len(c.sent) != 1 || c.sent[0].Link != "https://tocsin.example.com/incidents/2026-12-06-1#step-pause" ||
		!strings.Contains(c.sent[0].Body, "14:07 UTC") || !strings.Contains(c.sent[0].Body, "Nobody has begun it.") {
		t.Fatalf("sent %+v", c.sent)
	}
	v.State.Steps = []incident.Step{{Step: "pause", State: incident.Done, By: "janet-r"}}
	if d.deliver(t.Context(), v, dp, 1); len(c.sent) != 1 {
		t.Error("a step that has ended is told of")
	}
}
