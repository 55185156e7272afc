package cli

import (
	"context"
	"fmt"

	"tocsin/access"
	"tocsin/arm"
	"tocsin/backtest"
	"tocsin/fault"
	"tocsin/plan"
)

// recordTests keeps what a replay found with the plan in force. p is the plan that was replayed.
func (t *terminal) recordTests(ctx context.Context, d desk, p *plan.Plan, r *backtest.Report) error {
	k, err := t.open(ctx, d)
	if err != nil {
		return err
	}
	defer k.Close()
	inForce, err := planOf(ctx, k.Engine, d.protocol)
	if err != nil {
		return err
	}
	actor, err := d.actor(inForce, access.Propose)
	if err != nil {
		return err
	}
	var tests []arm.Test
	for _, x := range r.Detectors {
		switch {
		case x.Warming: // it could not have found anything
			continue
		case arm.Imprint(p, x.ID) != arm.Imprint(inForce, x.ID):
			fmt.Fprintf(t.err, "The backtest of %s is not recorded: the plan in force has another detector of that id, or none.\n", x.Name)
			continue
		}
		tests = append(tests, arm.Test{
			Detector: x.ID, Of: arm.Imprint(p, x.ID), Chain: r.Chain, From: r.From, To: r.To, Begin: r.Begin, End: r.End,
			Blocks: r.Blocks, Verified: r.Verified, Findings: x.Count, FalseAlarms: x.FalseAlarms,
		})
	}
	if len(tests) == 0 {
		return fault.New(fault.Invalid, "No detector of the plan in force was replayed, so nothing is recorded.").Instead("Replay the plan that is in force.")
	}
	if err := k.Engine.RecordTests(ctx, inForce.Protocol, tests, actor); err != nil {
		return err
	}
	fmt.Fprintf(t.err, "The backtest of %s is on record.\n", count(len(tests), "detector"))
	return nil
}
