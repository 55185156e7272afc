// Package sealed opens files of a plan that are encrypted with age: the contact details, and transactions that were signed in advance.
package sealed

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"

	"tocsin/fault"
)

// Open decrypts a file of at most so many bytes with a key: the text of an age identity file, one or more lines that begin with
// AGE-SECRET-KEY-1. what is the file's name in faults, which are invalid for a key that cannot be read and for a damaged file, and forbidden
// if the file was not encrypted to the key.
func Open(file []byte, key, what string, most int64) ([]byte, error) {
	identities, err := age.ParseIdentities(strings.NewReader(key))
	if err != nil {
		return nil, fault.New(fault.Invalid, "The key to open %s cannot be read.", what).Instead("Give the file that tocsin contacts key wrote, or one of age-keygen.")
	}
	var from io.Reader = bytes.NewReader(file)
	if bytes.HasPrefix(bytes.TrimSpace(file), []byte(armor.Header)) {
		from = armor.NewReader(from)
	}
	r, err := age.Decrypt(from, identities...)
	var none *age.NoIdentityMatchError
	switch {
	case errors.As(err, &none):
		return nil, fault.New(fault.Forbidden, "The key is not among the readers of %s.", what).
			Instead("Have it encrypted anew by somebody who can read it, with this key among the readers.")
	case err != nil:
		return nil, damaged(what, err)
	}
	text, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, damaged(what, err)
	}
	if int64(len(text)) > most {
		return nil, fault.New(fault.Invalid, "What is in %s is larger than %d bytes.", what, most)
	}
	return text, nil
}

func damaged(what string, err error) error {
	return fault.New(fault.Invalid, "%s is not an age file, or is damaged.", strings.ToUpper(what[:min(1, len(what))])+what[min(1, len(what)):]).
		Instead("Take it from the plan's history, or have it encrypted anew.").Because(err)
}
