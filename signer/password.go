package signer

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"tocsin/fault"
)

// Password reads a password from an environment variable or from a file, whichever is named; a line end at its end is not
// part of it. Faults: invalid if neither or both are named or it is empty, not_found if there is none.
func Password(variable, file string) (string, error) {
	switch {
	case variable == "" && file == "":
		return "", fault.New(fault.Invalid, "Nothing says where the password of the key file is.").
			Instead("Name an environment variable or a file that holds it.")
	case variable != "" && file != "":
		return "", fault.New(fault.Invalid, "The password of the key file is said to be both in the variable %s and in the file %s.", variable, file)
	case variable != "":
		s, ok := os.LookupEnv(variable)
		if !ok {
			return "", fault.New(fault.NotFound, "The environment variable %s, which is to hold the password, is not set.", variable)
		}
		if s == "" {
			return "", fault.New(fault.Invalid, "The environment variable %s, which is to hold the password, is empty.", variable)
		}
		return s, nil
	}
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fault.New(fault.NotFound, "There is no password file %s.", file)
	}
	if err != nil {
		return "", fault.New(fault.Invalid, "The password file %s cannot be opened.", file).Because(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 4096))
	if err != nil {
		return "", fault.New(fault.Invalid, "The password file %s cannot be read.", file).Because(err)
	}
	s := strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
	if s == "" {
		return "", fault.New(fault.Invalid, "The password file %s is empty.", file)
	}
	return s, nil
}
