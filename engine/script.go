package engine

import (
	"context"
	"fmt"
	"slices"

	"tocsin/fault"
	"tocsin/plan"
	"tocsin/store"
)

// readScripts puts the scripts that a plan's scenarios are played by into it, as they were stored with the plan. A scenario whose script stays
// closed cannot be played; everything else goes on.
func (e *Engine) readScripts(p *plan.Plan, sp store.Plan) {
	if !slices.ContainsFunc(p.Exercises.Scenarios, func(s plan.Scenario) bool { return s.Script != "" }) {
		return
	}
	files, err := unzip(sp.Files)
	if err != nil {
		e.log.Error("scripts of scenarios cannot be read", "protocol", p.Protocol, "plan", sp.Hash, "err", err)
		return
	}
	for _, err := range p.ReadScripts(files, e.unseal) {
		e.log.Error("a script of a scenario stays sealed", "protocol", p.Protocol, "plan", sp.Hash, "say", fault.Sentence(err))
	}
}

// Picture is a picture of the plan folder that an inject of the exercise shows, and its media type. Who may see it is for the caller to
// know. Fault: not_found.
func (v *ExerciseView) Picture(ctx context.Context, name string) ([]byte, string, error) {
	hashes := []string{v.State.Plan.Hex()}
	if now := v.Plan.Hash().Hex(); now != hashes[0] { // it was chosen under the plan in force
		hashes = append([]string{now}, hashes...)
	}
	for _, hash := range hashes {
		p, sp, err := v.engine.readPlan(ctx, hash)
		if err != nil {
			return nil, "", err
		}
		files, err := unzip(sp.Files)
		if err != nil {
			return nil, "", fmt.Errorf("read the files of the plan %s: %w", hash, err)
		}
		if b, ok := p.Covered(files, name); ok {
			if media, ok := plan.PictureType(name, b); ok {
				return b, media, nil
			}
		}
	}
	return nil, "", fault.New(fault.NotFound, "There is no picture %q in the plan.", name)
}
