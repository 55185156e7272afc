package cli

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"tocsin/fault"
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
		return nil, noKey()
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

func (t *terminal) key() *cobra.Command {
	c := &cobra.Command{Use: "key", Short: "Make key files, and show that you hold your key"}
	c.AddCommand(t.keyTry())
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
