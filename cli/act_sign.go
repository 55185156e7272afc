package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/act"
	"tocsin/action"
	"tocsin/action/safe"
	"tocsin/app"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/outside"
	"tocsin/plan"
	"tocsin/signer"
)

func (t *terminal) actSign() *cobra.Command {
	var f actFlags
	var key keyFlags
	var refuse, yes bool
	var out, typed string
	c := &cobra.Command{
		Use: "sign REQUEST --plan DIR --keystore FILE", Short: "Sign a request, after reading exactly what is signed", Args: exactly("a request"),
		Long: `Sign shows what a request does, worked out from the plan folder alone, and signs it: an owner of the Safe signs the Safe transaction, everybody
else the decision's message, and so does whoever says no. It needs no connection. With --typed it writes what a wallet or a device signs,
instead of signing: hand the signature in as {"signature": "0x…", "choice": "approve"} in a file.`,
		RunE: func(c *cobra.Command, args []string) error {
			p, err := t.actPlan(&f)
			if err != nil {
				return err
			}
			r, err := act.ReadRequest(args[0])
			if err != nil {
				return err
			}
			f.yes = yes
			pr, err := t.vouchRequest(c.Context(), &f, p, r)
			if err != nil {
				return err
			}
			choice := decision.Approve
			if refuse {
				choice = decision.Refuse
			}
			if typed != "" {
				return t.writeTyped(typed, r, pr, choice)
			}
			k, err := t.openSigner(c, &key)
			if err != nil {
				return err
			}
			if err := t.readRequest(p, r, pr, k.Address(), choice); err != nil {
				return err
			}
			if err := t.ask("Is this what you mean to sign?", "Nothing was signed.", yes); err != nil {
				return err
			}
			a, err := answer(c, p, r, pr, k, choice)
			if err != nil {
				return err
			}
			return t.writeAnswer(out, args[0], r, a)
		},
	}
	f.flags(c, false)
	key.flags(c, "key file (keystore v3) of the person who signs")
	c.Flags().BoolVar(&refuse, "refuse", false, "say no")
	c.Flags().BoolVar(&yes, "yes", false, "sign without asking, for scripts")
	c.Flags().StringVarP(&out, "out", "o", "", "file to write; named after the request and the person if not given; an existing file is not overwritten")
	c.Flags().StringVar(&typed, "typed", "", "file to write the typed data of the message to, and with .safe behind it that of the Safe transaction, instead of signing")
	return c
}

// ownerSigns reports whether an account's yes is the Safe transaction.
func ownerSigns(pr action.Prepared, account evm.Address, choice string) bool {
	return choice == decision.Approve && pr.Safe != nil && pr.Safe.Facts != nil && pr.Safe.Facts.Owner(account)
}

// readRequest shows what is about to be signed, on standard error.
func (t *terminal) readRequest(p *plan.Plan, r outside.Request, pr action.Prepared, account evm.Address, choice string) error {
	var b strings.Builder
	fmt.Fprint(&b, "REAL\n")
	writeAction(&b, pr)
	writeHashes(&b, r, pr)
	name := "nobody in the plan"
	person := decision.Holder(p, account)
	if person != nil {
		name = p.NameOf(person.ID)
	}
	fmt.Fprintf(&b, "You say %s, with %s, %s.\n", choice, account.Hex(), name)
	d, _ := p.Decision(r.Decision)
	switch {
	case ownerSigns(pr, account, choice):
		fmt.Fprint(&b, "You are an owner of the Safe: you sign the Safe transaction. It has no expiry and cannot be recalled.\n")
	case person == nil:
		return fault.New(fault.Forbidden, "NOBODY IN THE PLAN SIGNS WITH THIS KEY, %s.", account.Hex()).Instead("Sign with the key that the plan names for you.")
	default:
		if err := decision.MayAnswer(p, &d, person.ID, r.Opened, r.Opened, r.Proposer); err != nil {
			fmt.Fprintf(&b, "IT MAY NOT COUNT: %s\n", fault.Sentence(err))
		}
		fmt.Fprint(&b, "You sign the decision's message.\n")
	}
	fmt.Fprint(t.err, printable(b.String()))
	return nil
}

// answer signs.
func answer(c *cobra.Command, p *plan.Plan, r outside.Request, pr action.Prepared, k signer.Signer, choice string) (outside.Answer, error) {
	a := outside.Answer{Choice: choice, Form: outside.ByMessage, Signer: k.Address()}
	if person := decision.Holder(p, k.Address()); person != nil {
		a.Person = person.ID
	}
	what := r.Message.With(choice).Typed()
	if ownerSigns(pr, k.Address(), choice) {
		a.Form, a.Kind, what = outside.BySafe, safe.Account, pr.Safe.Transaction.Typed()
	}
	sig, err := k.SignTyped(c.Context(), what)
	a.Signature = sig
	return a, err
}

// writeAnswer writes a signature file beside the request.
func (t *terminal) writeAnswer(out, request string, r outside.Request, a outside.Answer) error {
	if out == "" {
		name := a.Person
		if name == "" {
			name = strings.ToLower(a.Signer.Hex())
		}
		out = strings.TrimSuffix(request, filepath.Ext(request)) + "." + name + ".json"
	}
	s := act.Signed{Tocsin: outside.Form, Request: r.ID, Answer: a}
	b, err := encoded(s)
	if err != nil {
		return err
	}
	if err := app.WriteNew(out, func(w io.Writer) error { _, err := w.Write(b); return err }); err != nil {
		return err
	}
	return t.print(map[string]any{"file": out, "request": r.ID, "signer": a.Signer.Hex(), "form": a.Form, "choice": a.Choice}, func(w io.Writer) {
		fmt.Fprintf(w, "%s holds the answer. Send it back to whoever sent the request.\n", out)
	})
}

// writeTyped writes what a wallet signs.
func (t *terminal) writeTyped(file string, r outside.Request, pr action.Prepared, choice string) error {
	files := []string{file}
	if err := app.WriteNew(file, func(w io.Writer) error { _, err := w.Write(r.Message.With(choice).TypedData()); return err }); err != nil {
		return err
	}
	if pr.Safe != nil && choice == decision.Approve {
		b, err := encoded(pr.Safe.Transaction.Typed())
		if err != nil {
			return err
		}
		files = append(files, file+".safe")
		if err := app.WriteNew(file+".safe", func(w io.Writer) error { _, err := w.Write(b); return err }); err != nil {
			return err
		}
	}
	return t.print(map[string]any{"files": files}, func(w io.Writer) {
		fmt.Fprintf(w, "%s holds the message that approvers sign.\n", file)
		if len(files) > 1 {
			fmt.Fprintf(w, "%s holds the transaction that owners of the Safe sign.\n", files[1])
		}
	})
}
