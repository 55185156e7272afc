package cli

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/action/safe"
	"tocsin/decision"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
)

func (t *terminal) incident() *cobra.Command {
	c := &cobra.Command{Use: "incident", Short: "Open, look at and work on incidents"}
	c.AddCommand(t.incidentOpen(), t.incidentList(), t.incidentShow(), t.incidentAnswer(), t.incidentValidate(), t.incidentDismiss(),
		t.incidentStep(), t.incidentApprove(), t.incidentUpdate(), t.incidentContain(), t.incidentResolve(), t.incidentTake(), t.incidentHandOver(), t.incidentAccept(), t.incidentDecline(), t.incidentLeave(), t.incidentCorrect(),
		t.incidentDistrust(), t.incidentTrust(), t.incidentRestrict(), t.incidentReveal(), t.incidentMerge(), t.incidentAdopt(), t.incidentClose(), t.incidentReopen(), t.incidentExport(), t.incidentRedact(),
		t.incidentOwed(), t.incidentWaive(), t.incidentReinstate(), t.incidentPin(), t.incidentReply(), t.incidentUndo(), t.incidentAdd(), t.incidentAttach(), t.incidentLessons(),
		t.incidentSeverity(), t.incidentNote(), t.incidentPropose(), t.incidentRetry(),
		t.incidentWithdraw(), t.incidentReject(), t.incidentAttest(), t.incidentDeny(), t.incidentOverride(), t.incidentSend())
	return c
}

func (t *terminal) incidentOpen() *cobra.Command {
	var d desk
	var title, issue string
	c := &cobra.Command{
		Use:   "open [WORDS…]",
		Short: "Say that something is wrong",
		Long:  "Open raises the alarm: it opens an incident and calls the people. No known issue and no words are needed.",
		RunE: func(c *cobra.Command, args []string) error {
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			p, err := planOf(c.Context(), k.Engine, d.protocol)
			if err != nil {
				return err
			}
			actor, err := d.actor(p, access.Report)
			if err != nil {
				return err
			}
			v, err := k.Engine.Open(c.Context(), incident.Command{Actor: actor, Op: incident.OpOpen{
				Protocol: p.Protocol, Title: title, Issue: issue, Text: strings.Join(args, " "),
			}})
			if err != nil {
				return err
			}
			return t.show(c.Context(), v, d.as, false)
		},
	}
	d.flags(c, true)
	c.Flags().StringVar(&d.protocol, "protocol", "", "protocol, if the server holds several plans")
	c.Flags().StringVar(&title, "title", "", "a few words to call it by")
	c.Flags().StringVar(&issue, "issue", "", "issue of the plan, if it is known")
	return c
}

func (t *terminal) incidentList() *cobra.Command {
	var d desk
	var open bool
	c := &cobra.Command{
		Use: "list", Short: "List incidents, real ones first, newest first", Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			list, err := k.Engine.List(c.Context(), open)
			if err != nil {
				return err
			}
			list = slices.DeleteFunc(list, func(s incident.Summary) bool { return !s.Sees(d.as) || d.protocol != "" && s.Protocol != d.protocol })
			several := slices.ContainsFunc(list, func(s incident.Summary) bool { return s.Protocol != list[0].Protocol })
			return t.print(map[string]any{"incidents": list}, func(w io.Writer) {
				if len(list) == 0 {
					fmt.Fprintln(w, "No incidents.")
				}
				for _, s := range list {
					fmt.Fprintf(w, "%-14s %s  %-9s  %s%s\n", s.ID, s.Opened.Format("2006-01-02 15:04:05 UTC"), s.Phase, exerciseMark(s.Exercise), ofProtocol(several, s.Protocol)+s.Title)
				}
			})
		},
	}
	d.looks(c)
	c.Flags().StringVar(&d.protocol, "protocol", "", "only of this protocol")
	c.Flags().BoolVar(&open, "open", false, "only those going on")
	return c
}

// ofProtocol puts the protocol before what a line says, where lines are of several.
func ofProtocol(several bool, protocol string) string {
	if several {
		return protocol + ": "
	}
	return ""
}

func exerciseMark(is bool) string {
	if is {
		return "EXERCISE: "
	}
	return ""
}

func (t *terminal) incidentShow() *cobra.Command {
	var d desk
	var whole bool
	c := &cobra.Command{
		Use: "show INCIDENT", Short: "Show one incident: what is to be done, who comes, what happened", Args: exactly("an incident"),
		RunE: func(c *cobra.Command, args []string) error {
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			v, err := k.Engine.ViewFor(c.Context(), args[0], d.as)
			if err != nil {
				return err
			}
			return t.show(c.Context(), v, d.as, whole)
		},
	}
	d.looks(c)
	c.Flags().BoolVar(&whole, "timeline", false, "the whole timeline, not its end alone")
	return c
}

func (t *terminal) incidentAnswer() *cobra.Command {
	var note string
	return t.do("answer INCIDENT ANSWER", "Say whether you come: coming, coming-cannot-sign or cannot", []string{"an incident", "an answer"}, access.Answer,
		func(c *cobra.Command) { c.Flags().StringVar(&note, "note", "", "a sentence about it") },
		func(_ *engine.View, args []string) (incident.Op, error) {
			return incident.OpAnswer{Answer: args[1], Note: note}, nil
		})
}

