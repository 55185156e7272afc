package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/app"
	"tocsin/arm"
	"tocsin/decision"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

func (t *terminal) arm() *cobra.Command {
	var d desk
	var until string
	c := &cobra.Command{
		Use:   "arm ISSUE",
		Short: "Ask that Tocsin may act on an issue by itself for a time; the approvers sign in advance",
		Long: `Arm asks that what the plan says under automatic of an issue may be done without asking anybody, until a time. It is armed once the
approvers of its decision have signed: with tocsin sign --arming ISSUE, handed in with tocsin arm approve, or on the console's page. It
ends by itself at that time, and when another plan comes into force. A backtest of each detector that acts must be on record first; see
tocsin backtest --record.`,
		Args: exactly("an issue"),
		RunE: func(c *cobra.Command, args []string) error {
			return t.armed(c, d, access.Propose, func(k *app.Desk, p *plan.Plan, a journal.Actor) (string, error) {
				end, err := endOf(p, until, k.Engine.Now())
				if err != nil {
					return "", err
				}
				_, err = k.Engine.Arm(c.Context(), p.Protocol, args[0], end, a)
				return args[0], err
			})
		},
	}
	d.flags(c, true)
	d.ofProtocol(c)
	c.Flags().StringVar(&until, "until", "", `how long, such as 24h, or until when, such as "2026-12-24 03:00" by the clock of the plan's rota; as long as the plan lets it if not given`)
	c.AddCommand(t.armAnswer(decision.Approve), t.armAnswer(decision.Refuse))
	return c
}

func (t *terminal) armAnswer(choice string) *cobra.Command {
	var d desk
	var signature string
	word := map[string]string{decision.Approve: "yes", decision.Refuse: "no"}[choice]
	c := &cobra.Command{
		Use: choice + " ISSUE", Short: "Hand in a signed " + word + " to an arming", Args: exactly("an issue"),
		RunE: func(c *cobra.Command, args []string) error {
			sig, err := t.signature(signature)
			if err != nil {
				return err
			}
			return t.armed(c, d, access.Approve, func(k *app.Desk, p *plan.Plan, a journal.Actor) (string, error) {
				x, err := openArm(c.Context(), k, p, args[0])
				if err != nil {
					return "", err
				}
				_, err = k.Engine.SignArm(c.Context(), p.Protocol, x.Number, choice, sig, a)
				return args[0], err
			})
		},
	}
	d.flags(c, true)
	d.ofProtocol(c)
	c.Flags().StringVar(&signature, "signature", "", "signature as tocsin sign prints it, or - to read it from standard input")
	return c
}

func (t *terminal) disarm() *cobra.Command {
	var d desk
	var why string
	var keep bool
	c := &cobra.Command{
		Use:   "disarm ISSUE",
		Short: "End what may be done about an issue by itself; a second person has to agree",
		Long: `Disarm ends the arming of an issue. The first person only asks; it ends once a second one of the core team disarms it too, within an
hour. Of an arming that still waits for signatures it is the withdrawal, which one person may. With --keep what somebody asked for is
dropped: it stays armed.`,
		Args: exactly("an issue"),
		RunE: func(c *cobra.Command, args []string) error {
			return t.armed(c, d, access.Mute, func(k *app.Desk, p *plan.Plan, a journal.Actor) (string, error) {
				if keep {
					return args[0], k.Engine.KeepArmed(c.Context(), p.Protocol, args[0], a)
				}
				_, err := k.Engine.Disarm(c.Context(), p.Protocol, args[0], why, a)
				return args[0], err
			})
		},
	}
	d.flags(c, true)
	d.ofProtocol(c)
	c.Flags().StringVar(&why, "why", "", "the reason; not needed of who agrees")
	c.Flags().BoolVar(&keep, "keep", false, "let it stay armed, although somebody asked for it to be disarmed")
	return c
}

func (t *terminal) arms() *cobra.Command {
	var d desk
	c := &cobra.Command{
		Use: "arms", Short: "List what Tocsin does by itself: what is armed until when, by whom, and why not", Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			p, err := planOf(c.Context(), k.Engine, d.protocol)
			if err != nil {
				return err
			}
			list, err := armsOf(c.Context(), k, p)
			if err != nil {
				return err
			}
			return t.print(map[string]any{"arms": list}, func(w io.Writer) {
				if len(list) == 0 {
					fmt.Fprintln(w, "The plan does nothing by itself.")
				}
				for _, s := range list {
					d.writeArm(w, p, s)
				}
			})
		},
	}
	d.flags(c, false)
	d.ofProtocol(c)
	return c
}

// armed opens the data folder, has a person change what is armed, and prints how that stands then.
func (t *terminal) armed(c *cobra.Command, d desk, right access.Right, change func(*app.Desk, *plan.Plan, journal.Actor) (string, error)) error {
	k, err := t.open(c.Context(), d)
	if err != nil {
		return err
	}
	defer k.Close()
	p, err := planOf(c.Context(), k.Engine, d.protocol)
	if err != nil {
		return err
	}
	a, err := d.actor(p, right)
	if err != nil {
		return err
	}
	issue, err := change(k, p, a)
	if err != nil {
		return err
	}
	list, err := armsOf(c.Context(), k, p)
	if err != nil {
		return err
	}
	for _, s := range list {
		if s.Issue == issue {
			return t.print(map[string]any{"arm": s}, func(w io.Writer) { d.writeArm(w, p, s) })
		}
	}
	return fault.New(fault.NotFound, "The plan does nothing about %q by itself any more.", issue)
}

