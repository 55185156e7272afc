package check

import (
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"tocsin/plan"
)

// turn says which way a difference in a key turns the plan: an item or a value more, less, another one, another order.
// What is empty changes it.
type turn struct{ added, removed, changed, moved string }

var (
	helps = turn{added: Strengthens, removed: Weakens}                                   // it is better to have it
	harms = turn{added: Weakens, removed: Strengthens}                                   // it is better not to have it
	lost  = turn{removed: Weakens}                                                       // without it there is less; more of it may be anything
	risky = turn{added: Weakens, removed: Weakens, changed: Weakens, moved: Weakens}     // what an attacker would edit
	kept  = turn{removed: Weakens, changed: Weakens}                                     // another one may be anything, and is what an attacker would write
	held  = turn{added: Strengthens, removed: Weakens, changed: Weakens, moved: Weakens} // good to have, and dangerous to have another
)

// rule says what a difference in one key of the model means.
type rule struct {
	turn
	weight   int    // how dangerous it is to weaken it, from 0 to 100
	words    string // what the key is called in a sentence: "the time zone"
	unset    string // what it means not to set the key
	grows    string // effect of an amount or a length that grows; one that shrinks has the opposite
	ordered  bool   // the order of the list says something
	whole    bool   // the list says something only as a whole
	filter   bool   // the list narrows what something is for; empty means everything
	more     string // sentence for something more
	less     string // sentence for something less
	now      string // sentence for something else
	order    string // sentence for another order
	decide   func(c *contrast, d delta) string
	standing []string // kinds of things that the key refers to; set by ruleOf

	code string
}

// delta is one difference before it is judged. What stands in one plan only has an invalid value on the other side.
type delta struct {
	old, new     reflect.Value
	oldText      string
	newText      string
	before, now_ []string // the whole lists, of which item is one more or one less
	item         string
	at           spot
}

func ruleOf(owner reflect.Type, within, key string) rule {
	r, ok := rules(within + "." + key)
	if !ok {
		r, _ = rules(owner.Name() + "." + key)
	}
	r.code = strings.ReplaceAll(hyphened(owner.Name())+"-"+key, "_", "-")
	if r.words == "" {
		r.words = "the " + strings.ReplaceAll(key, "_", " ")
	}
	return r
}

// hyphened writes the name of a type of the model as codes do: manual-sign for ManualSign.
func hyphened(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// rules finds what is known about a key, "Action.function".
func rules(name string) (rule, bool) {
	for _, table := range []map[string]rule{rulesOfWatch, rulesOfDetector, rulesOfResponse, rulesOfTeam, rulesOfAgreement} {
		if r, ok := table[name]; ok {
			return r, true
		}
	}
	return rule{}, false
}

func effectOf(effect string) string {
	if effect == "" {
		return Changes
	}
	return effect
}

func opposite(effect string) string {
	switch effect {
	case Weakens:
		return Strengthens
	case Strengthens:
		return Weakens
	}
	return Changes
}

// judge says which way a difference turns the plan.
func (r rule) judge(c *contrast, d delta) string {
	if r.decide != nil {
		return effectOf(r.decide(c, d))
	}
	switch {
	case r.filter:
		return narrowed(d)
	case d.oldText == "":
		return effectOf(r.added)
	case d.newText == "":
		return effectOf(r.removed)
	case r.grows != "":
		if order, ok := compareAmounts(d); ok && order < 0 {
			return r.grows
		} else if ok && order > 0 {
			return opposite(r.grows)
		}
	}
	return effectOf(r.changed)
}

// narrowed judges a list that says what something is for: nothing listed means everything.
func narrowed(d delta) string {
	switch {
	case len(d.before) == 0:
		return Weakens
	case len(d.now_) == 0:
		return Strengthens
	case d.newText == "":
		return Weakens
	}
	return Strengthens
}

// compareAmounts compares two amounts or lengths; ok is false if they are none.
func compareAmounts(d delta) (order int, ok bool) {
	if _, length := d.old.Interface().(plan.Duration); length || d.old.Kind() == reflect.Int || d.old.Kind() == reflect.Uint64 || d.old.Kind() == reflect.Float64 {
		o, okOld := amountOf(d.oldText)
		n, okNew := amountOf(d.newText)
		return cmpFloat(o, n), okOld && okNew
	}
	if t, is := d.old.Interface().(plan.Timing); is {
		n := d.new.Interface().(plan.Timing)
		if t.From != n.From || t.Open != n.Open || (t.Every == 0) != (n.Every == 0) {
			return 0, false
		}
		return cmpFloat(float64(t.Every+t.After), float64(n.Every+n.After)), true
	}
	o, okOld := new(big.Int).SetString(d.oldText, 10)
	n, okNew := new(big.Int).SetString(d.newText, 10)
	if !okOld || !okNew {
		return 0, false
	}
	return o.Cmp(n), true
}

func amountOf(text string) (float64, bool) {
	if f, err := strconv.ParseFloat(text, 64); err == nil {
		return f, true
	}
	length, err := plan.ParseDuration(text)
	return float64(length), err == nil
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// ranked judges a value by its place in an order from the weakest to the strongest.
func ranked(values ...string) func(*contrast, delta) string {
	return func(_ *contrast, d delta) string {
		o, n := slices.Index(values, d.oldText), slices.Index(values, d.newText)
		switch {
		case o < 0 || n < 0:
			return Changes
		case n < o:
			return Weakens
		}
		return Strengthens
	}
}

// shortest is for how long texts must be kept so that what happened can still be told by them.
const shortest = 30 * day

// keptLess judges how long texts are kept: whoever wants to leave no traces has them removed early.
func keptLess(_ *contrast, d delta) string {
	length := func(text string) plan.Duration {
		n, err := plan.ParseDuration(text)
		if err != nil {
			return 0 // for ever
		}
		return n
	}
	old, now := length(d.oldText), length(d.newText)
	if now > 0 && time.Duration(now) < shortest && (old == 0 || now < old) {
		return Weakens
	}
	return Changes
}
