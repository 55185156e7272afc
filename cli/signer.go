package cli

import (
	"fmt"
	"net/url"

	"github.com/spf13/cobra"

	"tocsin/app"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/signer"
)

// signerVariable holds the address of a remote signer, or, with _FILE behind it, names a file that does.
const signerVariable = "TOCSIN_SIGNER_URL"

// keyFlags say with which key something is signed: one in a file, or one on another machine.
type keyFlags struct {
	keystore string
	signer   string // address
	account  string
}

func (f *keyFlags) flags(c *cobra.Command, keystore string) {
	c.Flags().StringVar(&f.keystore, "keystore", "", keystore)
	c.Flags().StringVar(&f.signer, "signer", "", "remote signer instead of a key file, as https://HOST:PORT; "+signerVariable+" takes it from the environment, with credentials if need be")
	c.Flags().StringVar(&f.account, "account", "", "address of the remote signer's account, if it holds several")
}

// noKey says that nothing names a key.
func noKey() error {
	return fault.New(fault.Invalid, "No key file is named.").
		Instead("Give --keystore FILE, or --signer ADDRESS for a remote signer; make a key file with: tocsin key new FILE")
}

// remote is the address of the remote signer that was named, and its account; empty and zero if none was.
func (f *keyFlags) remote() (address string, account evm.Address, err error) {
	if f.account != "" {
		if account, err = evm.ParseAddress(f.account); err != nil {
			return "", account, fault.New(fault.Invalid, "--account is no address.").Instead("Write it as 0x and 40 hexadecimal digits.").Because(err)
		}
	}
	switch {
	case f.keystore != "" && f.signer != "":
		return "", account, fault.New(fault.Invalid, "Both a key file and a remote signer are named.").Instead("Give --keystore or --signer, not both.")
	case f.keystore != "" && f.account != "":
		return "", account, fault.New(fault.Invalid, "A key file holds one account; --account is for a remote signer.").Instead("Leave --account out.")
	case f.keystore != "":
		return "", account, nil
	case f.signer != "":
		if u, err := url.Parse(f.signer); err == nil && u.User != nil {
			return "", account, fault.New(fault.Invalid, "The command line can be read by every user of the machine, and --signer holds credentials.").
				Instead("Put the address into %s, or into the file that %s_FILE names.", signerVariable, signerVariable)
		}
		return f.signer, account, nil
	}
	address, err = app.Secret(signerVariable)
	return address, account, err
}

// open is the key that signs. Faults: invalid if none is named or it cannot be opened; those of signer.Dial.
func (t *terminal) openSigner(c *cobra.Command, f *keyFlags) (signer.Signer, error) {
	address, account, err := f.remote()
	if err != nil {
		return nil, err
	}
	if address == "" {
		return t.openKey(f.keystore)
	}
	r, err := signer.Dial(c.Context(), address, account)
	if err != nil {
		return nil, err
	}
	return r, nil
}

// executor is the key that sends transactions; nil if none is named. A remote signer that does not answer now may do so once it is
// wanted: it keeps nothing else from its work.
func (t *terminal) executor(c *cobra.Command, f *keyFlags) (signer.Signer, error) {
	address, account, err := f.remote()
	if err != nil || address == "" && f.keystore == "" {
		return nil, err
	}
	k, err := t.openSigner(c, f)
	if address == "" || !fault.Is(err, fault.Unavailable) {
		return k, err
	}
	if account == (evm.Address{}) {
		return nil, fault.New(fault.Unavailable, "%s", fault.Sentence(err)).Instead("Name the account that sends by --account, and the server starts without it.")
	}
	fmt.Fprintln(t.err, "tocsin: "+fault.Sentence(err)+" NOTHING CAN BE SENT UNTIL IT DOES.")
	return signer.At(address, account)
}
