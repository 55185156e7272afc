package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
)

// draft gathers what one observation changes: several incidents, perhaps, in one commit.
type draft struct {
	engine  *Engine
	commit  store.Commit
	changed []changed
	locked  []*entry
	opened  map[string]bool // ids of incidents that the commit opens
}

type changed struct {
	entry   *entry
	view    *View
	command string
}

func (d *draft) release() {
	for _, ent := range d.locked {
		ent.mu.Unlock()
	}
}

func (d *draft) done() {
	for _, c := range d.changed {
		c.view.State.Carried(c.command)
		c.entry.view = c.view
	}
}

// add joins a commit to the draft; what it appends to a stream that the draft appends to already follows that.
func (d *draft) add(c store.Commit) {
	for _, a := range c.Appends {
		i := slices.IndexFunc(d.commit.Appends, func(b store.Append) bool { return b.Stream == a.Stream })
		if i < 0 {
			d.commit.Appends = append(d.commit.Appends, a)
			continue
		}
		a.Expect, a.Records = d.commit.Appends[i].Expect, append(d.commit.Appends[i].Records, a.Records...)
		d.commit.Appends[i] = a
	}
	d.commit.Deliveries = append(d.commit.Deliveries, c.Deliveries...)
	d.commit.Links = append(d.commit.Links, c.Links...)
}

// gather decides what the observation's findings and retractions change.
func (d *draft) gather(ctx context.Context, o Observation) error {
	marks := make([]string, 0, len(o.Findings)+len(o.Retracted))
	for _, f := range o.Findings {
		marks = append(marks, mark(f.ID))
	}
	for _, id := range o.Retracted {
		marks = append(marks, mark(id))
	}
	seen, err := d.engine.store.Seen(ctx, marks)
	if err != nil {
		return fmt.Errorf("look up findings: %w", err)
	}
	if err := d.retract(ctx, o, seen); err != nil {
		return err
	}
	var loud, quiet []incident.Finding
	for _, f := range o.Findings {
		if d.commit.Marks[mark(f.ID)] != "" {
			continue
		}
		if to := seen[mark(f.ID)]; to != "" {
			if err := d.restore(ctx, to, f); err != nil {
				return err
			}
			continue
		}
		d.commit.Marks[mark(f.ID)] = "pending"
		if f.Mode == "page" || f.Mode == "act" {
			loud = append(loud, f)
		} else {
			quiet = append(quiet, f)
		}
	}
	if err := d.note(ctx, o, quiet); err != nil {
		return err
	}
	return d.route(ctx, o, loud)
}

