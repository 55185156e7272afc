package deliver_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/access"
	"tocsin/deliver"
	"tocsin/engine"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/notify"
	"tocsin/plan"
	"tocsin/store/memory"
)

// busy takes nothing until it has been asked a few times.
type busy struct {
	mu    sync.Mutex
	tries int
	after int // tries that it refuses
	taken []notify.Message
	keys  map[string]int
}

func (b *busy) Kind() string { return "email" }

func (b *busy) Send(_ context.Context, m notify.Message) notify.Outcome {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tries++
	b.keys[m.Key]++
	if b.tries <= b.after {
		return notify.Outcome{State: notify.Failed, Retry: true, Say: "Busy."}
	}
	b.taken = append(b.taken, m)
	return notify.Outcome{State: notify.Landed, Say: "Taken."}
}

// A page goes through the engine to a channel that is busy at first; the link in it answers; nothing is sent after that.
func TestPageThroughTheEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := memory.New(nil)
		e := engine.New(engine.Options{Store: st})
		b := &busy{after: 2, keys: map[string]int{}}
		d := deliver.New(deliver.Options{BaseURL: func() string { return "https://tocsin.example.com" }, Channels: []notify.Channel{b}})
		e.Carry(incident.DispatchPage, d)
		p := &plan.Plan{
			Tocsin: plan.Format, Protocol: "vault", Name: "Vault",
			Severities: []plan.Severity{{ID: "critical", Name: "Critical"}},
			CoreTeam: []plan.Person{
				{ID: "janet-r", Name: "Janet R", Contact: []plan.Contact{{Kind: "email", To: "janet@example.com"}}},
				{ID: "david-l", Name: "David L", Contact: []plan.Contact{{Kind: "phone", To: "+1 555 0100"}}},
			},
			Escalation: plan.Escalation{Rules: []plan.EscalationRule{{Core: "detection"}}},
		}
		if _, err := e.Pin(t.Context(), p, nil); err != nil {
			t.Fatal(err)
		}
		v, err := e.Open(t.Context(), incident.Command{
			Actor: journal.Actor{Kind: journal.Person, ID: "david-l", Via: "test"}, Op: incident.OpOpen{Title: "The site looks wrong", Text: "It asks for a seed phrase."},
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ran := make(chan error)
		go func() { ran <- e.Run(ctx) }()
		time.Sleep(30 * time.Second)

		b.mu.Lock()
		if len(b.taken) != 1 || len(b.keys) != 1 || b.tries != 3 {
			t.Fatalf("%d messages taken after %d tries under keys %v; want one, after three under one key", len(b.taken), b.tries, b.keys)
		}
		m := b.taken[0]
		b.mu.Unlock()
		secret, ok := strings.CutPrefix(m.Link, "https://tocsin.example.com/page/")
		if !ok {
			t.Fatalf("link %q", m.Link)
		}
		link, err := access.New(access.Options{Store: st}).PageLink(t.Context(), secret)
		if err != nil || link.Person != "janet-r" || link.Incident != v.State.ID {
			t.Fatalf("the link leads to %+v, %v", link, err)
		}
		v, err = e.Do(t.Context(), link.Incident, incident.Command{
			Actor: journal.Actor{Kind: journal.Person, ID: link.Person, Via: "page-link"}, Op: incident.OpAnswer{Answer: incident.Coming},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, pg := range v.State.Pages {
			for _, c := range pg.Calls {
				want, say := notify.Landed, "Taken."
				if c.Contact == "phone" {
					want, say = notify.Failed, "No channel for phone is set up."
				}
				if c.Outcome != want || c.Say != say {
					t.Errorf("call of %s by %s: %s (%s), want %s (%s)", pg.Person, c.Contact, c.Outcome, c.Say, want, say)
				}
			}
		}
		time.Sleep(10 * time.Minute)
		if len(b.taken) != 1 {
			t.Errorf("%d messages taken, though Janet had answered the first", len(b.taken))
		}
		records, err := v.Records(t.Context())
		if err != nil {
			t.Error(err)
		}
		for _, r := range records {
			if strings.Contains(string(r.Bytes)+string(r.Openings), secret) {
				t.Error("the record holds the secret of the page's link")
			}
		}
		stop()
		if err := <-ran; err != nil {
			t.Error(err)
		}
	})
}
