package cli

import (
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/app"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
)

func (t *terminal) sign() *cobra.Command {
	var d desk
	var key keyFlags
	var from signSource
	var refuse, yes bool
	var override string
	c := &cobra.Command{
		Use:   "sign [INCIDENT DECISION]",
		Short: "Sign a decision or a Safe transaction, after reading exactly what is signed",
		Long: `Sign shows a decision in words and hashes and signs it with a key file or a remote signer. The decision comes from the data folder,
or from a file with the typed data that its page shows (--file), so that a machine without the server can sign. Where owners of a Safe
decide, what they sign is the Safe transaction itself: the file holds its typed data, or what the Safe transaction service answers about
it (with --chain), and it is signed only if the plan that this machine trusts, or that of --plan, declares it. The adoption of a
newer plan is signed by --adoption HASH, or --adoption latest; what acts by itself is armed by --arming ISSUE. A passkey signs in
a browser alone, on the decision's page of the console, opened by the host name that it was made for; the wallet of a contract signs the
typed data there, or gives a signature to hand in. The password of the key file comes from ` + passwordVariable + ` or the file
that ` + passwordFile + ` names; the address of a remote signer from --signer, or ` + signerVariable + ` if it holds credentials. Hand the
signature in with tocsin incident approve or tocsin adopt approve, or on the decision's page. If this machine trusts a plan of the
protocol (see tocsin trust), only what follows from it is signed.`,
		RunE: func(c *cobra.Command, args []string) error {
			if x, ok, err := from.safe(); err != nil {
				return err
			} else if ok {
				return t.signSafe(c, &from.voucher, &key, x, refuse, yes)
			}
			if !refuse && override == "" {
				if x, ok, err := t.owned(c, d, &from, args); err != nil {
					return err
				} else if ok {
					return t.signSafe(c, &from.voucher, &key, x, refuse, yes)
				}
			}
			m, err := t.message(c, d, &from, args)
			if err != nil {
				return err
			}
			m.Choice = decision.Approve
			switch {
			case refuse && override != "":
				return fault.New(fault.Invalid, "Both a no and an override are asked for.").Instead("Give --refuse or --override, not both.")
			case refuse:
				m.Choice = decision.Refuse
			case override != "":
				m = incident.OverrideOf(&incident.Decision{Message: m}, override)
			}
			p, err := t.vouch(&from.voucher, m)
			if err != nil {
				return err
			}
			if err := byPasskey(p, d.as); err != nil {
				return err
			}
			k, err := t.openSigner(c, &key)
			if err != nil {
				return err
			}
			t.read(m, k.Address(), p)
			if err := t.ask("Is this what you mean to sign?", "Nothing was signed.", yes); err != nil {
				return err
			}
			sig, err := k.SignTyped(c.Context(), m.Typed())
			if err != nil {
				return err
			}
			out := map[string]any{"signature": "0x" + hex.EncodeToString(sig), "signer": k.Address().Hex(), "choice": m.Choice, "digest": m.Digest().Hex()}
			return t.print(out, func(w io.Writer) { fmt.Fprintln(w, out["signature"]) })
		},
	}
	d.looks(c)
	from.flags(c)
	c.Flags().StringVar(&d.protocol, "protocol", "", "protocol, if the server holds several plans")
	key.flags(c, "key file (keystore v3)")
	c.Flags().StringVar(&from.file, "file", "", "typed data saved from the decision's page, or a Safe transaction, instead of INCIDENT DECISION")
	c.Flags().Uint64Var(&from.chain, "chain", 0, "chain id of a Safe transaction; the Safe transaction service does not say it")
	c.Flags().StringVar(&from.adoption, "adoption", "", "hash of the proposed plan whose adoption is signed, or latest")
	c.Flags().StringVar(&from.arming, "arming", "", "issue whose arming is signed; see tocsin arm")
	c.Flags().BoolVar(&refuse, "refuse", false, "say no")
	c.Flags().StringVar(&override, "override", "", "reason for which it is decided without the approvers, where the plan lets you; hand it in with tocsin incident override")
	c.Flags().BoolVar(&yes, "yes", false, "sign without asking, for scripts; trust is never moved on by it")
	return c
}

// byPasskey says what somebody is to do who signs with nothing but passkeys; nil for others, and where nobody or no plan is named.
func byPasskey(p *plan.Plan, as string) error {
	if p == nil {
		return nil
	}
	x, ok := p.Person(as)
	keys := decision.Passkeys(&x)
	if !ok || len(keys) == 0 || len(decision.Keys(&x)) > 0 {
		return nil
	}
	return fault.New(fault.Invalid, "%s signs with %s, which no command line can use.", x.Called(), decision.Called(keys[0])).
		Instead("Open the decision's page of the console on %s, in a browser of the device that keeps the passkey.", keys[0].Site)
}

// signSource is where what is to be signed comes from, besides the words of the command.
type signSource struct {
	voucher
	file     string
	chain    uint64
	adoption string
	arming   string
}

// message finds what is to be signed, and what proves the plan that it names.
func (t *terminal) message(c *cobra.Command, d desk, from *signSource, args []string) (decision.Message, error) {
	if from.file != "" {
		m, err := typedFrom(from.file)
		if err != nil {
			return decision.Message{}, err
		}
		return m, from.gather(c.Context(), nil, m.Protocol)
	}
	if from.adoption == "" && from.arming == "" && len(args) != 2 {
		return decision.Message{}, fault.New(fault.Invalid, "Nothing says what is to be signed.").Instead("Name an incident and a decision, or --adoption HASH, --arming ISSUE or --file FILE.")
	}
	k, err := t.open(c.Context(), d)
	if err != nil {
		return decision.Message{}, err
	}
	defer k.Close()
	if from.arming != "" {
		m, err := armingMessage(c.Context(), k, d, from.arming)
		if err != nil {
			return decision.Message{}, err
		}
		return m, from.gather(c.Context(), k.Engine, m.Protocol)
	}
	m, err := t.storedMessage(c, k, d, from.adoption, args)
	if err != nil {
		return decision.Message{}, err
	}
	return m, from.gather(c.Context(), k.Engine, m.Protocol)
}

