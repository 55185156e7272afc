package engine

import (
	"context"
	"fmt"

	"tocsin/incident"
	"tocsin/journal"
)

// Export returns everything about an incident, to be written as a zip that verifies offline: with each plan by which it ran. Its files
// are fetched when they are written, while ctx lasts.
func (e *Engine) Export(ctx context.Context, id string) (journal.Export, error) {
	v, err := e.View(ctx, id)
	if err != nil {
		return journal.Export{}, err
	}
	runs := v.State.Plan.Hex()
	x := journal.Export{
		Manifest: journal.Manifest{Incident: stream(id), Protocol: v.State.Protocol, PlanHash: runs},
		Evidence: map[string][]byte{}, Fetch: v.evidence(ctx),
	}
	if x.Records, err = v.Records(ctx); err != nil {
		return journal.Export{}, err
	}
	if x.Records, err = (sealing{v.State}).records(x.Records); err != nil {
		return journal.Export{}, err
	}
	now, err := e.planCopy(ctx, runs)
	if err != nil {
		return journal.Export{}, fmt.Errorf("plan of incident %s: %w", id, err)
	}
	x.Canonical, x.Plan = now.Canonical, now.Files
	for _, d := range decode(x.Records) {
		taken, ok := d.happened.Event.(incident.EventAdopted)
		if hash := taken.From.Hex(); ok && hash != runs {
			p, err := e.planCopy(ctx, hash)
			if isNotFound(err) {
				continue // whoever verifies the export says so
			}
			if err != nil {
				return journal.Export{}, fmt.Errorf("earlier plan of incident %s: %w", id, err)
			}
			if x.Earlier == nil {
				x.Earlier = map[string]journal.PlanCopy{}
			}
			x.Earlier[hash] = p
		}
	}
	if v.State.Postmortem != "" {
		x.Evidence[journal.PostmortemFile] = []byte(v.State.Postmortem)
	}
	return x, nil
}

// planCopy is a plan as it leaves the house.
func (e *Engine) planCopy(ctx context.Context, hash string) (journal.PlanCopy, error) {
	sp, err := e.store.Plan(ctx, hash)
	if err != nil {
		return journal.PlanCopy{}, fmt.Errorf("load plan %s: %w", hash, err)
	}
	files, err := unzip(sp.Files)
	if err != nil {
		return journal.PlanCopy{}, fmt.Errorf("read plan %s: %w", hash, err)
	}
	return journal.PlanCopy{Canonical: sp.Canonical, Files: files}, nil
}
