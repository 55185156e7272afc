package sim

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/action"
	"tocsin/arm"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/mute"
	"tocsin/store"
)

// TestRules holds that each rule can be broken: a world with one defect in it breaks the rule that is there for it, and the
// smallest history that shows it still does.
func TestRules(t *testing.T) {
	const most = 900 // seeds until the defect has shown
	for name, c := range map[string]struct {
		rule  string
		spoil func(*Ground)
	}{
		"the delivery of a call is dropped": {"page", doubled(lying{commit: func(_ context.Context, _ store.Store, c *store.Commit) {
			c.Deliveries = without(c.Deliveries, func(d store.Delivery) bool { return d.Kind == incident.DispatchPage })
		}})},
		"a call is taken and never made": {"page", doubled(lying{after: func(ctx context.Context, s store.Store, c store.Commit) {
			for _, d := range c.Deliveries {
				if got, ok, _ := s.Claim(ctx, d.ID, "thief", d.NotBefore, d.NotBefore.Add(time.Hour)); ok {
					_ = s.Finish(ctx, d.ID, got.Epoch, store.Landed, time.Time{}, nil)
				}
			}
		}})},
		"the time to look again is dropped": {"timer", doubled(lying{commit: func(_ context.Context, _ store.Store, c *store.Commit) {
			for i := range c.Appends {
				c.Appends[i].DueAt = time.Time{}
			}
		}})},
		"a call is put off": {"late", doubled(lying{commit: func(_ context.Context, _ store.Store, c *store.Commit) {
			for i := range c.Deliveries {
				c.Deliveries[i].NotBefore = c.Deliveries[i].Created.Add(time.Hour)
			}
		}})},
		"a page that was given up": {"page", doubled(lying{after: forge(incident.EventPageRung{}.Kind(), func(r journal.Record) incident.Event {
			var e incident.EventPageRung
			_, _ = r.Open(&e)
			return incident.EventPageEnded{Page: e.Page, State: incident.Exhausted}
		})})},
		"people who are not told": {"page", doubled(lying{after: forge(incident.EventFinding{}.Kind(), func(journal.Record) incident.Event {
			return incident.EventEscalated{Moment: "containment"}
		})})},
		"a record is changed": {"chain", doubled(lying{commit: func(_ context.Context, _ store.Store, c *store.Commit) {
			for i := range c.Appends {
				a := &c.Appends[i]
				a.Records = slices.Clone(a.Records)
				for j := range a.Records {
					a.Records[j].Hash[0] ^= 1
				}
			}
		}})},
		"a node does not see what others wrote": {"replay", doubled(lying{load: func(stream string, records []journal.Record) []journal.Record {
			if strings.HasPrefix(stream, "incident/") && len(records) > 3 {
				return records[:len(records)-1]
			}
			return records
		}})},
		"a command is carried out twice": {"command", doubled(lying{after: forgeAs(incident.EventAnswered{}.Kind(), func(journal.Record) incident.Event {
			return incident.EventNoted{By: "ada", Text: "Again"}
		}, func(first journal.Envelope, env *journal.Envelope) { env.Command = first.Command })})},
		"a finding is counted again": {"finding", doubled(lying{
			seen: func(map[string]string) map[string]string { return nil },
			commit: func(_ context.Context, _ store.Store, c *store.Commit) {
				for m := range c.Marks {
					if strings.HasPrefix(m, "finding/") {
						delete(c.Marks, m)
					}
				}
			},
		})},
		"a block is skipped": {"finding", func(g *Ground) { g.blink = true }},
		"an order without approvals": {"quorum", doubled(lying{after: forge(incident.EventApproval{}.Kind(), func(r journal.Record) incident.Event {
			var e incident.EventApproval
			_, _ = r.Open(&e)
			return incident.EventActionOrdered{ID: "action-9", Action: "pause", Decision: e.Decision}
		})})},
		"a signature of somebody else": {"quorum", doubled(lying{after: forge(incident.EventDecisionOpened{}.Kind(), func(r journal.Record) incident.Event {
			var e incident.EventDecisionOpened
			_, _ = r.Open(&e)
			sig, _ := signed(e.Message.With(decision.Approve), "mallory")
			return incident.EventApproval{Decision: e.ID, Approval: incident.Approval{Person: "ben", Choice: decision.Approve, Signature: sig, At: r.At}}
		})})},
		"a reminder before containment": {"reminder", doubled(lying{after: forge(incident.EventUpdateOwed{}.Kind(), func(r journal.Record) incident.Event {
			var e incident.EventUpdateOwed
			_, _ = r.Open(&e)
			return incident.EventUpdateReminded{ID: e.ID, Person: "ada", Delivery: "reminder"}
		})})},
		"somebody is called from whom it is hidden": {"hidden", doubled(lying{after: forge(incident.EventRestricted{}.Kind(), func(r journal.Record) incident.Event {
			var e incident.EventRestricted
			_, _ = r.Open(&e)
			return incident.EventPageRequested{Page: "page-99", Person: e.Hide[0], Why: "told on detection"}
		})})},
		"an approval counts by a key that is distrusted": {"quorum", doubled(lying{
			after: forge(incident.EventApproval{}.Kind(), func(r journal.Record) incident.Event {
				var e incident.EventApproval
				_, _ = r.Open(&e)
				return incident.EventDistrusted{What: incident.DistrustKey, Ref: journal.Personal(e.Approval.Signer.Hex()), By: "eve"}
			}),
			load: deaf(incident.EventDistrusted{}.Kind()),
		})},
		"somebody is called over a channel that is distrusted": {"distrust", doubled(lying{
			after: forge(incident.EventFinding{}.Kind(), func(journal.Record) incident.Event {
				return incident.EventDistrusted{What: incident.DistrustChannel, Ref: "email", By: "eve"}
			}),
			load: deaf(incident.EventDistrusted{}.Kind()),
		})},
		"what is hidden is shown": {"hidden", doubled(lying{commit: func(_ context.Context, _ store.Store, c *store.Commit) {
			for i := range c.Appends {
				c.Appends[i].Summary = bytes.Replace(c.Appends[i].Summary, []byte(`"unseen"`), []byte(`"seen"`), 1)
			}
		}})},
		"a role is taken from who holds it": {"role", doubled(lying{after: forge(incident.EventRoleTaken{}.Kind(), func(r journal.Record) incident.Event {
			return incident.EventRoleTaken{Role: "incident-manager", Person: "cyd"}
		})})},
		"a role is held by somebody who left": {"role", doubled(lying{after: forge(incident.EventRoleTaken{}.Kind(), func(r journal.Record) incident.Event {
			var e incident.EventRoleTaken
			_, _ = r.Open(&e)
			return incident.EventLeft{Person: e.Person}
		})})},
		"the rota turns at another hour": {"rota", func(g *Ground) {
			for hash, p := range g.plans {
				q := *p
				q.Rotas = slices.Clone(p.Rotas)
				q.Rotas[0].HandOver = "11:25"
				g.plans[hash] = &q
			}
		}},
		"a step that an answer leads past": {"branch", doubled(lying{after: forge(incident.EventStepAnswered{}.Kind(), func(journal.Record) incident.Event {
			return incident.EventStepBegun{Step: "rotate", By: "ada"}
		})})},
		"it is resolved too early": {"resolve", doubled(lying{after: forge(incident.EventStepAdded{}.Kind(), func(journal.Record) incident.Event {
			return incident.EventResolved{By: "ada"}
		})})},
		"evidence in place of other": {"evidence", doubled(lying{after: forge(incident.EventEvidence{}.Kind(), func(journal.Record) incident.Event {
			return incident.EventEvidence{ID: "evidence-1", Form: incident.EvidenceText, What: "Nothing", By: "ada"}
		})})},
		"a merged incident rings": {"merge", doubled(lying{after: forge(incident.EventMerged{}.Kind(), func(journal.Record) incident.Event {
			return incident.EventPageRequested{Page: "page-99", Person: "ada", Why: "told on detection"}
		})})},
		"one half of a merge": {"merge", doubled(lying{commit: func(_ context.Context, _ store.Store, c *store.Commit) {
			absorbs := func(a store.Append) bool {
				return slices.ContainsFunc(a.Records, func(r journal.Record) bool { return r.Kind == (incident.EventAbsorbed{}).Kind() })
			}
			c.Appends = slices.DeleteFunc(slices.Clone(c.Appends), absorbs)
		}})},
		"an approval counts that was given under an older plan": {"quorum", func(g *Ground) {
			doubled(lying{
				after: forge(incident.EventApproval{}.Kind(), func(journal.Record) incident.Event {
					return incident.EventAdopted{Plan: g.newer[0].Hash(), By: "ada", Issue: "theft", Category: "attack", Severity: "critical", Procedure: "stop-theft"}
				}),
				load: deaf(incident.EventAdopted{}.Kind()),
			})(g)
		}},
		"a finding says that it is real and may not": {"validate", doubled(lying{after: forge(incident.EventFinding{}.Kind(), func(r journal.Record) incident.Event {
			var e incident.EventFinding
			_, _ = r.Open(&e)
			return incident.EventValidated{By: "Tocsin", Issue: "theft", Category: "attack", Severity: "critical", Finding: e.Finding.ID}
		})})},
		"mutes are not heard of": {"mute", doubled(lying{load: func(stream string, records []journal.Record) []journal.Record {
			return slices.DeleteFunc(records, func(r journal.Record) bool { return r.Kind == (mute.EventMuted{}).Kind() })
		}})},
		"an observation opens": {"mute", func(g *Ground) { g.loud = true }},
		"what acts by itself is not counted": {"armed", doubled(lying{commit: func(_ context.Context, _ store.Store, c *store.Commit) {
			uses := func(a store.Append) bool {
				return slices.ContainsFunc(a.Records, func(r journal.Record) bool { return r.Kind == (arm.EventUsed{}).Kind() })
			}
			c.Appends = slices.DeleteFunc(slices.Clone(c.Appends), uses)
		}})},
		"what nobody armed": {"armed", doubled(lying{after: forge(incident.EventFinding{}.Kind(), func(r journal.Record) incident.Event {
			var e incident.EventFinding
			_, _ = r.Open(&e)
			return incident.EventDecisionOpened{
				ID: "decision-9", Decision: "pause", Subject: incident.Subject{Kind: incident.SubjectAction, Ref: "pause"}, Prepared: &action.Prepared{},
				Armed: &decision.Arming{Number: 9, Issue: armed, Until: r.At.Add(time.Hour)}, Finding: e.Finding.ID,
			}
		})})},
		"an owner's signature that is none": {"quorum", doubled(lying{after: forge(incident.EventSafeAsked{}.Kind(), func(r journal.Record) incident.Event {
			var e incident.EventSafeAsked
			_, _ = r.Open(&e)
			return incident.EventActionOrdered{ID: "action-9", Action: "freeze", Decision: e.Decision}
		})})},
		"the owners are asked for something else": {"quorum", doubled(lying{after: forge(incident.EventSafeAsked{}.Kind(), func(r journal.Record) incident.Event {
			var e incident.EventSafeAsked
			_, _ = r.Open(&e)
			e.Number, e.Tx.To = e.Number+1, evm.Address{1}
			return e
		})})},
		"a rash executor":       {"landing", func(g *Ground) { g.rash = true }},
		"an end is not written": {"delivery", doubled(lying{finish: func(string) string { return store.Queued }})},
		"an outcome is forgotten": {"twice", doubled(lying{
			finish: func(string) string { return store.Queued },
			claim:  func(d *store.Delivery) { d.Attempts, d.Outcome = 1, nil },
		})},
	} {
		t.Run(name, func(t *testing.T) {
			g := ground(t)
			c.spoil(g)
			for n := range most {
				o := still(t, func(ctx context.Context) Outcome { return g.Live(ctx, uint64(n)) })
				if o.Broken == nil || o.Broken.Rule != c.rule {
					continue
				}
				t.Logf("seed %d: %s", n, o.Broken)
				return
			}
			t.Errorf("in none of %d worlds is %q broken", most, c.rule)
		})
	}
}

// TestShrink holds that of a long history that breaks a rule little is left, and that what is left breaks it.
func TestShrink(t *testing.T) {
	g := ground(t)
	doubled(lying{finish: func(string) string { return store.Queued }, claim: func(d *store.Delivery) { d.Attempts, d.Outcome = 1, nil }})(g)
	for n := range 50 {
		o := still(t, func(ctx context.Context) Outcome { return g.Live(ctx, uint64(n)) })
		if o.Broken == nil || o.Broken.Rule != "twice" || len(o.History.Steps) < 12 {
			continue
		}
		small := still(t, func(ctx context.Context) Outcome { return g.Shrink(ctx, o.History, "twice") })
		if small.Broken == nil || small.Broken.Rule != "twice" || len(small.History.Steps) > 4 {
			t.Errorf("of %d steps these are left:\n%s", len(o.History.Steps), small.Text)
		}
		return
	}
	t.Error("no history was long enough")
}
