package library

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tocsin/plan"
)

// written is a scenario whose script the team wrote itself, as it is played.
func written(p *plan.Plan, own plan.Scenario) (plan.Scenario, []Misfit) {
	switch {
	case own.Text == "" && own.Sealed:
		return own, []Misfit{{
			Error, "", fmt.Sprintf("The script %s is sealed, and no key opens it here.", own.Script),
			"On the server that plays it, set TOCSIN_CONTACTS_KEY_FILE to a key among its readers.",
		}}
	case own.Text == "":
		return own, []Misfit{{Error, "", fmt.Sprintf("The script %s is not at hand.", own.Script), "Put it into the plan folder, and adopt the plan with it."}}
	}
	s, err := readOwn(own.Script, []byte(own.Text), own.Pictures)
	var problems plan.Problems
	switch {
	case errors.As(err, &problems):
		var misfits []Misfit
		for _, x := range problems {
			misfits = append(misfits, Misfit{Error, "", place(x) + ": " + x.Say + ".", whole(x.Do)})
		}
		return own, misfits
	case err != nil:
		return own, []Misfit{{Error, "", fmt.Sprintf("The script %s cannot be read.", own.Script), "Write it as the scripts of the library are written."}}
	}
	played, misfits := Bind(p, s, own.Bind)
	return over(played, own), misfits
}

// place is where in a script something is wrong: file, line and column.
func place(x plan.Problem) string {
	if x.Line == 0 {
		return x.File
	}
	return fmt.Sprintf("%s:%d:%d", x.File, x.Line, x.Column)
}

// whole makes a sentence of what to write.
func whole(do string) string {
	if do == "" {
		return "Mend it."
	}
	return strings.ToUpper(do[:1]) + do[1:] + "."
}

// readOwn reads a script whose pictures are files of the plan folder.
func readOwn(name string, text []byte, pictures []string) (Script, error) {
	return read(name, text, true, func(picture string) bool { return slices.Contains(pictures, picture) })
}
