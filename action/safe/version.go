package safe

import (
	"slices"
	"strings"

	"tocsin/fault"
)

// Version is the version of a Safe's contract: "1.4.1".
type Version string

// The versions that are known here.
const (
	V130 Version = "1.3.0"
	V141 Version = "1.4.1"
	V150 Version = "1.5.0"
)

// Versions are the versions that are known here, oldest first.
func Versions() []Version { return []Version{V130, V141, V150} }

// ParseVersion reads a version as a Safe's VERSION() answers it, or as the transaction service writes it: "1.4.1", "1.3.0+L2". Fault:
// invalid for any that is not known here. A Safe before 1.3.0 binds its signatures to no chain, so that what is signed in an exercise
// would count on every chain.
func ParseVersion(s string) (Version, error) {
	text, _, _ := strings.Cut(strings.TrimSpace(s), "+")
	v := Version(text)
	if slices.Contains(Versions(), v) {
		return v, nil
	}
	for _, old := range []string{"0.", "1.0.", "1.1.", "1.2."} {
		if strings.HasPrefix(text, old) {
			return "", fault.New(fault.Invalid, "The Safe is of version %s, whose signatures are bound to no chain, so that one counts on all of them.", clip(text)).
				Instead("Upgrade the Safe to 1.3.0 or later; until then carry it out by hand.")
		}
	}
	return "", fault.New(fault.Invalid, "The Safe says that its version is %q, which is not known here.", clip(s)).
		Instead("Versions 1.3.0, 1.4.1 and 1.5.0 are known. Carry it out by hand, or update tocsin.")
}

// clip shortens what others wrote, for a sentence.
func clip(s string) string {
	r := []rune(s)
	if len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}
