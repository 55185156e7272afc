package document

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"tocsin/plan"
)

// mostMends is how often a plan is looked through for what no plan can hold.
const mostMends = 50

// mend takes out what no plan can hold and keeps it as notes, so that the plan that was made can be read by all who read
// plans; b.plan is then as they read it.
func (b *builder) mend() {
	for range mostMends {
		p, _, err := plan.Load(folder(plan.Write(b.plan, "")))
		if err == nil {
			p.Attachments = nil
			b.plan = p
			return
		}
		var problems plan.Problems
		if !errors.As(err, &problems) {
			return
		}
		out := false
		for i := len(problems) - 1; i >= 0; i-- { // from behind, so that positions hold
			out = b.takeOut(problems[i]) || out
		}
		b.settleNotes()
		if !out {
			return
		}
	}
}

var pathStep = regexp.MustCompile(`([a-z_A-Z0-9$]+)|\[([^\]]*)\]`)

// takeOut takes what a problem is about out of the plan; where the plan demands it, what it belongs to.
func (b *builder) takeOut(problem plan.Problem) bool {
	v := reflect.ValueOf(b.plan).Elem()
	about := ""
	var cut func()
	item := false // the problem is with an item of a list
walk:
	for _, m := range pathStep.FindAllStringSubmatch(problem.Key, -1) {
		switch {
		case m[1] != "" && v.Kind() == reflect.Pointer:
			v = v.Elem()
			fallthrough
		case m[1] != "" && v.Kind() == reflect.Struct:
			k, ok := keyNamed(v.Type(), m[1])
			if !ok {
				return false
			}
			in, f := v, v.Field(k.index)
			if h, ok := headOf(in.Type()); !ok || h.name != k.name && !strings.Contains(in.Type().Field(k.index).Tag.Get("plan"), "required") {
				cut = func() { f.SetZero() }
			}
			v, item = f, false
		case m[1] == "" && v.Kind() == reflect.Slice:
			i := position(v, m[2])
			if i < 0 {
				return false
			}
			list := v
			cut = func() { list.Set(reflect.AppendSlice(list.Slice(0, i), list.Slice(i+1, list.Len()))) }
			if about == "" {
				about = problem.Key[:strings.IndexByte(problem.Key, ']')+1]
			}
			v, item = v.Index(i), true
		case v.Kind() == reflect.Map:
			in, name := v, reflect.ValueOf(m[1])
			if v = in.MapIndex(name); !v.IsValid() {
				return false
			}
			cut, item = func() { in.SetMapIndex(name, reflect.Value{}) }, true
			break walk // what is wrong within an entry costs the entry
		default:
			return false
		}
	}
	if cut == nil || v.IsZero() && !item {
		return false
	}
	text := ""
	if tree, err := plainText(v); err == nil {
		text = tree
	}
	cut()
	b.note(about, labelPath(problem.Key)+": "+text, "\n")
	b.warnings = append(b.warnings, Warning{Say: fmt.Sprintf("%s: %s", problem.Key, problem.Say), Do: strings.TrimSpace(problem.Do + "; the words are kept as a note")})
	return true
}

// position finds an item of a list by what a path says: its id or its number.
func position(list reflect.Value, at string) int {
	id, number, twice := strings.Cut(at, "#")
	for i := range list.Len() {
		if list.Index(i).Kind() == reflect.Struct && idOf(list.Index(i)) == id && id != "" && !twice {
			return i
		}
	}
	if !twice {
		number = id
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n >= list.Len() {
		return -1
	}
	return n
}

// plainText writes a value for a note.
func plainText(v reflect.Value) (string, error) {
	if v.Kind() == reflect.String {
		return v.String(), nil
	}
	r := &renderer{plan: &plan.Plan{}, index: newBuilder(), words: map[string]string{}}
	if s, ok := r.word(v, key{}, ""); ok {
		return s, nil
	}
	if v.Kind() != reflect.Struct {
		return "", fmt.Errorf("write %s: no words for it", v.Kind())
	}
	r.sheet("", v, nil, "")
	return "\n" + strings.TrimRight(r.out.String(), "\n"), nil
}

// labelPath is the last key of a path, for people.
func labelPath(path string) string {
	last := path[strings.LastIndexByte(path, '.')+1:]
	last, _, _ = strings.Cut(last, "[")
	if last == "" {
		return path
	}
	return labelOf(last)
}
