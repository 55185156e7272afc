package sim

import (
	"slices"
	"time"

	"tocsin/arm"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
)

// armings is what the record of what is armed comes to.
type armings struct {
	world *World
	state *arm.State
	began map[uint64]time.Time // arming → since when it is armed
	ended map[uint64]time.Time // arming → when it ended
	used  map[string]time.Time // incident and decision → when it was used and not given back
	gone  map[string]bool      // incident and decision of uses that were given back
	acts  []act                // of which it is not known yet whether something should have stopped them
}

// act is one time that something was done by itself.
type act struct {
	name string // incident and decision
	at   time.Time
}

func newArmings(w *World) armings {
	return armings{world: w, state: &arm.State{}, began: map[uint64]time.Time{}, ended: map[uint64]time.Time{}, used: map[string]time.Time{}, gone: map[string]bool{}}
}

// read reads an event of the record, and holds it to the rate that the plan in force lets it act at.
func (g *armings) read(r journal.Record) error {
	h, err := arm.Decode(r)
	if err != nil {
		return err
	}
	g.state.Apply(h)
	switch e := h.Event.(type) {
	case arm.EventArmed:
		g.began[e.Number] = h.At
	case arm.EventEnded:
		g.ended[e.Number] = h.At
		g.world.say("an arming is %s", e.How)
		if e.How == arm.Disarmed && (len(e.By) != 2 || e.By[0] == e.By[1]) {
			return breaks("armed", "it was disarmed by %v", e.By)
		}
	case arm.EventUsed:
		g.used[e.Incident+"/"+e.Decision] = h.At
		x := g.world.automatic()
		n := 0
		for _, at := range g.used {
			if h.At.Sub(at) < x.Period() {
				n++
			}
		}
		if n > x.Times() {
			return breaks("armed", "it has acted %d times within %s", n, x.Period())
		}
		if _, ok := g.began[e.Number]; !ok {
			return breaks("armed", "the arming %d was used, and never armed", e.Number)
		}
	case arm.EventReturned:
		delete(g.used, e.Incident+"/"+e.Decision)
		g.gone[e.Incident+"/"+e.Decision] = true
	}
	return nil
}

// automatic is what the plans do by themselves; it is the same in all of them.
func (w *World) automatic() *plan.Automatic {
	i, _ := w.ground.Plan.Issue(armed)
	return i.Automatic
}

// byItself holds what was ordered without anybody's answer to what people armed: it stood, enough of them had signed it, and a finding is
// there.
func (a *account) byItself(e incident.EventDecisionOpened, at time.Time) error {
	x, g := e.Armed, &a.world.book.armings
	bad := func(why string, args ...any) error {
		return breaks("armed", "%s was ordered by itself "+why, append([]any{e.ID}, args...)...)
	}
	auto := a.world.automatic()
	began, ok := g.began[x.Number]
	end, over := g.ended[x.Number]
	switch {
	case !ok || began.After(at):
		return bad("and nobody had armed it")
	case over && end.Before(at):
		return bad("after its arming had ended at %s", end.Format(time.TimeOnly))
	case !at.Before(x.Until):
		return bad("after the time of its arming, %s", x.Until.Format(time.TimeOnly))
	case x.Message.Plan != a.state.Plan || x.Issue != armed || e.Subject.Ref != auto.Action || x.Message.Action != e.Prepared.Hash:
		return bad("by an arming of something else")
	case a.phase.Over():
		return bad("while the incident is %s", a.phase)
	}
	if err := a.armers(x, auto); err != "" {
		return bad("%s", err)
	}
	if !slices.ContainsFunc(a.state.Findings, func(f incident.Finding) bool {
		return f.ID == e.Finding && f.Retracted == "" && f.Mode == "act" && slices.Contains(auto.Detectors, f.Detector)
	}) {
		return bad("without a finding that may act")
	}
	g.acts = append(g.acts, act{a.id + "/" + e.ID, at})
	a.armed = append(a.armed, e.ID)
	a.world.say("%s acts by itself", a.id)
	return nil
}

// armers says whose signatures are missing from an arming; empty if none are.
func (a *account) armers(x *decision.Arming, auto *plan.Automatic) string {
	p := a.world.ground.plans[x.Message.Plan.Hex()]
	d, _ := p.Decision(auto.Decision)
	said := map[string]bool{}
	for _, s := range x.Answers {
		person, _ := p.Person(s.Person)
		signer, err := x.Message.With(s.Choice).Signer(s.Signature)
		if err != nil || !slices.ContainsFunc(person.Keys, func(k plan.Key) bool { return evm.Address(k.Address) == signer }) {
			return "by what " + s.Person + " has not signed"
		}
		said[s.Person] = s.Choice == decision.Approve && !a.trust.out(s.Person) && !a.trust.things[incident.DistrustKey+" "+signer.Hex()]
	}
	for _, who := range d.Required {
		if !said[who] && !slices.ContainsFunc(d.StandIns, func(in plan.StandIn) bool { return in.For == who && said[in.Who] }) {
			return "without " + who
		}
	}
	n := 0
	for _, yes := range said {
		if yes {
			n++
		}
	}
	if n < len(d.Required)+d.Additional.Need {
		return "by too few"
	}
	return ""
}

// unstopped holds what was done by itself to what stops it, once the record of findings has been read too.
func (g *armings) unstopped() error {
	for _, x := range g.acts {
		if veto := g.world.book.register.vetoed(x.at, g.world.automatic()); veto != "" {
			return breaks("armed", "%s was done by itself although %s stops it", x.name, veto)
		}
	}
	g.acts = nil
	return nil
}

// checkEnd holds the record to the incidents: each time that something was done by itself was counted.
func (g *armings) checkEnd() error {
	counted := 0
	for _, a := range g.world.book.order {
		for _, id := range a.armed {
			name := a.id + "/" + id
			if _, ok := g.used[name]; !ok && !g.gone[name] {
				return breaks("armed", "%s of %s acted by itself, and that is not on record", id, a.id)
			}
			counted++
		}
	}
	if n := len(g.used) + len(g.gone); n != counted {
		return breaks("armed", "it is on record that it acted %d times, and it did %d times", n, counted)
	}
	return nil
}

// veto is a time during which a finding of a detector that stops what is done by itself was on record.
type veto struct{ from, to time.Time }

// vetoed is the finding that stops what would be done by itself at a time; empty if none does.
func (g *register) vetoed(at time.Time, x *plan.Automatic) string {
	for id, v := range g.vetoes {
		if v.from.Before(at) && at.Sub(v.from) < x.VetoLasts() && (v.to.IsZero() || v.to.After(at)) {
			return id
		}
	}
	return ""
}
