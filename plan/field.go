package plan

import (
	"reflect"
	"strings"
	"unicode"
)

// field is one key of the model, with what its `plan` tag demands of the value:
//
//	required          the key must be there
//	form=id           the text has a form (see form.go)
//	one=a|b           the text is one of these
//	ref=person|group  the text is the id of one of these
//	zero              a length of nothing means something
//
// For a list or a map the demands are on its items.
type field struct {
	key      string
	index    int
	required bool
	form     string
	one      []string
	ref      []string
	zero     bool
}

// shape is what the loader knows of a struct type of the model.
type shape struct {
	fields []field
	noun   string
	id     bool // whether things of this type have ids
}

// model holds the shape of every struct type of the model. It never changes.
var model = describe(map[reflect.Type]shape{}, reflect.TypeFor[Plan]())

func describe(known map[reflect.Type]shape, t reflect.Type) map[reflect.Type]shape {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return describe(known, t.Elem())
	case reflect.Struct:
		if _, done := known[t]; done {
			return known
		}
		_, id := t.FieldByName("ID")
		known[t] = shape{readFields(t), readNoun(t), id}
		for _, f := range known[t].fields {
			describe(known, t.Field(f.index).Type)
		}
	}
	return known
}

// fields lists the keys of a struct type, in order. The list must not be written to.
func fields(t reflect.Type) []field { return shapeOf(t).fields }

// shapeOf is the shape of a struct type, be it of the model or of a file that Read reads.
func shapeOf(t reflect.Type) shape {
	if s, ok := model[t]; ok {
		return s
	}
	_, id := t.FieldByName("ID")
	return shape{readFields(t), readNoun(t), id}
}

func readFields(t reflect.Type) []field {
	var fs []field
	for i := range t.NumField() {
		key := t.Field(i).Tag.Get("yaml")
		if key == "" || key == "-" {
			continue
		}
		f := field{key: key, index: i}
		for _, word := range strings.Fields(t.Field(i).Tag.Get("plan")) {
			name, value, _ := strings.Cut(word, "=")
			switch name {
			case "required":
				f.required = true
			case "zero":
				f.zero = true
			case "form":
				f.form = value
			case "one":
				f.one = strings.Split(value, "|")
			case "ref":
				f.ref = strings.Split(value, "|")
			}
		}
		fs = append(fs, f)
	}
	return fs
}

// noun is what a type of the model is called in a sentence: "manual sign" for ManualSign.
func noun(t reflect.Type) string { return shapeOf(t).noun }

func readNoun(t reflect.Type) string {
	switch t.Name() {
	case "Plan":
		return "plan"
	case "ContactsFile":
		return "contacts file"
	case "RotaOverride":
		return "cover"
	case "HeldFact":
		return "held fact"
	}
	var b strings.Builder
	for i, r := range t.Name() {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// article puts "a" or "an" before a noun.
func article(noun string) string {
	if noun == "" {
		return noun
	}
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}
