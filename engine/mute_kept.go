package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tocsin/incident"
	"tocsin/journal"
	"tocsin/mute"
	"tocsin/plan"
	"tocsin/store"
)

// keeping counts the findings that a mute keeps quiet, up to a number of the record.
type keeping struct {
	upto   uint64
	count  int
	rang   bool    // one of them would have called people
	latest []Found // that stand, the oldest first; no more than may be taken back again
}

// keptLatest is how many of the latest findings are remembered. A reorganisation takes back the latest.
const keptLatest = 64

// at is when the last one came; zero if none did.
func (k *keeping) at() time.Time {
	if n := len(k.latest); n > 0 {
		return k.latest[n-1].At
	}
	return time.Time{}
}

// see counts an event of the record of findings.
func (k *keeping) see(m mute.Mute, n noted) {
	switch {
	case n.found != nil && n.found.Muted != nil && n.found.Muted.Number == m.Number:
		k.count++
		k.rang = k.rang || rings(n.found.Finding)
		if k.latest = append(k.latest, *n.found); len(k.latest) > keptLatest {
			k.latest = slices.Delete(k.latest, 0, 1)
		}
	case n.retracted != nil && n.retracted.Muted == m.Number:
		k.count--
		k.latest = slices.DeleteFunc(k.latest, func(f Found) bool { return f.ID == n.retracted.Finding })
	}
}

// tally counts what a mute has kept quiet so far. It reads only what was recorded since it last did.
func (e *Engine) tally(ctx context.Context, protocol string, m mute.Mute) (keeping, error) {
	if m.State != mute.Muted {
		return keeping{}, nil
	}
	ent := e.muteEntry(protocol)
	ent.mu.Lock()
	defer ent.mu.Unlock()
	k := ent.tallies[m.Number]
	if k == nil {
		k = &keeping{upto: m.After}
		ent.tallies[m.Number] = k
	}
	err := e.forward(ctx, protocol, k.upto, func(r journal.Record) (bool, error) {
		n, err := readNoted(r)
		if err != nil {
			return false, err
		}
		k.see(m, n)
		k.upto = r.Seq
		return true, nil
	})
	now := *k
	now.latest = slices.Clone(k.latest)
	return now, err
}

// quiet says by which mute a detector is quiet now; nil if by none.
func (d *draft) quiet(ctx context.Context, protocol, detector string) (*KeptQuiet, error) {
	if d.mutes == nil {
		r, err := d.engine.muted(ctx, protocol)
		if err != nil {
			return nil, err
		}
		d.mutes = r
	}
	if len(d.mutes.state.Muted) == 0 {
		return nil, nil
	}
	p, err := d.engine.InForce(ctx, protocol)
	if err != nil {
		return nil, err
	}
	m, ok := d.mutes.state.Quiet(p, detector, d.engine.now())
	if !ok {
		return nil, nil
	}
	d.hushed = true
	return &KeptQuiet{Number: m.Number, By: m.By, Until: m.Until}, nil
}

// deaf reports whether a detector that found something of an incident is muted: that it says nothing does not mean that there is
// nothing.
func (e *Engine) deaf(ctx context.Context, v *View) (bool, error) {
	r, err := e.muted(ctx, v.State.Protocol)
	if err != nil || len(r.state.Muted) == 0 {
		return false, err
	}
	p, err := e.InForce(ctx, v.State.Protocol)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(v.State.Findings, func(f incident.Finding) bool {
		_, quiet := r.state.Quiet(p, f.Detector, e.now())
		return quiet && f.Retracted == ""
	}), nil
}

// guard makes the commit fail if a mute by which it keeps a finding quiet has ended meanwhile: nobody would count the finding.
func (d *draft) guard(ctx context.Context, protocol string) error {
	if !d.hushed {
		return nil
	}
	if err := d.appendMutes(protocol, d.mutes, journal.Actor{}, nil, time.Time{}); err != nil {
		return err
	}
	if first := d.firstFinding(protocol); first {
		for _, m := range d.mutes.state.Muted {
			d.commit.Marks[markKept(protocol, m.Number)] = findingsStream(protocol)
		}
	}
	return nil
}

