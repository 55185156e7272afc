package plan

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tocsin/evm"
)

// longest is the most characters an id may have.
const longest = 64

var (
	idForm   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	mailForm = regexp.MustCompile(`^[^\s@<>",;]+@[^\s@<>",;]+\.[^\s@<>",;.]+$`)
	urlForm  = regexp.MustCompile(`^https?://[^\s/]+(/\S*)?$`)
	envForm  = regexp.MustCompile(`^[A-Z_][A-Z0-9_]*$`)
	nameForm = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$]*$`)
)

// numberMarks takes out what people write into telephone numbers to read them better.
var numberMarks = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "")

// badForm says why a text does not have a form, and what would; both are empty if it does. A file's form is checked where
// the folder is at hand.
func badForm(form, s string) (say, do string) {
	switch form {
	case "id":
		if !idForm.MatchString(s) || len(s) > longest {
			return fmt.Sprintf("%q cannot be an id", clip(s)),
				fmt.Sprintf("write lower-case letters, digits and single hyphens, at most %d, such as pause-vault", longest)
		}
	case "env":
		if !envForm.MatchString(s) {
			return "this cannot be the name of an environment variable",
				"write the variable's name in capitals, such as HOOK_SECRET; the secret itself never stands in a plan"
		}
	case "zone":
		if _, err := time.LoadLocation(s); err != nil || s == "Local" {
			return fmt.Sprintf("%q is not a time zone", clip(s)), "write an IANA name, such as Europe/Vienna or UTC"
		}
	case "clock":
		if _, err := time.Parse("15:04", s); err != nil {
			return fmt.Sprintf("%q is not a time of day", clip(s)), "write hours and minutes in quotes, such as \"09:00\""
		}
	case "url":
		if !urlForm.MatchString(s) {
			return fmt.Sprintf("%q is not an address on the web", clip(s)), "write it whole, such as https://status.example.com"
		}
	case "decimal":
		if n, ok := new(big.Int).SetString(s, 10); !ok || n.Sign() < 0 || n.BitLen() > 256 || n.String() != s {
			return fmt.Sprintf("%q is not a whole amount", clip(s)), "write it in the smallest unit (wei), as digits in quotes, such as \"1000000000000000000\""
		}
	case "depth":
		n, err := strconv.ParseUint(s, 10, 32)
		if s != "safe" && s != "finalized" && (err != nil || strconv.FormatUint(n, 10) != s) {
			return fmt.Sprintf("%q is not a depth", clip(s)), "write a number of blocks in quotes, such as \"2\", or safe, or finalized"
		}
	case "abi":
		if _, _, err := abiName(s); err != nil {
			return fmt.Sprintf("%q cannot be read as an entry of an ABI: %v", clip(s), err),
				`write it as Solidity does, such as "function pause()" or "event Paused(address account)"`
		}
	case "public":
		return badPublic(s)
	case "site":
		return badSite(s)
	case "signature", "function", "event":
		return badSignature(form, s)
	}
	return "", ""
}

// badContact says why nobody can be reached by a contact of a kind; "TBD" is a gap and no problem.
func badContact(kind, to string) (say, do string) {
	if strings.EqualFold(to, TBD) {
		return "", ""
	}
	switch kind {
	case "email":
		if !mailForm.MatchString(to) {
			return fmt.Sprintf("%q is not an e-mail address", clip(to)), "write it plainly, such as janet@example.com, or TBD"
		}
	case "phone", "sms":
		digits := numberMarks.Replace(to)
		number, ok := strings.CutPrefix(digits, "+")
		if _, err := strconv.ParseUint(number, 10, 64); !ok || err != nil || len(number) > 15 || len(number) < 5 {
			return fmt.Sprintf("%q is not a telephone number", clip(to)), "write it in quotes with plus and country code, such as \"+19995551212\", or TBD"
		}
	}
	return "", ""
}

// isAddress reports whether a text means to be an account address.
func isAddress(s string) bool { return strings.HasPrefix(s, "0x") }

// badAddress says why a text is no account address.
func badAddress(s string) (say, do string) {
	a, err := evm.ParseAddress(s)
	switch {
	case err != nil:
		_, why, _ := strings.Cut(err.Error(), `": `)
		return fmt.Sprintf("%q is not an address", clip(s)), why
	case a == evm.Address{}:
		return "the zero address belongs to nobody", "write the address that is meant, or leave the key out"
	}
	return "", ""
}
