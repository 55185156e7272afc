package engine

import (
	"context"
	"slices"

	"tocsin/incident"
)

// target finds the incident that a finding belongs to; empty for none.
func (d *draft) target(ctx context.Context, list []incident.Summary, o Observation, f incident.Finding) (string, error) {
	dismissed := ""
	for _, s := range list {
		t := goesOn(list, s)
		if s.Protocol != o.Protocol || !d.scene.same(s) {
			continue
		}
		if s.Asset != f.Asset && s.Asset != "" { // whoever opened it by hand did not say what it is about
			continue
		}
		lately := t.Phase == incident.Dismissed && dismissed == "" && t.Now(d.engine.now()).Sub(t.Last) < reopenWithin
		if t.Phase.Over() && !lately {
			continue
		}
		if !overlap(f.Issues, s.Issues) {
			if len(f.Issues)+len(s.Issues) > 0 {
				continue
			}
			v, _, err := d.view(ctx, s.ID)
			if err != nil {
				return "", err
			}
			if !slices.ContainsFunc(v.State.Findings, func(g incident.Finding) bool { return alike(f, g) }) {
				continue
			}
		}
		if !lately {
			return t.ID, nil
		}
		dismissed = t.ID
	}
	if id, err := d.follows(ctx, list, o, f); err != nil || id != "" {
		return id, err
	}
	return dismissed, nil
}

// follows finds the open incident of whose action a finding is only the consequence; empty for none.
func (d *draft) follows(ctx context.Context, list []incident.Summary, o Observation, f incident.Finding) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	p, err := d.engine.InForce(ctx, o.Protocol)
	if err != nil {
		return "", err
	}
	if det, ok := p.Detector(f.Detector); !ok || !incident.CountsFailures(det) {
		return "", nil
	}
	for _, s := range list {
		if s.Protocol != o.Protocol || !d.scene.same(s) || s.Phase.Over() {
			continue
		}
		v, _, err := d.view(ctx, s.ID)
		if err != nil {
			return "", err
		}
		if v.State.Follows(v.Plan, f) != "" {
			return s.ID, nil
		}
	}
	return "", nil
}

// alike reports whether two findings that belong to no issue belong together all the same: a detector that no issue lists must
// not open an incident for each of them.
func alike(a, b incident.Finding) bool {
	return len(a.Issues)+len(b.Issues) == 0 && a.Detector == b.Detector && a.Chain == b.Chain
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}
