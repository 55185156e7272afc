package cli

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/signer"
)

// The environment variables that hold the password of a key file, or name a file that does.
const (
	passwordVariable = "TOCSIN_KEYSTORE_PASSWORD"
	passwordFile     = "TOCSIN_KEYSTORE_PASSWORD_FILE"
)

// openKey opens a key file with the password that the environment gives.
func (t *terminal) openKey(path string) (*signer.Keystore, error) {
	if path == "" {
		return nil, fault.New(fault.Invalid, "No key file is named.").Instead("Give --keystore FILE; make one with: tocsin key new FILE")
	}
	password, err := keyPassword()
	if err != nil {
		return nil, err
	}
	k, err := signer.Open(path, password)
	if err != nil {
		return nil, unusable(err)
	}
	if n := k.Note(); n != "" {
		fmt.Fprintln(t.err, "tocsin: "+n)
	}
	return k, nil
}

// keyPassword is the password of key files: the variable's own value, or else the content of the file that is named.
func keyPassword() (string, error) {
	value, file := os.Getenv(passwordVariable), os.Getenv(passwordFile)
	if value == "" && file == "" {
		return "", fault.New(fault.Invalid, "Nothing says what the password of the key file is.").
			Instead("Set %s, or %s to the name of a file that holds it.", passwordVariable, passwordFile)
	}
	variable := ""
	if value != "" {
		variable, file = passwordVariable, ""
	}
	password, err := signer.Password(variable, file)
	return password, unusable(err)
}

// unusable makes a fault about a key file one about the input: that a file cannot be opened is no verdict.
func unusable(err error) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	said := *f
	said.Code = fault.Invalid
	return &said
}

func (t *terminal) sign() *cobra.Command {
	var d desk
	var keystore, file string
	var refuse, yes bool
	c := &cobra.Command{
		Use:   "sign [INCIDENT DECISION]",
		Short: "Sign a decision with a key file, after reading exactly what is signed",
		Long: `Sign shows a decision in words and hashes and signs it with a key file. The decision comes from the data folder, or from a
file with the typed data that its page shows (--file), so that a machine without the server can sign. The password of the
key file comes from ` + passwordVariable + ` or the file that ` + passwordFile + ` names. Hand the
signature in with tocsin incident approve, or on the decision's page.`,
		RunE: func(c *cobra.Command, args []string) error {
			m, err := t.message(c, d, file, args)
			if err != nil {
				return err
			}
			m.Choice = decision.Approve
			if refuse {
				m.Choice = decision.Refuse
			}
			k, err := t.openKey(keystore)
			if err != nil {
				return err
			}
			t.read(m, k.Address())
			if !yes {
				if ok, err := t.confirm(); err != nil || !ok {
					return err
				}
			}
			sig, err := k.SignDigest(c.Context(), m.Digest())
			if err != nil {
				return err
			}
			out := map[string]any{"signature": "0x" + hex.EncodeToString(sig), "signer": k.Address().Hex(), "choice": m.Choice, "digest": m.Digest().Hex()}
			return t.print(out, func(w io.Writer) { fmt.Fprintln(w, out["signature"]) })
		},
	}
	d.flags(c, false)
	c.Flags().StringVar(&keystore, "keystore", "", "key file (keystore v3)")
	c.Flags().StringVar(&file, "file", "", "typed data saved from the decision's page, instead of INCIDENT DECISION")
	c.Flags().BoolVar(&refuse, "refuse", false, "say no")
	c.Flags().BoolVar(&yes, "yes", false, "sign without asking, for scripts")
	return c
}

// message finds what is to be signed.
func (t *terminal) message(c *cobra.Command, d desk, file string, args []string) (decision.Message, error) {
	if file != "" {
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
	if len(args) != 2 {
		return decision.Message{}, fault.New(fault.Invalid, "Nothing says what is to be signed.").Instead("Name an incident and a decision, or --file FILE.")
	}
	k, err := t.open(c.Context(), d)
	if err != nil {
		return decision.Message{}, err
	}
	defer k.Close()
	v, err := k.Engine.View(c.Context(), args[0])
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

// read shows what is signed, on standard error so that standard output holds the signature alone.
func (t *terminal) read(m decision.Message, a evm.Address) {
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
	fmt.Fprintf(w, "  counts till %s\n  action      %s\n  plan        %s\n  digest      %s\n  your key    %s\n",
		time.Unix(int64(m.Expires), 0).UTC().Format(time.RFC3339), m.Action.Hex(), m.Plan.Hex(), m.Digest().Hex(), a.Hex())
}

func (t *terminal) confirm() (bool, error) {
	fmt.Fprint(t.err, "Is this what you mean to sign? Type yes: ")
	line, err := bufio.NewReader(io.LimitReader(t.in, 1024)).ReadString('\n')
	if err != nil && err != io.EOF {
		return false, fmt.Errorf("read the answer: %w", err)
	}
	if strings.TrimSpace(line) != "yes" {
		fmt.Fprintln(t.err, "Nothing was signed.")
		return false, told(exitNo)
	}
	return true, nil
}

// signature reads a signature from a flag or from standard input.
func (t *terminal) signature(s string) ([]byte, error) {
	if s == "-" {
		b, err := io.ReadAll(io.LimitReader(t.in, 4096))
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

func (t *terminal) key() *cobra.Command {
	c := &cobra.Command{Use: "key", Short: "Make and look at key files"}
	c.AddCommand(&cobra.Command{
		Use: "new FILE", Short: "Make a key file (keystore v3) and print its address", Args: exactly("a file"),
		Long: "New makes a key and writes it encrypted. The password comes from " + passwordVariable + " or the file that " + passwordFile + " names.",
		RunE: func(_ *cobra.Command, args []string) error {
			password, err := keyPassword()
			if err != nil {
				return err
			}
			k, err := signer.New(args[0], password, signer.Standard)
			if err != nil {
				return err
			}
			return t.print(map[string]string{"address": k.Address().Hex(), "file": args[0]}, func(w io.Writer) { fmt.Fprintln(w, k.Address().Hex()) })
		},
	})
	return c
}
