package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"tocsin/act"
	"tocsin/action/safe"
	"tocsin/fault"
	"tocsin/outside"
)

func (t *terminal) actSend() *cobra.Command {
	var f actFlags
	var key keyFlags
	var as, anyway string
	var yes, also bool
	within := 30 * time.Minute
	c := &cobra.Command{
		Use: "send REQUEST --plan DIR --endpoint CHAINID=URL --keystore FILE", Short: "Simulate, send, and verify the effect", Args: exactly("a request"),
		Long: `Send carries out a request that has been signed by all whom the plan wants, and the Safe: it reads whether it is in effect already, simulates
it, signs, writes that down, sends, waits until it has landed deep enough, and reads whether it worked. Stopped anywhere, even by
kill -9, it goes on by the same command, and at most one transaction can land.

Exit 0: it is in effect. 1: it may not be sent, or failed, or it is not known yet whether it landed. 2: unusable input.`,
		RunE: func(c *cobra.Command, args []string) error {
			file, p, err := t.openRecord(c, &f, args[0])
			if err != nil {
				return err
			}
			defer file.Close()
			r := file.Record()
			o := act.Options{Also: also, Now: time.Now, Say: func(s string) { fmt.Fprintln(t.err, printable(s)) }}
			if o.Logger, err = t.logger(c.Context()); err != nil {
				return err
			}
			if !r.Over() || r.State == outside.Failed {
				if o.Client, err = t.connect(c.Context(), &f, r.Message.Chain); err != nil {
					return err
				}
				defer o.Client.Close()
				if o.Signer, err = t.openSigner(c, &key); err != nil {
					return err
				}
				if anyway != "" {
					o.Ready = &outside.Anyway{Person: as, Why: anyway}
				}
				if r.Order == nil {
					if err := t.ask(fmt.Sprintf("%s It is sent from %s. Send it?", r.Message.Summary, o.Signer.Address().Hex()), "Nothing was sent.", yes); err != nil {
						return err
					}
				}
				ctx, cancel := context.WithTimeout(c.Context(), within)
				err := file.Send(ctx, o)
				cancel()
				if err != nil && !(fault.Is(err, fault.Unavailable) && file.Record().Order != nil) {
					return err
				}
				if err != nil {
					fmt.Fprintln(t.err, "tocsin: "+fault.Sentence(err))
				}
			}
			s, err := stand(file, p, nil, safe.Said{}, args[0], f.plan)
			if err != nil {
				return err
			}
			if err := t.showStand(s, p); err != nil {
				return err
			}
			if s.State != outside.Verified && s.State != outside.Unneeded {
				return told(exitNo)
			}
			return nil
		},
	}
	f.flags(c, true)
	key.flags(c, "key file (keystore v3) of the account that sends")
	c.Flags().StringVar(&anyway, "anyway", "", "why a transaction is sent that enough owners of the Safe signed and the plan's approvers did not; recorded")
	c.Flags().BoolVar(&also, "also", false, "send although another transaction of the account waits, which is known to be something else")
	c.Flags().StringVar(&as, "as", "", "who has it sent in that case: a person of the plan who signed for the Safe")
	c.Flags().BoolVar(&yes, "yes", false, "send without asking, for scripts")
	c.Flags().DurationVar(&within, "within", within, "how long to wait until it is known what became of it")
	return c
}
