package deliver

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/incident"
	"tocsin/notify"
	"tocsin/plan"
)

var began = time.Date(2026, 12, 6, 14, 2, 10, 0, time.UTC)

func vault() *plan.Plan {
	return &plan.Plan{
		Protocol: "vault", Name: "Harbour Vault",
		Severities: []plan.Severity{{ID: "critical", Name: "Critical", Meaning: "Money is leaving"}},
		CoreTeam: []plan.Person{{
			ID: "janet-r", Name: "Janet R", TimeZone: "Asia/Tokyo",
			Contact: []plan.Contact{{Kind: "email", To: "janet@example.com"}, {Kind: "phone", To: "+81 3 0000 0000"}},
		}},
		Channels:       []plan.Channel{{ID: "news", Name: "News list", Kind: "email", To: "news@example.com", Public: true}},
		Communications: []plan.Communication{{ID: "users", Name: "Message to users", Audience: "users", Channel: "news", Timing: plan.Timing{Every: plan.Duration(time.Hour)}}},
		Escalation:     plan.Escalation{RingEvery: plan.Duration(time.Minute)},
	}
}

// view is an incident in which Janet has been rung once and the second update has been posted.
func view() *engine.View {
	return &engine.View{Plan: vault(), State: &incident.State{
		ID: "2026-12-06-1", Protocol: "vault", Title: "Funds leave the vault", Severity: "critical", Phase: incident.Detected, Opened: began, Last: began,
		Findings: []incident.Finding{{ID: "f1", Say: "1,200 HUSD left the vault in one transaction."}},
		Pages: []incident.Page{{
			ID: "page-1", Person: "janet-r", Why: "told on detection", State: incident.Ringing, Rung: 1,
			Calls: []incident.Call{{Delivery: "2026-12-06-1/page-1/1", Contact: "email", At: began}},
		}},
		Updates: []incident.Update{
			{ID: "users-1", Communication: "users", Number: 1, State: incident.Owed, Due: began.Add(time.Hour)},
			{ID: "users-2", Communication: "users", Number: 2, State: incident.Posted, Posted: began.Add(2 * time.Hour), Text: "We have paused deposits.\nYour balance is unchanged."},
		},
	}}
}

func call() incident.Dispatch {
	return incident.Dispatch{
		ID: "2026-12-06-1/page-1/1", Kind: incident.DispatchPage, Page: "page-1", Person: "janet-r", Contact: "email", To: "janet@example.com", Secret: "s3cr3t",
	}
}

// channel answers what it is told to and keeps what it was sent.
type channel struct {
	kind string
	out  notify.Outcome
	sent []notify.Message
	ends bool // the context had an end
}

func (c *channel) Kind() string { return c.kind }

func (c *channel) Send(ctx context.Context, m notify.Message) notify.Outcome {
	_, c.ends = ctx.Deadline()
	c.sent = append(c.sent, m)
	return c.out
}

func mail(out notify.Outcome) *channel { return &channel{kind: "email", out: out} }

func deliverer(c notify.Channel, at time.Time) *Deliverer {
	return New(Options{BaseURL: func() string { return "https://tocsin.example.com" }, Channels: []notify.Channel{c}, Now: func() time.Time { return at }})
}

var landed = notify.Outcome{State: notify.Landed, Say: "Taken."}

func TestPageSaysWhatAndAsks(t *testing.T) {
	c := mail(landed)
	if out := deliverer(c, began.Add(3*time.Minute)).deliver(t.Context(), view(), call(), 1); out.State != engine.Landed || out.Say != "Taken." {
		t.Fatalf("outcome %+v", out)
	}
	m := c.sent[0]
	want := notify.Message{
		Key: "2026-12-06-1/page-1/1", To: "janet@example.com", ToName: "Janet R", Subject: "Critical: Funds leave the vault",
		Link: "https://tocsin.example.com/page/s3cr3t", LinkText: "Are you coming?", Urgent: true, At: began.Add(3 * time.Minute),
		Body: `Janet R, you are called: told on detection.

1,200 HUSD left the vault in one transaction. Nobody has said yet whether it is real.

Severity: Critical. Money is leaving.
Since: 14:02 UTC on 6 December 2026 (23:02 on your clock), 3 minutes ago.
Incident: Funds leave the vault (2026-12-06-1), Harbour Vault.

Are you coming? Open the link and press one of its buttons; opening it answers nothing. The link is yours: do not pass it on.
`,
	}
	if m != want {
		t.Errorf("message\n%+v\nwant\n%+v", m, want)
	}
	if !c.ends {
		t.Error("the try has no end")
	}
	if words := len(strings.Fields(m.Body)); words > 90 {
		t.Errorf("a page of %d words is not read by somebody who was asleep", words)
	}
}