// retract takes findings back, each in the incident it led to.
func (d *draft) retract(ctx context.Context, o Observation, seen map[string]string) error {
	by := map[string][]string{}
	for _, id := range o.Retracted {
		if s, ok := strings.CutPrefix(seen[mark(id)], kindIncident+"/"); ok {
			by[s] = append(by[s], id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(by)) {
		if err := d.do(ctx, id, incident.OpRetract{IDs: by[id], Why: o.RetractedWhy}, "chain"); err != nil {
			return err
		}
	}
	return nil
}

// restore counts a finding again that was taken back, as when a chain returns to a block that it had left. One that stands
// changes nothing.
func (d *draft) restore(ctx context.Context, to string, f incident.Finding) error {
	id, ok := strings.CutPrefix(to, kindIncident+"/")
	if !ok {
		return nil
	}
	v, _, err := d.view(ctx, id)
	if err != nil {
		return err
	}
	for _, g := range v.State.Findings {
		if g.ID == f.ID && g.Retracted == "" {
			return nil
		}
	}
	return d.do(ctx, id, incident.OpFind{Findings: []incident.Finding{f}}, f.Detector)
}

// route leads findings to the open incident of the same issue and asset, to one dismissed lately, or to a new one.
func (d *draft) route(ctx context.Context, o Observation, findings []incident.Finding) error {
	if len(findings) == 0 {
		return nil
	}
	list, err := d.engine.List(ctx, false)
	if err != nil {
		return err
	}
	type group struct {
		target   string
		findings []incident.Finding
	}
	var groups []group
	for _, f := range findings {
		target := d.target(list, o, f)
		i := slices.IndexFunc(groups, func(g group) bool {
			if target != "" || g.target != "" {
				return g.target == target
			}
			return g.findings[0].Asset == f.Asset && overlap(g.findings[0].Issues, f.Issues)
		})
		if i < 0 {
			groups = append(groups, group{target: target})
			i = len(groups) - 1
		}
		groups[i].findings = append(groups[i].findings, f)
	}
	for _, g := range groups {
		id := g.target
		if id == "" {
			cmd := incident.Command{ID: d.engine.id("obs"), Actor: journal.Actor{Kind: journal.Detector, ID: g.findings[0].Detector}}
			c, next, err := d.engine.opening(ctx, cmd, incident.OpOpen{Protocol: o.Protocol, Exercise: o.Exercise, Findings: g.findings}, d.opened)
			if err != nil {
				return err
			}
			d.add(c)
			id = next.State.ID
			if d.opened == nil {
				d.opened = map[string]bool{}
			}
			d.opened[id] = true
		} else if err := d.do(ctx, id, incident.OpFind{Findings: g.findings}, g.findings[0].Detector); err != nil {
			return err
		}
		for _, f := range g.findings {
			d.commit.Marks[mark(f.ID)] = stream(id)
		}
	}
	return nil
}

// target finds the incident that a finding belongs to; empty for none.
func (d *draft) target(list []incident.Summary, o Observation, f incident.Finding) string {
	dismissed := ""
	for _, s := range list {
		if s.Protocol != o.Protocol || s.Exercise != (o.Exercise != nil) || !overlap(f.Issues, s.Issues) {
			continue
		}
		if s.Asset != f.Asset && s.Asset != "" { // whoever opened it by hand did not say what it is about
			continue
		}
		switch {
		case !s.Phase.Over():
			return s.ID
		case s.Phase == incident.Dismissed && dismissed == "" && d.engine.now().Sub(s.Last) < reopenWithin:
			dismissed = s.ID
		}
	}
	return dismissed
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}

// do decides a command on an incident as part of the draft. The incident stays locked until the draft is released.
func (d *draft) do(ctx context.Context, id string, op incident.Op, by string) error {
	v, ent, err := d.view(ctx, id)
	if err != nil {
		return err
	}
	cmd := incident.Command{ID: d.engine.id("obs"), Actor: journal.Actor{Kind: journal.Detector, ID: by}, Op: op}
	c, next, err := d.engine.decide(v, cmd)
	if err != nil || next == nil {
		return err
	}
	d.add(c)
	d.changed = append(d.changed, changed{ent, next, cmd.ID})
	return nil
}

// view locks an incident for the draft and returns it as the draft leaves it so far.
func (d *draft) view(ctx context.Context, id string) (*View, *entry, error) {
	for _, c := range slices.Backward(d.changed) {
		if c.entry.id == id {
			return c.view, c.entry, nil
		}
	}
	i := slices.IndexFunc(d.locked, func(ent *entry) bool { return ent.id == id })
	if i < 0 {
		ent := d.engine.entry(id)
		ent.mu.Lock()
		i, d.locked = len(d.locked), append(d.locked, ent)
	}
	v, err := d.engine.refresh(ctx, d.locked[i])
	return v, d.locked[i], err
}

// note journals the findings of detectors that only observe: they are listed, and nobody is called.
func (d *draft) note(ctx context.Context, o Observation, findings []incident.Finding) error {
	if len(findings) == 0 {
		return nil
	}
	name := kindFindings + "/" + o.Protocol
	a := store.Append{Stream: name, Kind: kindFindings, Protocol: o.Protocol}
	var prev [32]byte
	head, err := d.engine.store.Head(ctx, name)
	if err != nil && !isNotFound(err) {
		return fmt.Errorf("look up findings: %w", err)
	}
	if a.Expect = head.Version; a.Expect > 0 {
		last, err := d.engine.store.Load(ctx, name, a.Expect-1)
		if err != nil {
			return fmt.Errorf("load findings: %w", err)
		}
		prev = last[0].Hash // whoever has added more since makes the commit fail
	}
	for i, f := range findings {
		ev := incident.EventFinding{Finding: f}
		r, err := journal.Seal(prev, journal.Envelope{
			Stream: name, Seq: a.Expect + uint64(i) + 1, Kind: ev.Kind(), KindV: incident.KindVersion, At: d.engine.now(),
			Actor: journal.Actor{Kind: journal.Detector, ID: f.Detector, Node: d.engine.node},
		}, ev, d.engine.salt)
		if err != nil {
			return fmt.Errorf("seal finding: %w", err)
		}
		prev = r.Hash
		a.Records = append(a.Records, r)
		d.commit.Marks[mark(f.ID)] = name
	}
	d.commit.Appends = append(d.commit.Appends, a)
	return nil
}
