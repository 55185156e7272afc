package app

import (
	"context"
	"slices"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
)

// choose lets the incident manager decide about optional steps that an action does: what the script expects is asked for, the rest is
// passed over.
func (c *cast) choose(ctx context.Context, v *engine.View) (bool, error) {
	manager := v.State.Holder(incident.RoleIncidentManager)
	if c.script == nil || manager == "" || !v.State.Phase.AtLeast(incident.Validated) {
		return false, nil
	}
	for _, st := range incident.StepsOf(v.Plan, v.State) {
		if st.Step.Action == "" || !st.Optional || st.Purpose == "restore" || st.State != incident.StepNow || st.Decision != nil {
			continue
		}
		var op incident.Op = incident.OpEndStep{Step: st.ID, State: incident.Skipped, Note: "Not called for here."}
		wanted := slices.Contains(c.script.Steps, plan.StepRef(v.State.Procedure, st.ID))
		if st.Step.Decision != "" && (wanted || slices.Contains(c.script.Decisions, st.Step.Decision)) {
			op = incident.OpPropose{Decision: st.Step.Decision, Subject: incident.Subject{Kind: incident.SubjectAction, Ref: st.Step.Action, Step: st.ID}}
		}
		_, err := c.engine.Do(ctx, v.State.ID, incident.Command{Actor: journal.Actor{Kind: journal.Person, ID: manager, Via: c.via}, Op: op})
		if fault.Is(err, fault.Conflict) {
			err = nil
		}
		return err == nil, err
	}
	return false, nil
}
