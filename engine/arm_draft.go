package engine

import (
	"context"
	"fmt"
	"slices"

	"tocsin/arm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
)

// ready says what people armed, as far as an observation's findings may act by it. Exercises act by nothing.
func (d *draft) ready(ctx context.Context, o Observation, findings []incident.Finding) ([]incident.Ready, error) {
	if o.Exercise != nil || !slices.ContainsFunc(findings, rings) {
		return nil, nil
	}
	p, err := d.engine.InForce(ctx, o.Protocol)
	if err != nil {
		return nil, err
	}
	var list []incident.Ready
	for i := range p.Issues {
		issue := &p.Issues[i]
		if issue.Automatic == nil || !slices.ContainsFunc(findings, func(f incident.Finding) bool { return slices.Contains(f.Issues, issue.ID) }) {
			continue
		}
		r, err := d.armedFor(ctx, p, o, issue)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

// find adds findings to an incident, which may act by them as far as people armed it.
func (d *draft) find(ctx context.Context, o Observation, id string, findings []incident.Finding) error {
	ready, err := d.ready(ctx, o, findings)
	if err != nil {
		return err
	}
	return d.do(ctx, id, incident.OpFind{Findings: findings, Ready: ready}, findings[0].Detector)
}

// armedFor says what people armed for an issue.
func (d *draft) armedFor(ctx context.Context, p *plan.Plan, o Observation, issue *plan.Issue) (incident.Ready, error) {
	r, err := d.armRecord(ctx, o.Protocol)
	if err != nil {
		return incident.Ready{}, err
	}
	if r.unread != nil {
		return incident.Ready{Issue: issue.ID, Why: fault.Sentence(r.unreadable(o.Protocol))}, nil
	}
	a, why := arm.Ready(p, r.state, issue.ID, d.engine.now())
	out := incident.Ready{Issue: issue.ID, Why: why}
	if why != "" {
		return out, nil
	}
	out.Arming = &a.Arming
	out.Why, err = d.vetoed(ctx, p, o, issue.Automatic)
	return out, err
}

// armRecord is what is armed, as the draft leaves it so far.
func (d *draft) armRecord(ctx context.Context, protocol string) (*armRecord, error) {
	if d.arms == nil {
		r, err := d.engine.armed(ctx, protocol)
		if err != nil {
			return nil, err
		}
		d.arms = r
	}
	return d.arms, nil
}

// vetoMost is how many of the latest events of the record of findings are searched for a veto: whoever can cause more findings than
// that within the time must not be able to keep all of Tocsin busy with reading.
const vetoMost = 20 * findingWindow

// vetoed says which detector's finding stops what would be done by itself; empty if none does. A finding that is kept quiet counts too.
func (d *draft) vetoed(ctx context.Context, p *plan.Plan, o Observation, x *plan.Automatic) (string, error) {
	if len(x.Veto) == 0 {
		return "", nil
	}
	say := func(f incident.Finding) string {
		return fmt.Sprintf("The detector %s found something at %s: %s", nameOf(p, f.Detector), f.At.UTC().Format("15:04:05 UTC"), f.Say)
	}
	for _, f := range o.Findings {
		if stands, said := d.stands[f.ID]; slices.Contains(x.Veto, f.Detector) && (stands || !said) {
			return say(f), nil
		}
	}
	since := d.engine.now().Add(-x.VetoLasts())
	gone, seen, why := map[string]bool{}, 0, ""
	err := d.engine.backward(ctx, o.Protocol, 0, func(r journal.Record) (bool, error) {
		if seen++; seen > vetoMost || r.At.Before(since) {
			return false, nil
		}
		n, err := readNoted(r)
		switch {
		case err != nil:
			return false, err
		case n.retracted != nil:
			gone[n.retracted.Finding] = true
		case n.found != nil && slices.Contains(x.Veto, n.found.Detector) && n.found.Exercise == nil:
			stands, said := d.stands[n.found.ID]
			if !gone[n.found.ID] && (stands || !said) {
				why = say(n.found.Finding)
				return false, nil
			}
			delete(gone, n.found.ID) // one that was found again stands in the record twice
		}
		return true, nil
	})
	return why, err
}

// nameOf is what people call a detector.
func nameOf(p *plan.Plan, detector string) string {
	if x, ok := p.Detector(detector); ok && x.Name != "" {
		return x.Name
	}
	return detector
}

// settleArms records in the same commit what an incident did by what was armed: that it was used, and that nothing came of it.
func (d *draft) settleArms(ctx context.Context, before, after *incident.State) error {
	if after == nil || after.Exercise != nil {
		return nil
	}
	var ops []arm.Op
	for i := range after.Decisions {
		x := &after.Decisions[i]
		if x.Armed == nil {
			continue
		}
		was := before.Decision(x.ID)
		switch {
		case was == nil && x.State == incident.Withdrawn: // ordered and taken back at once
		case was == nil:
			ops = append(ops, arm.OpUse{Used: arm.EventUsed{Number: x.Armed.Number, Issue: x.Armed.Issue, Incident: after.ID, Decision: x.ID}})
		case was.State == incident.Met && x.State == incident.Withdrawn:
			ops = append(ops, arm.OpReturn{Returned: arm.EventReturned{Number: x.Armed.Number, Incident: after.ID, Decision: x.ID}})
		}
	}
	if len(ops) == 0 {
		return nil
	}
	p, err := d.engine.InForce(ctx, after.Protocol)
	if err != nil {
		return err
	}
	for _, op := range ops {
		r, err := d.armRecord(ctx, after.Protocol)
		if err != nil {
			return err
		}
		now := d.engine.now()
		actor := journal.Actor{Kind: journal.System}
		events, err := arm.Decide(p, r.state, arm.Command{Actor: actor, Op: op}, now)
		if err != nil {
			return err
		}
		if len(events) == 0 {
			continue
		}
		c, next, err := d.engine.armCommit(p, r, actor, events, now)
		if err != nil {
			return err
		}
		d.add(c)
		d.arms = next
	}
	return nil
}
