package sim

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"tocsin/engine"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/mute"
)

// register is what the records of findings and mutes come to.
type register struct {
	world *World
	asked map[string]bool      // detectors that somebody wants muted
	muted map[string]time.Time // detector → until when
	held  map[string]time.Time // muted before the step and during all of it
	found map[string]*found

	vetoes map[string]veto // by finding
}

// found is what became of a finding.
type found struct {
	stands   int    // times that it counts: 0 or 1
	incident string // that it led to when it came last
}

func newRegister(w *World) register {
	return register{world: w, asked: map[string]bool{}, muted: map[string]time.Time{}, held: map[string]time.Time{}, found: map[string]*found{}, vetoes: map[string]veto{}}
}

// begin begins to read what one step has stored.
func (g *register) begin() {
	clear(g.held)
	for detector, until := range g.muted {
		g.held[detector] = until
	}
}

// mute reads an event of the record of mutes.
func (g *register) mute(r journal.Record) error {
	h, err := mute.Decode(r)
	if err != nil {
		return err
	}
	switch e := h.Event.(type) {
	case mute.EventAsked:
		g.asked[e.Detector] = true
	case mute.EventMuted:
		delete(g.asked, e.Detector)
		if g.muted[e.Detector] = e.Until; e.Until.Before(g.held[e.Detector]) {
			delete(g.held, e.Detector)
		}
	case mute.EventEnded:
		delete(g.asked, e.Detector)
		if e.How != mute.Withdrawn && e.How != mute.Lapsed {
			delete(g.muted, e.Detector)
			delete(g.held, e.Detector)
		}
	}
	return nil
}

// finding reads an event of the record of findings.
func (g *register) finding(r journal.Record) error {
	var data struct {
		Finding  json.RawMessage   `json:"finding"`
		Incident string            `json:"incident"`
		Muted    *engine.KeptQuiet `json:"muted"`
	}
	env, err := r.Open(nil)
	if err != nil {
		return err
	}
	if env.Kind == (incident.EventRetracted{}).Kind() {
		var e incident.EventRetracted
		if err := json.Unmarshal(env.Data, &e); err != nil {
			return err
		}
		if v, ok := g.vetoes[e.Finding]; ok && v.to.IsZero() {
			v.to = env.At
			g.vetoes[e.Finding] = v
		}
		return g.count(e.Finding, -1, nil)
	}
	if err := json.Unmarshal(env.Data, &data); err != nil {
		return err
	}
	var f incident.Finding
	if err := json.Unmarshal(data.Finding, &f); err != nil {
		return err
	}
	if slices.Contains(g.world.automatic().Veto, f.Detector) {
		g.vetoes[f.ID] = veto{from: env.At}
	}
	until, muted := g.held[f.Detector]
	d, _ := g.world.ground.Plan.Detector(f.Detector)
	told := strings.HasPrefix(f.ID, "muted-")
	switch {
	case data.Incident != "" && d.Mode == "observe":
		return breaks("mute", "%s only observes, and led to %s", f.Detector, data.Incident)
	case data.Incident != "" && muted && env.At.Before(until) && !told:
		return breaks("mute", "%s is muted until %s, and %s led to %s at %s", f.Detector, until.Format(time.TimeOnly), f.ID, data.Incident, env.At.Format(time.TimeOnly))
	}
	return g.count(f.ID, 1, &data.Incident)
}

func (g *register) count(id string, by int, led *string) error {
	x := g.found[id]
	if x == nil {
		x = &found{}
		g.found[id] = x
	}
	if x.stands += by; x.stands < 0 || x.stands > 1 {
		return breaks("finding", "%s counts %d times", id, x.stands)
	}
	if led != nil {
		x.incident = *led
	}
	return nil
}

// check holds the record of findings to what there was to be found, and the incidents to the record.
func (g *register) check() error {
	w := g.world
	want := map[string]int{}
	for _, b := range w.chain.blocks {
		for _, f := range b.found {
			want[f.ID] = 1
		}
	}
	for _, f := range w.feed.sent {
		want[f.ID] = 1
	}
	for n := range w.feed.items {
		want[feedItem(n+1)] = 1
	}
	for id, n := range want {
		if x := g.found[id]; x == nil || x.stands != n {
			return breaks("finding", "%s was there to be found, and is not in the record", id)
		}
	}
	in := map[string][]string{} // finding → incidents where it stands
	for _, a := range w.book.order {
		for _, f := range a.state.Findings {
			if f.Retracted == "" {
				in[f.ID] = append(in[f.ID], a.id)
			}
		}
	}
	for id, x := range g.found {
		if x.stands == 1 && want[id] == 0 && !strings.HasPrefix(id, "muted-") {
			return breaks("finding", "%s counts, and is no longer there", id)
		}
		on := w.book.onward(x.incident) // where it led, and where that goes on
		switch led := x.stands == 1 && x.incident != ""; {
		case led && (!slices.Contains(in[id], x.incident) || slices.ContainsFunc(in[id], func(at string) bool { return !slices.Contains(on, at) })):
			return breaks("finding", "%s led to %s, and stands in %v", id, x.incident, in[id])
		case !led && len(in[id]) > 0:
			return breaks("finding", "%s leads nowhere, and stands in %v", id, in[id])
		}
	}
	for id := range in {
		if g.found[id] == nil {
			return breaks("finding", "%s stands in an incident, and not in the record", id)
		}
	}
	return nil
}
