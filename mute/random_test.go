package mute

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"tocsin/journal"
)

// TestRandom lets people want, agree to and end mutes at random, and counts beside it, dumbly, who has said yes until when: a
// detector is never quiet unless enough of them have, and never for longer than the plan's rules allow.
func TestRandom(t *testing.T) {
	people := []string{"ada", "ben", "eve", "firm", "mallory", ""}
	detectors := []string{"drain", "slow", "both", "blind"}
	quiet := 0
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		d := open(t)
		yes := map[string]map[string]time.Time{} // detector → person → until when they agree
		for _, id := range detectors {
			yes[id] = map[string]time.Time{}
		}
		var happened []Happened
		for range 60 {
			d.now = d.now.Add(time.Duration(r.IntN(50)) * time.Minute)
			who, detector := people[r.IntN(len(people))], detectors[r.IntN(len(detectors))]
			var op Op
			switch r.IntN(6) {
			case 0:
				op = OpTick{}
			case 1:
				op = OpUnmute{Detector: detector}
			default:
				m := OpMute{Detector: detector, Why: []string{"", "Maintenance", "Known"}[r.IntN(3)]}
				if r.IntN(3) > 0 {
					m.Until = d.now.Add(time.Duration(r.IntN(9*24*60)-60) * time.Minute)
				}
				op = m
			}
			actor := person(who)
			if _, tick := op.(OpTick); tick {
				actor = journal.Actor{Kind: journal.Clock}
			}
			was := d.state.Asked
			events, err := d.try(actor, op)
			if err != nil {
				continue
			}
			for i, e := range events {
				happened = append(happened, Happened{Event: e, Seq: d.state.Version - uint64(len(events)-1-i), At: d.now})
			}
			switch op := op.(type) {
			case OpUnmute:
				yes[detector] = map[string]time.Time{}
			case OpMute:
				until := op.Until
				if until.IsZero() {
					until = d.now.Add(Default)
					if i := slices.IndexFunc(was, func(m Mute) bool { return m.Detector == detector && d.now.Before(m.Lapses) }); i >= 0 {
						until = was[i].Until
					}
				}
				if until.After(yes[detector][who]) {
					yes[detector][who] = until
				}
			}
			for _, id := range detectors {
				m, ok := d.state.Quiet(d.plan, id, d.now)
				if !ok {
					continue
				}
				quiet++
				agree := 0
				for _, until := range yes[id] {
					if !until.Before(m.Until) {
						agree++
					}
				}
				need := 1
				if Two(d.plan, id) {
					need = 2
				}
				if agree < need || m.Until.After(d.now.Add(Longest)) {
					t.Fatalf("seed %d: %s is quiet until %s with %d of %d", seed, id, m.Until, agree, need)
				}
			}
			if due := NextDue(d.state); !due.IsZero() {
				for _, m := range d.state.Standing(d.plan, d.now) {
					if m.State == Muted && m.Until.Before(due) || m.State == Asked && m.Lapses.Before(due) {
						t.Fatalf("seed %d: due at %s, after %+v", seed, due, m)
					}
				}
			}
		}
		again := &State{}
		for _, h := range happened {
			again.Apply(h)
		}
		if fmt.Sprintf("%+v", again) != fmt.Sprintf("%+v", d.state) {
			t.Fatalf("seed %d: replayed %+v\nwant %+v", seed, again, d.state)
		}
	}
	if quiet == 0 {
		t.Error("nothing was ever quiet: this checked nothing")
	}
}

// FuzzDecode reads events that anybody may have written, and applies them.
func FuzzDecode(f *testing.F) {
	at := start.Format(time.RFC3339)
	f.Add("mute-asked", `{"detector":"drain","until":"`+at+`","why":{"$personal":"x"},"by":"ada"}`)
	f.Add("muted", `{"detector":"drain","until":"`+at+`","by":["ada","ben"],"of":"x","after":3}`)
	f.Add("mute-ended", `{"number":1,"detector":"drain","how":"over"}`)
	f.Add("muted", `{"until":7}`)
	f.Fuzz(func(t *testing.T, kind, data string) {
		if !json.Valid([]byte(data)) || kind == "" {
			return
		}
		s := &State{}
		for seq := range uint64(3) {
			b, err := json.Marshal(journal.Envelope{V: 1, Stream: "mutes/small", Seq: seq + 1, Kind: kind, KindV: 1, At: start, Data: json.RawMessage(data)})
			if err != nil {
				return
			}
			h, err := Decode(journal.Record{Stream: "mutes/small", Seq: seq + 1, Bytes: b})
			if err != nil {
				return
			}
			s.Apply(h)
		}
		p := team()
		for _, m := range slices.Concat(s.Asked, s.Muted) {
			s.Quiet(p, m.Detector, start)
		}
		if len(s.Asked)+len(s.Muted) > 1 {
			t.Errorf("one detector is muted twice: %+v", s)
		}
		if _, err := Decide(p, s, Command{Actor: journal.Actor{Kind: journal.Clock}, Op: OpTick{}}, start); err != nil {
			t.Error(err)
		}
	})
}
