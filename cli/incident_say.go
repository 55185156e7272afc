package cli

import (
	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/incident"
	"tocsin/plan"
)

func (t *terminal) incidentSeverity() *cobra.Command {
	var why string
	return t.do("severity INCIDENT SEVERITY", "Raise or lower the severity; lowering from one that wants it takes a second person", []string{"an incident", "a severity of the plan"}, access.Respond,
		func(c *cobra.Command) { c.Flags().StringVar(&why, "why", "", "the reason") },
		func(_ *engine.View, args []string) (incident.Op, error) {
			return incident.OpSeverity{To: args[1], Why: why}, nil
		})
}

func (t *terminal) incidentNote() *cobra.Command {
	return t.do("note INCIDENT TEXT", "Write into the timeline, with your name and the time", []string{"an incident", "a text"}, access.Respond, nil,
		func(_ *engine.View, args []string) (incident.Op, error) {
			return incident.OpNote{Text: args[1]}, nil
		})
}

func (t *terminal) incidentPropose() *cobra.Command {
	return t.do("propose INCIDENT STEP", "Ask for the decision that a step needs", []string{"an incident", "a step"}, access.Propose, nil,
		func(v *engine.View, args []string) (incident.Op, error) {
			for _, st := range incident.StepsOf(v.Plan, v.State) {
				if st.ID != args[1] {
					continue
				}
				x := incident.Subject{Kind: incident.SubjectStep, Ref: plan.StepRef(v.State.Procedure, st.ID), Step: st.ID}
				if st.Step.Action != "" {
					x = incident.Subject{Kind: incident.SubjectAction, Ref: st.Step.Action, Step: st.ID}
				}
				return incident.OpPropose{Decision: st.Step.Decision, Subject: x}, nil
			}
			return nil, incident.NoStep(v.Plan, v.State, args[1])
		})
}

func (t *terminal) incidentRetry() *cobra.Command {
	return t.do("retry INCIDENT ACTION", "Order an action again that failed, under the decision that was made for it", []string{"an incident", "an action of the incident"}, access.Step, nil,
		func(_ *engine.View, args []string) (incident.Op, error) {
			return incident.OpRetry{Action: args[1]}, nil
		})
}
