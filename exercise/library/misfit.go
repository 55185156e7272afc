package library

import "slices"

// Level says how much a misfit matters.
type Level string

// The levels, worst first.
const (
	Error   Level = "error"   // the scenario cannot be played with this plan
	Warning Level = "warning" // it can, but not all of it
	Note    Level = "note"    // something was chosen that may not be what is meant
)

// Misfit is where a script and a plan do not fit.
type Misfit struct {
	Level Level  `json:"level"`
	Part  string `json:"part"`    // what the script calls it
	Say   string `json:"message"` // what does not fit
	Do    string `json:"mend"`    // what to add to the plan, or to bind
}

// String is the whole of it, for people.
func (m Misfit) String() string { return m.Say + " " + m.Do }

// Fails reports whether misfits are such that the scenario cannot be played.
func Fails(misfits []Misfit) bool {
	return slices.ContainsFunc(misfits, func(m Misfit) bool { return m.Level == Error })
}
