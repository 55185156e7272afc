package plan

import (
	"reflect"
	"slices"
)

// Problem says why nobody can be reached by the contact as written, and what would be right; both are empty if it can be
// used, or is still to be decided.
func (c Contact) Problem() (say, do string) {
	kind, _ := fieldOf(fields(reflect.TypeFor[Contact]()), "kind")
	switch {
	case !slices.Contains(kind.one, c.Kind):
		return "there is no kind of contact named " + clip(c.Kind), "write one of " + either(kind.one)
	case c.To == "":
		return "it does not say where", "write an address, number or handle, or TBD"
	}
	return badContact(c.Kind, c.To)
}
