package plan

import (
	"reflect"
	"slices"
)

// Read reads a YAML file that is no part of a plan but as strict: every key of it is one of into, which points to a struct with
// the tags of the model. What one thing of it says about another is for the caller to check, with the places in the source.
//
// If anything is wrong with the file, the error is Problems with all that was found.
func Read(name string, text []byte, into any) (*Source, error) {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return nil, Problems{{File: name, Say: "there is nothing to read it into"}}
	}
	l := newLoader(Stored{name: text})
	l.loadInto(name, v.Elem())
	if len(l.problems) > 0 {
		slices.SortStableFunc(l.problems, Problem.before)
		return l.source, l.problems
	}
	return l.source, nil
}
