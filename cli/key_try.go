package cli

import (
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tocsin/access"
	"tocsin/decision"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
)

// keyTry shows that a person holds a key of theirs.
func (t *terminal) keyTry() *cobra.Command {
	var d desk
	var key keyFlags
	var confirm confirmFlags
	var folder, day, signature string
	var yes bool
	c := &cobra.Command{
		Use:   "try",
		Short: "Show that you hold a key of yours, by a signature that authorises nothing",
		Long: `Try signs that you hold your key: the message names you, the protocol, the plan in force and the day, and authorises nothing. Readiness
then says whose key was never tried, or not lately. On a machine without the server, give the plan in force by --plan DIR: the signature is
printed, and handed in on the console's page "Try your key", or with --signature where the data folder is.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if d.as == "" {
				return fault.New(fault.Invalid, "Nothing says whose key it is.").Instead("Give --as PERSON.")
			}
			if folder != "" {
				p, _, err := t.load(folder)
				if err != nil {
					return err
				}
				_, sig, err := t.tryKey(c, p, d.as, day, time.Now(), &key, yes)
				if err != nil {
					return err
				}
				return t.print(map[string]any{"signature": sig}, func(w io.Writer) { fmt.Fprintln(w, sig) })
			}
			k, err := t.open(c.Context(), d)
			if err != nil {
				return err
			}
			defer k.Close()
			p, err := planOf(c.Context(), k.Engine, d.protocol)
			if err != nil {
				return err
			}
			actor, err := d.actor(p, access.Answer)
			if err != nil {
				return err
			}
			if signature == "" {
				if day, signature, err = t.tryKey(c, p, actor.ID, day, k.Engine.Now(), &key, yes); err != nil {
					return err
				}
			} else if day == "" {
				day = k.Engine.Now().UTC().Format(time.DateOnly)
			}
			sig, err := t.signature(signature)
			if err != nil {
				return err
			}
			var fact *decision.ContractFact
			if at, err := time.Parse(time.DateOnly, day); err == nil {
				person, _ := p.Person(actor.ID)
				digest := decision.Trial(p, &person, at).Digest()
				if fact, err = t.asked(&confirm, nil, incident.UnprovenDigest(&person, digest, sig), k.Engine.Now()); err != nil {
					return err
				}
			}
			if err := k.Engine.TryKey(c.Context(), p.Protocol, day, sig, fact, actor); err != nil {
				return err
			}
			return t.print(map[string]any{"person": actor.ID, "day": day}, func(w io.Writer) {
				fmt.Fprintf(w, "%s holds the key: tried on %s.\n", p.NameOf(actor.ID), day)
			})
		},
	}
	d.flags(c, true)
	key.flags(c, "key file (keystore v3)")
	confirm.flags(c)
	c.Flags().StringVar(&d.protocol, "protocol", "", "protocol, if the server holds several plans")
	c.Flags().StringVar(&folder, "plan", "", "folder of the plan in force, on a machine without the server: the signature is printed")
	c.Flags().StringVar(&day, "day", "", "the day that is signed, such as 2026-11-21; today in UTC if it is left out")
	c.Flags().StringVar(&signature, "signature", "", "a signature made elsewhere, in hexadecimal; - reads it from standard input")
	c.Flags().BoolVar(&yes, "yes", false, "sign without asking, for scripts")
	return c
}

// tryKey signs that a person holds a key, after showing what is signed. It returns the day and the signature.
func (t *terminal) tryKey(c *cobra.Command, p *plan.Plan, who, day string, now time.Time, key *keyFlags, yes bool) (string, string, error) {
	person, ok := p.Person(who)
	if !ok {
		return "", "", fault.New(fault.Invalid, "The plan names no person %q.", who)
	}
	at := now.UTC()
	if day != "" {
		var err error
		if at, err = time.Parse(time.DateOnly, day); err != nil {
			return "", "", fault.New(fault.Invalid, "%q is no day.", day).Instead("Write it as 2026-11-21.")
		}
	}
	k, err := t.openSigner(c, key)
	if err != nil {
		return "", "", err
	}
	m := decision.Trial(p, &person, at)
	domain, message := m.Parts()
	fmt.Fprintf(t.err, "%s\n  protocol    %s\n  plan        %s\n  domain      %s\n  message     %s\n  digest      %s\n  your key    %s\n",
		printable(m.Summary), printable(m.Protocol), m.Plan.Hex(), domain.Hex(), message.Hex(), m.Digest().Hex(), k.Address().Hex())
	if _, held := decision.KeyOf(&person, k.Address()); !held {
		return "", "", fault.New(fault.Forbidden, "%s is no key of %s in this plan.", k.Address().Hex(), p.NameOf(who)).Instead("Sign with a key that the plan names.")
	}
	if err := t.ask("Is this what you mean to sign?", "Nothing was signed.", yes); err != nil {
		return "", "", err
	}
	sig, err := k.SignTyped(c.Context(), m.Typed())
	if err != nil {
		return "", "", err
	}
	return at.Format(time.DateOnly), "0x" + hex.EncodeToString(sig), nil
}