func TestExerciseIsHandedOn(t *testing.T) {
	for _, kind := range []string{incident.DispatchPage, incident.DispatchReminder, incident.DispatchUpdate, incident.DispatchAlarm} {
		c, v, dp := mail(landed), view(), call()
		v.State.Exercise = &incident.Exercise{Scenario: "drain"}
		dp.Kind, dp.Update = kind, "users-1"
		if kind == incident.DispatchUpdate { // to the team
			dp.Update, dp.Channel = "users-2", "news"
			v.Plan.Channels[0].Public, v.Plan.Communications[0].Audience = false, "internal"
		}
		if out := deliverer(c, began).deliver(t.Context(), v, dp, 1); out.State != engine.Landed {
			t.Fatalf("%s: outcome %+v", kind, out)
		}
		if !c.sent[0].Exercise || !strings.HasPrefix(c.sent[0].Title(), "EXERCISE") {
			t.Errorf("%s of an exercise does not say so: %+v", kind, c.sent[0])
		}
	}
}

// Nobody outside the team hears of an exercise, though everything goes on as if they had.
func TestAnExerciseSaysNothingToOthers(t *testing.T) {
	for name, inner := range map[string]func(*plan.Plan){
		"a public channel":   func(p *plan.Plan) { p.Communications[0].Audience = "internal" },
		"users":              func(p *plan.Plan) { p.Channels[0].Public = false },
		"an unknown channel": func(p *plan.Plan) { p.Channels, p.Communications[0].Audience = nil, "internal" },
	} {
		c, v := mail(landed), view()
		inner(v.Plan)
		v.State.Exercise = &incident.Exercise{Scenario: "drain"}
		dp := incident.Dispatch{ID: "2026-12-06-1/users-2/news", Kind: incident.DispatchUpdate, Update: "users-2", Channel: "news", Contact: "email", To: "news@example.com"}
		if out := deliverer(c, began).deliver(t.Context(), v, dp, 1); out.State != engine.Landed || !strings.Contains(out.Say, "not sent") || len(c.sent) != 0 {
			t.Errorf("%s: %+v, sent %+v", name, out, c.sent)
		}
	}
}

func TestUpdateIsSentAsItIs(t *testing.T) {
	c := mail(landed)
	dp := incident.Dispatch{ID: "2026-12-06-1/users-2/news", Kind: incident.DispatchUpdate, Update: "users-2", Channel: "news", Contact: "email", To: "news@example.com"}
	deliverer(c, began.Add(3*time.Hour)).deliver(t.Context(), view(), dp, 1)
	want := notify.Message{
		Key: dp.ID, To: "news@example.com", ToName: "News list", Subject: "Harbour Vault: Message to users (2)",
		Body: "We have paused deposits.\nYour balance is unchanged.", At: began.Add(2 * time.Hour),
	}
	if len(c.sent) != 1 || c.sent[0] != want {
		t.Errorf("sent %+v, want %+v", c.sent, want)
	}
}

func TestAlarmSaysThatNobodyAnswers(t *testing.T) {
	c, v := mail(landed), view()
	dp := incident.Dispatch{ID: "2026-12-06-1/alarm/1/terminal", Kind: incident.DispatchAlarm, Contact: "email", To: "operator"}
	d := deliverer(c, began.Add(20*time.Minute))
	d.deliver(t.Context(), v, dp, 1)
	m := c.sent[0]
	if m.Subject != "Nobody answers. Critical: Funds leave the vault" || !m.Urgent || m.Link != "https://tocsin.example.com/incidents/2026-12-06-1" ||
		!strings.Contains(m.Body, "20 minutes ago") || !strings.Contains(m.Body, "Call somebody of the team yourself.") {
		t.Errorf("message %+v", m)
	}
	v.State.Answers = []incident.Answer{{Person: "janet-r", Answer: incident.Coming}}
	if out := d.deliver(t.Context(), v, dp, 1); out.State != engine.Failed || len(c.sent) != 1 {
		t.Errorf("the alarm goes out although somebody has come: %+v", out)
	}
}

func TestReminder(t *testing.T) {
	c := mail(landed)
	dp := incident.Dispatch{ID: "2026-12-06-1/users-1/reminder", Kind: incident.DispatchReminder, Update: "users-1", Person: "janet-r", Contact: "email", To: "janet@example.com"}
	deliverer(c, began.Add(time.Hour)).deliver(t.Context(), view(), dp, 1)
	m := c.sent[0]
	if m.Subject != "Due: Message to users (Funds leave the vault)" || m.Urgent || m.Link != "https://tocsin.example.com/incidents/2026-12-06-1" || !strings.Contains(m.Body, "15:02 UTC") {
		t.Errorf("message %+v", m)
	}
}

