package check

import (
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/evm"
	"tocsin/plan"
)

// filling makes plans in which every key says something, and no two keys the same.
type filling struct{ n int }

func (f *filling) fill(v reflect.Value) {
	f.n++
	switch x := v.Addr().Interface().(type) {
	case *plan.Duration:
		*x = plan.Duration(time.Duration(f.n+100) * time.Hour)
		return
	case *plan.Date:
		x.Time = time.Date(2026, 1, f.n, 0, 0, 0, 0, time.UTC)
		return
	case *plan.Timing:
		*x = plan.Timing{From: "resolution", After: plan.Duration(time.Duration(f.n) * time.Hour)}
		return
	case *evm.Address:
		x[18], x[19] = byte(f.n>>8), byte(f.n)
		return
	case *evm.Hash:
		x[30], x[31] = byte(f.n>>8), byte(f.n)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if keyOf(v.Type().Field(i)) != "" {
				f.fill(v.Field(i))
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem())
	case reflect.Slice:
		n := 2
		if !isValue(v.Type().Elem()) {
			n = 1 // things hold things, and the plan would grow eightfold
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			f.fill(v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		item := reflect.New(v.Type().Elem()).Elem()
		f.fill(item)
		v.SetMapIndex(reflect.ValueOf(fmt.Sprintf("entry-%d", f.n)), item)
	case reflect.String:
		v.SetString(fmt.Sprintf("text-%d", f.n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(int64(f.n + 1000))
	case reflect.Uint64:
		v.SetUint(uint64(f.n + 1000))
	case reflect.Float64:
		v.SetFloat(float64(f.n) + 1000.5)
	}
}

func full() *plan.Plan {
	p := &plan.Plan{}
	(&filling{}).fill(reflect.ValueOf(p).Elem())
	return p
}

// edit is one way to change a plan.
type edit struct {
	path string
	do   func(p *plan.Plan)
}

// edits lists ways to change a plan like this one in one place: every value of the first item of each list another, every
// value gone, every list and every map one item shorter, every part gone.
func edits(p *plan.Plan) []edit {
	var list []edit
	var walk func(path string, v reflect.Value, at func(*plan.Plan) reflect.Value)
	walk = func(path string, v reflect.Value, at func(*plan.Plan) reflect.Value) {
		do := func(what string, f func(v reflect.Value)) {
			list = append(list, edit{path + " " + what, func(p *plan.Plan) { f(at(p)) }})
		}
		if path != "" && !v.IsZero() {
			do("gone", func(v reflect.Value) { v.SetZero() })
		}
		switch {
		case isValue(v.Type()) && v.Kind() != reflect.Bool:
			do("another", func(v reflect.Value) { (&filling{n: 5000}).fill(v) })
		case v.Kind() == reflect.Struct:
			for i := range v.NumField() {
				if key := keyOf(v.Type().Field(i)); key != "" {
					walk(path+"."+key, v.Field(i), func(p *plan.Plan) reflect.Value { return at(p).Field(i) })
				}
			}
		case v.Kind() == reflect.Pointer && !v.IsNil():
			walk(path, v.Elem(), func(p *plan.Plan) reflect.Value { return at(p).Elem() })
		case v.Kind() == reflect.Slice && v.Len() > 0:
			do("shorter", func(v reflect.Value) { v.Set(v.Slice(0, v.Len()-1)) })
			walk(path+"[0]", v.Index(0), func(p *plan.Plan) reflect.Value { return at(p).Index(0) })
		case v.Kind() == reflect.Map:
			for _, k := range v.MapKeys() {
				do("without "+k.String(), func(v reflect.Value) { v.SetMapIndex(k, reflect.Value{}) })
				do("another "+k.String(), func(v reflect.Value) {
					item := reflect.New(v.Type().Elem()).Elem()
					(&filling{n: 5000}).fill(item)
					v.SetMapIndex(k, item)
				})
			}
		}
	}
	walk("", reflect.ValueOf(p).Elem(), func(p *plan.Plan) reflect.Value { return reflect.ValueOf(p).Elem() })
	return list
}

func TestEveryKeyMakesADifference(t *testing.T) {
	old := full()
	list := edits(old)
	if len(list) < 500 {
		t.Fatalf("only %d edits: the model was not walked", len(list))
	}
	for _, e := range list {
		new := full()
		e.do(new)
		there, back := Differences(old, new), Differences(new, old)
		if len(there) == 0 || len(back) == 0 {
			t.Errorf("%s: nobody would notice", e.path)
		}
		for _, d := range slices.Concat(there, back) {
			wellSaid(t, e.path, d)
		}
		undone(t, e.path, there, back)
		undone(t, e.path, back, there)
	}
}

// blanks are what a sentence was not filled with.
var blanks = regexp.MustCompile(`(?i)\{(thing|of|words|old|new|item)\}`)

// wellSaid wants a whole sentence, a code and an effect of every difference.
func wellSaid(t *testing.T, path string, d Difference) {
	t.Helper()
	if blanks.MatchString(d.Say) || strings.Contains(d.Say, "\n") || !strings.ContainsAny(d.Say[max(0, len(d.Say)-1):], ".?!…") {
		t.Errorf("%s: %q is no sentence", path, d.Say)
	}
	if d.Code == "" || d.Code != strings.ToLower(d.Code) || strings.ContainsAny(d.Code, "_ ") {
		t.Errorf("%s: %q is no code", path, d.Code)
	}
	if !slices.Contains([]string{Weakens, Strengthens, Changes}, d.Effect) {
		t.Errorf("%s: %q is no effect", path, d.Effect)
	}
}

// undone holds what strengthens a plan against its reverse, which must weaken it: else an attacker could take it away quietly.
func undone(t *testing.T, path string, there, back []Difference) {
	t.Helper()
	turned := strings.NewReplacer("-added", "-removed", "-removed", "-added")
	for _, d := range there {
		if d.Effect != Strengthens {
			continue
		}
		if !slices.ContainsFunc(back, func(b Difference) bool {
			return b.Effect == Weakens && b.Subject == d.Subject && (b.Code == d.Code || b.Code == turned.Replace(d.Code))
		}) {
			t.Errorf("%s: %s strengthens, and its reverse does not weaken: %s", path, d.Code, d.Say)
		}
	}
}

func TestRulesNameKeysOfTheModel(t *testing.T) {
	keys := map[string]bool{}
	var walk func(t reflect.Type)
	walk = func(t reflect.Type) {
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			walk(t.Elem())
		case reflect.Struct:
			if isText(t) {
				return
			}
			for i := range t.NumField() {
				if key := keyOf(t.Field(i)); key != "" {
					keys[t.Name()+"."+key] = true
					walk(t.Field(i).Type)
				}
			}
		}
	}
	walk(reflect.TypeFor[plan.Plan]())
	seen := map[string]bool{}
	for _, table := range []map[string]rule{rulesOfWatch, rulesOfDetector, rulesOfResponse, rulesOfTeam, rulesOfAgreement} {
		for name := range table {
			if seen[name] {
				t.Errorf("there are two rules for %s", name)
			}
			seen[name] = true
			own := name
			if parts := strings.Split(name, "."); len(parts) == 3 {
				own = "Reading." + parts[2]
				if !keys[parts[0]+"."+parts[1]] {
					t.Errorf("the rule %s is about no key", name)
				}
			}
			if !keys[own] {
				t.Errorf("the rule %s is about no key", name)
			}
		}
	}
}

func TestRandomPairsOfPlans(t *testing.T) {
	p, _, err := plan.Load(os.DirFS("../examples/vault"))
	if err != nil {
		t.Fatal(err)
	}
	copied := func() *plan.Plan {
		q, err := plan.ParseCanonical(p.Canonical())
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	list := edits(p)
	r := rand.New(rand.NewPCG(7, 11))
	for range 60 {
		a, b := copied(), copied()
		var path []string
		for range 1 + r.IntN(3) {
			e := list[r.IntN(len(list))]
			if attempt(func() { e.do(b) }) {
				path = append(path, e.path)
			}
		}
		for _, same := range []*plan.Plan{a, b} {
			if d := Differences(same, same); len(d) > 0 {
				t.Fatalf("%v: a plan differs from itself: %v", path, d)
			}
		}
		there, back := Differences(a, b), Differences(b, a)
		if a.Hash() != b.Hash() && len(there) == 0 && !onlyDefaults(path) {
			t.Errorf("%v: nobody would notice", path)
		}
		undone(t, fmt.Sprint(path), there, back)
		undone(t, fmt.Sprint(path), back, there)
		if again := Differences(a, b); !reflect.DeepEqual(there, again) {
			t.Fatalf("%v: the differences are not always the same", path)
		}
	}
}

// attempt reports whether an edit could be made: an earlier one may have taken its place away.
func attempt(f func()) (done bool) {
	defer func() { done = recover() == nil }()
	f()
	return true
}

// onlyDefaults reports whether what was taken away said what is so anyway.
func onlyDefaults(path []string) bool {
	return !slices.ContainsFunc(path, func(p string) bool { return !strings.HasSuffix(p, " gone") })
}
