package engine

import (
	"context"
	"slices"

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
	ledger  *ledger         // nil until the findings are written to
	mutes   *muteRecord     // what is muted; nil until it is asked for
	arms    *armRecord      // what is armed, as the draft leaves it so far; nil until it is asked for
	hushed  bool            // a finding is kept quiet
	scene   scene           // exercise that the observation belongs to

	sessions map[string]*ExerciseView // exercises that the draft changes, as it leaves them
	stands   map[string]bool          // findings that the draft takes back (false) or counts again

	elsewhere map[string]string // marks that another protocol has, with the names of this one's

	recorded map[string]*Found // findings that came before: as the record has them last; nil if they were taken back
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
	marks := make([]string, 0, 2*(len(o.Findings)+len(o.Retracted)))
	for _, f := range o.Findings {
		marks = append(marks, mark(f.ID), markRetracted(f.ID))
	}
	for _, id := range o.Retracted {
		marks = append(marks, mark(id), markRetracted(id))
	}
	seen, elsewhere, err := d.engine.marked(ctx, o.Protocol, marks)
	if err != nil {
		return err
	}
	d.elsewhere = elsewhere
	if err := d.retract(ctx, o, seen); err != nil {
		return err
	}
	if err := d.recall(ctx, o, seen); err != nil {
		return err
	}
	var loud []incident.Finding
	for _, f := range o.Findings {
		if d.commit.Marks[mark(f.ID)] != "" {
			continue
		}
		if seen[mark(f.ID)] != "" {
			again, err := d.restore(ctx, o, seen, f)
			if err != nil {
				return err
			}
			if again {
				loud = append(loud, f)
			}
			continue
		}
		d.commit.Marks[mark(f.ID)] = findingsStream(o.Protocol)
		kept, err := d.quiet(ctx, o.Protocol, f.Detector)
		switch {
		case err != nil:
			return err
		case kept == nil && rings(f):
			loud = append(loud, f)
		default:
			if err := d.note(ctx, o, eventFound{Finding: f, Muted: kept}); err != nil {
				return err
			}
		}
	}
	if err := d.route(ctx, o, loud); err != nil {
		return err
	}
	return d.guard(ctx, o.Protocol)
}

// recall looks up what the record says of the findings that come again.
func (d *draft) recall(ctx context.Context, o Observation, seen map[string]string) (err error) {
	var again []string
	for _, f := range o.Findings {
		if seen[markRetracted(f.ID)] != "" {
			again = append(again, f.ID)
		}
	}
	d.recorded, err = d.engine.standings(ctx, o.Protocol, again)
	return err
}

// rings reports whether a finding calls people.
func rings(f incident.Finding) bool { return f.Mode == "page" || f.Mode == "act" }

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
		target, err := d.target(ctx, list, o, f)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(groups, func(g group) bool {
			if target != "" || g.target != "" {
				return g.target == target
			}
			return g.findings[0].Asset == f.Asset && (overlap(g.findings[0].Issues, f.Issues) || alike(g.findings[0], f))
		})
		if i < 0 {
			groups = append(groups, group{target: target})
			i = len(groups) - 1
		}
		groups[i].findings = append(groups[i].findings, f)
	}
	for _, g := range groups {
		id, state := g.target, (*incident.State)(nil)
		if id == "" && d.scene.over {
			if err := d.unled(ctx, o, g.findings); err != nil {
				return err
			}
			continue
		}
		if id == "" {
			cmd := incident.Command{ID: d.engine.id("obs"), Actor: journal.Actor{Kind: journal.Detector, ID: g.findings[0].Detector}}
			ready, err := d.ready(ctx, o, g.findings)
			if err != nil {
				return err
			}
			c, next, err := d.engine.opening(ctx, cmd, incident.OpOpen{Protocol: o.Protocol, Exercise: d.scene.exercise, Findings: g.findings, Ready: ready}, d.scene.plan, d.opened)
			if err != nil {
				return err
			}
			d.add(c)
			if err := d.settleArms(ctx, &incident.State{}, next.State); err != nil {
				return err
			}
			id, state = next.State.ID, next.State
			if d.opened == nil {
				d.opened = map[string]bool{}
			}
			d.opened[id] = true
			if err := d.openedFor(ctx, state); err != nil {
				return err
			}
		} else {
			if err := d.find(ctx, o, id, g.findings); err != nil {
				return err
			}
			v, _, err := d.view(ctx, id)
			if err != nil {
				return err
			}
			state = v.State
		}
		for _, f := range g.findings {
			if d.commit.Marks[mark(f.ID)] != "" { // else it was seen before
				d.commit.Marks[mark(f.ID)] = stream(id)
			}
			if err := d.note(ctx, o, eventFound{Finding: counted(state, f), Incident: id}); err != nil {
				return err
			}
		}
	}
	return nil
}

// counted is a finding as its incident counts it: whether it made that worse, and whether it may act.
func counted(s *incident.State, f incident.Finding) incident.Finding {
	for _, g := range slices.Backward(s.Findings) {
		if g.ID == f.ID {
			return g
		}
	}
	return f
}

// do decides a command on an incident as part of the draft. The incident stays locked until the draft is released.
func (d *draft) do(ctx context.Context, id string, op incident.Op, by string) error {
	return d.command(ctx, id, incident.Command{ID: d.engine.id("obs"), Actor: journal.Actor{Kind: journal.Detector, ID: by}, Op: op})
}

// command is do for anybody's command.
func (d *draft) command(ctx context.Context, id string, cmd incident.Command) error {
	v, ent, err := d.view(ctx, id)
	if err != nil {
		return err
	}
	c, next, err := d.engine.decide(v, cmd)
	if err != nil || next == nil {
		return err
	}
	d.add(c)
	d.changed = append(d.changed, changed{ent, next, cmd.ID})
	return d.settleArms(ctx, v.State, next.State)
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
