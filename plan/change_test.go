package plan

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// remark puts a comment above every line and behind every other one of the files of a plan, where YAML allows it.
func remark(t *testing.T, files map[string][]byte) map[string][]byte {
	t.Helper()
	n := 0
	out := map[string][]byte{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		var b strings.Builder
		block := -1 // how far in the key of a block text stands
		for _, line := range strings.Split(strings.TrimSuffix(string(files[name]), "\n"), "\n") {
			in := len(line) - len(strings.TrimLeft(line, " "))
			if block >= 0 && (in > block || strings.TrimSpace(line) == "") {
				b.WriteString(line + "\n")
				continue
			}
			block = -1
			if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
				b.WriteString(line + "\n")
				continue
			}
			n++
			fmt.Fprintf(&b, "%s# above %d.\n%s", line[:in], n, line)
			if strings.HasSuffix(line, "|") || strings.HasSuffix(line, ">-") {
				block = in
				if dash := strings.TrimLeft(line, " "); strings.HasPrefix(dash, "- ") && !strings.HasSuffix(line, "- |") {
					block = in + 2
				}
			}
			if n%2 == 0 {
				fmt.Fprintf(&b, " # behind %d.", n)
			}
			b.WriteString("\n")
		}
		out[name] = []byte(b.String())
	}
	return out
}

// comments lists the comments of files that remark made.
func comments(files map[string][]byte) map[string]Place {
	found := map[string]Place{}
	for name, b := range files {
		for i, line := range strings.Split(string(b), "\n") {
			for _, mark := range []string{"# above ", "# behind "} {
				if at := strings.Index(line, mark); at >= 0 {
					found[line[at:at+len(mark)+strings.Index(line[at+len(mark):], ".")]] = Place{File: name, Line: i + 1}
				}
			}
		}
	}
	return found
}

// change makes a change to a plan at random and answers the paths of what it touched, as Source.At knows them.
func change(r *rand.Rand, v reflect.Value, path string) string {
	switch v.Kind() {
	case reflect.Struct:
		all := fields(v.Type())
		if isText(v) {
			return ""
		}
		f := all[r.IntN(len(all))]
		x, here := v.Field(f.index), join(path, f.key)
		switch {
		case f.key == "shared" || f.key == "id" || f.key == "tocsin" || f.key == "protocol":
			return ""
		case x.IsZero() && x.Kind() == reflect.String && f.form == "" && f.one == nil && f.ref == nil, x.Kind() == reflect.String && f.form == "" && f.one == nil && f.ref == nil && f.key != "to" && r.IntN(2) == 0:
			x.SetString(wild(r))
		case x.Kind() == reflect.String && !f.required && r.IntN(2) == 0:
			x.SetString("")
		case x.Kind() == reflect.Bool:
			x.SetBool(!x.Bool())
		case x.Type() == reflect.TypeFor[Duration]() && r.IntN(2) == 0:
			x.SetInt(int64(r.IntN(100)) * 1e9)
		default:
			return change(r, x, here)
		}
		return here
	case reflect.Pointer:
		if !v.IsNil() {
			return change(r, v.Elem(), path)
		}
	case reflect.Slice:
		if v.Len() == 0 {
			return ""
		}
		i := r.IntN(v.Len())
		item := v.Index(i)
		here := fmt.Sprintf("%s[%d]", path, i)
		if item.Kind() == reflect.Struct && item.FieldByName("ID").IsValid() {
			here = fmt.Sprintf("%s[%v]", path, item.FieldByName("ID"))
		}
		switch r.IntN(4) {
		case 0: // take it out
			v.Set(reflect.AppendSlice(v.Slice3(0, i, i), v.Slice(i+1, v.Len())))
			return here
		case 1: // put one like it behind it
			twin := reflect.New(item.Type()).Elem()
			twin.Set(item)
			if twin.Kind() == reflect.Struct && twin.FieldByName("ID").IsValid() && twin.FieldByName("ID").Kind() == reflect.String {
				twin.FieldByName("ID").SetString(fmt.Sprintf("twin-%d", r.IntN(1e6)))
			} else if twin.Kind() == reflect.String {
				twin.SetString(wild(r))
			}
			rest := reflect.AppendSlice(reflect.Zero(v.Type()), v.Slice(i, v.Len()))
			v.Set(reflect.AppendSlice(reflect.Append(v.Slice3(0, i, i), twin), rest))
			return here
		}
		if item.Kind() == reflect.String {
			item.SetString(wild(r))
			return here
		}
		return change(r, item, here)
	}
	return ""
}

// Whatever changes, the plan that was saved is the plan that was meant, and what is said beside things that did not change
// is still said.
func TestAnyChangeIsSaved(t *testing.T) {
	files := remark(t, Write(loadExample(t), "x"))
	example, _ := loadFiles(t, files)
	done := 0
	for seed := uint64(0); done < 25; seed++ {
		r := rand.New(rand.NewPCG(seed, 2))
		_, src := loadFiles(t, files)
		p := copied(t, example)
		var touched []string
		for range 1 + r.IntN(4) {
			if path := change(r, reflect.ValueOf(p).Elem(), ""); path != "" {
				touched = append(touched, path)
			}
		}
		if len(touched) == 0 {
			continue
		}
		if _, _, err := Load(Stored(Write(p, ""))); err != nil {
			continue // no plan any more
		}
		done++
		saved := savedAs(t, p, src)
		if t.Failed() {
			t.Fatalf("seed %d: %v", seed, touched)
		}
		left := comments(saved)
		for comment, at := range comments(files) {
			if _, ok := left[comment]; !ok && !belongs(src, at, touched) {
				t.Fatalf("seed %d: the comment %q of %s:%d is lost by a change of %v", seed, comment, at.File, at.Line, touched)
			}
		}
	}
}

// belongs reports whether a comment stands at one of the things, or within it.
func belongs(src *Source, at Place, things []string) bool {
	next := 1 << 30
	var here []string
	for path, p := range src.places {
		if p.File != at.File || p.Line < at.Line {
			continue
		}
		if p.Line < next {
			next, here = p.Line, nil
		}
		if p.Line == next {
			here = append(here, path)
		}
	}
	return slices.ContainsFunc(here, func(path string) bool {
		return slices.ContainsFunc(things, func(thing string) bool { return strings.HasPrefix(path, thing) })
	})
}