// storedMessage finds what is to be signed in the data folder.
func (t *terminal) storedMessage(c *cobra.Command, k *app.Desk, d desk, adoption string, args []string) (decision.Message, error) {
	if adoption != "" {
		p, err := planOf(c.Context(), k.Engine, d.protocol)
		if err != nil {
			return decision.Message{}, err
		}
		h, err := k.Engine.History(c.Context(), p.Protocol)
		if err != nil {
			return decision.Message{}, err
		}
		x, err := findProposal(h, adoption, k.Engine.Now())
		if err != nil {
			return decision.Message{}, err
		}
		return x.Adoption.Message, nil
	}
	v, err := k.Engine.ViewFor(c.Context(), args[0], d.as)
	if err != nil {
		return decision.Message{}, err
	}
	x := v.State.Decision(args[1])
	if x == nil {
		var ids []string
		for _, y := range v.State.Decisions {
			ids = append(ids, y.ID)
		}
		return decision.Message{}, fault.New(fault.NotFound, "Incident %s has no decision %q.", args[0], args[1]).Instead("It has: %s.", strings.Join(ids, ", "))
	}
	if x.State != incident.Open {
		return decision.Message{}, fault.New(fault.Conflict, "The decision is %s; nothing is to be signed.", x.State)
	}
	return x.Message, nil
}

// typedFrom reads a file of typed data.
func typedFrom(file string) (decision.Message, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return decision.Message{}, fault.New(fault.Invalid, "%s cannot be read.", file).Because(err)
	}
	m, err := typedMessage(b)
	if err != nil {
		return decision.Message{}, fault.New(fault.Invalid, "%s is not a decision.", file).Instead("Save the typed data that the decision's page shows.").Because(err)
	}
	return m, nil
}

// read shows what is signed, on standard error so that standard output holds the signature alone.
func (t *terminal) read(m decision.Message, a evm.Address, p *plan.Plan) {
	w := t.err
	kind := "REAL"
	if m.Exercise {
		kind = "EXERCISE"
	}
	fmt.Fprintf(w, "%s\n  %s\n", kind, printable(m.Summary))
	fmt.Fprintf(w, "  you say     %s\n  incident    %s of %s\n  decision    %s, %s\n", m.Choice, printable(m.Incident), printable(m.Protocol), printable(m.Decision), printable(m.Subject))
	if m.Chain != 0 {
		fmt.Fprintf(w, "  chain       %d\n", m.Chain)
	}
	what := "action      "
	if _, adopts := m.Adopts(); adopts {
		what = "newer plan  "
	}
	domain, message := m.Parts()
	fmt.Fprintf(w, "  counts till %s\n  %s%s\n  plan        %s\n  domain      %s\n  message     %s\n  digest      %s\n  your key    %s\n",
		time.Unix(int64(m.Expires), 0).UTC().Format(time.RFC3339), what, m.Action.Hex(), m.Plan.Hex(), domain.Hex(), message.Hex(), m.Digest().Hex(), a.Hex()+whose(p, m.Decision, a))
}

// whose says to whom a plan gives an account, and whether an answer of theirs counts; nothing without a plan.
func whose(p *plan.Plan, id string, a evm.Address) string {
	if p == nil {
		return ""
	}
	person := decision.Holder(p, a)
	if person == nil {
		return "\n  NOBODY IN THE PLAN SIGNS WITH THIS KEY: the signature would not count."
	}
	name := p.NameOf(person.ID)
	if d, ok := p.Decision(id); ok && !slices.Contains(decision.Voters(p, &d), person.ID) {
		return fmt.Sprintf(", %s\n  THIS DECISION DOES NOT ASK %s: the signature would not count.", name, strings.ToUpper(name))
	}
	return ", " + name
}

// ask wants a typed yes; anything else is a no, which is said.
func (t *terminal) ask(question, otherwise string, yes bool) error {
	if yes {
		return nil
	}
	fmt.Fprint(t.err, question+" Type yes: ")
	line, err := t.line()
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if strings.TrimSpace(line) != "yes" {
		fmt.Fprintln(t.err, otherwise)
		return told(exitNo)
	}
	return nil
}

// line reads one line of what is typed, and nothing behind it, for more may be asked.
func (t *terminal) line() (string, error) {
	var b []byte
	for one := make([]byte, 1); len(b) < 1024; {
		n, err := t.in.Read(one)
		if n > 0 && one[0] == '\n' {
			break
		}
		b = append(b, one[:n]...)
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", err
		}
	}
	return string(b), nil
}

// signature reads a signature from a flag or from standard input.
func (t *terminal) signature(s string) ([]byte, error) {
	if s == "-" {
		b, err := io.ReadAll(io.LimitReader(t.in, 64<<10))
		if err != nil {
			return nil, fmt.Errorf("read the signature: %w", err)
		}
		s = string(b)
	}
	s = strings.TrimPrefix(strings.TrimSpace(s), "0x")
	if s == "" {
		return nil, fault.New(fault.Invalid, "No signature is given.").Instead("Make one with: tocsin sign; then give --signature 0x…")
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		return nil, fault.New(fault.Invalid, "The signature is not hexadecimal.").Instead("Give 0x and 130 digits.")
	}
	return b, nil
}
