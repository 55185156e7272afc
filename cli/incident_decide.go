package cli

import (
	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/decision"
	"tocsin/engine"
	"tocsin/incident"
)

func (t *terminal) incidentWithdraw() *cobra.Command {
	var why string
	return t.do("withdraw INCIDENT DECISION", "Take back what was asked for, before anything has been sent for it", []string{"an incident", "a decision"}, access.Respond,
		func(c *cobra.Command) { c.Flags().StringVar(&why, "why", "", "the reason") },
		func(_ *engine.View, args []string) (incident.Op, error) {
			return incident.OpWithdraw{Decision: args[1], Why: why}, nil
		})
}

func (t *terminal) incidentReject() *cobra.Command {
	var why string
	return t.do("reject INCIDENT DECISION", "Ask a Safe's owners to use up the nonce that they signed for, so that what they signed can never be carried out", []string{"an incident", "a decision"}, access.Respond,
		func(c *cobra.Command) { c.Flags().StringVar(&why, "why", "", "the reason") },
		func(_ *engine.View, args []string) (incident.Op, error) {
			return incident.OpReject{Decision: args[1], Why: why}, nil
		})
}

func (t *terminal) incidentAttest() *cobra.Command {
	var op incident.OpAttest
	var refuse bool
	return t.do("attest INCIDENT DECISION PERSON", "Attest what an approver said by word of mouth, after calling them back", []string{"an incident", "a decision", "a person"}, access.Respond,
		func(c *cobra.Command) {
			c.Flags().StringVar(&op.Came, "came", "", "how it came: email, letter, …")
			c.Flags().StringVar(&op.How, "how", "", "how you called them back: the kind of one of their contacts in the plan")
			c.Flags().StringVar(&op.Words, "words", "", "what they said, in their words")
			c.Flags().BoolVar(&refuse, "refuse", false, "they said no")
		},
		func(_ *engine.View, args []string) (incident.Op, error) {
			op.Decision, op.Person, op.Choice = args[1], args[2], decision.Approve
			if refuse {
				op.Choice = decision.Refuse
			}
			return op, nil
		})
}

func (t *terminal) incidentDeny() *cobra.Command {
	return t.do("deny INCIDENT DECISION", "Say that you never said what was attested of you; it counts no more, and everybody is told", []string{"an incident", "a decision"}, access.Answer, nil,
		func(_ *engine.View, args []string) (incident.Op, error) {
			return incident.OpDeny{Decision: args[1]}, nil
		})
}

func (t *terminal) incidentOverride() *cobra.Command {
	var why, signature string
	var chains confirmFlags
	return t.do("override INCIDENT DECISION", "Decide without the approvers, where the plan lets you: hand in a signature made with tocsin sign --override", []string{"an incident", "a decision"}, access.Approve,
		func(c *cobra.Command) {
			c.Flags().StringVar(&why, "why", "", "the reason, word for word as it was signed")
			c.Flags().StringVar(&signature, "signature", "", "65 bytes in hexadecimal, or what a contract's wallet gives; - reads it from standard input")
			chains.flags(c)
		},
		func(v *engine.View, args []string) (incident.Op, error) {
			sig, err := t.signature(signature)
			if err != nil {
				return nil, err
			}
			fact, err := t.confirmed(&chains, v, args[1], decision.Override, why, sig)
			if err != nil {
				return nil, err
			}
			return incident.OpOverride{Decision: args[1], Why: why, Signature: sig, Fact: fact}, nil
		})
}

func (t *terminal) incidentSend() *cobra.Command {
	var why string
	return t.do("send INCIDENT DECISION", "Have it sent although the plan's rule is not met: the Safe's owners suffice, and you are one who signed", []string{"an incident", "a decision"}, access.Approve,
		func(c *cobra.Command) { c.Flags().StringVar(&why, "why", "", "the reason, which everybody is told") },
		func(_ *engine.View, args []string) (incident.Op, error) {
			return incident.OpSendAnyway{Decision: args[1], Why: why}, nil
		})
}