// firstFinding reports whether the draft begins the record of findings.
func (d *draft) firstFinding(protocol string) bool {
	return slices.ContainsFunc(d.commit.Appends, func(a store.Append) bool { return a.Stream == findingsStream(protocol) && a.Expect == 0 })
}

// sayKept has the mutes that end say what they kept quiet: one finding each, which goes the way that those would have gone. The
// commit fails if another one has come meanwhile.
func (d *draft) sayKept(ctx context.Context, p *plan.Plan, r *muteRecord, protocol string, events []mute.Event) error {
	var ended []mute.Mute
	for _, ev := range events {
		if e, ok := ev.(mute.EventEnded); ok {
			i := slices.IndexFunc(r.state.Muted, func(m mute.Mute) bool { return m.Number == e.Number })
			if i >= 0 && e.How != mute.Withdrawn && e.How != mute.Lapsed {
				ended = append(ended, r.state.Muted[i])
			}
		}
	}
	if len(ended) == 0 {
		return nil
	}
	l, err := d.open(ctx, protocol)
	if err != nil {
		return err
	}
	name := findingsStream(protocol)
	if l.version > 0 {
		d.add(store.Commit{Appends: []store.Append{{Stream: name, Expect: l.version, Kind: kindFindings, Protocol: protocol}}})
	}
	var earnest, drill told
	for _, m := range ended {
		if l.version == 0 { // there is no record yet whose version could be expected
			d.commit.Marks[markKept(protocol, m.Number)] = name
			continue
		}
		k, err := d.engine.tally(ctx, protocol, m)
		if err != nil {
			return err
		}
		if k.upto > l.version {
			return fmt.Errorf("count what %s kept quiet: %w", m.Detector, store.ErrConflict)
		}
		if k.count <= 0 {
			continue
		}
		to := &earnest
		if x := k.exercise(); x != nil {
			to, drill.exercise = &drill, x
		}
		to.findings = append(to.findings, k.finding(p, protocol, m))
	}
	for _, x := range []told{earnest, drill} {
		if err := d.say(ctx, protocol, x); err != nil {
			return err
		}
	}
	return nil
}

// told is what mutes that end at the same time tell together, in earnest or in an exercise.
type told struct {
	exercise *incident.Exercise
	findings []incident.Finding
}

// say leads what is told as an observation's findings are led.
func (d *draft) say(ctx context.Context, protocol string, x told) error {
	o := Observation{Protocol: protocol, Exercise: x.exercise}
	var loud []incident.Finding
	for _, f := range x.findings {
		d.commit.Marks[mark(f.ID)] = findingsStream(protocol)
		if rings(f) {
			loud = append(loud, f)
			continue
		}
		if err := d.note(ctx, o, eventFound{Finding: f}); err != nil {
			return err
		}
	}
	return d.route(ctx, o, loud)
}

// finding says what was kept quiet. Its size is that of the last: what the others amount to together, nobody knows.
func (k *keeping) finding(p *plan.Plan, protocol string, m mute.Mute) incident.Finding {
	f := incident.Finding{Detector: m.Detector, Issues: p.IssuesOf(m.Detector), At: m.Until}
	last := ""
	if n := len(k.latest); n > 0 {
		f = k.latest[n-1].Finding
		f.Text, f.Contact = "", ""
		last = fmt.Sprintf(", the last at %s: %s", f.At.UTC().Format("2 January 15:04:05 UTC"), f.Say)
	}
	f.ID = fmt.Sprintf("muted-%s-%d", protocol, m.Number)
	f.Mode = "observe"
	if k.rang {
		f.Mode = "page" // what was kept quiet may call people, and never acts
	}
	findings := "findings"
	if k.count == 1 {
		findings = "finding"
	}
	f.Say = fmt.Sprintf("%d %s of %s while muted%s", k.count, findings, mute.Name(p, m.Detector), last)
	if last == "" {
		f.Say += "."
	}
	return f
}

// exercise is what the last finding belongs to; nil in earnest.
func (k *keeping) exercise() *incident.Exercise {
	if n := len(k.latest); n > 0 {
		return k.latest[n-1].Exercise
	}
	return nil
}

// markKept stands for the first finding of all being one that a mute keeps quiet: either it comes before the mute ends, or it is
// no longer kept quiet.
func markKept(protocol string, number uint64) string {
	return fmt.Sprintf("muted/%s/%d", protocol, number)
}