func TestWhatIsNoLongerWantedIsNotSent(t *testing.T) {
	for name, change := range map[string]func(*incident.State, *incident.Dispatch){
		"answered": func(s *incident.State, _ *incident.Dispatch) { s.Pages[0].State = incident.Answered },
		"over":     func(s *incident.State, _ *incident.Dispatch) { s.Phase = incident.Dismissed },
		"posted": func(_ *incident.State, dp *incident.Dispatch) {
			dp.Kind, dp.Update = incident.DispatchReminder, "users-2"
		},
		"unknown person": func(_ *incident.State, dp *incident.Dispatch) { dp.Person = "eve" },
		"unknown update": func(_ *incident.State, dp *incident.Dispatch) {
			dp.Kind, dp.Update = incident.DispatchUpdate, "users-9"
		},
		"unwritten update": func(_ *incident.State, dp *incident.Dispatch) {
			dp.Kind, dp.Update = incident.DispatchUpdate, "users-1"
		},
		"unknown kind": func(_ *incident.State, dp *incident.Dispatch) { dp.Kind = "pigeon" },
	} {
		t.Run(name, func(t *testing.T) {
			c, v, dp := mail(landed), view(), call()
			change(v.State, &dp)
			if out := deliverer(c, began).deliver(t.Context(), v, dp, 1); out.State != engine.Failed || out.Say == "" || len(c.sent) != 0 {
				t.Errorf("outcome %+v, sent %d; want failed with a reason, nothing sent", out, len(c.sent))
			}
		})
	}
}

func TestNoChannel(t *testing.T) {
	dp := call()
	for kind, want := range map[string]string{"phone": "No channel for phone is set up.", "sms": "No channel for SMS is set up.", "": "No channel for this kind of contact is set up."} {
		dp.Contact = kind
		if out := deliverer(mail(landed), began).deliver(t.Context(), view(), dp, 1); out.State != engine.Failed || out.Say != want {
			t.Errorf("%q: outcome %+v, want failed: %s", kind, out, want)
		}
	}
}

func TestOutcomes(t *testing.T) {
	again := notify.Outcome{State: notify.Failed, Retry: true, Say: "Busy."}
	for _, c := range []struct {
		name    string
		out     notify.Outcome
		attempt int
		after   time.Duration // since the call
		want    engine.Outcome
	}{
		{"landed", landed, 1, 0, engine.Outcome{State: engine.Landed, Say: "Taken."}},
		{"unknown is not sent twice", notify.Outcome{State: notify.Unknown, Say: "Silence."}, 1, 0, engine.Outcome{State: engine.Unknown, Say: "Silence."}},
		{"refused for good", notify.Outcome{State: notify.Failed, Say: "No."}, 1, 0, engine.Outcome{State: engine.Failed, Say: "No."}},
		{"first failure", again, 1, 0, engine.Outcome{State: engine.Again, Say: "Busy.", After: 2 * time.Second}},
		{"second failure", again, 2, 3 * time.Second, engine.Outcome{State: engine.Again, Say: "Busy.", After: 5 * time.Second}},
		{"third failure", again, 3, 10 * time.Second, engine.Outcome{State: engine.Again, Say: "Busy.", After: 15 * time.Second}},
		{"the next call comes first", again, 4, 30 * time.Second, engine.Outcome{State: engine.Failed, Say: "Busy."}},
		{"the next call has come", again, 1, 2 * time.Minute, engine.Outcome{State: engine.Failed, Say: "Busy."}},
		{"too many tries", again, 10, 0, engine.Outcome{State: engine.Failed, Say: "Busy."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := deliverer(mail(c.out), began.Add(c.after)).deliver(t.Context(), view(), call(), c.attempt); got != c.want {
				t.Errorf("outcome %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestWithoutConsoleThereIsNoLink(t *testing.T) {
	c := mail(landed)
	New(Options{Channels: []notify.Channel{c}, Now: func() time.Time { return began }}).deliver(t.Context(), view(), call(), 1)
	if m := c.sent[0]; m.Link != "" || strings.Contains(m.Body, "link") || strings.Contains(fmt.Sprint(m), "s3cr3t") {
		t.Errorf("message %+v speaks of a link", m)
	}
}

func TestLongFindingsAreCut(t *testing.T) {
	c, v := mail(landed), view()
	v.State.Findings[0].Say = strings.Repeat("ü", 5000)
	deliverer(c, began).deliver(t.Context(), v, call(), 1)
	if n := len(c.sent[0].Body); n > 2000 || !strings.Contains(c.sent[0].Body, "…") {
		t.Errorf("body of %d bytes", n)
	}
}