// armsOf is how everything stands that the plan in force does by itself.
func armsOf(ctx context.Context, k *app.Desk, p *plan.Plan) ([]arm.Standing, error) {
	s, err := k.Engine.Arms(ctx, p.Protocol)
	if err != nil {
		return nil, err
	}
	return arm.Look(p, s, k.Engine.Now()), nil
}

// openArm is the arming of an issue that waits for signatures.
func openArm(ctx context.Context, k *app.Desk, p *plan.Plan, issue string) (arm.Arm, error) {
	s, err := k.Engine.Arms(ctx, p.Protocol)
	if err != nil {
		return arm.Arm{}, err
	}
	x, ok := s.Open(p, issue, k.Engine.Now())
	if !ok {
		return arm.Arm{}, fault.New(fault.Conflict, "Nothing of the issue %q waits for signatures.", issue).Instead("Ask for it first: tocsin arm %s.", issue)
	}
	return x, nil
}

// armingMessage is what is signed to arm an issue.
func armingMessage(ctx context.Context, k *app.Desk, d desk, issue string) (decision.Message, error) {
	p, err := planOf(ctx, k.Engine, d.protocol)
	if err != nil {
		return decision.Message{}, err
	}
	x, err := openArm(ctx, k, p, issue)
	return x.Message, err
}

// armingWords shows what an arming lets Tocsin do, on standard error, worked out from the trusted plan.
func (t *terminal) armingWords(p *plan.Plan, a decision.Arming) {
	fmt.Fprintf(t.err, "By the trusted plan this lets Tocsin act without asking anybody again:\n  %s\n  until %s, asked by %s at %s\n",
		printable(a.Message.Summary), moment(a.Until), p.NameOf(a.Proposer), moment(a.Asked))
}

// writeArm says how what is done about an issue by itself stands, and what can be done about that.
func (d *desk) writeArm(w io.Writer, p *plan.Plan, s arm.Standing) {
	acts := make([]string, 0, len(s.Acts))
	for _, x := range s.Acts {
		acts = append(acts, x.Name)
	}
	switch {
	case s.Armed != nil:
		fmt.Fprintf(w, "%s is armed until %s, by %s.\n", s.Name, moment(s.Armed.Until), agreed(p, s.Armed.By()))
	default:
		fmt.Fprintf(w, "%s is not armed.\n", s.Name)
	}
	fmt.Fprintf(w, "    When %s finds it: %s At most %s in %s; used %s.\n", strings.Join(acts, " or "), s.Does, count(s.AtMost, "time"), s.Per, count(len(s.Used), "time"))
	for _, x := range s.Unfit {
		fmt.Fprintf(w, "    It can never be armed: %s\n", x)
	}
	for _, x := range s.Acts {
		if x.Test == nil {
			fmt.Fprintf(w, "    No backtest of %s is on record; see tocsin backtest --record.\n", x.Name)
			continue
		}
		fmt.Fprintf(w, "    Backtest of %s: %s in blocks %d to %d, recorded by %s at %s.\n", x.Name, count(int(x.Test.Findings), "finding"), x.Test.From, x.Test.To, p.NameOf(x.Test.By), moment(x.Test.At))
	}
	if s.Armed != nil && s.Why != "" {
		fmt.Fprintf(w, "    It does not act now: %s\n", s.Why)
	}
	if s.Armed != nil && s.Armed.Disarm != nil {
		x := s.Armed.Disarm
		fmt.Fprintf(w, "    %s wants it disarmed: %s\n    A second person has to agree by %s:    tocsin disarm %s --data %s --as PERSON\n", p.NameOf(x.By), x.Why, moment(x.Lapses), s.Issue, d.data)
	}
	if o := s.Open; o != nil {
		m := o.Message.With(decision.Approve)
		domain, message := m.Parts()
		fmt.Fprintf(w, "    %s wants it armed until %s. It can be signed until %s, and has been by %s.\n", p.NameOf(o.Proposer), moment(o.Until), moment(o.Lapses(p)), agreed(p, o.By()))
		fmt.Fprintf(w, "    What is signed:\n      %s\n      plan          %s\n      action        %s\n      domain hash   %s\n      message hash  %s\n      digest        %s\n",
			m.Summary, m.Plan.Hex(), m.Action.Hex(), domain.Hex(), message.Hex(), m.Digest().Hex())
		fmt.Fprintf(w, "    Sign:     tocsin sign --arming %s --data %s --keystore FILE\n    Hand in:  tocsin arm approve %s --data %s --as PERSON --signature 0x…\n", s.Issue, d.data, s.Issue, d.data)
	}
}

// agreed names those who have signed; nobody if none has.
func agreed(p *plan.Plan, ids []string) string {
	if len(ids) == 0 {
		return "nobody"
	}
	return names(p, ids)
}
