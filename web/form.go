package web

import (
	"crypto/rand"
	"net/url"
	"slices"
)

// form is one form of a page: where it posts, the id that makes a double click one command, and what became of the last
// try.
type form struct {
	Key     string // names the form on its page; also the anchor to come back to
	Action  string // address it posts to
	Command string
	Fault   string // why the last try was not accepted
	kept    url.Values
}

// forms makes the forms of one page. After a refused post, the form it came from gets back what the person had put in.
type forms struct {
	failed string // key of the form that was posted
	fault  string
	kept   url.Values
	placed bool // the fault stands at its form
}

// form makes one. Make only those that the page shows: a fault whose form is gone is shown at the top.
func (f *forms) form(key, action string) form {
	made := form{Key: key, Action: action, Command: newCommand()}
	if f.failed == key && f.fault != "" {
		made.Fault, made.kept = f.fault, f.kept
		f.placed = true
	}
	return made
}

// homeless is the fault whose form is not on the page, because what it wanted has become impossible.
func (f *forms) homeless() string {
	if f.placed {
		return ""
	}
	return f.fault
}

// words are what the person had written into the form that is gone, so that they are not lost with it.
func (f *forms) words() string {
	if f.placed {
		return ""
	}
	for _, name := range []string{"text", "note", "why"} {
		if s := f.kept.Get(name); s != "" {
			return s
		}
	}
	return ""
}

// newCommand is a fresh id for a command.
func newCommand() string { return rand.Text() }

// Value is what the person had put into a field, or else what it starts with.
func (f form) Value(name, start string) string {
	if f.kept.Has(name) {
		return f.kept.Get(name)
	}
	return start
}

// Checked reports whether the person had ticked a value of a field.
func (f form) Checked(name, value string) bool { return slices.Contains(f.kept[name], value) }

// Tried reports whether the form comes back from a refused post.
func (f form) Tried() bool { return f.Fault != "" }