func (t *terminal) incidentValidate() *cobra.Command {
	var note, issue string
	var criteria []string
	return t.do("validate INCIDENT", "Say that it is real", []string{"an incident"}, access.Validate,
		func(c *cobra.Command) {
			c.Flags().StringVar(&note, "note", "", "a sentence about it")
			c.Flags().StringVar(&issue, "issue", "", "which issue of the plan it is, if not the one shown")
			c.Flags().StringArrayVar(&criteria, "criterion", nil, "activation criterion that holds, word for word; may be repeated")
		},
		func(*engine.View, []string) (incident.Op, error) {
			return incident.OpValidate{Issue: issue, Criteria: criteria, Note: note}, nil
		})
}

func (t *terminal) incidentDismiss() *cobra.Command {
	var why string
	return t.do("dismiss INCIDENT", "Say that it is nothing; at a severity that wants it, a second person has to say so too", []string{"an incident"}, access.Dismiss,
		func(c *cobra.Command) { c.Flags().StringVar(&why, "why", "", "the reason") },
		func(*engine.View, []string) (incident.Op, error) {
			return incident.OpDismiss{Why: why}, nil
		})
}

func (t *terminal) incidentApprove() *cobra.Command {
	var signature, service string
	var refuse bool
	var chains confirmFlags
	return t.do("approve INCIDENT DECISION", "Hand in a signature made with tocsin sign or a wallet, or those that the Safe transaction service gathered", []string{"an incident", "a decision"}, access.Approve,
		func(c *cobra.Command) {
			c.Flags().StringVar(&signature, "signature", "", "65 bytes in hexadecimal, or what a contract's wallet gives; - reads it from standard input")
			chains.flags(c)
			c.Flags().BoolVar(&refuse, "refuse", false, "the signature says no")
			c.Flags().StringVar(&service, "service", "", "file with what the Safe transaction service answers about the transaction: the signatures of all its owners that are in it are handed in")
		},
		func(v *engine.View, args []string) (incident.Op, error) {
			if service != "" {
				return confirmations(v, args[1], service)
			}
			sig, err := t.signature(signature)
			if err != nil {
				return nil, err
			}
			choice := decision.Approve
			if refuse {
				choice = decision.Refuse
			}
			fact, err := t.confirmed(&chains, v, args[1], choice, "", sig)
			if err != nil {
				return nil, err
			}
			return incident.OpApprove{Decision: args[1], Choice: choice, Signature: sig, Fact: fact}, nil
		})
}

// confirmations are the signatures that the Safe transaction service gathered for a decision's Safe transaction.
func confirmations(v *engine.View, decision, file string) (incident.Op, error) {
	d := v.State.Decision(decision)
	if d == nil || d.Safe == nil {
		return nil, fault.New(fault.Conflict, "%s is no decision whose Safe has been read.", decision)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s cannot be read.", file).Because(err)
	}
	list, err := safe.Confirmations(b, d.Safe.Hashes.Hash)
	if err != nil {
		return nil, err
	}
	op := incident.OpConfirm{Decision: decision}
	var not []string
	for _, x := range list {
		if x.Why != "" {
			not = append(not, x.Owner.Hex()+": "+x.Why)
			continue
		}
		op.Signatures = append(op.Signatures, x.Signature)
	}
	if len(op.Signatures) == 0 {
		return nil, fault.New(fault.Invalid, "%s holds no signature that can be used. %s", file, strings.Join(not, " "))
	}
	return op, nil
}

func (t *terminal) incidentContain() *cobra.Command {
	var note string
	return t.do("contain INCIDENT", "Say that it has stopped, where nothing can be measured", []string{"an incident"}, access.Resolve,
		func(c *cobra.Command) { c.Flags().StringVar(&note, "note", "", "how it was stopped") },
		func(*engine.View, []string) (incident.Op, error) {
			return incident.OpContain{Note: note}, nil
		})
}

func (t *terminal) incidentResolve() *cobra.Command {
	var note, despite string
	var absent []string
	return t.do("resolve INCIDENT", "Say that service is restored", []string{"an incident"}, access.Resolve,
		func(c *cobra.Command) {
			c.Flags().StringVar(&note, "note", "", "a sentence about it")
			c.Flags().StringArrayVar(&absent, "absent", nil, "thing that would reopen it and does not happen, word for word; may be repeated; all of them if it is not given")
			c.Flags().StringVar(&despite, "despite", "", "why it is resolved although something is missing; it may take two")
		},
		func(v *engine.View, _ []string) (incident.Op, error) {
			if len(absent) == 0 || slices.Equal(absent, []string{"all"}) { // who resolves says that nothing of it happens
				absent = incident.Reopening(v.Plan, v.State)
			}
			return incident.OpResolve{Note: note, Absent: absent, Despite: despite}, nil
		})
}

func (t *terminal) incidentClose() *cobra.Command {
	var note, despite string
	return t.do("close INCIDENT", "Close a resolved incident", []string{"an incident"}, access.Close,
		func(c *cobra.Command) {
			c.Flags().StringVar(&note, "note", "", "a sentence about it")
			c.Flags().StringVar(&despite, "despite", "", "why it is closed although something is missing; it may take two")
		},
		func(*engine.View, []string) (incident.Op, error) {
			return incident.OpClose{Note: note, Despite: despite}, nil
		})
}

func (t *terminal) incidentReopen() *cobra.Command {
	var why string
	return t.do("reopen INCIDENT", "Make an incident live again", []string{"an incident"}, access.Report,
		func(c *cobra.Command) { c.Flags().StringVar(&why, "why", "", "the reason") },
		func(*engine.View, []string) (incident.Op, error) {
			return incident.OpReopen{Why: why}, nil
		})
}
