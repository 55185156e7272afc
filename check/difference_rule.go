package check

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
)

// rule says what a difference in one key of the model means.
type rule struct {
	code    string
	words   string // what the key is called in a sentence
	weight  int    // how dangerous it is to weaken it, from 0
	added   string // effect of an item more, or of a value where there was none; Changes if empty
	removed string // effect of an item less, or of a value that is no more
	changed string // effect of another value
	turned  string // effect of another order

	ordered  bool   // the order of the list says something
	sequence bool   // the list says something only as a whole
	zero     string // what it means not to set the key
}

func ruleOf(owner reflect.Type, key string) rule {
	r := rules[owner.Name()+"."+key]
	r.code = strings.ReplaceAll(strings.ReplaceAll(nounOf(owner), " ", "-")+"-"+key, "_", "-")
	if r.words == "" {
		r.words = "its " + strings.ReplaceAll(key, "_", " ")
	}
	return r
}

// rules are what is known about keys whose difference may weaken a plan. All others change it.
var rules = map[string]rule{
	"Decision.required": {weight: 90, added: Strengthens, removed: Weakens},
	"Action.function":   {weight: 80, added: Weakens, removed: Weakens, changed: Weakens},
}

func (r rule) effectOf(effect string) string {
	if effect == "" {
		return Changes
	}
	return effect
}

// meant is what a text means where nothing means something.
func (r rule) meant(text string) string {
	if text == "" {
		return r.zero
	}
	return text
}

func (r rule) judge(_, _ reflect.Value, old, new string) string {
	switch {
	case old == "":
		return r.effectOf(r.added)
	case new == "":
		return r.effectOf(r.removed)
	}
	return r.effectOf(r.changed)
}

func (r rule) say(thing, old, new string) string {
	switch {
	case old == "":
		return fmt.Sprintf("%s: %s is now %s.", upper(thing), r.words, new)
	case new == "":
		return fmt.Sprintf("%s: %s is no longer said; it was %s.", upper(thing), r.words, old)
	}
	return fmt.Sprintf("%s: %s is now %s instead of %s.", upper(thing), r.words, new, old)
}

func (r rule) gone(thing, item string) string {
	return fmt.Sprintf("%s: %s no longer have %s.", upper(thing), r.words, item)
}

func (r rule) come(thing, item string) string {
	return fmt.Sprintf("%s: %s now have %s.", upper(thing), r.words, item)
}

func (r rule) lost(thing string) string { return upper(thing) + " is no more." }
func (r rule) got(thing string) string  { return upper(thing) + " is new." }

// nounOf is what a type of the model is called in a sentence: "manual sign" for ManualSign.
func nounOf(t reflect.Type) string {
	var b strings.Builder
	for i, r := range t.Name() {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// label is what a thing goes by in its list.
func label(v reflect.Value) string {
	for _, key := range []string{"ID", "What", "Kind", "Name", "Answer", "For", "From", "About"} {
		if f := v.FieldByName(key); f.IsValid() {
			return textOf(f)
		}
	}
	return ""
}

func nameOf(v reflect.Value, within string) string {
	name := label(v)
	if f := v.FieldByName("Name"); f.IsValid() && f.String() != "" {
		name = f.String()
	}
	thing := "the " + nounOf(v.Type())
	if name != "" {
		thing += fmt.Sprintf(" %q", name)
	}
	if !v.FieldByName("ID").IsValid() {
		thing += " of " + within
	}
	return thing
}
